// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/beat_grid.h"
#include "engine/model/key.h"

// What is known of a track from listening to it. Plain values; times are seconds from the start of the track,
// confidences 0 (a guess) to 1 (certain). What cannot be said is absent, never made up.
namespace segue::model {

// A confidence below which an answer is as likely wrong as right.
inline constexpr double kGuess = 0.5;

// Rises whenever an analyser's answers change: older analyses are made again when their track is next used.
inline constexpr int kAnalysisVersion = 3;

struct TempoCandidate {
  double bpm = 0;
  double confidence = 0;
};

// The beats. Without any, bpm is 0 and the grid is empty.
struct Rhythm {
  double bpm = 0;         // at the notated level: that of the longest stretch where the tempo moves
  double confidence = 0;
  std::vector<TempoCandidate> alternatives;  // best first, without bpm itself; half, double and 3:2 relatives among them
  BeatGrid grid;          // its first marker is the first downbeat; constant tempo is one marker
  double first_beat_s = 0;  // first beat at or after the first sound of the music
  double downbeat_s = 0;    // first downbeat at or after it
  int beats_per_bar = 4;    // of the grid's beats, 2 in 6/8 (beat_grid.h); time_signature() tells how it is written
  int phrase_bars = 0;      // 4, 8 or 16; 0 if no phrase could be told
  double phrase_s = 0;      // a downbeat on which a phrase begins
  double downbeat_confidence = 0;
  bool is_constant = true;  // one tempo throughout
  std::vector<double> beats_s;  // every beat from first_beat_s to the end of the music
};

struct KeyChange {
  double at_s = 0;
  Key key;
  double confidence = 0;
};

struct KeyCandidate {
  Key key;
  double confidence = 0;
};

struct Tonality {
  std::optional<Key> key;  // of the longest part, where it changes
  double confidence = 0;
  std::vector<KeyCandidate> alternatives;  // best first, without key itself, at most 3
  double tuning_cents = 0;                 // of concert pitch (A = 440 Hz), −50 to +50
  std::vector<KeyChange> changes;          // in order, the first at 0, the others on bar lines of the grid
};

// ITU-R BS.1770-4 and EBU R128. Absent for what has no sound above the gate.
struct Loudness {
  std::optional<double> integrated_lufs;
  std::optional<double> range_lu;
  std::optional<double> true_peak_dbtp;
  double sample_peak_db = -200;     // dBFS
  std::int64_t clipped_runs = 0;    // runs of three or more samples at full scale
};

// Where the music begins and ends: first and last sound above −60 dBFS. Both 0 if there is none.
struct SoundBounds {
  double start_s = 0;
  double end_s = 0;
};

// Columns of four bytes: peak, low (< 200 Hz), mid, high (> 2 kHz). A byte v stands for the amplitude (v / 255)².
struct Waveform {
  static constexpr int kOverviewColumns = 1800;  // a tablet's width; fewer in tracks shorter than 12 s
  static constexpr int kDetailPerS = 150;        // columns a second, in all but the last full
  std::vector<std::uint8_t> overview;
  std::vector<std::uint8_t> detail;
};

enum class SectionLabel { kIntro, kGroove, kBuild, kDrop, kBreakdown, kOutro };

struct Section {
  double at_s = 0;  // on a downbeat, but for the first
  SectionLabel label = SectionLabel::kGroove;
  int bars = 0;       // rounded
  double energy = 0;  // 0 to 1 within the track
};

// What transitions are planned by.
struct Structure {
  std::vector<Section> sections;  // in order, the first at the start of the music
  std::vector<float> energy;      // one value a bar from Rhythm::downbeat_s on (a second each without a grid), 0 to 1
  std::vector<float> bass;        // bass presence, likewise
  std::vector<float> vocal;       // likelihood of a voice, likewise
  double mix_in_s = 0;   // end of what another track may be mixed over at the front
  double mix_out_s = 0;  // start of what another track may be mixed over at the back
  int energy_level = 0;  // 1 (calm) to 10 (peak time), comparable between tracks; 0 without sound
  double spectral_tilt_db = 0;  // slope of the long-term spectrum, dB per octave from 60 Hz to 10 kHz
};

// All of it. A progressive estimate is the same with is_final false and analysed_s short of the duration.
struct TrackAnalysis {
  int version = kAnalysisVersion;
  bool is_final = false;
  double duration_s = 0;
  double analysed_s = 0;
  Rhythm rhythm;
  Tonality tonality;
  Loudness loudness;
  SoundBounds sound;
  Waveform waveform;
  Structure structure;
  std::vector<double> onsets_s;  // attack starts, in order; exact to 1 ms
  std::string ai_generated;      // what the file's tags disclose of its making by a machine; empty: nothing
  std::string error;             // why nothing can be said; empty if something can
  std::string warning;           // what makes the answer less than it might be: damage in the file; empty: nothing
};

// Says one more thing that makes an answer less than it might be.
void add_warning(TrackAnalysis& analysis, const std::string& what);

// What a user knows better than an analyser.
struct TempoHint {
  double bpm_min = 60;
  double bpm_max = 200;
  double bpm = 0;  // the tempo itself, roughly; 0: not known
};

// "intro", "groove", "build", "drop", "breakdown", "outro".
const char* to_string(SectionLabel label);

}  // namespace segue::model
