// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/chroma.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::analysis {
namespace {

constexpr double kWindowS = 0.3413;    // of the chords: resolves a third at 110 Hz; the bass has twice that
constexpr double kChordRateHz = 5800;  // about; pitch is heard up to a third of it
constexpr int kBassFactor = 4;
constexpr double kChordLowHz = 110;
constexpr double kChordHighHz = 1900;
constexpr double kBassLowHz = 30;
constexpr double kBassHighHz = 260;
constexpr double kBassFullHz = 130;       // above it a bass note counts less and less
constexpr float kLevelMin = 1e-4F;        // −80 dBFS
constexpr float kDepth = 5e-3F;           // peaks 46 dB below the strongest are side lobes and hiss
constexpr float kOvertoneWidth = 0.012F;  // 20 cents
constexpr float kOvertonesMax = 7;
constexpr float kOvertoneLevel = 1.5F;  // of overtone n against its note: this / n at most
constexpr float kOvertoneLeft = 0.15F;  // of the weight of what may be an overtone only
constexpr double kKeptS = 3600;

int factor_for(int sample_rate_hz) { return std::max(1, static_cast<int>(std::lround(sample_rate_hz / kChordRateHz))); }

// A multiple of 128, so that a quarter of it can be halved and decimated.
int window_for(double rate_hz) { return 128 * std::max(1, static_cast<int>(std::lround(rate_hz * kWindowS / 128))); }

// Share of a peak's energy in its three middle bins, from that of noise to that of a sine.
float purity_of(const float* power) {
  const float middle = power[-1] + power[0] + power[1];
  const float all = middle + power[-3] + power[-2] + power[2] + power[3];
  return std::clamp((middle / all - 0.6F) / 0.35F, 0.0F, 1.0F);
}

void add(FinePitches& pitches, double hz, float weight) {
  const double place = 36 * std::log2(hz / 440) + 27 + 36 * 8;  // A is 9 semitones above C
  const double below = std::floor(place);
  const auto part = static_cast<float>(place - below);
  const auto index = static_cast<std::size_t>(below) % 36;
  pitches[index] += weight * (1 - part);
  pitches[(index + 1) % 36] += weight * part;
}

}  // namespace

Folding::Folding(double cents) {
  const double shift = cents * 36 / 1200;
  first_ = static_cast<int>(std::floor(shift)) - 1;
  for (int i = 0; i < static_cast<int>(weights_.size()); ++i) {
    const double distance = std::abs(first_ + i - shift);
    if (distance >= 2) continue;
    weights_[static_cast<std::size_t>(i)] = static_cast<float>(std::pow(std::cos(std::numbers::pi / 4 * distance), 2));
  }
}

Pitches Folding::fold(const FinePitches& fine) const {
  Pitches pitches{};
  for (int pitch = 0; pitch < 12; ++pitch) {
    for (int i = 0; i < static_cast<int>(weights_.size()); ++i) {
      const auto at = static_cast<std::size_t>(3 * pitch + first_ + i + 36) % 36;
      pitches[static_cast<std::size_t>(pitch)] += weights_[static_cast<std::size_t>(i)] * fine[at];
    }
  }
  return pitches;
}

Chroma::Band::Band(int size, double rate_hz)
    : fft(size),
      bin_hz(rate_hz / size),
      window(static_cast<std::size_t>(size)),
      power(static_cast<std::size_t>(fft.bins())) {
  for (int i = 0; i < size; ++i) {
    const double phase = 2 * std::numbers::pi * (i + 0.5) / size;
    window[static_cast<std::size_t>(i)] = static_cast<float>((0.5 - 0.5 * std::cos(phase)) * 4.0 / size);
  }
}

void Chroma::Band::listen(const float* signal) {
  float* input = fft.input();
  for (std::size_t i = 0; i < window.size(); ++i) input[i] = signal[i] * window[i];
  fft.power(power.data());
}

Chroma::Chroma(int sample_rate_hz)
    : to_chord_({.sample_rate_hz = static_cast<double>(sample_rate_hz),
                 .factor = factor_for(sample_rate_hz),
                 .pass_hz = kChordHighHz}),
      to_bass_({.sample_rate_hz = to_chord_.output_rate_hz(), .factor = kBassFactor, .pass_hz = kBassHighHz}),
      chord_(window_for(to_chord_.output_rate_hz()), to_chord_.output_rate_hz()),
      bass_(chord_.fft.size() / 2, to_bass_.output_rate_hz()),
      hop_(static_cast<std::size_t>(chord_.fft.size() / 4)),
      frames_per_s_(to_chord_.output_rate_hz() / static_cast<double>(hop_)) {
  // Silence before the track, so that the middle of the first windows lies half a hop into it.
  const std::size_t before = 4 * hop_ - hop_ / 2;
  chord_signal_.assign(before, 0.0F);
  bass_signal_.assign(before / kBassFactor, 0.0F);
}

