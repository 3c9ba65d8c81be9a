// SPDX-License-Identifier: GPL-3.0-or-later
// What render costs, and how exact it is: the engine's numbers that need no file and no device.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/thread.h"
#include "engine/render/renderer.h"
#include "tests/bench/report.h"
#include "tests/engine/render/realtime/script.h"
#include "tests/engine/render/realtime/storm.h"
#include "tests/support/audio/compare.h"

namespace segue::bench {
namespace {

using render::Renderer;
using test::MemoryTrack;
using test::StereoAudio;

constexpr int kRate = 48'000;
constexpr Frames kSecond = kRate;
constexpr int kDecks = 4;

// What each deck of a measurement does.
struct Load {
  double rate = 1.0;
  bool keylock = false;
  bool has_eq = false;
};

// Four decks started on one frame.
class Rig {
 public:
  Rig(const std::vector<std::unique_ptr<MemoryTrack>>& tracks, const Load& load)
      : parts_(Renderer::create({.sample_rate_hz = kRate, .decks = kDecks})) {
    for (int deck = 0; deck < kDecks; ++deck) start(deck, *tracks[static_cast<std::size_t>(deck)], load);
  }

  // Thread CPU time of each block over `frames` frames, in percent of the time the block lasts.
  std::vector<double> cost(Frames frames, int block, double clock_cost_ns) {
    StereoAudio sound(block);
    std::vector<double> percents;
    percents.reserve(static_cast<std::size_t>(frames / block));
    for (Frames done = 0; done < frames; done += block) {
      const long long before = thread_cpu_ns();
      parts_.first->render(sound.block(0, block), 0);
      const auto used = static_cast<double>(thread_cpu_ns() - before) - clock_cost_ns;
      percents.push_back(100 * std::max(used, 0.0) / (1e9 * block / kRate));
    }
    return percents;
  }
  int stretching() {
    const render::Snapshot& snapshot = parts_.second.snapshots.latest();
    return static_cast<int>(std::count_if(snapshot.decks.begin(), snapshot.decks.end(),
                                          [](const auto& deck) { return deck.is_stretching; }));
  }

 private:
  void send(int target, const render::Action& action, Frames frame = render::kNow) {
    render::Event event;
    event.ticket = ++ticket_;
    event.frame = frame;
    event.target = static_cast<std::uint8_t>(target);
    event.action = action;
    (void)parts_.second.events.try_push(event);
  }

  void start(int deck, const MemoryTrack& track, const Load& load) {
    constexpr Frames kStart = 4800;
    (void)parts_.second.tracks.reserve();
    send(deck, render::SetRate{load.rate});
    send(deck, render::SetKeylock{load.keylock});
    send(deck, render::LoadTrack{&track.pages(), 1, false, nullptr});
    if (load.has_eq) {
      send(deck, render::SetEqGain{render::Band::kLow, 0.5F});
      send(deck, render::SetEqGain{render::Band::kHigh, 1.2F});
    }
    render::Stretcher* stretcher = nullptr;
    if (render::needs_stretcher(render::StretcherKind::kSoundtouch, load.keylock, load.rate, 1.0)) {
      (void)parts_.second.stretchers.reserve();
      stretchers_.push_back(render::make_stretcher(render::StretcherKind::kSoundtouch, kRate));
      stretcher = stretchers_.back().get();
      stretcher->prime(track.pages(), {render::Trajectory{0, 0, load.rate}, 1.0}, -render::preroll_frames(kRate));
    }
    send(deck, render::StartDeck{stretcher}, kStart);
  }

