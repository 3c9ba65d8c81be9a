// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/recording.h"

#include <utility>

#include "engine/base/thread.h"

namespace segue::control {

Recording::Recording(output::Programme& programme, Inbox& inbox, int sample_rate_hz)
    : programme_(programme), inbox_(inbox), sample_rate_hz_(sample_rate_hz) {}

Recording::~Recording() {
  if (slot_ != nullptr) slot_->detach();
  if (recorder_ != nullptr) (void)recorder_->stop();
  if (!worker_.joinable()) return;
  worker_.request_stop();
  worker_.join();
}

void Recording::open(const std::string& path, Frames first_frame) {
  outcome_.reset();
  phase_ = Phase::kOpening;
  const std::uint64_t number = ++opening_;
  output::Recorder::Options options;
  options.path = path;
  options.sample_rate_hz = sample_rate_hz_;
  options.first_frame = first_frame;
  post_work([this, number, options] {
    auto started = std::make_shared<Result<std::unique_ptr<output::Recorder>>>(output::Recorder::start(options));
    inbox_.post([this, number, started] {
      if (number != opening_ || phase_ != Phase::kOpening) return;
      if (*started) {
        recorder_ = std::move(**started);
        outcome_ = Result<void>{};
      } else {
        outcome_ = Result<void>(tl::unexpected<Error>(started->error()));
      }
      phase_ = Phase::kOpen;
    });
  });
}

void Recording::begin() {
  slot_ = programme_.free_slot();
  if (slot_ != nullptr) slot_->attach(recorder_->tap());
  phase_ = Phase::kRuns;
}

void Recording::end() {
  if (phase_ != Phase::kRuns) return;
  if (slot_ != nullptr) slot_->detach();
  phase_ = Phase::kLeaving;
}

void Recording::tend() {
  if (phase_ == Phase::kLeaving && (slot_ == nullptr || slot_->has_left())) {
    slot_ = nullptr;
    recorder_->request_stop();
    phase_ = Phase::kClosing;
  }
  if (phase_ == Phase::kClosing && recorder_->status().is_finished) phase_ = Phase::kClosed;
}

void Recording::reset() {
  phase_ = Phase::kNone;
  outcome_.reset();
  ++opening_;
  // Closing an unfinished file may wait for the disk.
  if (recorder_ != nullptr) post_work([recorder = std::exchange(recorder_, nullptr)] { (void)recorder->stop(); });
}

output::Recorder::Status Recording::status() const {
  return recorder_ == nullptr ? output::Recorder::Status{} : recorder_->status();
}

void Recording::post_work(std::function<void()> work) {
  if (!worker_.joinable()) worker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  {
    const std::lock_guard lock(mutex_);
    works_.push_back(std::move(work));
  }
  arrived_.notify_one();
}

void Recording::run(const std::stop_token& stop) {
  set_thread_name("segue-files");
  std::unique_lock lock(mutex_);
  while (arrived_.wait(lock, stop, [this] { return !works_.empty(); })) {
    const auto work = std::move(works_.front());
    works_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace segue::control
