// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/output/tap.h"

namespace segue::output {

// Records a tap to a WAV file on a thread of its own: frame N of the file is engine frame first_frame + N. What the
// tap lost becomes silence of the same length and is counted. A full disk ends the file, not the sound. All calls but
// those on tap() are for one controlling thread; the tap must be detached from the programme before destruction.
class Recorder {
 public:
  struct Options {
    std::string path;
    int sample_rate_hz = 48'000;
    Frames first_frame = 0;  // engine frame of the file's first frame; earlier ones are dropped
    bool may_overwrite = false;
    double buffer_s = 8.0;  // how long the disk may stall: SD cards do for seconds
  };
  struct Status {
    std::string path;
    Frames first_frame = 0;
    Frames frames = 0;           // recorded
    Frames dropped_frames = 0;   // silence in their place
    std::optional<Error> error;  // why the recording ended by itself
    bool is_finished = false;    // the file is closed
  };

  // Opens the file, which may block on the disk. Fails as WavWriter::create does.
  static Result<std::unique_ptr<Recorder>> start(const Options& options);
  // stop(), and if the disk hangs beyond it, leaves the thread behind with its file.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // For the audio thread to write to.
  Tap& tap();
  Status status() const;

  // The file begins at this engine frame instead. Before the tap is attached only.
  void begin_at(Frames first_frame);
  // The file ends before this engine frame, also if it has come further already. Finishes by itself once the tap has
  // brought the frames up to it. Does not wait.
  void end_at(Frames frame);
  // Asks for the end: what the tap holds is still written. Does not wait.
  void request_stop();
  // request_stop(), and waits up to kStopMs for the file to be closed. Fails with what ended the recording, or with
  // DEADLINE_EXCEEDED DISK_SLOW; the file is then closed as soon as the disk answers.
  Result<void> stop();
  static constexpr int kStopMs = 500;

 private:
  struct State;
  explicit Recorder(std::shared_ptr<State> state);
  const std::shared_ptr<State> state_;
};

}  // namespace segue::output
