// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/recording.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "engine/base/thread.h"
#include "engine/output/detached.h"

namespace segue::control {

// Does what may wait for a disk, in order. Its thread owns a share of it, so it can hang without holding anybody up.
class Recording::Worker {
 public:
  using Work = std::function<void()>;
  explicit Worker(Inbox& inbox) : inbox_(&inbox) {}

  // --- control
  // False if there is no thread to do it.
  static bool post(const std::shared_ptr<Worker>& worker, Work work) {
    {
      const std::lock_guard lock(worker->mutex_);
      worker->works_.push_back(std::move(work));
      if (worker->has_thread_) {
        worker->changed_.notify_all();
        return true;
      }
      worker->has_thread_ = true;
    }
    if (output::run_detached(worker)) return true;
    const std::lock_guard lock(worker->mutex_);
    worker->has_thread_ = false;
    worker->works_.clear();
    return false;
  }
  // What is under way is finished if that takes no longer than `longest`; the inbox is not used any more.
  void end(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    is_ending_ = true;
    inbox_ = nullptr;
    changed_.notify_all();
    changed_.wait_for(lock, longest, [this] { return !has_thread_; });
  }

  // --- its thread
  void operator()() {
    set_thread_name("segue-files");
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !works_.empty() || is_ending_; });
      if (works_.empty()) break;
      Work work = std::move(works_.front());
      works_.pop_front();
      lock.unlock();
      work();
      work = nullptr;  // what it holds may be the last of a recorder, whose end waits for the disk
      lock.lock();
    }
    has_thread_ = false;
    changed_.notify_all();
  }
  void tell(Inbox::Note note) {
    const std::lock_guard lock(mutex_);
    if (inbox_ != nullptr) inbox_->post(std::move(note));
  }

 private:
  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  Inbox* inbox_;
  std::deque<Work> works_;
  bool has_thread_ = false;
  bool is_ending_ = false;
};

Recording::Recording(output::Programme& programme, Inbox& inbox, int sample_rate_hz, Start start)
    : programme_(programme),
      sample_rate_hz_(sample_rate_hz),
      start_(std::move(start)),
      worker_(std::make_shared<Worker>(inbox)) {}

Recording::~Recording() {
  if (slot_ != nullptr) slot_->detach();
  give_up(std::exchange(recorder_, nullptr));
  worker_->end(std::chrono::milliseconds(kCloseMs));
}

void Recording::open(const std::string& path, Frames first_frame) {
  outcome_.reset();
  phase_ = Phase::kOpening;
  const std::uint64_t number = ++opening_;
  output::Recorder::Options options;
  options.path = path;
  options.sample_rate_hz = sample_rate_hz_;
  options.first_frame = first_frame;
  // The worker outlives its own works, and this does not: it is reached through the inbox only.
  const auto work = [this, number, options, start = start_, worker = worker_.get()] {
    auto started = std::make_shared<Result<std::unique_ptr<output::Recorder>>>(start(options));
    worker->tell([this, number, started] { take_opened(number, std::move(*started)); });
  };
  if (Worker::post(worker_, work)) return;
  take_opened(number, fail(Code::kResourceExhausted, "NO_THREAD", path + ": no thread to open it on"));
}

void Recording::take_opened(std::uint64_t number, Result<std::unique_ptr<output::Recorder>> started) {
  const bool is_wanted = number == opening_ && phase_ == Phase::kOpening;
  if (started && !is_wanted) give_up(std::move(*started));
  if (!is_wanted) return;
  if (started) {
    recorder_ = std::move(*started);
    outcome_ = Result<void>{};
  } else {
    outcome_ = Result<void>(tl::unexpected<Error>(started.error()));
  }
  phase_ = Phase::kOpen;
}

void Recording::begin(Frames first_frame) {
  recorder_->begin_at(first_frame);
  slot_ = programme_.free_slot();
  if (slot_ != nullptr) slot_->attach(recorder_->tap());
  phase_ = Phase::kRuns;
}

void Recording::end(Frames frame) {
  if (phase_ != Phase::kRuns) return;
  recorder_->end_at(frame);
  phase_ = Phase::kEnding;
}

void Recording::end() {
  if (phase_ == Phase::kRuns) leave();
}

void Recording::leave() {
  if (slot_ != nullptr) slot_->detach();
  phase_ = Phase::kLeaving;
}

void Recording::tend() {
  if (phase_ == Phase::kEnding && recorder_->status().is_finished) leave();
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
  give_up(std::exchange(recorder_, nullptr));
}

// Closing an unfinished file may wait for the disk.
void Recording::give_up(std::shared_ptr<output::Recorder> recorder) {
  if (recorder == nullptr) return;
  recorder->request_stop();
  Worker::post(worker_, [recorder = std::move(recorder)] { (void)recorder->stop(); });
}

output::Recorder::Status Recording::status() const {
  return recorder_ == nullptr ? output::Recorder::Status{} : recorder_->status();
}

}  // namespace segue::control
