// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/drivers/null_driver.h"

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <time.h>

#include "engine/base/thread.h"

namespace segue::output {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

void sleep_until(Nanoseconds when) {
  const timespec at{when.count() / kNsPerSecond, when.count() % kNsPerSecond};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

}  // namespace

Nanoseconds Pace::due() const {
  // Seconds and the rest apart: frames × 10⁹ would overflow after two days.
  const Frames rest = frames_ % sample_rate_hz_;
  return start_ + std::chrono::seconds(frames_ / sample_rate_hz_) + Nanoseconds(rest * kNsPerSecond / sample_rate_hz_);
}

Frames Pace::give_up_overdue(Nanoseconds now) {
  const Nanoseconds behind = now - due();
  if (behind <= std::chrono::milliseconds(kCatchUpMs)) return 0;
  const double frames_behind = std::chrono::duration<double>(behind).count() * sample_rate_hz_;
  const Frames lost = static_cast<Frames>(frames_behind / block_frames_) * block_frames_;
  frames_ += lost;
  return lost;
}

NullDriver::NullDriver(const DriverOptions& options, std::shared_ptr<BlockSource> source)
    : options_(options),
      source_(std::move(source)),
      left_(static_cast<std::size_t>(options.block_frames)),
      right_(left_.size()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

const DriverCounters& NullDriver::counters() const {
  cpu_.update(counters_.busy_ns);
  return counters_;
}

void NullDriver::run(const std::stop_token& stop) {
  set_thread_name("segue-null");
  if (options_.realtime_priority > 0) (void)raise_to_realtime(options_.realtime_priority);
  cpu_.follow_calling_thread();
  const SystemClock clock;
  Pace pace(clock.monotonic(), options_.sample_rate_hz, options_.block_frames);
  while (!stop.stop_requested()) {
    sleep_until(pace.due());
    const Frames lost = pace.give_up_overdue(clock.monotonic());
    counters_.lost_frames.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
    flush_denormals();
    source_->pull(StereoBlock{left_.data(), right_.data(), options_.block_frames});
    pace.advance();
    counters_.frames.fetch_add(static_cast<std::uint64_t>(options_.block_frames), std::memory_order_relaxed);
    counters_.blocks.fetch_add(1, std::memory_order_relaxed);
  }
}

Result<std::unique_ptr<Driver>> open_null(const DriverOptions& options, std::shared_ptr<BlockSource> source) {
  try {
    return std::make_unique<NullDriver>(options, std::move(source));
  } catch (const std::system_error& error) {  // from the thread
    return fail(Code::kUnavailable, "DEVICE_FAILED", std::string("null driver: ") + error.what());
  }
}

}  // namespace segue::output
