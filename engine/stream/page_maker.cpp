// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_maker.h"

#include <algorithm>
#include <cmath>

namespace segue::stream {
namespace {

constexpr int kTailMs = 5;                // the end of a track that is to be quiet
constexpr float kQuiet = 0.001F;          // −60 dBFS
constexpr Frames kReadOnFrames = 65'536;  // up to here ahead, decoding on is cheaper than a seek

}  // namespace

PageMaker::PageMaker(std::unique_ptr<Decoder> decoder, std::shared_ptr<const dsp::Resampler> resampler, int target_hz)
    : decoder_(std::move(decoder)), resampler_(std::move(resampler)), target_hz_(target_hz) {}

Result<void> PageMaker::make(std::int64_t index, rt::Page& page) {
  return render(index * rt::kPageFrames, rt::kPageFrames, page.left, page.right);
}

Frames PageMaker::length() const { return resampler_->target_frames_for(decoder_->length()); }

Result<bool> PageMaker::ends_quietly() {
  const Frames end = length();
  const int count = static_cast<int>(std::min<Frames>(end, target_hz_ * kTailMs / 1000));
  std::vector<float> left(static_cast<std::size_t>(count));
  std::vector<float> right(static_cast<std::size_t>(count));
  if (const Result<void> made = render(end - count, count, left.data(), right.data()); !made) {
    return tl::unexpected(made.error());
  }
  const auto is_quiet = [](float x) { return std::fabs(x) < kQuiet; };
  return std::all_of(left.begin(), left.end(), is_quiet) && std::all_of(right.begin(), right.end(), is_quiet);
}

Result<void> PageMaker::render(Frames from, int count, float* left, float* right) {
  const Frames first = resampler_->first_source(from);
  const Frames last = resampler_->last_source(from + count - 1);
  if (const Result<void> there = require(first, last + 1); !there) return there;
  resampler_->process(left_.data(), start_, from, count, left);
  resampler_->process(right_.data(), start_, from, count, right);
  // The filter rings on for some frames after the last; the track does not.
  if (is_length_exact() && from + count > length()) {
    const auto kept = static_cast<std::ptrdiff_t>(std::clamp<Frames>(length() - from, 0, count));
    std::fill(left + kept, left + count, 0.0F);
    std::fill(right + kept, right + count, 0.0F);
  }
  return {};
}

// Makes the window begin at `from` and reach to `to`; outside the track it holds zeros.
Result<void> PageMaker::require(Frames from, Frames to) {
  Frames end = start_ + static_cast<Frames>(left_.size());
  if (from < start_ || from > end + kReadOnFrames || left_.empty()) {
    left_.clear();
    right_.clear();
    start_ = from;
    if (from < 0) {
      left_.assign(static_cast<std::size_t>(-from), 0.0F);
      right_ = left_;
    }
    if (const Result<void> sought = decoder_->seek(std::max<Frames>(from, 0)); !sought) {
      left_.clear();  // the next call seeks again
      return sought;
    }
  }
  end = start_ + static_cast<Frames>(left_.size());
  if (to > end) {
    if (const Result<void> more = append(to - end); !more) {
      left_.clear();
      return more;
    }
  }
  const auto surplus = static_cast<std::ptrdiff_t>(from - start_);
  left_.erase(left_.begin(), left_.begin() + surplus);
  right_.erase(right_.begin(), right_.begin() + surplus);
  start_ = from;
  return {};
}

Result<void> PageMaker::append(Frames count) {
  const std::size_t before = left_.size();
  left_.resize(before + static_cast<std::size_t>(count), 0.0F);
  right_.resize(left_.size(), 0.0F);
  int filled = 0;
  while (filled < count) {
    const Result<int> got = decoder_->read(left_.data() + before + filled, right_.data() + before + filled,
                                           static_cast<int>(count) - filled);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;  // past the end; the zeros are there
    filled += *got;
  }
  return {};
}

}  // namespace segue::stream
