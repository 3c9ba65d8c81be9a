// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/analysis/chroma_decimator.h"
#include "engine/analysis/tuning.h"
#include "engine/dsp/fft.h"

namespace segue::analysis {

// How strongly each pitch class sounds; index 3 × pitch class (C is 0) is in tune with A = 440 Hz, its neighbours a
// third of a semitone off.
using FinePitches = std::array<float, 36>;
using Pitches = std::array<float, 12>;

// The pitches around an instant.
struct ChromaFrame {
  FinePitches chord{};  // 110 Hz to 1.9 kHz, overtones discounted
  FinePitches bass{};   // 30 to 260 Hz, the lowest first
};

// Makes twelve pitch classes of the fine ones, for music tuned `cents` above concert pitch.
class Folding {
 public:
  explicit Folding(double cents);
  Pitches fold(const FinePitches& fine) const;

 private:
  int first_ = 0;  // fine pitch that weights_[0] belongs to, for C
  std::array<float, 5> weights_{};
};

// Hears the pitches of a track: sustained partials of the spectrum, found as peaks. Noise and drums have few, so that
// they count little. Frames come about twelve times a second and are kept, for the first hour of a track. One thread.
class Chroma {
 public:
  // 8,000 to 384,000 Hz.
  explicit Chroma(int sample_rate_hz);

  void push(std::span<const float> mono);

  std::span<const ChromaFrame> frames() const { return frames_; }
  double frames_per_s() const { return frames_per_s_; }
  // The track time at the middle of a frame.
  double seconds_of(std::int64_t frame) const {
    return (static_cast<double>(frame) + 0.5) / frames_per_s_ - to_chord_.delay_s();
  }
  const TuningMeter& tuning() const { return tuning_; }

 private:
  struct Peak {
    float hz = 0;
    float level = 0;   // amplitude, full scale is 1
    float weight = 0;  // what it counts: less the more it is like noise
  };
  // A stretch of the decimated signal that becomes a spectrum each hop.
  struct Band {
    Band(int size, double rate_hz);
    void listen(const float* signal);  // takes fft.size() samples
    dsp::RealFft fft;
    double bin_hz = 0;
    std::vector<float> window;
    std::vector<float> power;
  };

  void hear();
  void find_peaks(const Band& band, double from_hz, double to_hz);
  void discount_overtones(std::size_t from);

  ChromaDecimator to_chord_;
  ChromaDecimator to_bass_;
  Band chord_;
  Band bass_;
  const std::size_t hop_;  // of the chords' signal
  const double frames_per_s_;
  std::vector<float> chord_signal_;  // from one window before the middle of the next frame on
  std::vector<float> bass_signal_;   // likewise
  std::vector<Peak> peaks_;
  std::vector<ChromaFrame> frames_;
  TuningMeter tuning_;
};

}  // namespace segue::analysis