  std::vector<std::unique_ptr<render::Stretcher>> stretchers_;
  std::pair<std::unique_ptr<Renderer>, Renderer::Wiring> parts_;
  std::uint64_t ticket_ = 0;
};

void measure_cost(Report& report) {
  const auto tracks = test::storm_tracks(kDecks, 70 * kSecond, 0.4, 3);
  const double clock_ns = thread_cpu_clock_cost_ns();
  const Load full{.rate = 1.05, .keylock = true, .has_eq = true};
  const auto settle = [&](Rig& rig) { (void)rig.cost(kSecond, 64, 0); };

  Rig small(tracks, full);
  settle(small);
  const auto at_64 = small.cost(40 * kSecond, 64, clock_ns);
  if (small.stretching() != kDecks)
    std::fprintf(stderr, "only %d decks stretch: the cost means nothing\n", small.stretching());
  report.add("engine.4_decks_keylock_eq_limiter.64_frames.mean", mean(at_64), "%", Goal::at_most(4));
  report.add("engine.4_decks_keylock_eq_limiter.64_frames.p99.9", percentile(at_64, 99.9), "%", Goal::at_most(25));
  report.add("engine.4_decks_keylock_eq_limiter.64_frames.max", percentile(at_64, 100), "%");

  Rig large(tracks, full);
  settle(large);
  const auto at_1024 = large.cost(40 * kSecond, 1024, clock_ns);
  report.add("engine.4_decks_keylock_eq_limiter.1024_frames.mean", mean(at_1024), "%", Goal::at_most(1.5));
  report.add("engine.4_decks_keylock_eq_limiter.1024_frames.p99.9", percentile(at_1024, 99.9), "%");

  // Where it goes.
  const struct {
    const char* name;
    Load load;
  } parts[] = {{"keylock", {.rate = 1.05, .keylock = true}},
               {"varispeed", {.rate = 1.05}},
               {"unity", {}},
               {"unity_eq", {.has_eq = true}}};
  for (const auto& part : parts) {
    Rig rig(tracks, part.load);
    settle(rig);
    report.add("engine.4_decks_" + std::string(part.name) + ".64_frames.mean",
               mean(rig.cost(20 * kSecond, 64, clock_ns)), "%");
  }
}

// Impulses 2,000 frames apart; a seek to one of them is heard as an impulse on its frame.
Frames worst_timing_error(int block) {
  constexpr Frames kSpacing = 2000;
  constexpr int kSeeks = 500;
  StereoAudio audio(8 * kSecond);
  for (std::size_t at = 0; at < audio.left.size(); at += kSpacing) audio.left[at] = audio.right[at] = 0.5F;
  const MemoryTrack track(audio);
  auto [renderer, wiring] = Renderer::create({.sample_rate_hz = kRate, .decks = 1});
  (void)wiring.tracks.reserve();
  std::uint64_t ticket = 0;
  const auto send = [&](Frames frame, const render::Action& action) {
    render::Event event;
    event.ticket = ++ticket;
    event.frame = frame;
    event.action = action;
    (void)wiring.events.try_push(event);
  };
  send(render::kNow, render::LoadTrack{&track.pages(), 1, true, nullptr});
  test::Random random(static_cast<std::uint64_t>(block));
  std::vector<Frames> frames;
  Frames at = 10'000;
  for (int i = 0; i < kSeeks; ++i) {
    frames.push_back(at += 1100 + random.below(797));
    send(at, render::SeekDeck{kSpacing * random.below(100)});
  }
  StereoAudio sound((at + kSecond) / block * block);
  for (Frames done = 0; done < sound.frames(); done += block) renderer->render(sound.block(done, block), 0);

  Frames worst = 0;
  render::Commit commit;
  while (wiring.commits.try_pop(commit)) {
    if (commit.ticket > 1) worst = std::max(worst, std::abs(commit.frame - frames[commit.ticket - 2]));
  }
  for (const Frames frame : frames) {
    const auto first = sound.left.begin() + frame + renderer->latency_frames() - 500;
    worst = std::max<Frames>(worst, std::abs(std::max_element(first, first + 1001) - first - 500));
  }
  return worst;
}

void measure_exactness(Report& report) {
  for (const int block : {16, 64, 480, 4096}) {
    report.add("engine.timing_error." + std::to_string(block) + "_frames.max",
               static_cast<double>(worst_timing_error(block)), "frames", Goal::exactly(0));
  }
  const auto tracks = test::storm_tracks(test::kScriptTracks, 6 * kSecond, 0.3, 21);
  const auto script = test::make_script(5, tracks);
  const auto hash_at = [&](int block) {
    const auto performance = test::perform(script, tracks, block);
    return test::hash_of(performance.sound.right, test::hash_of(performance.sound.left));
  };
  const std::uint64_t wanted = hash_at(64);
  int different = 0;
  for (const int block : {64, 1, 16, 17, 480, 512, 1024, 4096}) different += hash_at(block) == wanted ? 0 : 1;
  report.add("engine.block_sizes_and_repeats.different", different, "of 8", Goal::exactly(0));
}

// Frames that differ in any bit between a 16- or 24-bit source and what a deck at unity sounds.
void measure_unity(Report& report) {
  for (const int bits : {16, 24}) {
    StereoAudio audio;
    audio.left = test::integer_noise(4 * kSecond, bits, 0.25, 1);
    audio.right = test::integer_noise(4 * kSecond, bits, 0.25, 2);
    const MemoryTrack track(audio);
    auto [renderer, wiring] = Renderer::create({.sample_rate_hz = kRate, .decks = 1});
    (void)wiring.tracks.reserve();
    render::Event event;
    event.ticket = 1;
    event.action = render::LoadTrack{&track.pages(), 1, true, nullptr};
    (void)wiring.events.try_push(event);
    StereoAudio sound(3 * kSecond);
    for (Frames at = 0; at < sound.frames(); at += 480) renderer->render(sound.block(at, 480), 0);
    long different = 0;
    constexpr Frames kFade = 48;  // an immediate start's
    for (Frames at = kFade; at + renderer->latency_frames() < sound.frames(); ++at) {
      const auto from = static_cast<std::size_t>(at);
      const auto to = static_cast<std::size_t>(at + renderer->latency_frames());
      different += sound.left[to] == audio.left[from] && sound.right[to] == audio.right[from] ? 0 : 1;
    }
    report.add("engine.unity_" + std::to_string(bits) + "_bit.different", static_cast<double>(different), "frames",
               Goal::exactly(0));
  }
}

}  // namespace
}  // namespace segue::bench

int main() {
  segue::flush_denormals();
  segue::bench::Report report;
  segue::bench::measure_cost(report);
  segue::bench::measure_exactness(report);
  segue::bench::measure_unity(report);
  return 0;
}
