// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/rhythm_analyser.h"

#include <algorithm>

#include "engine/analysis/rhythm_estimate.h"

namespace segue::analysis {
namespace {

constexpr double kOnsetsApartS = 0.020;

}  // namespace

RhythmAnalyser::RhythmAnalyser(int sample_rate_hz, double frames_per_s, const model::TempoHint& hint)
    : sample_rate_hz_(sample_rate_hz), hint_(hint), curves_(frames_per_s), attacks_(sample_rate_hz) {}

double RhythmAnalyser::seconds() const { return static_cast<double>(samples_) / sample_rate_hz_; }

void RhythmAnalyser::push(const SpectrumFrame& frame) {
  if (frame.centre_s < kRhythmSecondsMax) curves_.push(frame);
}

void RhythmAnalyser::push(std::span<const float> mono) {
  const long long wanted = kRhythmSecondsMax * sample_rate_hz_ - samples_;
  if (wanted > 0) attacks_.push(mono.first(std::min(mono.size(), static_cast<std::size_t>(wanted))));
  samples_ += static_cast<long long>(mono.size());
}

model::Rhythm RhythmAnalyser::estimate() const {
  return estimate_rhythm({curves_.curves(), attacks_.attacks()}, seconds(), hint_);
}

model::Rhythm RhythmAnalyser::finish() {
  attacks_.finish();
  return estimate();
}

std::vector<double> RhythmAnalyser::onsets_s() const {
  std::vector<double> onsets;
  for (const Attack& attack : attacks_.attacks()) {
    if (onsets.empty() || attack.at_s - onsets.back() >= kOnsetsApartS) onsets.push_back(attack.at_s);
  }
  return onsets;
}

}  // namespace segue::analysis
