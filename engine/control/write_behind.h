// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/result.h"
#include "engine/output/sinks/wav_writer.h"

namespace segue::control {

// Writes what an offline render makes on a thread of its own ("segue-write"). The renderer waits when it is too far
// ahead of the disk.
class WriteBehind {
 public:
  // `writer` outlives it; nobody else uses it until finish().
  explicit WriteBehind(output::WavWriter& writer);
  ~WriteBehind();

  // Fails with what the disk said about an earlier block.
  Result<void> write(ConstStereoBlock block);
  // Waits until everything is written.
  Result<void> finish();

 private:
  // A piece of the file on its way.
  struct Piece {
    std::vector<float> left;
    std::vector<float> right;
  };
  void send();
  void run();

  output::WavWriter& writer_;
  Piece filling_;  // the renderer's

  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  std::deque<Piece> full_;
  bool is_ending_ = false;
  std::optional<Error> error_;
  std::thread thread_;
};

}  // namespace segue::control
