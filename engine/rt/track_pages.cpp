// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/track_pages.h"

#include <algorithm>
#include <cstring>

namespace segue::rt {

TrackPages::TrackPages(Frames capacity_frames)
    : page_count_((std::max<Frames>(capacity_frames, 0) + kPageFrames - 1) / kPageFrames),
      table_(std::make_unique<std::atomic<const Page*>[]>(static_cast<std::size_t>(page_count_))) {}

bool TrackPages::has(Frames from, Frames to) const {
  from = std::max<Frames>(from, 0);
  to = std::min(to, length_is_final() ? length() : page_count_ * kPageFrames);
  for (Frames at = from / kPageFrames; at * kPageFrames < to; ++at) {
    if (page(at) == nullptr) return false;
  }
  return true;
}

bool TrackPages::read(Frames from, int count, float* left, float* right) const {
  const Frames end = length_is_final() ? length() : page_count_ * kPageFrames;
  bool complete = true;
  while (count > 0) {
    int run = count;
    const Page* source = nullptr;
    std::size_t offset = 0;
    if (from < 0) {
      run = static_cast<int>(std::min<Frames>(run, -from));
    } else if (from < end) {
      offset = static_cast<std::size_t>(from % kPageFrames);
      run = static_cast<int>(std::min<Frames>({run, kPageFrames - static_cast<Frames>(offset), end - from}));
      source = page(from / kPageFrames);
      complete = complete && source != nullptr;
    }
    const auto bytes = static_cast<std::size_t>(run) * sizeof(float);
    if (source != nullptr) {
      std::memcpy(left, source->left + offset, bytes);
      std::memcpy(right, source->right + offset, bytes);
    } else {
      std::memset(left, 0, bytes);
      std::memset(right, 0, bytes);
    }
    left += run;
    right += run;
    from += run;
    count -= run;
  }
  return complete;
}

void TrackPages::publish(std::int64_t index, const Page* page) {
  if (index < 0 || index >= page_count_) return;
  table_[static_cast<std::size_t>(index)].store(page, std::memory_order_release);
  published_.fetch_add(1, std::memory_order_relaxed);
}

const Page* TrackPages::unpublish(std::int64_t index) {
  if (index < 0 || index >= page_count_) return nullptr;
  const Page* page = table_[static_cast<std::size_t>(index)].exchange(nullptr, std::memory_order_seq_cst);
  if (page != nullptr) published_.fetch_sub(1, std::memory_order_relaxed);
  return page;
}

void TrackPages::set_length(Frames length, bool is_final) {
  length_.store(length, std::memory_order_release);
  length_is_final_.store(is_final, std::memory_order_release);
}

}  // namespace segue::rt
