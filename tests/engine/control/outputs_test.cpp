// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/outputs.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace segue::control {
namespace {

using std::chrono::milliseconds;

// Counts what is pulled.
class CountingSource final : public output::BlockSource {
 public:
  void pull(StereoBlock block) override {
    ++pulls;
    std::fill_n(block.left, block.frames, 1.0F);
    std::fill_n(block.right, block.frames, 1.0F);
  }
  int pulls = 0;
};

// A driver that pulls when the test says so.
class FakeDriver final : public output::Driver {
 public:
  FakeDriver(std::string name, std::shared_ptr<output::BlockSource> source)
      : name_(std::move(name)), source_(std::move(source)) {}
  std::string name() const override { return name_; }
  const output::DriverCounters& counters() const override { return counters_; }
  int block_frames() const override { return 256; }
  int latency_frames() const override { return 512; }
  // The first sample that came.
  float pull() {
    float left[64];
    float right[64];
    source_->pull({left, right, 64});
    ++counters_.blocks;
    return left[0];
  }
  void fail() { counters_.has_failed = true; }
  void lose(std::uint64_t frames) { counters_.lost_frames += frames; }

 private:
  const std::string name_;
  const std::shared_ptr<output::BlockSource> source_;
  output::DriverCounters counters_;
};

class OutputsTest : public ::testing::Test {
 protected:
  // Drivers stay with the test, which watches what becomes of them; what Outputs gets is a stand-in.
  class StandIn final : public output::Driver {
   public:
    explicit StandIn(std::shared_ptr<FakeDriver> driver) : driver_(std::move(driver)) {}
    std::string name() const override { return driver_->name(); }
    const output::DriverCounters& counters() const override { return driver_->counters(); }
    int block_frames() const override { return driver_->block_frames(); }
    int latency_frames() const override { return driver_->latency_frames(); }

   private:
    std::shared_ptr<FakeDriver> driver_;
  };

  void start(model::OutputKind kind) {
    config_.output.kind = kind;
    outputs_ = std::make_unique<Outputs>(
        config_, source_, clock_,
        [this](model::OutputKind asked, const output::DriverOptions&,
               std::shared_ptr<output::BlockSource> source) -> Result<std::unique_ptr<output::Driver>> {
          const bool is_device = asked == model::OutputKind::kPortaudio;
          std::unique_lock lock(mutex_);
          if (is_device) device_allowed_.wait(lock, [this] { return device_may_open_; });
          if (is_device && !has_device_) return fail(Code::kUnavailable, "NO_DEVICE", "no such device");
          if (!is_device && !null_starts_) return fail(Code::kUnavailable, "DEVICE_FAILED", "no thread");
          drivers_.push_back(std::make_shared<FakeDriver>(is_device ? "portaudio:Fake" : "null", std::move(source)));
          return std::make_unique<StandIn>(drivers_.back());
        });
    ASSERT_TRUE(outputs_->start(now_));
  }
  void let_device_open() {
    const std::lock_guard lock(mutex_);
    device_may_open_ = true;
    device_allowed_.notify_all();
  }
  // Tends until something changes; the opening thread takes its time.
  void tend_until_change() {
    for (long i = 0; i < 100'000'000; ++i) {
      if (outputs_->tend(now_)) return;
      std::this_thread::yield();
    }
    FAIL() << "nothing changed";
  }
  std::shared_ptr<FakeDriver> driver(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return drivers_.at(index);
  }

