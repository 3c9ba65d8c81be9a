// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <vector>

#include "tests/bench/network/scenes.h"
#include "tests/bench/network/stage.h"
#include "tests/support/media/media.h"
#include "tests/support/subsonic/subsonic_server.h"

namespace segue::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 12;
constexpr std::int64_t kTwentyMbit = 20'000'000 / 8;
constexpr BenchTrack kTracks[] = {{"mp3", "mp3_320", "audio/mpeg"},
                                  {"flac", "flac", "audio/flac"},
                                  {"m4a_moov_last", "m4a_aac", "audio/mp4"},
                                  {"ogg_vorbis", "ogg_vorbis", "audio/ogg"}};

struct Loads {
  std::vector<double> times_ms;
  std::vector<double> requests;
  std::vector<double> kilobytes;
};

// What the server had sent when the load was done.
void note_traffic(const test::FaultServer& server, Loads& loads) {
  double bytes = 0;
  const auto log = server.log();
  for (const auto& exchange : log) bytes += static_cast<double>(exchange.body_bytes);
  loads.requests.push_back(static_cast<double>(log.size()));
  loads.kilobytes.push_back(bytes / 1e3);
}

void add(Report& report, const std::string& name, const Loads& loads, double goal_ms) {
  report.add(name + ".median", percentile(loads.times_ms, 50), "ms", Goal::at_most(goal_ms));
  report.add(name + ".worst", percentile(loads.times_ms, 100), "ms", Goal::at_most(goal_ms));
  if (loads.requests.empty()) return;
  report.add(name + ".requests", percentile(loads.requests, 50), "");
  report.add(name + ".kilobytes", percentile(loads.kilobytes, 50), "kB");
}

// Every load begins with a connection of its own and finds nothing that was there before.
void bench_line(Report& report, const std::string& name, test::Link link, double goal_ms) {
  test::FaultServer server({.link = link});
  Stage stage;
  for (const BenchTrack& track : kTracks) {
    const std::string url = serve(server, track);
    Loads loads;
    for (int round = 0; round < kRounds; ++round) {
      server.reset_connections();
      (void)stage.wait_until([&] { return server.open_connections() == 0; }, 2s);
      server.clear_log();
      const auto begun = SteadyClock::now();
      if (!stage.load(1, url + "?round=" + std::to_string(round))) return;
      loads.times_ms.push_back(ms_since(begun));
      note_traffic(server, loads);
      if (!stage.send({"eject { deck: 1 }"})) return;
    }
    add(report, "network.load." + name + "." + track.name, loads, goal_ms);
  }
}

// After a start of the engine, so that the bytes come from the disk.
void bench_disk(Report& report) {
  test::FaultServer server;
  const Folder folder;
  for (const BenchTrack& track : kTracks) {
    const std::string url = serve(server, track);
    {
      Stage stage({.folder = folder.path()});
      if (!stage.load(1, url) || !stage.wait_until_whole(1)) return;
    }
    Loads loads;
    for (int round = 0; round < kRounds; ++round) {
      Stage stage({.folder = folder.path()});
      stage.listen(100ms);  // the engine has started
      const auto begun = SteadyClock::now();
      if (!stage.load(1, url)) return;
      loads.times_ms.push_back(ms_since(begun));
    }
    add(report, std::string("network.load.disk.") + track.name, loads, 50);
  }
}

}  // namespace

bool is_look(const test::Exchange& exchange) { return exchange.request.header("range") == "bytes=0-0"; }

const BenchTrack& bench_track(const std::string& name) {
  for (const BenchTrack& track : kTracks) {
    if (name == track.name) return track;
  }
  std::abort();
}

std::string file_of(const BenchTrack& track, double seconds) {
  test::MediaSignal signal;
  signal.frames = static_cast<Frames>(seconds * signal.rate_hz);
  if (std::string(track.format) == "flac") signal.bits = 24;  // as large as real music is at 16: this one packs well
  return test::encode(test::media_format(track.format), signal);
}

std::string serve(test::FaultServer& server, const BenchTrack& track, double seconds) {
  const auto bytes = test::read_file(file_of(track, seconds));
  const std::string path = std::string("/") + track.name;
  server.serve(path, std::string(bytes.begin(), bytes.end()), {.mime = track.mime});
  return server.url(path);
}

