// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/rt/track_pages.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// A track whose pages are all there, or are published one by one by a test that plays the loader. Owns pages and
// table; outlives every deck that plays it.
class MemoryTrack {
 public:
  // Every page published, the length final.
  explicit MemoryTrack(const StereoAudio& audio, bool ends_quietly = true);

  const rt::TrackPages& pages() const { return pages_; }
  Frames length() const { return length_; }
  // Hides and shows pages [first, last), as a loader short of memory does.
  void hide(std::int64_t first, std::int64_t last);
  void show(std::int64_t first, std::int64_t last);

 private:
  Frames length_;
  std::vector<std::unique_ptr<rt::Page>> owned_;
  rt::TrackPages pages_;
};

}  // namespace segue::test
