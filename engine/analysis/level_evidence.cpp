// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/level_evidence.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/level_weights.h"

namespace segue::analysis {
namespace {

constexpr double kFloor = 0.02;  // of the log levels: below it, nothing is heard
constexpr double kTurnMax = 1.5;
// Pieces that weights are fitted to have tempi drawn evenly; of music, little is counted faster than this.
constexpr double kRareFromBpm = 182;
constexpr double kRareBpm = 190;

enum Voice : std::size_t { kKick, kSnare, kHat, kAll, kLowAttack, kMidAttack, kHighAttack };

double voice(const LevelPattern::Slot& slot, Voice which) {
  switch (which) {
    case kKick: return static_cast<double>(slot[0]);
    case kSnare: return 0.5 * static_cast<double>(slot[1] + slot[2]);
    case kHat: return 0.5 * static_cast<double>(slot[3] + slot[4]);
    case kAll: return 0.2 * static_cast<double>(slot[0] + slot[1] + slot[2] + slot[3] + slot[4]);
    default: return static_cast<double>(slot[kOnsetBands + which - kLowAttack]);
  }
}

// Means over the beats of a reading, and over each second and fourth of them.
class Voices {
 public:
  Voices(const LevelPattern& pattern, int step_slots, int offset_slots)
      : pattern_(pattern), step_(step_slots), offset_(offset_slots) {}

  // Of every `stride`-th beat from `first` on, at a fraction of the beat behind it.
  double at(Voice which, double fraction, int first = 0, int stride = 1) const {
    const int behind = static_cast<int>(std::lround(fraction * step_));
    double sum = 0;
    int count = 0;
    for (int beat = first; beat < LevelPattern::kSlots / step_; beat += stride, ++count) {
      sum += voice(pattern_.at(offset_ + beat * step_ + behind), which);
    }
    return sum / count;
  }
  double mean(Voice which) const {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += at(which, i / 12.0);
    return sum / 12;
  }
  // How differently every other beat sounds, at a fraction of the beat.
  double turn(Voice which, double fraction, int stride) const {
    const double odd = at(which, fraction, stride / 2, stride) + kFloor;
    const double even = at(which, fraction, 0, stride) + kFloor;
    return std::clamp(std::log(odd / even), -kTurnMax, kTurnMax);
  }

  // How much more the loudest of so many beats has than the mean of the others.
  double stands_out(Voice which, int stride) const {
    double all = 0;
    double most = 0;
    for (int beat = 0; beat < stride; ++beat) {
      const double here = at(which, 0, beat, stride);
      all += here;
      most = std::max(most, here);
    }
    return std::min(kTurnMax, std::log((most + kFloor) / ((all - most) / (stride - 1) + kFloor)));
  }