void bench_loads(Report& report) {
  bench_disk(report);
  bench_line(report, "1_ms", {.rtt = 1ms}, 150);
  bench_line(report, "50_ms_20_mbit", {.rtt = 50ms, .rate_bytes_per_s = kTwentyMbit}, 400);
}

void bench_twelve_decks(Report& report) {
  constexpr int kDecks = 12;
  test::SubsonicServer server;
  const auto bytes = test::read_file(file_of(bench_track("mp3"), 60));
  server.add(
      {.id = "1", .title = "One", .artist = "A", .album = "B", .bytes = std::string(bytes.begin(), bytes.end())});
  server.net().set_link({.rtt = 20ms});
  model::ProviderConfig provider;
  provider.name = "home";
  provider.type = "opensubsonic";
  provider.url = server.url();
  provider.user = "dj";
  provider.password = "sesame";
  Stage stage({.decks = kDecks, .providers = {provider}});
  std::atomic<int> loaded{0};
  for (int deck = 1; deck <= kDecks; ++deck) {
    stage.post({"load { deck: " + std::to_string(deck) + " uri: 'segue://home/1' }"},
               [&](const Result<v1::ExecuteResponse>& answer) { loaded += answer ? 1 : 0; });
  }
  bool is_whole = stage.wait_until([&] { return loaded == kDecks; }, 20s);
  for (int deck = 1; deck <= kDecks; ++deck) is_whole = stage.wait_until_whole(deck) && is_whole;
  report.add("network.twelve_decks.whole", is_whole ? kDecks : loaded.load(), "decks", Goal::exactly(kDecks));
  const auto downloads = server.calls("download");
  const auto looks = std::count_if(downloads.begin(), downloads.end(), is_look);
  report.add("network.twelve_decks.fetches", static_cast<double>(downloads.size()) - static_cast<double>(looks),
             "requests", Goal::exactly(1));
  report.add("network.twelve_decks.looks", static_cast<double>(looks), "requests");
}

// Put back and loaded again, on the same deck and on another, while it is still on its way.
void bench_again(Report& report) {
  test::FaultServer server({.link = {.rtt = 20ms, .rate_bytes_per_s = kTwentyMbit}});
  const std::string url = serve(server, bench_track("mp3"));
  Stage stage;
  if (!stage.load(1, url)) return;
  stage.listen(300ms);
  std::vector<double> times_ms;
  for (const int deck : {1, 2, 1, 2}) {
    if (!stage.send({"eject { deck: 1 }", "eject { deck: 2 }"})) return;
    stage.listen(100ms);
    const auto begun = SteadyClock::now();
    if (!stage.load(deck, url)) return;
    times_ms.push_back(ms_since(begun));
  }
  const auto log = server.log();
  const auto looks = std::count_if(log.begin(), log.end(), is_look);
  report.add("network.load_again.fetches", static_cast<double>(log.size()) - static_cast<double>(looks), "requests",
             Goal::exactly(1));
  report.add("network.load_again.worst", percentile(times_ms, 100), "ms", Goal::at_most(50));
}

// Five minutes from the first byte to the last decoded frame, bare of network latency.
void bench_cpu(Report& report) {
  constexpr int kTimes = 5;
  constexpr double kMinutes = 5;
  test::FaultServer server;
  const std::string url = serve(server, bench_track("mp3"));
  Stage stage;
  std::vector<double> over_http_ms;
  std::vector<double> from_file_ms;
  for (int round = 0; round < 2 * kTimes; ++round) {
    const bool is_http = round % 2 == 0;
    const double before_ms = loading_cpu_ms();
    const std::string uri = is_http ? url + "?round=" + std::to_string(round) : "file://" + file_of(bench_track("mp3"));
    if (!stage.load(1, uri) || !stage.wait_until_whole(1)) return;
    stage.listen(500ms);  // the cache's disk
    (is_http ? over_http_ms : from_file_ms).push_back((loading_cpu_ms() - before_ms) / kMinutes);
    if (!stage.send({"eject { deck: 1 }"})) return;
    stage.listen(200ms);  // memory is given back
  }
  const double http_ms = percentile(over_http_ms, 50);
  const double file_ms = percentile(from_file_ms, 50);
  report.add("network.cpu_per_minute.http", http_ms, "ms");
  report.add("network.cpu_per_minute.file", file_ms, "ms");
  report.add("network.cpu_per_minute.ratio", http_ms / file_ms, "");
}

}  // namespace segue::bench
