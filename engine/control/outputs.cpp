// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/outputs.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/output/detached.h"

namespace segue::control {
namespace {

constexpr Nanoseconds kStall = std::chrono::milliseconds(500);  // the largest block is 512 ms at 16 kHz, 171 at 48 kHz
constexpr Nanoseconds kMeasureEvery = std::chrono::seconds(1);
constexpr Nanoseconds kTryAgainEvery = std::chrono::seconds(10);  // a cable is put back, a sound server restarted

}  // namespace

// What a driver is opened with before it is known to work: silence until it is let in.
class Outputs::Door final : public output::BlockSource {
 public:
  SEGUE_RT void pull(StereoBlock block) override {
    if (is_open_.load(std::memory_order_acquire)) return pass_->pull(block);
    std::fill_n(block.left, block.frames, 0.0F);
    std::fill_n(block.right, block.frames, 0.0F);
  }
  void open(std::shared_ptr<output::BlockSource> pass) {
    pass_ = std::move(pass);
    is_open_.store(true, std::memory_order_release);
  }

 private:
  std::shared_ptr<output::BlockSource> pass_;  // set once, before is_open_
  std::atomic<bool> is_open_{false};
};

// A device being opened, shared with the thread that does it and may hang.
struct Outputs::Opening {
  model::OutputKind kind;
  output::DriverOptions options;
  Open open;
  std::shared_ptr<Door> door = std::make_shared<Door>();

  std::mutex mutex;  // guards the two below
  bool is_abandoned = false;
  std::optional<Result<std::unique_ptr<output::Driver>>> outcome;