  model::Config config_;
  CountingSource source_;
  rt::BlockClock clock_;
  Nanoseconds now_{0};
  std::mutex mutex_;
  std::condition_variable device_allowed_;
  bool device_may_open_ = false;
  bool has_device_ = true;
  bool null_starts_ = true;
  std::vector<std::shared_ptr<FakeDriver>> drivers_;
  std::unique_ptr<Outputs> outputs_;
};

TEST_F(OutputsTest, RunOnNullUntilTheDeviceIsOpen) {
  start(model::OutputKind::kPortaudio);
  EXPECT_EQ(outputs_->facts().name, "null");
  EXPECT_EQ(driver(0)->pull(), 1.0F);
  EXPECT_FALSE(outputs_->tend(now_));
  let_device_open();
  tend_until_change();
  EXPECT_EQ(outputs_->facts().name, "portaudio:Fake");
  EXPECT_TRUE(outputs_->facts().note.empty());
  EXPECT_EQ(outputs_->latency_frames(), 512);
  EXPECT_EQ(driver(1)->pull(), 1.0F);
  EXPECT_EQ(driver(0)->pull(), 0.0F) << "only the newest driver is let in";
}

TEST_F(OutputsTest, StayOnNullAndSayWhyWithoutADevice) {
  has_device_ = false;
  start(model::OutputKind::kPortaudio);
  let_device_open();
  tend_until_change();
  EXPECT_EQ(outputs_->facts().name, "null");
  EXPECT_EQ(outputs_->facts().note, "no such device");
  EXPECT_EQ(driver(0)->pull(), 1.0F);
}

TEST_F(OutputsTest, LeaveADriverThatFails) {
  start(model::OutputKind::kPortaudio);
  let_device_open();
  tend_until_change();
  driver(1)->pull();
  outputs_->tend(now_);
  EXPECT_TRUE(outputs_->flows());
  driver(1)->fail();
  EXPECT_TRUE(outputs_->tend(now_));
  EXPECT_EQ(outputs_->facts().name, "null");
  EXPECT_NE(outputs_->facts().note.find("portaudio:Fake"), std::string::npos);
  EXPECT_EQ(driver(2)->pull(), 1.0F);
  EXPECT_EQ(driver(1)->pull(), 0.0F);
}

TEST_F(OutputsTest, LeaveADriverThatAsksForNothingForHalfASecond) {
  start(model::OutputKind::kPortaudio);
  let_device_open();
  tend_until_change();
  driver(1)->pull();
  outputs_->tend(now_);
  now_ += milliseconds(499);
  EXPECT_FALSE(outputs_->tend(now_));
  EXPECT_EQ(outputs_->facts().name, "portaudio:Fake");
  now_ += milliseconds(2);
  EXPECT_TRUE(outputs_->tend(now_));
  EXPECT_EQ(outputs_->facts().name, "null");
}

TEST_F(OutputsTest, ReturnToADeviceThatComesBackAndCountWhatItLost) {
  start(model::OutputKind::kPortaudio);
  let_device_open();
  tend_until_change();
  driver(1)->pull();
  outputs_->tend(now_);
  driver(1)->lose(777);
  driver(1)->fail();
  EXPECT_TRUE(outputs_->tend(now_));
  EXPECT_EQ(outputs_->facts().lost_frames, 777U);
  driver(2)->pull();
  now_ += milliseconds(9'900);
  driver(2)->pull();
  EXPECT_FALSE(outputs_->tend(now_));
  now_ += milliseconds(100);
  tend_until_change();
  EXPECT_EQ(outputs_->facts().name, "portaudio:Fake");
  EXPECT_TRUE(outputs_->facts().note.empty());
  EXPECT_EQ(driver(3)->pull(), 1.0F);
}

TEST_F(OutputsTest, FlowNoMoreWithoutAnyDriverUntilOneStarts) {
  start(model::OutputKind::kNull);
  driver(0)->pull();
  outputs_->tend(now_);
  EXPECT_TRUE(outputs_->flows());
  null_starts_ = false;
  driver(0)->fail();
  EXPECT_TRUE(outputs_->tend(now_));
  EXPECT_FALSE(outputs_->flows());
  EXPECT_EQ(outputs_->facts().name, "none");
  null_starts_ = true;
  EXPECT_TRUE(outputs_->tend(now_));
  EXPECT_EQ(outputs_->facts().name, "null");
}

TEST_F(OutputsTest, HaveNoDriverIfNoneIsAskedFor) {
  start(model::OutputKind::kNone);
  EXPECT_EQ(outputs_->facts().name, "none");
  now_ += milliseconds(2000);
  EXPECT_FALSE(outputs_->tend(now_));
  EXPECT_TRUE(clock_.passed(clock_.mark())) << "without a driver nobody is inside";
}

TEST_F(OutputsTest, LetNobodyInOnceStopped) {
  start(model::OutputKind::kNull);
  outputs_->stop();
  EXPECT_EQ(driver(0)->pull(), 0.0F);
  EXPECT_EQ(source_.pulls, 0);
}

}  // namespace
}  // namespace segue::control
