// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "engine/base/audio_block.h"

// Measurements of engine/dsp that both the tests and the benchmark make. All in double; levels in dB.
namespace segue::dsp::figures {

inline constexpr double kSampleRateHz = 48'000.0;

// A sinusoid of a known frequency fitted to a signal by least squares, with a constant.
struct SineFit {
  double amplitude = 0;
  double residual_rms = 0;  // of all that is not the sinusoid, noise included
  // The residual relative to the sinusoid.
  double thd_noise_db() const;
};
SineFit fit_sine(const std::vector<float>& signal, double cycles_per_frame);

double rms(const std::vector<float>& signal);
double to_db(double ratio);
// A sine in float, `cycles_per_frame` × frame + a phase of no particular value.
std::vector<float> tone(int frames, double cycles_per_frame, double amplitude);

// What the varispeed interpolator makes of a tone of `tone_hz` at a rate.
struct VarispeedTone {
  double tone_hz = 0;
  double rate = 1;
};
// The output's residual relative to the tone in it; for tones that come out below half the sample rate.
double varispeed_thd_noise_db(const VarispeedTone& tone);
// All there is in the output relative to the tone that went in: no product of it can be larger.
double varispeed_leak_db(const VarispeedTone& tone);
// The gain of the tone.
double varispeed_gain_db(const VarispeedTone& tone);

// The worst over tones from 50 Hz to 18 kHz (every third of a tone, and close to the edge): residual where the tone
// comes out at 20 kHz or less, leak where it would come out above 24 kHz. -infinity if there is no such tone.
struct VarispeedWorst {
  double thd_noise_db = 0;
  double leak_db = 0;
};
VarispeedWorst varispeed_worst(double rate);

// The resampler between two rates.
struct ResamplerQuality {
  double ripple_db = 0;     // largest deviation from 0 dB up to 0.91 of the lower half rate
  double residual_db = 0;   // worst THD+N of those tones: images, aliases and noise
  double rejection_db = 0;  // worst leak of tones above the lower half rate; -infinity if there are none
};
ResamplerQuality resampler_quality(int source_hz, int target_hz);

// The magnitude of a filter's response at `hz`, from its impulse response.
double response_db(const std::vector<float>& impulse_response, double hz, double sample_rate_hz);

// True peak in dB by libebur128, the higher of both channels.
double reference_true_peak_db(const std::vector<float>& left, const std::vector<float>& right, int sample_rate_hz);
// The same by 16-fold interpolation with 64 taps a phase.
double fine_true_peak_db(const std::vector<float>& signal);

// Signals a limiter finds hard, in stereo, about half a second each, most of them up to +6 dBFS and more.
struct LoudSignal {
  const char* name;
  std::vector<float> left;
  std::vector<float> right;
};
std::vector<LoudSignal> loud_signals(int sample_rate_hz);

// Passes a signal through `process` in blocks of `block_frames`.
void in_blocks(std::vector<float>& left, std::vector<float>& right, int block_frames,
               const std::function<void(StereoBlock)>& process);

}  // namespace segue::dsp::figures
