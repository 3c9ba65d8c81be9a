// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// What sounds during a phrase.
enum class Section {
  kIntro,   // kick, hats
  kGroove,  // kick, hats, snare, bass
  kBreak,   // chords, hats
  kDrop,    // everything
  kOutro,   // kick, hats, snare
};
const char* to_string(Section section);

// A piece of club music in 4/4 to be made.
struct SongPlan {
  double bpm = 124.0;
  std::string key = "Am";      // a note, # or b, and m for minor
  double first_beat_s = 0.25;  // the first downbeat
  int phrase_bars = 16;        // length of each section
  std::vector<Section> sections = {Section::kIntro, Section::kGroove, Section::kBreak, Section::kDrop, Section::kOutro};
  double tail_s = 1.0;  // after the last bar
  int sample_rate_hz = 44'100;
  double peak = 0.5;  // largest sample
};

// A piece of music whose truth is known.
struct Song {
  SongPlan plan;
  StereoAudio audio;

  int beats() const { return plan.phrase_bars * 4 * static_cast<int>(plan.sections.size()); }
  // The frame in which beat `index` is struck, counted from 0: the frame nearest to its time.
  Frames beat_frame(int index) const;
};

// The same plan gives the same samples. Fails with INVALID_ARGUMENT KEY_UNKNOWN.
Result<Song> make_song(const SongPlan& plan);

}  // namespace segue::test
