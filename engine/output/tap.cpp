// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/tap.h"

#include <algorithm>
#include <bit>

// Audio lies in two rings that both ends index by frames written and read since creation; a ring of spans says which
// engine frame each stretch of it has. The writer publishes a span, with release, after its audio; the reader gives
// room back, with release, after its copy. Each counter has one writing thread.
namespace segue::output {
namespace {

// Smallest driver block: with blocks of this size the spans last as long as the audio.
constexpr int kBlockFramesMin = 16;

void copy_in(std::vector<float>& ring, std::size_t at, const float* from, std::size_t count) {
  const std::size_t first = std::min(count, ring.size() - at);
  std::copy_n(from, first, ring.data() + at);
  std::copy_n(from + first, count - first, ring.data());
}

void copy_out(const std::vector<float>& ring, std::size_t at, float* to, std::size_t count) {
  const std::size_t first = std::min(count, ring.size() - at);
  std::copy_n(ring.data() + at, first, to);
  std::copy_n(ring.data(), count - first, to + first);
}

}  // namespace

Tap::Tap(int capacity_frames)
    : left_(std::bit_ceil(static_cast<std::size_t>(std::max(capacity_frames, kBlockFramesMin)))),
      right_(left_.size()),
      spans_(left_.size() / kBlockFramesMin),
      mask_(left_.size() - 1),
      span_mask_(spans_.size() - 1) {}

void Tap::write(ConstStereoBlock block, Frames frame) {
  if (block.frames <= 0) return;
  const auto count = static_cast<std::uint64_t>(block.frames);
  const std::uint64_t written = written_.load(std::memory_order_relaxed);
  const std::uint64_t spans_written = spans_written_.load(std::memory_order_relaxed);
  if (written + count - read_.load(std::memory_order_acquire) > left_.size() ||
      spans_written + 1 - spans_read_.load(std::memory_order_acquire) > spans_.size()) {
    dropped_.store(dropped_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    return;
  }
  copy_in(left_, written & mask_, block.left, count);
  copy_in(right_, written & mask_, block.right, count);
  spans_[spans_written & span_mask_] = Span{frame, block.frames};
  written_.store(written + count, std::memory_order_relaxed);
  spans_written_.store(spans_written + 1, std::memory_order_release);
}

Tap::Read Tap::read(StereoBlock out) {
  const std::uint64_t spans_written = spans_written_.load(std::memory_order_acquire);
  std::uint64_t span_at = spans_read_.load(std::memory_order_relaxed);
  const std::uint64_t read_before = read_.load(std::memory_order_relaxed);
  Read result;
  while (span_at != spans_written && result.frames < out.frames) {
    const Span& span = spans_[span_at & span_mask_];
    const Frames frame = span.frame + span_offset_;
    if (result.frames == 0) result.frame = frame;
    if (frame != result.frame + result.frames) break;
    const int count = std::min(span.frames - span_offset_, out.frames - result.frames);
    const std::uint64_t at = (read_before + static_cast<std::uint64_t>(result.frames)) & mask_;
    copy_out(left_, at, out.left + result.frames, static_cast<std::size_t>(count));
    copy_out(right_, at, out.right + result.frames, static_cast<std::size_t>(count));
    result.frames += count;
    span_offset_ += count;
    if (span_offset_ < span.frames) break;
    span_offset_ = 0;
    ++span_at;
  }
  spans_read_.store(span_at, std::memory_order_release);
  read_.store(read_before + static_cast<std::uint64_t>(result.frames), std::memory_order_release);
  return result;
}

}  // namespace segue::output
