// SPDX-License-Identifier: GPL-3.0-or-later
// Render under storms: nothing forbidden happens inside a callback, nothing sent gets lost.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine/render/renderer.h"
#include "tests/engine/render/realtime/storm.h"
#include "tests/support/realtime/confinement.h"
#include "tests/support/realtime/thread_usage.h"
#include "tests/support/realtime/trap.h"

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;
constexpr int kBlockFramesMax = 1024;

long callbacks_wanted() {
  const char* const soak = std::getenv("SEGUE_SOAK");
  return soak != nullptr && std::string(soak) == "1" ? 1'000'000 : 20'000;
}

// A driver's side: pulls blocks inside a scope, as a callback does.
class Callback {
 public:
  explicit Callback(render::Renderer& renderer) : renderer_(renderer) {}

  void run(int frames) {
    const RealtimeScope scope;
    renderer_.render({left_.data(), right_.data(), frames}, 0);
    for (int i = 0; i < frames; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float loudest = std::max(std::abs(left_[at]), std::abs(right_[at]));
      is_sound_finite_ = is_sound_finite_ && loudest <= 1.0F;  // false for not-a-number too
      loud_frames_ += loudest > 0.001F ? 1 : 0;
    }
  }
  bool is_sound_finite() const { return is_sound_finite_; }
  long loud_frames() const { return loud_frames_; }

 private:
  render::Renderer& renderer_;
  std::array<float, kBlockFramesMax> left_{};
  std::array<float, kBlockFramesMax> right_{};
  bool is_sound_finite_ = true;
  long loud_frames_ = 0;
};

// Renders until everything is back; false if it does not come within two seconds of sound.
bool drain(Storm& storm, Callback& callback) {
  storm.finish();
  for (Frames frames = 0; frames < 2 * kSecond && !storm.is_over(); frames += 64) {
    callback.run(64);
    storm.step();
  }
  return storm.is_over();
}

TEST(RenderRealtime, DoesNothingForbiddenInAStorm) {
  auto tracks = storm_tracks(16, 6 * kSecond, 0.3, 7);
  auto [renderer, wiring] = render::Renderer::create({.sample_rate_hz = 48'000, .decks = 4});
  Storm storm({.seed = 11}, wiring, tracks);
  Callback callback(*renderer);
  storm.begin();
  Random random(5);
  constexpr std::array<int, 5> kBlocks = {64, 64, 64, 17, 480};
  RealtimeTrap::reset();
  const long wanted = callbacks_wanted();
  ThreadUsage in_callbacks;
  for (long i = 0; i < wanted; ++i) {
    const ThreadUsage before = ThreadUsage::now();
    callback.run(kBlocks[static_cast<std::size_t>(random.below(5))]);
    const ThreadUsage used = ThreadUsage::now().since(before);
    in_callbacks.voluntary_switches += used.voluntary_switches;
    in_callbacks.minor_faults += used.minor_faults;
    in_callbacks.major_faults += used.major_faults;
    if (i % 4 == 0) storm.step();
  }
  const std::uint64_t violations = RealtimeTrap::violations();
  EXPECT_EQ(violations, 0U) << RealtimeTrap::report();
  EXPECT_EQ(in_callbacks.voluntary_switches, 0) << "a callback waited";
  EXPECT_EQ(in_callbacks.major_faults, 0);
  EXPECT_TRUE(callback.is_sound_finite());
  EXPECT_GT(callback.loud_frames(), wanted * 16) << "the storm was silent most of the time: it tested nothing";
  EXPECT_TRUE(drain(storm, callback)) << storm.still_out();
  EXPECT_EQ(storm.wrong(), "");
  for (int gust = 0; gust < kGusts; ++gust)
    EXPECT_GT(storm.sent(static_cast<Gust>(gust)), 0U) << to_string(static_cast<Gust>(gust));
  const render::Snapshot& snapshot = wiring.snapshots.latest();
  EXPECT_EQ(snapshot.refused_events, 0U);
  EXPECT_EQ(snapshot.dropped_commits, 0U);
  std::printf("%ld callbacks, %s; %llu violations, %ld minor faults\n", wanted, storm.summary().c_str(),
              static_cast<unsigned long long>(violations), in_callbacks.minor_faults);
}

// The control side on a thread of its own, as in the engine; the callbacks on one that may make no system call.
TEST(RenderRealtime, MakesNoSystemCallBesideABusyControlThread) {
  auto tracks = storm_tracks(12, 4 * kSecond, 0.3, 9);
  auto parts = render::Renderer::create({.sample_rate_hz = 48'000, .decks = 4});
  Storm storm({.seed = 3, .gusts_per_step_max = 2}, parts.second, tracks);
  Callback callback(*parts.first);
  storm.begin();
  // One step of control to four blocks, neither far ahead of the other; who waits, spins.
  constexpr long kBlocks = 10'000;
  std::atomic<long> blocks{0};
  std::atomic<long> steps{0};
  std::thread control([&] {
    while (steps.load() < kBlocks / 4) {
      if (4 * steps.load() > blocks.load() + 16) {
        std::this_thread::yield();
        continue;
      }
      storm.step();
      steps.fetch_add(1);
    }
  });
  RealtimeTrap::reset();
  const ConfinementResult result = run_confined([&] {
    for (long i = 0; i < kBlocks; ++i) {
      while (4 * steps.load() + 16 < i) {
      }
      callback.run(64);
      blocks.fetch_add(1);
    }
  });
  control.join();
  EXPECT_EQ(result.refused, 0) << result.report();
  EXPECT_EQ(RealtimeTrap::violations(), 0U) << RealtimeTrap::report();
  EXPECT_TRUE(callback.is_sound_finite());
  EXPECT_TRUE(drain(storm, callback)) << storm.still_out();
  EXPECT_EQ(storm.wrong(), "");
  EXPECT_GT(storm.sent(), 500U) << storm.summary();
}

// Proof that the two tests above can fail: the same callback around a renderer that allocates.
TEST(RenderRealtime, AnAllocationInsideACallbackWouldBeSeen) {
  class Allocating final : public render::Renderer {
   public:
    void render(StereoBlock out, std::int64_t) override {
      const std::string text(static_cast<std::size_t>(out.frames), 'x');
      out.left[0] = static_cast<float>(text.size());
    }
    Frames frame() const override { return 0; }
    int latency_frames() const override { return 0; }
    rt::BlockClock& block_clock() override { return clock_; }

   private:
    rt::BlockClock clock_;
  };
  Allocating renderer;
  Callback callback(renderer);
  RealtimeTrap::reset();
  callback.run(64);
  EXPECT_EQ(RealtimeTrap::violations(Forbidden::kHeap) > 0, RealtimeTrap::is_compiled_in());
}

}  // namespace
}  // namespace segue::test