  void operator()() {
    set_thread_name("segue-open");
    auto opened = open(kind, options, door);
    const std::lock_guard lock(mutex);
    if (!is_abandoned) {
      outcome = std::move(opened);
    } else if (opened) {
      output::discard(std::move(*opened));
    }
  }
};

Outputs::Open Outputs::open_real() {
  return [](model::OutputKind kind, const output::DriverOptions& options, std::shared_ptr<output::BlockSource> source) {
    return output::open_driver(kind, options, std::move(source));
  };
}

Outputs::Outputs(const model::Config& config, output::BlockSource& source, rt::BlockClock& block_clock, Open open)
    : config_(config), block_clock_(block_clock), open_(std::move(open)), gate_(source) {}

Outputs::~Outputs() { stop(); }

Result<void> Outputs::start(Nanoseconds now) {
  blocks_at_ = measured_at_ = tried_at_ = now;
  if (config_.output.kind == model::OutputKind::kNone) return {};
  auto null = open_(model::OutputKind::kNull, options(), gate_.admit());
  if (!null) return tl::unexpected<Error>(null.error());
  block_clock_.set_halted(false);
  use(std::move(*null), now);
  if (config_.output.kind != model::OutputKind::kNull) {
    facts_.note = "the sound device is being opened";
    begin_opening();
  }
  return {};
}

output::DriverOptions Outputs::options() const {
  output::DriverOptions options;
  options.sample_rate_hz = config_.engine.sample_rate_hz;
  options.block_frames = config_.engine.block_frames;
  options.device = config_.output.device;
  options.realtime_priority = config_.output.realtime_priority;
  return options;
}

void Outputs::begin_opening() {
  opening_ = std::make_shared<Opening>();
  opening_->kind = config_.output.kind;
  opening_->options = options();
  opening_->open = open_;
  if (!output::run_detached(opening_))
    opening_->outcome = fail(Code::kUnavailable, "DEVICE_FAILED", "no thread to open it");
}

bool Outputs::tend(Nanoseconds now) {
  if (is_stopped_) return false;
  bool changed = take_opened(now);
  if (config_.output.kind == model::OutputKind::kNone) return changed;
  try_again(now);
  if (driver_ == nullptr) return use_null(now) || changed;
  const output::DriverCounters& counters = driver_->counters();
  const std::uint64_t blocks = counters.blocks.load(std::memory_order_relaxed);
  if (blocks != blocks_seen_) {
    blocks_seen_ = blocks;
    blocks_at_ = now;
  }
  flows_ = blocks > 0 && now - blocks_at_ < kStall;
  if (counters.has_failed.load(std::memory_order_relaxed)) {
    changed = fall_back(driver_->name() + " failed", now) || changed;
  } else if (now - blocks_at_ >= kStall) {
    changed = fall_back(driver_->name() + " stopped asking for audio", now) || changed;
  }
  if (now - measured_at_ >= kMeasureEvery) measure(now);
  return changed;
}

bool Outputs::take_opened(Nanoseconds now) {
  if (opening_ == nullptr) return false;
  std::optional<Result<std::unique_ptr<output::Driver>>> outcome;
  {
    const std::lock_guard lock(opening_->mutex);
    if (!opening_->outcome) return false;
    outcome = std::move(opening_->outcome);
  }
  const auto opening = std::exchange(opening_, nullptr);
  if (!*outcome) {
    if (facts_.note == (*outcome).error().message) return false;  // as the last time
    facts_.note = (*outcome).error().message;
    log::warning("output_unavailable", {{"reason", (*outcome).error().message}});
    return true;
  }
  opening->door->open(gate_.admit());
  if (driver_ != nullptr) count_lost();
  output::discard(std::exchange(driver_, nullptr));
  facts_.note.clear();
  use(std::move(**outcome), now);
  is_on_device_ = true;
  log::info("output_opened", {{"output", facts_.name}, {"block_frames", facts_.block_frames}});
  return true;
}

void Outputs::use(std::unique_ptr<output::Driver> driver, Nanoseconds now) {
  lost_before_ = facts_.lost_frames;
  driver_ = std::move(driver);
  facts_.name = driver_->name();
  facts_.block_frames = driver_->block_frames();
  blocks_seen_ = busy_seen_ns_ = 0;
  blocks_at_ = measured_at_ = now;
}

bool Outputs::fall_back(const std::string& why, Nanoseconds now) {
  log::error("output_lost", {{"reason", why}});
  count_lost();
  output::discard(std::exchange(driver_, nullptr));
  facts_.note = why;
  facts_.name = "none";
  is_on_device_ = flows_ = false;
  tried_at_ = now;
  (void)use_null(now);
  return true;
}

// False if not even the null driver starts; tried again each step.
bool Outputs::use_null(Nanoseconds now) {
  auto null = open_(model::OutputKind::kNull, options(), gate_.admit());
  if (!null) return false;
  use(std::move(*null), now);
  return true;
}

// Opens the device that was asked for once more, if it is not the one in use.
void Outputs::try_again(Nanoseconds now) {
  if (config_.output.kind == model::OutputKind::kNull || is_on_device_) return;
  if (opening_ != nullptr || now - tried_at_ < kTryAgainEvery) return;
  tried_at_ = now;
  begin_opening();
}

void Outputs::count_lost() {
  facts_.lost_frames = lost_before_ + driver_->counters().lost_frames.load(std::memory_order_relaxed);
}

void Outputs::measure(Nanoseconds now) {
  const output::DriverCounters& counters = driver_->counters();
  const std::uint64_t busy_ns = counters.busy_ns.load(std::memory_order_relaxed);
  facts_.load = static_cast<double>(busy_ns - busy_seen_ns_) / static_cast<double>((now - measured_at_).count());
  count_lost();
  busy_seen_ns_ = busy_ns;
  measured_at_ = now;
}

void Outputs::stop() {
  if (is_stopped_) return;
  is_stopped_ = true;
  gate_.close();
  block_clock_.set_halted(true);
  if (opening_ != nullptr) {
    const std::lock_guard lock(opening_->mutex);
    opening_->is_abandoned = true;
    if (opening_->outcome && *opening_->outcome) output::discard(std::move(**opening_->outcome));
  }
  output::discard(std::exchange(driver_, nullptr));
}

}  // namespace segue::control
