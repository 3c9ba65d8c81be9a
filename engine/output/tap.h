// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/rt/realtime.h"

namespace segue::output {

// A copy of the programme for a thread that may block: the audio thread writes blocks with their frame numbers, one
// other thread reads them. A block that finds no room is dropped whole and counted; the reader sees the gap from the
// frame numbers.
class Tap {
 public:
  // Room for `capacity_frames` frames (rounded up to a power of two).
  explicit Tap(int capacity_frames);

  // --- audio thread
  // `frame` is the engine frame of the block's first frame.
  SEGUE_RT void write(ConstStereoBlock block, Frames frame);

  // --- the reading thread
  struct Read {
    Frames frame = 0;  // engine frame of the first frame read
    int frames = 0;    // 0: nothing there
  };
  // Reads up to out.frames frames that follow each other without a gap.
  Read read(StereoBlock out);

  // --- any thread
  std::uint64_t dropped_frames() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Span {
    Frames frame;
    int frames;
  };
  std::vector<float> left_;
  std::vector<float> right_;
  std::vector<Span> spans_;
  std::uint64_t mask_;
  std::uint64_t span_mask_;
  alignas(64) std::atomic<std::uint64_t> written_{0};  // frames
  std::atomic<std::uint64_t> spans_written_{0};
  alignas(64) std::atomic<std::uint64_t> read_{0};  // frames
  std::atomic<std::uint64_t> spans_read_{0};
  std::atomic<std::uint64_t> dropped_{0};
  int span_offset_ = 0;  // reader: frames of the current span already read
};

}  // namespace segue::output
