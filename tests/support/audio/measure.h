// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/base/units.h"

// Measurements of mono signals. Results in dB are of amplitudes (20 log10), −400 for nothing.
namespace segue::test {

double to_db(double amplitude);
double rms(std::span<const float> signal);
double peak(std::span<const float> signal);

struct SineFit {
  double hz = 0;
  double amplitude = 0;
  double phase = 0;         // at frame 0 of the signal
  double residual_rms = 0;  // of what is left without the sine and a constant
  // Everything that is not the sine, against it.
  double thd_n_db() const;
};
// The least-squares sine near `hz`: amplitude, phase, offset, and the frequency within ± half a cycle over the length.
SineFit fit_sine(std::span<const float> signal, double hz, double rate_hz);
// The amplitude at exactly `hz`, through a Blackman-Harris window: sees 100 dB down beside a loud tone that is at
// least eight cycles over the length away.
double amplitude_at(std::span<const float> signal, double hz, double rate_hz);

// Amplitude spectrum through a Blackman-Harris window: bin i is i × rate ÷ size Hz, size the largest power of two that
// fits. A sine of amplitude A reads A at its bin (−0.83 dB between two).
struct Spectrum {
  std::vector<double> amplitudes;
  double bin_hz = 0;

  // The largest amplitude in [from_hz, to_hz], and where it is.
  struct Line {
    double hz = 0;
    double amplitude = 0;
  };
  Line loudest(double from_hz, double to_hz) const;
};
Spectrum spectrum_of(std::span<const float> signal, double rate_hz);

}  // namespace segue::test
