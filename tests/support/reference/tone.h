// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "tests/support/audio/signals.h"

namespace segue::reference {

enum class Wave { kSaw, kSquare, kSine, kOrgan, kFm, kPluck, kVoice };

// How a pitched instrument sounds.
struct ToneSpec {
  Wave wave = Wave::kSaw;
  int unison = 1;             // oscillators a note, spread over the stereo image; 1 for plucks and voices
  double detune_cents = 0;    // of the outermost of them
  double cutoff_hz = 20'000;  // low pass, at rest
  double sweep_octaves = 0;   // how far the low pass opens at the stroke
  double sweep_s = 0.2;       // and how fast it closes
  double resonance = 0.7;     // Q of the low pass
  double attack_s = 0.002;
  double decay_s = 0.3;      // to sustain
  double sustain = 0.7;      // 0 to 1
  double release_s = 0.05;   // after the note's length
  double vibrato_cents = 0;  // at 5 Hz, growing over the first half second
  double fm_ratio = 1;       // of modulator to carrier
  double fm_depth = 2;       // at the stroke
  double drive = 0;          // overdrive; 0 leaves it clean
  double level = 0.3;
};

struct Note {
  double at_s = 0;
  double length_s = 0;
  double hz = 0;
  double level = 1;
  double pan = 0;  // −1 left to 1 right
};

// Plays notes into a mix. Keeps its working memory between notes. A note sounds from the frame nearest to its time.
class Instrument {
 public:
  Instrument(const ToneSpec& spec, int sample_rate_hz, std::uint64_t seed);
  void play(const Note& note, test::StereoAudio& out);

 private:
  // Several oscillators over both sides; all else is one signal until it is mixed.
  bool is_wide() const { return spec_.unison > 1; }
  void oscillate(const Note& note);
  void pluck(const Note& note);
  void sing(const Note& note);
  void filter(std::vector<float>& signal) const;
  void shape(const Note& note, std::size_t frames);
  template <typename Waveform>
  void add_wave(double hz, double gain_left, double gain_right, Waveform waveform);

  ToneSpec spec_;
  int rate_hz_;
  test::Random random_;
  std::vector<float> sine_;  // a period, and its first value again
  std::vector<float> left_;
  std::vector<float> right_;  // of a wide sound
};

}  // namespace segue::reference
