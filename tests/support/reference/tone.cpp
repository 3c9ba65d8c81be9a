// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/tone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace segue::reference {
namespace {

constexpr int kSineSize = 2048;
constexpr int kControlFrames = 32;  // between two updates of a moving filter or pitch

// Takes the corner off a step of 2 at phase 0 (PolyBLEP), so that saws and squares hardly alias.
float blep(float phase, float step) {
  if (phase < step) {
    const float t = phase / step;
    return t + t - t * t - 1.0F;
  }
  if (phase > 1.0F - step) {
    const float t = (phase - 1.0F) / step;
    return t * t + t + t + 1.0F;
  }
  return 0.0F;
}

// Three resonances of a vowel, Hz.
constexpr std::array<std::array<double, 3>, 5> kVowels = {
    {{730, 1'090, 2'440}, {530, 1'840, 2'480}, {270, 2'290, 3'010}, {570, 840, 2'410}, {300, 870, 2'240}}};

// State-variable filter, trapezoidal.
struct Svf {
  double low = 0, band = 0, g = 0, k = 1, a1 = 0;

  void tune(double hz, double q, int rate_hz) {
    g = std::tan(std::numbers::pi * std::min(hz, 0.45 * rate_hz) / rate_hz);
    k = 1 / q;
    a1 = 1 / (1 + g * (g + k));
  }
  // Low-pass and band-pass outputs are left in v2 and v1.
  void step(double in, double& v1, double& v2) {
    v1 = a1 * (band + g * (in - low));
    v2 = low + g * v1;
    band = 2 * v1 - band;
    low = 2 * v2 - low;
  }
};

}  // namespace

Instrument::Instrument(const ToneSpec& spec, int sample_rate_hz, std::uint64_t seed)
    : spec_(spec), rate_hz_(sample_rate_hz), random_(seed), sine_(kSineSize + 1) {
  for (int i = 0; i <= kSineSize; ++i) {
    sine_[static_cast<std::size_t>(i)] = static_cast<float>(std::sin(2 * std::numbers::pi * i / kSineSize));
  }
}

// Adds waveform(phase, step, frame) at a pitch with vibrato, to the right side too where it is wide.
template <typename Waveform>
void Instrument::add_wave(double hz, double gain_left, double gain_right, Waveform waveform) {
  const auto gain_l = static_cast<float>(gain_left);
  const auto gain_r = static_cast<float>(gain_right);
  auto phase = static_cast<float>(is_wide() ? random_.unit() : 0.0);
  float step = static_cast<float>(hz / rate_hz_);
  for (std::size_t i = 0; i < left_.size(); ++i) {
    if (spec_.vibrato_cents > 0 && i % kControlFrames == 0) {
      const double t = static_cast<double>(i) / rate_hz_;
      const double depth = spec_.vibrato_cents * std::min(1.0, 2 * t) / 1200;
      step = static_cast<float>(hz / rate_hz_ * (1 + depth * std::numbers::ln2 * std::sin(31.4 * t)));
    }
    const float value = waveform(phase, step, i);
    left_[i] += gain_l * value;
    if (is_wide()) right_[i] += gain_r * value;
    phase += step;
    if (phase >= 1.0F) phase -= 1.0F;
  }
}

void Instrument::oscillate(const Note& note) {
  const auto sine = [this](float phase) {
    const float place = (phase - std::floor(phase)) * kSineSize;
    const auto index = static_cast<std::size_t>(place);
    return sine_[index] + (place - static_cast<float>(index)) * (sine_[index + 1] - sine_[index]);
  };
  const auto fm_keep = static_cast<float>(std::exp(-1 / (spec_.sweep_s * rate_hz_)));
  const double scale = 1 / std::sqrt(static_cast<double>(spec_.unison));
  for (int voice = 0; voice < spec_.unison; ++voice) {
    const double place = spec_.unison > 1 ? 2.0 * voice / (spec_.unison - 1) - 1 : 0;  // −1 to 1
    const double hz = note.hz * std::exp2(spec_.detune_cents * place / 1200);
    const double pan = std::clamp(note.pan + 0.7 * place, -1.0, 1.0);
    const double left = is_wide() ? scale * std::min(1.0, 1 - pan) : 1;
    const double right = is_wide() ? scale * std::min(1.0, 1 + pan) : 1;
    switch (spec_.wave) {
      case Wave::kSaw:
        add_wave(hz, left, right,
                 [](float phase, float step, std::size_t) { return 2 * phase - 1 - blep(phase, step); });
        break;
      case Wave::kSquare:
        add_wave(hz, left, right, [](float phase, float step, std::size_t) {
          const float half = phase < 0.5F ? phase + 0.5F : phase - 0.5F;
          return (phase < 0.5F ? 1.0F : -1.0F) + blep(phase, step) - blep(half, step);
        });
        break;
      case Wave::kOrgan:
        add_wave(hz, left, right, [&](float phase, float, std::size_t) {
          return 0.6F * sine(phase) + 0.4F * sine(2 * phase) + 0.25F * sine(3 * phase) + 0.15F * sine(4 * phase);
        });
        break;
      case Wave::kFm: {
        float depth = static_cast<float>(spec_.fm_depth) / 6.2832F;
        const auto ratio = static_cast<float>(spec_.fm_ratio);
        float modulator = 0;
        add_wave(hz, left, right, [&](float phase, float step, std::size_t) {
          depth *= fm_keep;
          modulator += ratio * step;
          if (modulator >= 1.0F) modulator -= 1.0F;
          return sine(phase + depth * sine(modulator));
        });
        break;
      }
      default: add_wave(hz, left, right, [&](float phase, float, std::size_t) { return sine(phase); }); break;
    }
  }
}