void Chroma::push(std::span<const float> mono) {
  const auto chord = to_chord_.push(mono);
  const auto bass = to_bass_.push(chord);
  chord_signal_.insert(chord_signal_.end(), chord.begin(), chord.end());
  bass_signal_.insert(bass_signal_.end(), bass.begin(), bass.end());
  const std::size_t bass_hop = hop_ / kBassFactor;
  std::size_t done = 0;
  while (chord_signal_.size() >= (done + 8) * hop_ && bass_signal_.size() >= (done + 8) * bass_hop) {
    chord_.listen(chord_signal_.data() + (done + 2) * hop_);
    bass_.listen(bass_signal_.data() + done * bass_hop);
    hear();
    ++done;
  }
  chord_signal_.erase(chord_signal_.begin(), chord_signal_.begin() + static_cast<std::ptrdiff_t>(done * hop_));
  bass_signal_.erase(bass_signal_.begin(), bass_signal_.begin() + static_cast<std::ptrdiff_t>(done * bass_hop));
}

void Chroma::hear() {
  if (static_cast<double>(frames_.size()) >= kKeptS * frames_per_s_) return;
  ChromaFrame frame;
  peaks_.clear();
  find_peaks(bass_, kBassLowHz, kBassHighHz);
  discount_overtones(0);
  for (const Peak& peak : peaks_) {
    const double fade = std::min(1.0, (kBassHighHz - peak.hz) / (kBassHighHz - kBassFullHz));
    add(frame.bass, peak.hz, peak.weight * static_cast<float>(std::max(0.0, fade)));
  }
  std::erase_if(peaks_, [](const Peak& peak) { return peak.hz > kChordLowHz; });
  const std::size_t below = peaks_.size();
  find_peaks(chord_, kChordLowHz, kChordHighHz);
  discount_overtones(below);
  for (std::size_t i = below; i < peaks_.size(); ++i) {
    add(frame.chord, peaks_[i].hz, peaks_[i].weight);
    tuning_.add(peaks_[i].hz, peaks_[i].weight);
  }
  frames_.push_back(frame);
}

void Chroma::find_peaks(const Band& band, double from_hz, double to_hz) {
  const auto first = static_cast<std::size_t>(std::max(3.0, from_hz / band.bin_hz));
  const auto last = std::min(band.power.size() - 4, static_cast<std::size_t>(to_hz / band.bin_hz));
  if (first >= last) return;
  const float strongest = *std::max_element(band.power.begin() + static_cast<std::ptrdiff_t>(first),
                                            band.power.begin() + static_cast<std::ptrdiff_t>(last));
  const float least = std::max(kLevelMin * kLevelMin, strongest * kDepth * kDepth);
  for (std::size_t i = first; i < last; ++i) {
    const float* power = band.power.data() + i;
    if (power[0] < least || power[0] < power[-1] || power[0] <= power[1]) continue;
    const float purity = purity_of(power);
    if (purity <= 0) continue;
    // The ratio of the two highest bins of a Hann window tells where between them a sine is.
    const bool is_right = power[1] > power[-1];
    const float ratio = std::sqrt(std::max(power[-1], power[1]) / power[0]);
    const float offset = std::clamp((2 * ratio - 1) / (ratio + 1), 0.0F, 0.5F);
    Peak peak;
    peak.hz = static_cast<float>(band.bin_hz) * (static_cast<float>(i) + (is_right ? offset : -offset));
    peak.level = std::sqrt(power[0]) * (1 + 0.7F * offset * offset);
    peak.weight = std::sqrt(peak.level) * purity;
    peaks_.push_back(peak);
  }
}

// What lies on a multiple of a lower peak is taken for its overtone as far as overtones usually are that strong.
void Chroma::discount_overtones(std::size_t from) {
  for (std::size_t i = from; i < peaks_.size(); ++i) {
    Peak& peak = peaks_[i];
    float expected = 0;
    for (std::size_t j = 0; j < i && peaks_[j].hz * 2.9F < peak.hz; ++j) {
      const float ratio = peak.hz / peaks_[j].hz;
      const auto number = static_cast<float>(static_cast<int>(ratio + 0.5F));
      if (number > kOvertonesMax || std::abs(ratio - number) > kOvertoneWidth * number) continue;
      expected = std::max(expected, peaks_[j].level * kOvertoneLevel / number);
    }
    if (expected > 0) peak.weight *= std::clamp(1 - expected / peak.level, kOvertoneLeft, 1.0F);
  }
}

}  // namespace segue::analysis
