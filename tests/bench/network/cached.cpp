// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/bench/network/scenes.h"
#include "tests/bench/network/stage.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/wav.h"
#include "tests/support/media/media.h"
#include "tests/support/subsonic/subsonic_server.h"

namespace segue::bench {
namespace {

using namespace std::chrono_literals;

constexpr char kUri[] = "segue://home/1";
constexpr Frames kSecond = 48'000;
constexpr std::int64_t kDamagedByte = 62 * 40'000;  // second 62 of an MP3 at 320 kbit/s

// Loads the track and returns four seconds of it, from second 60 on; nothing if that cannot be.
test::StereoAudio hear(Stage& stage, const std::string& path) {
  const test::StereoAudio nothing(0);
  if (!stage.load(1, kUri) || !stage.wait_until_whole(1) || !stage.send({"seek { deck: 1 seconds: 60 }"}))
    return nothing;
  if (!stage.send({"start_recording { path: '" + path + "' }"})) return nothing;
  if (!stage.wait_until([&] { return stage.master().recording().frames() > 0; }, 2s)) return nothing;
  const Frames first = stage.master().recording().first_frame();
  const Frames start = stage.frame() + kSecond / 10;
  if (!stage.send_at(start, {"play { deck: 1 }"})) return nothing;
  stage.listen(4'500ms);
  if (!stage.send({"stop_recording {}"})) return nothing;
  const auto wav = test::read_wav(path);
  if (!wav || wav->frames() < start - first + 4 * kSecond) return nothing;
  return wav->stereo().cut(start - first, start - first + 4 * kSecond);
}

// Inverts a byte of the track in every data file of the cache; how many there are.
int damage(const std::string& folder) {
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".data") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(kDamagedByte);
    const int byte = file.get();
    file.seekp(kDamagedByte);
    file.put(static_cast<char>(byte ^ 0xff));
    damaged += file.good() ? 1 : 0;
  }
  return damaged;
}

}  // namespace

void bench_restart(Report& report) {
  test::SubsonicServer server;
  const auto bytes = test::read_file(file_of(bench_track("mp3")));
  server.add(
      {.id = "1", .title = "One", .artist = "A", .album = "B", .bytes = std::string(bytes.begin(), bytes.end())});
  const Folder folder;
  Stage::Options options{.folder = folder.path()};
  model::ProviderConfig provider;
  provider.name = "home";
  provider.type = "opensubsonic";
  provider.url = server.url();
  provider.user = "dj";
  provider.password = "sesame";
  options.providers.push_back(provider);
  const auto downloads = [&] {
    const auto calls = server.calls("download");
    return static_cast<double>(calls.size()) - static_cast<double>(std::count_if(calls.begin(), calls.end(), is_look));
  };
  test::StereoAudio first(0);
  {
    Stage stage(options);
    first = hear(stage, folder.path() + "/1.wav");
  }
  report.add("network.restart.heard", static_cast<double>(first.frames()) / kSecond, "s", Goal::exactly(4));
  const double before = downloads();
  {
    Stage stage(options);
    const test::StereoAudio again = hear(stage, folder.path() + "/2.wav");
    report.add("network.restart.requests", downloads() - before, "", Goal::exactly(0));
    report.add("network.restart.bytes", static_cast<double>(stage.network().bytes()), "bytes", Goal::exactly(0));
    report.add("network.restart.is_identical", test::difference(again, first).empty() ? 1 : 0, "", Goal::exactly(1));
  }
  server.net().stop();
  {
    Stage stage(options);
    stage.listen(100ms);
    const auto begun = SteadyClock::now();
    const auto answer = stage.load(1, kUri);
    report.add("network.restart.without_a_network", answer ? 1 : 0, "loads");
    report.add("network.restart.without_a_network.time", ms_since(begun), "ms");
  }
  server.net().start();
  report.add("network.damaged_cache.blocks", damage(folder.path() + "/cache"), "", Goal::exactly(1));
  {
    Stage stage(options);
    const test::StereoAudio again = hear(stage, folder.path() + "/3.wav");
    const std::string difference = test::difference(again, first);
    if (!difference.empty()) std::fprintf(stderr, "network_bench: %s\n", difference.c_str());
    report.add("network.damaged_cache.requests", downloads() - before, "", Goal::exactly(1));
    report.add("network.damaged_cache.kilobytes", static_cast<double>(stage.network().bytes()) / 1024, "KiB",
               Goal::at_most(80));
    report.add("network.damaged_cache.found", static_cast<double>(stage.network().cache_corrupt()), "blocks",
               Goal::at_least(1));
    report.add("network.damaged_cache.is_identical", difference.empty() ? 1 : 0, "", Goal::exactly(1));
  }
}

}  // namespace segue::bench
