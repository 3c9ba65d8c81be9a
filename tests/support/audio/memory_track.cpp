// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/memory_track.h"

#include <algorithm>

namespace segue::test {

MemoryTrack::MemoryTrack(const StereoAudio& audio, bool ends_quietly)
    : length_(audio.frames()), pages_(audio.frames()) {
  for (Frames from = 0; from < length_; from += rt::kPageFrames) {
    auto page = std::make_unique<rt::Page>();
    const Frames to = std::min<Frames>(from + rt::kPageFrames, length_);
    std::fill_n(page->left, rt::kPageFrames, 0.0F);
    std::fill_n(page->right, rt::kPageFrames, 0.0F);
    std::copy(audio.left.begin() + from, audio.left.begin() + to, page->left);
    std::copy(audio.right.begin() + from, audio.right.begin() + to, page->right);
    owned_.push_back(std::move(page));
  }
  pages_.set_ends_quietly(ends_quietly);
  pages_.set_length(length_, true);
  show(0, pages_.page_count());
}

void MemoryTrack::hide(std::int64_t first, std::int64_t last) {
  for (std::int64_t index = first; index < last; ++index) (void)pages_.unpublish(index);
}

void MemoryTrack::show(std::int64_t first, std::int64_t last) {
  for (std::int64_t index = first; index < last; ++index)
    pages_.publish(index, owned_[static_cast<std::size_t>(index)].get());
}

}  // namespace segue::test
