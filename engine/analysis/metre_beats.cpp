// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre_beats.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace segue::analysis {
namespace {

constexpr float kDeviationsMax = 4;

// Means and maxima of levels between two times.
class Levels {
 public:
  explicit Levels(const MetreFrames& frames) : frames_(frames), levels_(frames.above_floor()) {}

  float mean(std::size_t band, double from_s, double to_s) const {
    const auto [from, to] = range(from_s, to_s);
    float sum = 0;
    for (auto i = from; i < to; ++i) sum += levels_[i][band];
    return to > from ? sum / static_cast<float>(to - from) : 0.0F;
  }
  float peak(std::size_t band, double from_s, double to_s) const {
    const auto [from, to] = range(from_s, to_s);
    float most = 0;
    for (auto i = from; i < to; ++i) most = std::max(most, levels_[i][band]);
    return most;
  }

 private:
  std::pair<std::size_t, std::size_t> range(double from_s, double to_s) const {
    const auto count = static_cast<std::int64_t>(levels_.size());
    const auto from = std::clamp<std::int64_t>(frames_.frame_at(from_s), 0, count);
    const auto to = std::clamp<std::int64_t>(frames_.frame_at(to_s), from, count);
    return {static_cast<std::size_t>(from), static_cast<std::size_t>(to)};
  }

  const MetreFrames& frames_;
  const std::vector<MetreLevels> levels_;
};

struct BeatPitches {
  Pitches chord{};
  Pitches bass{};
};

// The pitches between each beat and the next.
std::vector<BeatPitches> pitches_of(std::span<const double> beats_s, const Chroma& chroma) {
  const Folding folding(chroma.tuning().cents());
  const auto frames = chroma.frames();
  std::vector<BeatPitches> result(beats_s.size());
  std::size_t beat = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const double at_s = chroma.seconds_of(static_cast<std::int64_t>(i));
    while (beat + 1 < beats_s.size() && at_s >= beats_s[beat + 1]) ++beat;
    if (at_s < beats_s[beat]) continue;
    const Pitches chord = folding.fold(frames[i].chord);
    const Pitches bass = folding.fold(frames[i].bass);
    for (std::size_t pitch = 0; pitch < 12; ++pitch) {
      result[beat].chord[pitch] += chord[pitch];
      result[beat].bass[pitch] += bass[pitch];
    }
  }
  return result;
}

// 0 for the same pitches or none at all, 1 for none in common.
float change(const Pitches& a, const Pitches& b) {
  float both = 0;
  float in_a = 1e-12F;
  float in_b = 1e-12F;
  for (std::size_t i = 0; i < 12; ++i) {
    both += a[i] * b[i];
    in_a += a[i] * a[i];
    in_b += b[i] * b[i];
  }
  return in_a + in_b > 1e-9F ? 1 - both / std::sqrt(in_a * in_b) : 0.0F;
}

Pitches sum(const Pitches& a, const Pitches& b) {
  Pitches result{};
  for (std::size_t i = 0; i < 12; ++i) result[i] = a[i] + b[i];
  return result;
}

float& at(BeatSigns& signs, BeatSign sign) { return signs[static_cast<std::size_t>(sign)]; }

void add_hits(BeatSigns& signs, const Levels& levels, double at_s) {
  const auto rise = [&](std::size_t band) {
    return levels.peak(band, at_s - 0.03, at_s + 0.09) - levels.mean(band, at_s - 0.12, at_s - 0.04);
  };
  at(signs, BeatSign::kLowHit) = rise(0);
  at(signs, BeatSign::kLowLevel) = levels.peak(0, at_s - 0.03, at_s + 0.09);
  at(signs, BeatSign::kSnareHit) = rise(2);
  at(signs, BeatSign::kWiresHit) = rise(3);
  at(signs, BeatSign::kHatHit) = rise(4);
  at(signs, BeatSign::kCrash) = levels.mean(4, at_s + 0.05, at_s + 0.6) + levels.mean(3, at_s + 0.05, at_s + 0.6);
}

void add_novelty(BeatSigns& signs, const Levels& levels, std::span<const double> beats_s, std::size_t beat) {
  const double bar_s = 4 * (beats_s.back() - beats_s.front()) / static_cast<double>(beats_s.size() - 1);
  float novelty = 0;
  float entry = 0;
  for (std::size_t band = 0; band < kMetreBands; ++band) {
    const double at_s = beats_s[beat] - 0.02;
    const float step = levels.mean(band, at_s, at_s + bar_s) - levels.mean(band, at_s - bar_s, at_s);
    novelty += std::abs(step);
    entry += step;
  }
  at(signs, BeatSign::kNovelty) = novelty;
  at(signs, BeatSign::kEntry) = entry;
}

void add_harmony(BeatSigns& signs, const std::vector<BeatPitches>& pitches, std::size_t beat) {
  if (beat < 2 || beat + 1 >= pitches.size()) return;
  const BeatPitches& before = pitches[beat - 1];
  const BeatPitches& here = pitches[beat];
  at(signs, BeatSign::kChordStep) = change(before.chord, here.chord);
  at(signs, BeatSign::kBassStep) = change(before.bass, here.bass);
  at(signs, BeatSign::kChordTurn) =
      change(sum(pitches[beat - 2].chord, before.chord), sum(here.chord, pitches[beat + 1].chord));
  at(signs, BeatSign::kBassTurn) =
      change(sum(pitches[beat - 2].bass, before.bass), sum(here.bass, pitches[beat + 1].bass));
}

}  // namespace

std::vector<BeatSigns> signs_of(std::span<const double> beats_s, const MetreFrames& frames, const Chroma& chroma) {
  std::vector<BeatSigns> result(beats_s.size(), BeatSigns{});
  if (beats_s.size() < 2 || frames.size() == 0) return result;
  const Levels levels(frames);
  const auto pitches = pitches_of(beats_s, chroma);
  for (std::size_t beat = 0; beat < beats_s.size(); ++beat) {
    add_hits(result[beat], levels, beats_s[beat]);
    add_novelty(result[beat], levels, beats_s, beat);
    add_harmony(result[beat], pitches, beat);
  }
  for (std::size_t sign = 0; sign < kBeatSigns; ++sign) standardise(result, static_cast<BeatSign>(sign));
  return result;
}

void standardise(std::vector<BeatSigns>& beats, BeatSign sign) {
  const auto count = static_cast<float>(beats.size());
  float mean = 0;
  for (BeatSigns& beat : beats) mean += at(beat, sign) / count;
  float variance = 1e-9F;
  for (BeatSigns& beat : beats) variance += (at(beat, sign) - mean) * (at(beat, sign) - mean) / count;
  const float scale = 1 / std::sqrt(variance);
  for (BeatSigns& beat : beats) {
    at(beat, sign) = std::clamp((at(beat, sign) - mean) * scale, -kDeviationsMax, kDeviationsMax);
  }
}

}  // namespace segue::analysis
