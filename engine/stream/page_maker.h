// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/dsp/resampler.h"
#include "engine/rt/track_pages.h"
#include "engine/stream/decoder.h"

namespace segue::stream {

// Makes any page of a track at the engine rate from its decoder; what a page holds depends on its index alone. Keeps
// a window of decoded source frames, so that pages made in order decode each packet once. One thread at a time; may
// block in the source.
class PageMaker {
 public:
  PageMaker(std::unique_ptr<Decoder> decoder, std::shared_ptr<const dsp::Resampler> resampler, int target_hz);

  // Fills the page; frames past the end are 0. Fails if the source cannot be read there.
  Result<void> make(std::int64_t index, rt::Page& page);
  // Length in engine frames: an estimate, 0 if unknown, until is_length_exact().
  Frames length() const;
  bool is_length_exact() const { return decoder_->length_is_exact(); }
  // True if no sample of the last 5 ms reaches −60 dBFS. Only when the length is exact.
  Result<bool> ends_quietly();
  const Decoder& decoder() const { return *decoder_; }

 private:
  Result<void> render(Frames from, int count, float* left, float* right);
  Result<void> require(Frames from, Frames to);
  Result<void> append(Frames count);

  std::unique_ptr<Decoder> decoder_;
  std::shared_ptr<const dsp::Resampler> resampler_;
  int target_hz_;
  Frames start_ = 0;  // source frame of the window's first
  std::vector<float> left_;
  std::vector<float> right_;
};

}  // namespace segue::stream