// Karplus and Strong's string: noise in a loop one period long that loses its brightness.
void Instrument::pluck(const Note& note) {
  // The loop's two-point average delays by half a frame more.
  const double period = rate_hz_ / note.hz - 0.5;
  const auto whole = static_cast<std::size_t>(period);
  const auto part = static_cast<float>(period - static_cast<double>(whole));
  std::vector<float> loop(whole + 2);
  for (auto& value : loop) value = static_cast<float>(random_.between(-1, 1));
  const auto keep = static_cast<float>(std::exp(-1 / (note.hz * spec_.decay_s * 2)));
  std::size_t at = 0;
  float before = 0;
  for (std::size_t i = 0; i < left_.size(); ++i) {
    // loop[at] is the oldest, whole + 2 frames ago once the loop has gone round.
    const std::size_t newer = at + 2 < loop.size() ? at + 2 : at + 2 - loop.size();
    const std::size_t older = at + 1 < loop.size() ? at + 1 : at + 1 - loop.size();
    const float out = loop[newer] + part * (loop[older] - loop[newer]);
    loop[at] = keep * 0.5F * (out + before);
    before = out;
    at = older;
    left_[i] = out;
  }
}

// A saw and breath through the resonances of a vowel that turns into another.
void Instrument::sing(const Note& note) {
  add_wave(note.hz, 1, 1, [](float phase, float step, std::size_t) { return 2 * phase - 1 - blep(phase, step); });
  const auto& from = kVowels[static_cast<std::size_t>(random_.below(5))];
  const auto& to = kVowels[static_cast<std::size_t>(random_.below(5))];
  std::array<Svf, 3> formants;
  const std::array<double, 3> gains = {1.0, 0.6, 0.35};
  for (std::size_t i = 0; i < left_.size(); ++i) {
    if (i % kControlFrames == 0) {
      const double turn = std::min(1.0, static_cast<double>(i) / (0.4 * rate_hz_));
      for (std::size_t f = 0; f < 3; ++f) formants[f].tune(from[f] + turn * (to[f] - from[f]), 9, rate_hz_);
    }
    const double source = left_[i] + random_.between(-0.08, 0.08);
    double sum = 0;
    for (std::size_t f = 0; f < 3; ++f) {
      double band = 0;
      double low = 0;
      formants[f].step(source, band, low);
      sum += gains[f] * band;
    }
    left_[i] = static_cast<float>(sum);
  }
}

void Instrument::filter(std::vector<float>& signal) const {
  Svf svf;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    if (i % kControlFrames == 0) {
      const double open = spec_.sweep_octaves * std::exp(-static_cast<double>(i) / (spec_.sweep_s * rate_hz_));
      svf.tune(spec_.cutoff_hz * std::exp2(open), spec_.resonance, rate_hz_);
    }
    double band = 0;
    double low = 0;
    svf.step(signal[i], band, low);
    signal[i] = static_cast<float>(low);
  }
}

// Overdrive and the envelope.
void Instrument::shape(const Note& note, std::size_t frames) {
  const double attack = std::max(1.0, spec_.attack_s * rate_hz_);
  const double release = std::max(1.0, spec_.release_s * rate_hz_);
  const auto held = static_cast<std::size_t>(note.length_s * rate_hz_);
  const double keep = std::exp(-1 / (spec_.decay_s * rate_hz_));
  const auto drive = static_cast<float>(spec_.drive);
  double decay = 1;
  for (std::size_t i = 0; i < frames; ++i) {
    const auto at = static_cast<double>(i);
    decay *= keep;
    double level = spec_.level * note.level * (spec_.sustain + (1 - spec_.sustain) * decay);
    if (at < attack) level *= 0.5 - 0.5 * std::cos(std::numbers::pi * (at + 1) / attack);
    if (i >= held) level *= std::max(0.0, 1 - static_cast<double>(i - held) / release);
    const auto gain = static_cast<float>(level);
    left_[i] = gain * (drive > 0 ? std::tanh(drive * left_[i]) : left_[i]);
    if (is_wide()) right_[i] = gain * (drive > 0 ? std::tanh(drive * right_[i]) : right_[i]);
  }
}

void Instrument::play(const Note& note, test::StereoAudio& out) {
  const auto start = std::llround(note.at_s * rate_hz_);
  if (start < 0 || start >= out.frames() || note.hz <= 20 || note.hz > 0.4 * rate_hz_) return;
  const auto wanted = static_cast<std::size_t>((note.length_s + spec_.release_s) * rate_hz_);
  const auto frames = std::min(wanted, out.left.size() - static_cast<std::size_t>(start));
  left_.assign(frames, 0.0F);
  if (is_wide()) right_.assign(frames, 0.0F);
  switch (spec_.wave) {
    case Wave::kPluck: pluck(note); break;
    case Wave::kVoice: sing(note); break;
    default: oscillate(note); break;
  }
  if (spec_.cutoff_hz < 0.4 * rate_hz_) {
    filter(left_);
    if (is_wide()) filter(right_);
  }
  shape(note, frames);
  // What is one signal is placed in the stereo image here; a wide sound's oscillators have places of their own.
  const auto gain_l = static_cast<float>(is_wide() ? 1 : std::min(1.0, 1 - note.pan));
  const auto gain_r = static_cast<float>(is_wide() ? 1 : std::min(1.0, 1 + note.pan));
  const auto& right = is_wide() ? right_ : left_;
  for (std::size_t i = 0; i < frames; ++i) {
    out.left[static_cast<std::size_t>(start) + i] += gain_l * left_[i];
    out.right[static_cast<std::size_t>(start) + i] += gain_r * right[i];
  }
}

}  // namespace segue::reference
