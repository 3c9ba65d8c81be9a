// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/dsp/fft.h"

namespace segue::analysis {

// One frame of the spectrum of a track's mid channel. A view, valid for the call it is passed to.
struct SpectrumFrame {
  std::int64_t index = 0;
  double centre_s = 0;  // time in the track of the middle of the window; below 0 in the first frames
  double bin_hz = 0;
  std::span<const float> power;  // |X|² of each bin from 0 Hz on; a sine of amplitude 1 has a peak of 1
};

// Takes a signal apart into overlapping Hann windows of about 46 ms, four of which cover each instant: the one
// spectrum that all analysers of rhythm and structure share. Frames start at once, as if silence came before the
// track. One thread.
class Spectrum {
 public:
  // 8,000 to 384,000 Hz.
  explicit Spectrum(int sample_rate_hz);

  // Window in samples: a power of two, 2,048 at 44.1 and 48 kHz.
  int window() const { return fft_.size(); }
  int hop() const { return fft_.size() / 4; }
  double frames_per_s() const { return static_cast<double>(sample_rate_hz_) / hop(); }
  int bins() const { return fft_.bins(); }

  // Calls sink(const SpectrumFrame&) for each frame that the signal so far fills.
  template <typename Sink>
  void push(std::span<const float> mono, Sink&& sink) {
    while (!mono.empty()) {
      mono = mono.subspan(take(mono));
      if (is_full()) sink(next());
    }
  }
  // The frames that still contain sound, with silence behind it.
  template <typename Sink>
  void finish(Sink&& sink) {
    for (int i = 0; i < 3; ++i) {
      pad();
      sink(next());
    }
  }

 private:
  std::size_t take(std::span<const float> mono);
  bool is_full() const { return filled_ == history_.size(); }
  SpectrumFrame next();
  void pad();

  const int sample_rate_hz_;
  dsp::RealFft fft_;
  std::vector<float> window_;   // scaled so that a sine of amplitude 1 peaks at 1
  std::vector<float> history_;  // the newest window of the signal
  std::vector<float> power_;
  std::size_t filled_ = 0;  // of history_
  std::int64_t frames_ = 0;
};

}  // namespace segue::analysis
