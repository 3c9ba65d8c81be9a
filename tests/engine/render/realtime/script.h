// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/render/renderer.h"
#include "tests/support/audio/memory_track.h"

namespace segue::test {

inline constexpr int kScriptDecks = 4;
inline constexpr Frames kScriptFrames = 20 * 48'000;
inline constexpr int kScriptTracks = 24;

// One line of a script: everything but the stretcher, which each performance primes for itself.
struct ScriptLine {
  render::Event event;
  bool has_stretcher = false;
  int track = 0;           // of the deck at that time
  double track_frame = 0;  // to prime for
  double rate = 1.0;
};

// 600 commands of every kind at fixed frames, over 20 seconds and four decks. Tracks: kScriptTracks of at least 6 s.
std::vector<ScriptLine> make_script(std::uint64_t seed, const std::vector<std::unique_ptr<MemoryTrack>>& tracks);

// What a script sounds like, rendered in blocks of `block` frames by a new renderer, and what became of its lines.
struct Performance {
  StereoAudio sound;
  std::vector<render::Commit> commits;
};
Performance perform(const std::vector<ScriptLine>& script, const std::vector<std::unique_ptr<MemoryTrack>>& tracks,
                    int block);

}  // namespace segue::test
