// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/level_evidence.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

// Weights of the terms, in the order of evidence_of.
constexpr LevelEvidence kWeights{0.0, -3.0, 2.0, 1.0, 0.5, 0.3, -1.0, -1.0, 1.5, 1.0, 0.5, 1.0, 0.0, -1.0, 0.0, 0.0,
                                 0.0, 0.0, 0.0, 0.0};
constexpr double kFloor = 0.02;  // of the log levels: below it, nothing is heard

enum Voice { kKick, kSnare, kHat, kAll, kVoices };

double voice(const std::array<float, kOnsetBands>& slot, Voice which) {
  switch (which) {
    case kKick: return static_cast<double>(slot[0]);
    case kSnare: return 0.5 * static_cast<double>(slot[1] + slot[2]);
    case kHat: return 0.5 * static_cast<double>(slot[3] + slot[4]);
    default: return 0.2 * static_cast<double>(slot[0] + slot[1] + slot[2] + slot[3] + slot[4]);
  }
}

// Means over the beats of a reading, and over each second and fourth of them.
class Voices {
 public:
  Voices(const LevelPattern& pattern, const BeatReading& reading) : pattern_(pattern), reading_(reading) {}

  // Of every `stride`-th beat from `first` on, at a fraction of the beat behind it.
  double at(Voice which, double fraction, int first = 0, int stride = 1) const {
    const int step = reading_.step_slots;
    const int behind = static_cast<int>(std::lround(fraction * step));
    const int beats = LevelPattern::kSlots / step;
    double sum = 0;
    int count = 0;
    for (int beat = first; beat < beats; beat += stride, ++count) {
      sum += voice(pattern_.at(reading_.offset_slots + beat * step + behind), which);
    }
    return sum / count;
  }
  double mean(Voice which) const {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += at(which, i / 12.0);
    return sum / 12;
  }

 private:
  const LevelPattern& pattern_;
  const BeatReading& reading_;
};

double log_ratio(double a, double b) { return std::log((a + kFloor) / (b + kFloor)); }

}  // namespace

LevelEvidence evidence_of(const LevelPattern& pattern, const BeatReading& reading, const model::TempoHint& hint) {
  const Voices voices(pattern, reading);
  const double octaves = std::log2(reading.bpm / 122);
  const double beyond = std::max({0.0, std::log2(hint.bpm_min / reading.bpm), std::log2(reading.bpm / hint.bpm_max)});
  const double quarters = [&](Voice which) { return std::max(voices.at(which, 0.25), voices.at(which, 0.75)); }(kAll);
  const double thirds = std::max(voices.at(kAll, 1.0 / 3), voices.at(kAll, 2.0 / 3));
  const auto difference = [&](Voice which, int stride) {
    return log_ratio(voices.at(which, 0, stride / 2, stride), voices.at(which, 0, 0, stride));
  };
  const double kick_turn = difference(kKick, 2);
  const double snare_turn = difference(kSnare, 2);
  LevelEvidence x{};
  x[0] = octaves;
  x[1] = octaves * octaves;
  x[2] = log_ratio(voices.at(kAll, 0), voices.mean(kAll));
  x[3] = log_ratio(voices.at(kKick, 0), voices.mean(kKick));
  x[4] = log_ratio(voices.at(kSnare, 0), voices.mean(kSnare));
  x[5] = log_ratio(voices.at(kHat, 0), voices.mean(kHat));
  x[6] = log_ratio(voices.at(kAll, 0.5), voices.at(kAll, 0));
  x[7] = log_ratio(voices.at(kKick, 0.5), voices.at(kKick, 0));
  x[8] = std::max(0.0, -kick_turn * snare_turn);          // kick and snare take turns: a backbeat
  x[9] = std::min(1.0, std::abs(snare_turn));
  x[10] = std::min(1.0, std::abs(difference(kSnare, 4)));
  x[11] = log_ratio(quarters, voices.mean(kAll));
  x[12] = log_ratio(thirds, voices.mean(kAll));
  x[13] = log_ratio(thirds, quarters);
  x[14] = log_ratio(voices.at(kSnare, 0.5), voices.at(kSnare, 0));
  x[15] = log_ratio(voices.at(kHat, 0.5), voices.at(kHat, 0));
  x[16] = log_ratio(voices.at(kAll, 0.5), voices.mean(kAll));
  x[17] = std::min(1.0, std::abs(kick_turn));
  x[18] = 10 * beyond;
  x[19] = hint.bpm > 0 ? std::abs(std::log2(reading.bpm / hint.bpm)) : 0.0;
  return x;
}

double score_of(const LevelEvidence& evidence) {
  double score = -evidence[18] - 30 * evidence[19];
  for (std::size_t i = 0; i < 18; ++i) score += kWeights[i] * evidence[i];
  return score;
}

}  // namespace segue::analysis
