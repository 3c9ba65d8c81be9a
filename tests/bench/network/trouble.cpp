// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "tests/bench/network/scenes.h"
#include "tests/bench/network/stage.h"
#include "tests/support/audio/clicks.h"
#include "tests/support/audio/wav.h"

namespace segue::bench {
namespace {

using namespace std::chrono_literals;
using test::Fault;

constexpr std::int64_t kTenMbit = 10'000'000 / 8;
constexpr test::Link kLine{.rtt = 20ms, .rate_bytes_per_s = kTenMbit};
constexpr double kRate = 48'000;
constexpr int kBlock = 256;      // the engine's default
constexpr Frames kSoon = 2'400;  // 50 ms

std::string seek_to(double fraction) { return "seek { deck: 1 fraction: " + std::to_string(fraction) + " }"; }

void add_deck(Report& report, const std::string& name, const v1::Deck& deck) {
  report.add(name + ".underruns", static_cast<double>(deck.underruns()), "", Goal::exactly(0));
  report.add(name + ".rolls", static_cast<double>(deck.rolls()), "", Goal::exactly(0));
}

// Ten seconds of music while the track comes; what there is of it then.
void play_ten_seconds(Report& report, const std::string& name, Stage& stage) {
  stage.listen(10s);
  const v1::Deck deck = stage.deck(1);
  report.add(name + ".fetched_after_10_s", 100 * deck.fetched(), "%");
  report.add(name + ".decoded_after_10_s", 100 * deck.loaded(), "%");
}

struct Seeks {
  double off_frame = 0;  // that were to take place on a frame and did on another
  std::vector<double> now_blocks;
};

// By turns on a frame and at once. `reach` is the part of the track that is sought in.
bool seek_around(Stage& stage, std::mt19937& random, int count, double reach, Seeks& seeks) {
  for (int i = 0; i < count; ++i) {
    const double fraction = std::uniform_real_distribution(0.0, reach)(random);
    const Frames frame = stage.frame();
    const bool is_timed = i % 2 == 0;
    const auto answer = is_timed ? stage.send_at(frame + kSoon, {seek_to(fraction)}) : stage.send({seek_to(fraction)});
    if (!answer) return false;
    const v1::CommandResult& result = answer->results(0);
    if (is_timed) {
      seeks.off_frame += result.frame() != frame + kSoon || result.late_frames() != 0 ? 1 : 0;
    } else {
      seeks.now_blocks.push_back(static_cast<double>(result.frame() - frame) / kBlock);
    }
    stage.listen(80ms);
  }
  return true;
}

// To a place that has not come yet: the deck plays on until the seek commits, then covers with a roll.
void seek_ahead(Report& report, const std::string& name, Stage& stage, double fraction) {
  const std::uint64_t rolls = stage.deck(1).rolls();
  const auto begun = SteadyClock::now();
  if (!stage.send({seek_to(fraction)})) return;
  report.add(name + ".plays_on", ms_since(begun) / 1e3, "s");
  stage.listen(50ms);
  const auto committed = SteadyClock::now();
  const bool has_come = stage.wait_until(
      [&] {
        const v1::Deck deck = stage.deck(1);
        return !deck.rolling() && deck.buffered_s() > 0;
      },
      60s);
  report.add(name + ".rolls", static_cast<double>(stage.deck(1).rolls() - rolls), "");
  report.add(name + ".rolls_for", has_come ? ms_since(committed) / 1e3 : 60, "s");
}

// Plays the deck and returns what was heard from the frame on at which it began.
test::StereoAudio play_and_record(Stage& stage, const std::string& path, const std::function<void()>& meanwhile) {
  const test::StereoAudio nothing(0);
  if (!stage.send({"start_recording { path: '" + path + "' }"})) return nothing;
  if (!stage.wait_until([&] { return stage.master().recording().frames() > 0; }, 2s)) return nothing;
  const Frames first = stage.master().recording().first_frame();
  const Frames start = stage.frame() + kSoon;
  if (!stage.send_at(start, {"play { deck: 1 }"})) return nothing;
  meanwhile();
  if (!stage.send({"stop_recording {}"})) return nothing;
  const auto wav = test::read_wav(path);
  if (!wav) {
    std::fprintf(stderr, "network_bench: %s\n", wav.error().message.c_str());
    return nothing;
  }
  return wav->stereo().cut(start - first, wav->frames());
}

// How far from a beat, 120 a minute, the place is from which on both are the same.
double return_off_the_beat_ms(const test::StereoAudio& heard, const test::StereoAudio& clean) {
  constexpr double kBeat = kRate / 2;
  Frames at = std::min(heard.frames(), clean.frames());
  const auto is_same = [&](Frames frame) {
    const auto i = static_cast<std::size_t>(frame);
    return heard.left[i] == clean.left[i] && heard.right[i] == clean.right[i];
  };
  while (at > 0 && is_same(at - 1)) --at;
  if (at == 0 || at == std::min(heard.frames(), clean.frames())) return kBeat;  // never away, or never back
  const double beats = static_cast<double>(at) / kBeat;
  return std::abs(beats - std::round(beats)) * 1e3 * kBeat / kRate;
}

}  // namespace

void bench_seeks(Report& report) {
  constexpr int kSeeks = 200;
  for (const char* track : {"mp3", "flac"}) {
    test::FaultServer server({.link = kLine});
    Stage stage;
    if (!stage.load(1, serve(server, bench_track(track)), true)) return;
    const std::string name = std::string("network.seeks.") + track;
    play_ten_seconds(report, name, stage);
    const double reach = std::min(0.97, stage.deck(1).loaded() * 0.97);
    std::mt19937 random(3);
    Seeks seeks;
    if (!seek_around(stage, random, kSeeks / 2, reach, seeks)) return;
    server.stop();  // the other half, and the way to the end, without a network
    if (!seek_around(stage, random, kSeeks / 2, reach, seeks)) return;
    report.add(name + ".off_their_frame", seeks.off_frame, "seeks", Goal::exactly(0));
    report.add(name + ".at_once.p95", percentile(seeks.now_blocks, 95), "blocks");
    if (stage.deck(1).loaded() >= 1.0) {
      if (!stage.send({seek_to(0.98)})) return;
      const bool has_ended = stage.wait_until([&] { return stage.deck(1).state() == v1::Deck::ENDED; }, 20s);
      report.add("network.outage.played_to_the_end", has_ended ? 1 : 0, "", Goal::exactly(1));
    }
    add_deck(report, name, stage.deck(1));
  }
}

void bench_unfetched_seeks(Report& report) {
  for (const char* track : {"mp3", "flac"}) {
    test::FaultServer server({.link = kLine});
    Stage stage;
    if (!stage.load(1, serve(server, bench_track(track)), true)) return;
    stage.listen(2s);
    const std::string name = std::string("network.unfetched_seek.") + track;
    report.add(name + ".fetched_before", 100 * stage.deck(1).fetched(), "%");
    seek_ahead(report, name + ".to_50_percent", stage, 0.5);
    seek_ahead(report, name + ".to_90_percent", stage, 0.9);
  }
}

void bench_stall(Report& report) {
  test::FaultServer server({.link = {.rtt = 1ms}});
  const Folder folder;
  const std::string url = serve(server, bench_track("mp3"), 60);
  // The first request only looks; the second brings four seconds and then nothing for as long as it lasts.
  server.script("/mp3", {Fault{}, Fault{.stall_after = 160'000}});
  Stage stage;
  if (!stage.load(1, url) || !stage.send({"set_grid { deck: 1 bpm: 120 first_beat_s: 0 }"})) return;
  bool has_rolled = false;
  bool is_back = false;
  const auto heard = play_and_record(stage, folder.path() + "/stall.wav", [&] {
    has_rolled = stage.wait_until([&] { return stage.deck(1).rolling(); }, 10s);
    is_back = stage.wait_until([&] { return !stage.deck(1).rolling(); }, 20s);
    stage.listen(3s);
  });
  report.add("network.stall.rolled", has_rolled ? 1 : 0, "", Goal::exactly(1));
  report.add("network.stall.returned", is_back ? 1 : 0, "", Goal::exactly(1));
  // The same music from a file: what of it a finder of clicks takes for one is the music's own.
  Stage quiet;
  if (!quiet.load(1, "file://" + file_of(bench_track("mp3"), 60))) return;
  const auto clean = play_and_record(quiet, folder.path() + "/clean.wav", [&] { quiet.listen(12s); });
  const auto clicks = test::find_clicks(heard);
  report.add("network.stall.return_off_the_beat", return_off_the_beat_ms(heard, clean), "ms", Goal::at_most(1));
  report.add("network.stall.seconds_recorded", static_cast<double>(heard.frames()) / kRate, "s");
  report.add("network.stall.clicks", static_cast<double>(clicks.size()), "", Goal::exactly(0));
  report.add("network.stall.clicks_of_the_file", static_cast<double>(test::find_clicks(clean).size()), "");
  if (!clicks.empty()) std::fprintf(stderr, "%s\n", test::describe(clicks).c_str());
}

void bench_storm(Report& report) {
  constexpr auto kLasts = 15s;
  test::FaultServer server({.link = {.rtt = 5ms, .rate_bytes_per_s = 4 * kTenMbit}});
  const std::string url = serve(server, bench_track("mp3"));
  Stage stage;
  if (!stage.load(1, url, true) || !stage.wait_until_whole(1)) return;
  const std::vector<Fault> faults = {Fault{.status = 404},         Fault{.status = 503}, Fault{.reset_after = 90'000},
                                     Fault{.stall_after = 40'000}, Fault{.hang = true},  Fault{.close_after = 50'000},
                                     Fault{.drip_bytes = 100}};
  std::mt19937 random(5);
  std::atomic<int> loaded{0};
  std::atomic<int> refused{0};
  const auto until = SteadyClock::now() + kLasts;
  for (int turn = 0; SteadyClock::now() < until; ++turn) {
    if (turn % 2 == 0) server.script("/mp3", {faults[random() % faults.size()], faults[random() % faults.size()]});
    stage.post({"load { deck: " + std::to_string(2 + turn % 3) + " uri: '" + url +
                "?turn=" + std::to_string(random() % 20) + "' play: true force: true }"},
               [&](const Result<v1::ExecuteResponse>& answer) { ++(answer ? loaded : refused); });
    if (!stage.send({seek_to(std::uniform_real_distribution(0.0, 0.95)(random))})) return;
    if (turn % 40 == 30) server.stop();
    if (turn % 40 == 35) server.start();
    stage.listen(60ms);
  }
  add_deck(report, "network.storm", stage.deck(1));
  report.add("network.storm.loads", loaded, "");
  report.add("network.storm.loads_refused", refused, "");
  const v1::GetNetworkResponse network = stage.network();
  double counted = 0;
  for (const auto& fault : network.faults()) counted += static_cast<double>(fault.count());
  report.add("network.storm.faults", counted, "", Goal::at_least(10));
}

}  // namespace segue::bench
