// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/control/inbox.h"
#include "engine/output/programme.h"
#include "engine/output/sinks/recorder.h"

namespace segue::control {

// The recording of the programme: opens its file, hangs its tap into the programme, takes it out and closes the file.
// What may wait for a disk happens on a thread of its own ("segue-files"), which is left behind if the disk never
// answers. Control thread.
class Recording {
 public:
  // How a recorder is made: Recorder::start, or what a test puts in its place.
  using Start = std::function<Result<std::unique_ptr<output::Recorder>>(const output::Recorder::Options&)>;
  Recording(output::Programme& programme, Inbox& inbox, int sample_rate_hz, Start start = output::Recorder::start);
  // Closes the file; waits no longer than kCloseMs for it.
  ~Recording();
  static constexpr int kCloseMs = 350;  // of the second that the engine may take to stop

  // Whether the engine records, or is about to.
  bool is_busy() const { return phase_ != Phase::kNone; }
  // Whether the programme goes to the file.
  bool is_running() const { return phase_ == Phase::kRuns; }

  // Opens the file for a recording that begins at `first_frame`; outcome() tells when it is open.
  void open(const std::string& path, Frames first_frame);
  // Null while the file is being opened.
  const Result<void>* outcome() const { return outcome_ ? &*outcome_ : nullptr; }
  // From the next block on, the file gets the programme.
  void begin(Frames first_frame);
  // Ends the file before `frame`, which may be past or to come; is_closed() tells when it is whole.
  void end(Frames frame);
  // Ends it with what has been rendered.
  void end();
  bool is_closed() const { return phase_ == Phase::kNone || phase_ == Phase::kClosed; }
  // Back to the start: after is_closed(), a failed open, or instead of begin(). Keeps the last status.
  void reset();
  // Moves an ending recording on; each step of control.
  void tend();
  output::Recorder::Status status() const;

 private:
  enum class Phase { kNone, kOpening, kOpen, kRuns, kEnding, kLeaving, kClosing, kClosed };
  class Worker;
  void take_opened(std::uint64_t number, Result<std::unique_ptr<output::Recorder>> started);
  void leave();
  void give_up(std::shared_ptr<output::Recorder> recorder);

  output::Programme& programme_;
  const int sample_rate_hz_;
  const Start start_;
  Phase phase_ = Phase::kNone;
  std::uint64_t opening_ = 0;  // numbers opens, so that the answer of an abandoned one is told apart
  std::optional<Result<void>> outcome_;
  std::shared_ptr<output::Recorder> recorder_;
  output::TapSlot* slot_ = nullptr;
  const std::shared_ptr<Worker> worker_;  // shared with its thread
};

}  // namespace segue::control
