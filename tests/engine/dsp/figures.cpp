// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/dsp/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include <ebur128.h>

#include "engine/dsp/resampler.h"
#include "engine/dsp/sinc.h"

namespace segue::dsp::figures {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kNothingDb = -std::numeric_limits<double>::infinity();
constexpr double kToneAmplitude = 0.9;

// The output of the interpolator for a tone, from a start that falls on no grid.
std::vector<float> varispeed_output(const VarispeedTone& what) {
  constexpr int kFrames = 12'000;
  const SincBank& bank = SincBank::shared();
  const int reach = bank.reach(what.rate);
  const int needed = static_cast<int>(kFrames * std::fabs(what.rate)) + 2 * reach + 16;
  const auto source = tone(needed, what.tone_hz / kSampleRateHz, kToneAmplitude);
  std::vector<float> left(kFrames);
  std::vector<float> right(kFrames);
  const double start = what.rate < 0 ? needed - reach - 2.12345 : reach + 0.12345;
  // In quanta, as the engine does.
  for (int from = 0; from < kFrames; from += 64) {
    const int count = std::min(64, kFrames - from);
    bank.interpolate(source.data(), source.data(), start + from * what.rate, what.rate,
                     {left.data() + from, right.data() + from, count});
  }
  return left;
}

// Linear congruential, so that the signals are the same everywhere.
class Noise {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 40) / static_cast<double>(1ULL << 23) - 1.0;
  }

 private:
  std::uint64_t state_ = 1;
};

}  // namespace

double SineFit::thd_noise_db() const { return to_db(residual_rms / (amplitude / std::numbers::sqrt2)); }

SineFit fit_sine(const std::vector<float>& signal, double cycles_per_frame) {
  // Normal equations for a·cos + b·sin + c.
  double m[3][4] = {};
  const auto basis = [&](std::size_t i, double* b) {
    const double angle = kTurn * std::fmod(cycles_per_frame * static_cast<double>(i), 1.0);
    b[0] = std::cos(angle);
    b[1] = std::sin(angle);
    b[2] = 1.0;
  };
  double b[3];
  for (std::size_t i = 0; i < signal.size(); ++i) {
    basis(i, b);
    for (int r = 0; r < 3; ++r) {
      for (int c = 0; c < 3; ++c) m[r][c] += b[r] * b[c];
      m[r][3] += b[r] * signal[i];
    }
  }
  for (int p = 0; p < 3; ++p) {
    for (int r = 0; r < 3; ++r) {
      if (r == p) continue;
      const double factor = m[r][p] / m[p][p];
      for (int c = p; c < 4; ++c) m[r][c] -= factor * m[p][c];
    }
  }
  const double fit[3] = {m[0][3] / m[0][0], m[1][3] / m[1][1], m[2][3] / m[2][2]};
  double squares = 0.0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    basis(i, b);
    const double rest = signal[i] - fit[0] * b[0] - fit[1] * b[1];
    squares += rest * rest;
  }
  return {.amplitude = std::hypot(fit[0], fit[1]),
          .residual_rms = std::sqrt(squares / static_cast<double>(signal.size()))};
}

double rms(const std::vector<float>& signal) {
  double squares = 0.0;
  for (const float x : signal) squares += static_cast<double>(x) * x;
  return std::sqrt(squares / static_cast<double>(signal.size()));
}

double to_db(double ratio) { return 20.0 * std::log10(ratio); }

std::vector<float> tone(int frames, double cycles_per_frame, double amplitude) {
  std::vector<float> signal(static_cast<std::size_t>(frames));
  for (int i = 0; i < frames; ++i) {
    const double angle = kTurn * std::fmod(cycles_per_frame * i + 0.1234, 1.0);
    signal[static_cast<std::size_t>(i)] = static_cast<float>(amplitude * std::sin(angle));
  }
  return signal;
}

double varispeed_thd_noise_db(const VarispeedTone& what) {
  return fit_sine(varispeed_output(what), what.tone_hz * what.rate / kSampleRateHz).thd_noise_db();
}

double varispeed_leak_db(const VarispeedTone& what) {
  return to_db(rms(varispeed_output(what)) / (kToneAmplitude / std::numbers::sqrt2));
}

double varispeed_gain_db(const VarispeedTone& what) {
  return to_db(fit_sine(varispeed_output(what), what.tone_hz * what.rate / kSampleRateHz).amplitude / kToneAmplitude);
}

