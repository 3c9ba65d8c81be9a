// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/control/inbox.h"
#include "engine/output/programme.h"
#include "engine/output/sinks/recorder.h"

namespace segue::control {

// The recording of the programme: opens its file, hangs its tap into the programme, takes it out and closes the file.
// What may wait for a disk happens on a thread of its own ("segue-files"). Control thread.
class Recording {
 public:
  Recording(output::Programme& programme, Inbox& inbox, int sample_rate_hz);
  ~Recording();

  // Whether the engine records, or is about to.
  bool is_busy() const { return phase_ != Phase::kNone; }
  // Whether the programme goes to the file.
  bool is_running() const { return phase_ == Phase::kRuns; }

  // Opens the file for a recording that begins at `first_frame`; outcome() tells when it is open.
  void open(const std::string& path, Frames first_frame);
  // Null while the file is being opened.
  const Result<void>* outcome() const { return outcome_ ? &*outcome_ : nullptr; }
  // From the next block on, the file gets the programme.
  void begin();
  // Takes the tap out; is_closed() tells when the file is whole.
  void end();
  bool is_closed() const { return phase_ == Phase::kNone || phase_ == Phase::kClosed; }
  // Back to the start: after is_closed(), a failed open, or instead of begin(). Keeps the last status.
  void reset();
  // Moves an ending recording on; each step of control.
  void tend();
  output::Recorder::Status status() const;

 private:
  enum class Phase { kNone, kOpening, kOpen, kRuns, kLeaving, kClosing, kClosed };
  void post_work(std::function<void()> work);
  void run(const std::stop_token& stop);

  output::Programme& programme_;
  Inbox& inbox_;
  const int sample_rate_hz_;
  Phase phase_ = Phase::kNone;
  std::uint64_t opening_ = 0;  // numbers opens, so that the answer of an abandoned one is told apart
  std::optional<Result<void>> outcome_;
  std::shared_ptr<output::Recorder> recorder_;
  output::TapSlot* slot_ = nullptr;

  std::mutex mutex_;  // guards works_
  std::condition_variable_any arrived_;
  std::deque<std::function<void()>> works_;
  std::jthread worker_;
};

}  // namespace segue::control