 private:
  const LevelPattern& pattern_;
  const int step_;
  const int offset_;
};

double log_ratio(double a, double b) { return std::log((a + kFloor) / (b + kFloor)); }

}  // namespace

LevelEvidence step_evidence(const PatternRepetition& repetition, int step_slots, double bpm,
                            const model::TempoHint& hint) {
  const double octaves = std::log2(bpm / 122);
  const double beyond = std::max({0.0, std::log2(hint.bpm_min / bpm), std::log2(bpm / hint.bpm_max)});
  LevelEvidence x{};
  x[0] = octaves;
  x[1] = octaves * octaves;
  // What repeats after two and four beats, but not after one, is a beat; three are a waltz's bar.
  x[2] = repetition.all.after(step_slots);
  x[3] = repetition.all.after(2 * step_slots);
  x[4] = repetition.all.after(3 * step_slots);
  x[5] = repetition.all.after(4 * step_slots);
  x[30] = 10 * beyond;
  x[31] = hint.bpm > 0 ? std::abs(std::log2(bpm / hint.bpm)) : 0.0;
  // Where three beats repeat it is a waltz, or the beat is two thirds of a dotted one: then what is accented repeats,
  // if at all, in the middle of those three.
  x[32] = repetition.all.after(step_slots * 3 / 2);
  x[33] = repetition.all.after(step_slots * 6);
  x[34] = repetition.all.after(step_slots / 2);
  x[35] = repetition.all.after(step_slots / 3);
  x[36] = repetition.all.after(step_slots * 2 / 3);
  x[37] = repetition.accents.after(step_slots);
  x[38] = repetition.accents.after(step_slots * 3 / 2);
  x[39] = repetition.accents.after(step_slots * 2);
  x[40] = repetition.accents.after(step_slots * 3);
  x[41] = repetition.accents.after(step_slots * 4);
  x[42] = repetition.accents.after(step_slots * 6);
  x[46] = std::clamp((bpm - kRareFromBpm) / (kRareBpm - kRareFromBpm), 0.0, 1.0);
  return x;
}

void add_phase_evidence(const LevelPattern& pattern, const BeatReading& reading, LevelEvidence& x) {
  const Voices voices(pattern, reading.step_slots, reading.offset_slots);
  // What falls on the beats, against what falls anywhere.
  const double all = voices.mean(kAll);
  x[6] = log_ratio(voices.at(kAll, 0), all);
  x[7] = log_ratio(voices.at(kKick, 0), voices.mean(kKick));
  x[8] = log_ratio(voices.at(kSnare, 0), voices.mean(kSnare));
  x[9] = log_ratio(voices.at(kHat, 0), voices.mean(kHat));
  x[10] = log_ratio(voices.at(kLowAttack, 0), voices.mean(kLowAttack));
  x[11] = log_ratio(voices.at(kMidAttack, 0), voices.mean(kMidAttack));
  x[12] = log_ratio(voices.at(kHighAttack, 0), voices.mean(kHighAttack));
  // A backbeat: kick and snare take turns. Off the beats, nothing does.
  const double snare = voices.turn(kSnare, 0, 2);
  const double hat = voices.turn(kHat, 0, 2);
  const double mid = voices.turn(kMidAttack, 0, 2);
  const double low = voices.turn(kLowAttack, 0, 2);
  x[13] = std::max(0.0, -low * mid);
  x[14] = (std::abs(snare) + std::abs(hat) + std::abs(mid)) / 3;
  x[15] = (std::abs(voices.turn(kSnare, 0.5, 2)) + std::abs(voices.turn(kHat, 0.5, 2)) +
           std::abs(voices.turn(kMidAttack, 0.5, 2))) / 3;
  x[16] = (std::abs(voices.turn(kSnare, 0, 4)) + std::abs(voices.turn(kHat, 0, 4)) +
           std::abs(voices.turn(kMidAttack, 0, 4))) / 3;
  x[17] = std::abs(low);
  x[18] = std::abs(voices.turn(kLowAttack, 0, 4));
  // One beat of three: the bar of a waltz.
  x[43] = voices.stands_out(kLowAttack, 3);
  x[44] = voices.stands_out(kMidAttack, 3);
  x[45] = voices.stands_out(kLowAttack, 2);
  // How a beat is divided: into two, four or three.
  const double quarters = 0.5 * (voices.at(kAll, 0.25) + voices.at(kAll, 0.75));
  const double thirds = 0.5 * (voices.at(kAll, 1.0 / 3) + voices.at(kAll, 2.0 / 3));
  x[19] = log_ratio(quarters, all);
  x[20] = log_ratio(thirds, all);
  x[21] = log_ratio(voices.at(kAll, 2.0 / 3), voices.at(kAll, 0.75));
  x[22] = log_ratio(voices.at(kAll, 0.5), all);
  x[23] = log_ratio(voices.at(kLowAttack, 0.5), voices.mean(kLowAttack));
  x[24] = log_ratio(voices.at(kMidAttack, 0.5), voices.mean(kMidAttack));
  x[25] = log_ratio(voices.at(kHighAttack, 0.5), voices.mean(kHighAttack));
  x[26] = log_ratio(voices.at(kKick, 0.5), voices.mean(kKick));
}

double score_of(const LevelEvidence& evidence) {
  double score = 0;
  for (std::size_t i = 0; i < kLevelEvidence; ++i) score += kLevelWeights[i] * evidence[i];
  for (const LevelCombination& unit : kLevelUnits) {
    double sum = unit.bias;
    for (std::size_t i = 0; i < kLevelEvidence; ++i) sum += unit.weights[i] * evidence[i];
    score += unit.worth * std::tanh(sum);
  }
  return score;
}

}  // namespace segue::analysis