VarispeedWorst varispeed_worst(double rate) {
  std::vector<double> tones;
  for (double hz = 50.0; hz < 18'000.0; hz *= std::exp2(1.0 / 3.0)) tones.push_back(hz);
  for (double hz = 10'100.0; hz < 18'000.0; hz += 790.0) tones.push_back(hz);
  tones.push_back(18'000.0);
  // Next to the edges of what is asked for.
  for (const double edge : {20'000.0 / rate, 24'010.0 / rate}) {
    if (edge >= 50.0 && edge <= 18'000.0) tones.push_back(edge);
  }
  VarispeedWorst worst{.thd_noise_db = kNothingDb, .leak_db = kNothingDb};
  for (const double hz : tones) {
    const double out_hz = hz * std::fabs(rate);
    if (out_hz <= 20'000.0) worst.thd_noise_db = std::max(worst.thd_noise_db, varispeed_thd_noise_db({hz, rate}));
    if (out_hz > 24'000.0) worst.leak_db = std::max(worst.leak_db, varispeed_leak_db({hz, rate}));
  }
  return worst;
}

ResamplerQuality resampler_quality(int source_hz, int target_hz) {
  constexpr int kCount = 6'000;
  const Resampler resampler = Resampler::create(source_hz, target_hz);
  const auto output = [&](double hz) {
    const Frames first = resampler.first_source(0);
    const Frames last = resampler.last_source(kCount - 1);
    const auto source = tone(static_cast<int>(last - first + 1), hz / source_hz, kToneAmplitude);
    std::vector<float> out(kCount);
    resampler.process(source.data(), first, 0, kCount, out.data());
    return out;
  };
  const double low_half = 0.5 * std::min(source_hz, target_hz);
  ResamplerQuality quality{.ripple_db = 0, .residual_db = kNothingDb, .rejection_db = kNothingDb};
  for (int i = 0; i <= 40; ++i) {
    const double hz = 20.0 + (0.91 * low_half - 20.0) * i / 40.0;
    const SineFit fit = fit_sine(output(hz), hz / target_hz);
    quality.ripple_db = std::max(quality.ripple_db, std::fabs(to_db(fit.amplitude / kToneAmplitude)));
    quality.residual_db = std::max(quality.residual_db, fit.thd_noise_db());
  }
  for (int i = 0; i <= 40 && source_hz > target_hz; ++i) {
    const double hz = low_half + (0.499 * source_hz - low_half) * i / 40.0;
    quality.rejection_db =
        std::max(quality.rejection_db, to_db(rms(output(hz)) / (kToneAmplitude / std::numbers::sqrt2)));
  }
  return quality;
}

double response_db(const std::vector<float>& impulse_response, double hz, double sample_rate_hz) {
  double real = 0.0;
  double imaginary = 0.0;
  for (std::size_t i = 0; i < impulse_response.size(); ++i) {
    const double angle = kTurn * hz / sample_rate_hz * static_cast<double>(i);
    real += impulse_response[i] * std::cos(angle);
    imaginary -= impulse_response[i] * std::sin(angle);
  }
  return to_db(std::hypot(real, imaginary));
}

double reference_true_peak_db(const std::vector<float>& left, const std::vector<float>& right, int sample_rate_hz) {
  ebur128_state* state = ebur128_init(2, static_cast<unsigned long>(sample_rate_hz), EBUR128_MODE_TRUE_PEAK);
  std::vector<float> interleaved;
  interleaved.reserve(2 * left.size() + 128);
  for (std::size_t i = 0; i < left.size(); ++i) {
    interleaved.push_back(left[i]);
    interleaved.push_back(right[i]);
  }
  interleaved.resize(interleaved.size() + 128, 0.0F);
  ebur128_add_frames_float(state, interleaved.data(), interleaved.size() / 2);
  double peak = 0.0;
  for (unsigned channel = 0; channel < 2; ++channel) {
    double value = 0.0;
    ebur128_true_peak(state, channel, &value);
    peak = std::max(peak, value);
  }
  ebur128_destroy(&state);
  return to_db(peak);
}

double fine_true_peak_db(const std::vector<float>& signal) {
  constexpr int kReach = 32;
  double peak = 0.0;
  for (int phase = 0; phase < 16; ++phase) {
    double taps[2 * kReach];
    for (int k = 0; k < 2 * kReach; ++k) {
      const double t = k - kReach + 1 - phase / 16.0;
      const double u = t / (kReach + 1);
      const double sinc = t == 0.0 ? 1.0 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t);
      taps[k] = sinc * (0.42 + 0.5 * std::cos(std::numbers::pi * u) + 0.08 * std::cos(kTurn * u));
    }
    for (std::size_t i = kReach; i + kReach < signal.size(); ++i) {
      double sum = 0.0;
      for (int k = 0; k < 2 * kReach; ++k) sum += taps[k] * signal[i + static_cast<std::size_t>(k) - kReach + 1];
      peak = std::max(peak, std::fabs(sum));
    }
  }
  return to_db(peak);
}

std::vector<LoudSignal> loud_signals(int sample_rate_hz) {
  // Silence, longer than any look-ahead: the end of a signal is part of it.
  constexpr std::size_t kTail = 1'000;
  const int frames = sample_rate_hz / 2;
  std::vector<LoudSignal> signals;
  const auto add = [&](const char* name, const std::function<double(int)>& at) {
    LoudSignal signal{.name = name, .left = {}, .right = {}};
    for (int i = 0; i < frames; ++i) {
      signal.left.push_back(static_cast<float>(at(i)));
      signal.right.push_back(0.5F * signal.left.back());
    }
    signal.left.resize(signal.left.size() + kTail);
    signal.right.resize(signal.right.size() + kTail);
    signals.push_back(std::move(signal));
  };
  const double rate = sample_rate_hz;
  const auto sine = [rate](double hz, int i, double phase) { return std::sin(kTurn * (hz * i / rate + phase)); };
  Noise noise;
  // A quarter of the sample rate at 45 degrees: samples 3 dB below the peak between them.
  add("sine fs/4 at 45 degrees", [&](int i) { return 1.4 * sine(rate / 4, i, 0.125); });
  add("sine near fs/4", [&](int i) { return 1.7 * sine(rate / 4 + 7.0, i, 0.0); });
  add("sine fs/6 at 60 degrees", [&](int i) { return 1.5 * sine(rate / 6, i, 1.0 / 6); });
  add("sine 0.42 fs", [&](int i) { return 1.5 * sine(0.42 * rate, i, 0.0); });
  add("sine 50 Hz", [&](int i) { return 2.0 * sine(50.0, i, 0.0); });
  add("square 441 Hz", [&](int i) { return sine(441.0, i, 0.0) >= 0 ? 1.6 : -1.6; });
  add("square 5 kHz", [&](int i) { return sine(5'000.0, i, 0.01) >= 0 ? 1.6 : -1.6; });
  add("white noise", [&](int) { return 2.0 * noise.next(); });
  add("noise in bursts", [&](int i) { return (i / 3'000) % 2 == 0 ? 0.02 * noise.next() : 3.0 * noise.next(); });
  add("single-frame clicks", [&](int i) { return i % 1'777 == 900 ? 4.0 : 0.05 * sine(997.0, i, 0.0); });
  add("opposed pairs", [&](int i) { return i % 1'300 == 700 ? 3.0 : i % 1'300 == 701 ? -3.0 : 0.0; });
  // Drums over a bass and a hiss, clipped, as loud masters are.
  add("music", [&](int i) {
    const double beat = std::fmod(i / rate, 0.4);
    const double kick = std::exp(-beat * 18.0) * std::sin(kTurn * (50.0 * beat + 4.0 * (1.0 - std::exp(-beat * 60.0))));
    const double hat = std::exp(-std::fmod(i / rate, 0.1) * 90.0) * noise.next();
    const double mix = 1.6 * kick + 0.5 * sine(98.0, i, 0.2) + 0.6 * hat + 0.3 * sine(1'318.5, i, 0.0);
    return std::clamp(1.3 * mix, -1.5, 1.5);
  });
  return signals;
}

void in_blocks(std::vector<float>& left, std::vector<float>& right, int block_frames,
               const std::function<void(StereoBlock)>& process) {
  const int frames = static_cast<int>(left.size());
  for (int from = 0; from < frames; from += block_frames) {
    process({left.data() + from, right.data() + from, std::min(block_frames, frames - from)});
  }
}

}  // namespace segue::dsp::figures
