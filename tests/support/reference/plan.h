// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/model/analysis.h"

namespace segue::reference {

enum class Genre { kHouse, kTechno, kDrumAndBass, kTrance, kHipHop, kRock, kWaltz, kSixEight, kSwing, kBreakbeat };
inline constexpr int kGenres = 10;
const char* to_string(Genre genre);  // "house", "drum_and_bass", …
std::optional<Genre> genre_from(std::string_view name);

// The scale the notes are taken from. It decides with the tonic whether the key counts as minor.
enum class Mode { kMajor, kMinor, kDorian, kMixolydian, kHarmonicMinor, kPhrygian };
const char* to_string(Mode mode);
bool is_minor(Mode mode);

// How the tempo moves.
enum class Motion {
  kSteady,
  kRamp,   // evenly in beats, from bpm to bpm × (1 + motion_amount)
  kDrift,  // as live players do: slowly around bpm, by up to motion_amount of it
  kStep,   // from a section in the middle on, bpm × (1 + motion_amount)
};
const char* to_string(Motion motion);

// What comes before or instead of a plain first bar.
enum class Opening {
  kClean,       // opening_s of silence, then the first downbeat
  kPickup,      // pickup_beats of drums or notes before the first downbeat
  kAtmosphere,  // opening_s of wind and a drone without any pulse
  kDrumless,    // the first section has no drums
};
const char* to_string(Opening opening);

struct PlannedSection {
  model::SectionLabel label = model::SectionLabel::kGroove;
  int bars = 8;
};

// All that was decided about a piece of music before it is played. A test may change any of it.
struct ReferencePlan {
  Genre genre = Genre::kHouse;
  std::uint64_t seed = 0;  // of patterns, voices and melodies
  double bpm = 124;        // of the notated beat; in 6/8 an eighth
  Motion motion = Motion::kSteady;
  double motion_amount = 0;
  int tonic = 9;  // pitch class
  Mode mode = Mode::kMinor;
  int key_change = 0;        // semitones up from the last third of the sections on; 0: none
  double tuning_cents = 0;   // against A = 440 Hz
  double swing = 0.5;        // place of the second of a pair of sixteenths; in swing, of the last third of a beat
  double humanise_ms = 0;    // standard deviation of each stroke's time around its place
  double snare_late_ms = 0;  // the snare behind the beat
  Opening opening = Opening::kClean;
  double opening_s = 0;
  int pickup_beats = 0;
  std::vector<PlannedSection> sections;
  double drive_db = 0;    // into a soft ceiling: loudness
  double peak_db = -1;    // largest sample, dBFS
  double hiss_db = -200;  // noise of tape or vinyl under everything, dBFS; none below −120
  double pump_db = 0;     // how far each kick ducks what is no drum
  double reverb = 0.1;    // of what is no drum
  int sample_rate_hz = 44'100;

  int beats_per_bar() const;
  int bars() const;
  bool has_drums(int section) const;
};

// A plan for about `seconds` of music, chosen by the seed: the same for the same three, and typical of the genre with
// all its oddities.
ReferencePlan plan_reference(Genre genre, std::uint64_t seed, double seconds = 120);

}  // namespace segue::reference
