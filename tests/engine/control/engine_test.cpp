// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <semaphore>

#include <gtest/gtest.h>

#include "engine/output/sinks/wav_writer.h"
#include "tests/support/audio/signals.h"

namespace segue::test {
namespace {

// The system's clock, which the test can put forward.
class JumpingClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return system_.monotonic() + Nanoseconds(ahead_ns_.load()); }
  Nanoseconds wall() const override { return system_.wall(); }
  void jump(Nanoseconds by) { ahead_ns_ += by.count(); }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> ahead_ns_{0};
};

// The whole live engine on the null driver, in real time.
class LiveEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("segue-engine-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    auto writer = output::WavWriter::create(folder_ / "a.wav", {48'000, output::WavWriter::Mode::kOverwrite});
    ASSERT_TRUE(writer);
    StereoAudio tone(sine(480'000, 440, 48'000));
    ASSERT_TRUE((*writer)->write(tone.block(0, 480'000)));
    ASSERT_TRUE((*writer)->close());
    config_.output.kind = model::OutputKind::kNull;
    config_.paths.data_dir = folder_;
    auto made = Engine::create(config_, clock_, "1.2.3");
    ASSERT_TRUE(made);
    engine_ = std::move(*made);
  }
  void TearDown() override {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  Result<v1::ExecuteResponse> execute(v1::ExecuteRequest request) {
    std::promise<Result<v1::ExecuteResponse>> promise;
    auto future = promise.get_future();
    engine_->execute(std::move(request), {"uid:1000", true},
                     [&promise](auto result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  v1::ExecuteRequest load_and_play() const {
    v1::ExecuteRequest request;
    auto& load = *request.add_commands()->mutable_load();
    load.set_deck(1);
    load.set_uri("file://" + (folder_ / "a.wav").string());
    load.set_play(true);
    request.set_wait(v1::ExecuteRequest::COMMITTED);
    return request;
  }

  JumpingClock clock_;
  model::Config config_;
  std::filesystem::path folder_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(LiveEngine, LoadsAndPlaysAFileAndShowsItsMeters) {
  const auto reply = execute(load_and_play());
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(engine_->state().decks(0).state(), v1::Deck::PLAYING);
  v1::ExecuteRequest later;
  later.add_commands()->mutable_pause()->set_deck(1);
  later.mutable_when()->set_after_s(0.3);
  later.set_wait(v1::ExecuteRequest::COMMITTED);
  const auto paused = execute(later);
  ASSERT_TRUE(paused) << paused.error().message;
  EXPECT_EQ(paused->results(0).late_frames(), 0);
  EXPECT_NEAR(static_cast<double>(paused->results(0).frame() - reply->results(0).frame()), 0.3 * 48'000, 2'400);
  EXPECT_EQ(engine_->state().decks(0).state(), v1::Deck::PAUSED);
  EXPECT_EQ(engine_->state().engine().output(), "null");
  EXPECT_EQ(engine_->state().engine().underruns(), 0U);
  bool flows = false;
  EXPECT_TRUE(engine_->findings(flows).empty());
  EXPECT_TRUE(flows);
}

TEST_F(LiveEngine, AcceptsOneHundredCommandsInAHurry) {
  std::mutex mutex;
  std::condition_variable answered;
  int answers = 0;
  const auto begun = clock_.monotonic();
  for (int i = 0; i < 100; ++i) {
    v1::ExecuteRequest request;
    auto& fader = *request.add_commands()->mutable_set_fader();
    fader.set_channel(1);
    fader.set_level(i / 100.0);
    request.set_wait(v1::ExecuteRequest::COMMITTED);
    engine_->execute(std::move(request), {"uid:1000", true}, [&](const auto& result) {
      EXPECT_TRUE(result);
      const std::lock_guard lock(mutex);
      ++answers;
      answered.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(answered.wait_for(lock, std::chrono::seconds(5), [&] { return answers == 100; }));
  EXPECT_LT((clock_.monotonic() - begun).count(), 1'000'000'000);
  EXPECT_DOUBLE_EQ(engine_->state().channels(0).fader(), 0.99);
}

TEST_F(LiveEngine, StopsInLessThanASecond) {
  ASSERT_TRUE(execute(load_and_play()));
  const auto begun = clock_.monotonic();
  engine_.reset();
  EXPECT_LT((clock_.monotonic() - begun).count(), 1'000'000'000);
}

TEST_F(LiveEngine, WakesAWatcher) {
  std::counting_semaphore<> woken(0);
  auto watcher = engine_->watch({}, [&woken] { woken.release(); });
  ASSERT_NE(watcher, nullptr);
  v1::WatchResponse news;
  while (watcher->next(news)) {
  }
  v1::ExecuteRequest request;
  request.add_commands()->mutable_set_master()->set_db(-3);
  ASSERT_TRUE(execute(request));
  // Providers tell of themselves meanwhile.
  while (news.change().master().gain_db() != -3) {
    ASSERT_TRUE(woken.try_acquire_for(std::chrono::seconds(5)));
    while (news.change().master().gain_db() != -3 && watcher->next(news)) {
    }
  }
}

TEST_F(LiveEngine, IsNotHealthyWhileControlHangs) {
  EXPECT_TRUE(engine_->is_alive());
  std::promise<void> hung;
  std::promise<void> may_go_on;
  v1::ExecuteRequest request;
  request.add_commands()->mutable_set_master()->set_db(-3);
  request.set_wait(v1::ExecuteRequest::COMMITTED);
  engine_->execute(std::move(request), {"uid:1000", true}, [&](const auto&) {
    hung.set_value();
    may_go_on.get_future().wait();
  });
  hung.get_future().wait();
  clock_.jump(std::chrono::seconds(7));
  EXPECT_FALSE(engine_->is_alive());
  bool flows = true;
  const auto findings = engine_->findings(flows);
  EXPECT_FALSE(flows);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0], "engine: control has not turned for 7 s");
  may_go_on.set_value();
  for (int i = 0; i < 1'000'000'000 && !engine_->is_alive(); ++i) std::this_thread::yield();
  EXPECT_TRUE(engine_->is_alive());
}

}  // namespace
}  // namespace segue::test
