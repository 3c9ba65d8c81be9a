// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre_pattern.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

constexpr float kRiseFullDb = 30;  // within a twelfth; more is not louder
// Differences count in standard deviations of each place of the pattern; where hardly anything happens, in these.
constexpr float kRiseLeast = 0.05F;

// What is on the second and third third is at least so much of what is on the halves and quarters …
constexpr float kThirds = 1.4F;
constexpr float kStray = 0.02F;
// … and what is on the second third so much of what is on the beat.
constexpr float kMiddle = 0.18F;

// How much each band rises from frame to frame, two frames apart: a stroke's rise takes about as long.
std::vector<MetreLevels> rises_of(const MetreFrames& frames) {
  const auto levels = frames.above_floor();
  std::vector<MetreLevels> rises(levels.size(), MetreLevels{});
  for (std::size_t i = 2; i < levels.size(); ++i) {
    for (std::size_t band = 0; band < kMetreBands; ++band) {
      rises[i][band] = std::max(0.0F, levels[i][band] - levels[i - 2][band]) / kRiseFullDb;
    }
  }
  return rises;
}

float difference(const BeatPattern& a, const BeatPattern& b, const BeatPattern& scale) {
  float sum = 0;
  for (std::size_t place = 0; place < kTwelfths; ++place) {
    for (std::size_t band = 0; band < kMetreBands; ++band) {
      sum += std::abs(a[place][band] - b[place][band]) * scale[place][band];
    }
  }
  return sum / static_cast<float>(kTwelfths * kMetreBands);
}

// What makes a difference at each place of the pattern comparable.
BeatPattern scale_of(const std::vector<BeatPattern>& patterns) {
  BeatPattern scale{};
  const auto count = static_cast<float>(patterns.size());
  for (std::size_t place = 0; place < kTwelfths; ++place) {
    for (std::size_t band = 0; band < kMetreBands; ++band) {
      float mean = 0;
      for (const BeatPattern& pattern : patterns) mean += pattern[place][band] / count;
      float variance = 0;
      for (const BeatPattern& pattern : patterns) {
        variance += (pattern[place][band] - mean) * (pattern[place][band] - mean) / count;
      }
      scale[place][band] = 1 / (std::sqrt(variance) + kRiseLeast);
    }
  }
  return scale;
}

// How much each beat differs from the one `lag` before it, summed up: sums[i] is of those before beat i. There are
// none before the first `lag`.
class Differences {
 public:
  Differences(const std::vector<BeatPattern>& patterns, const BeatPattern& scale, std::size_t lag)
      : lag_(static_cast<std::ptrdiff_t>(lag)), sums_(patterns.size() + 1) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      const double here = i < lag ? 0.0 : static_cast<double>(difference(patterns[i], patterns[i - lag], scale));
      sums_[i + 1] = sums_[i] + here;
    }
  }
  // Their mean over `lag` beats from a beat on; none where fewer than half of these are known.
  bool mean(std::ptrdiff_t from, double& result) const {
    const std::ptrdiff_t first = std::max(from, lag_);
    const std::ptrdiff_t end = std::min(from + lag_, std::ssize(sums_) - 1);
    if (end - first < std::max<std::ptrdiff_t>(1, lag_ / 2)) return false;
    result = (sums_[static_cast<std::size_t>(end)] - sums_[static_cast<std::size_t>(first)]) /
             static_cast<double>(end - first);
    return true;
  }
  double whole_mean() const {
    const std::ptrdiff_t count = std::ssize(sums_) - 1 - lag_;
    return count > 0 ? sums_.back() / static_cast<double>(count) : 0.0;
  }

 private:
  const std::ptrdiff_t lag_;
  std::vector<double> sums_;
};

// How much more the pattern changes from exactly here on than a little earlier and later: where bars of `lag` beats
// follow that are unlike those before, each of the first bar's beats differs from the one a bar before, and those of
// the bars on both sides do not.
void add_turn(std::vector<BeatSigns>& beats, BeatSign sign, const Differences& differences, std::size_t lag) {
  const auto bar = static_cast<std::ptrdiff_t>(lag);
  for (std::size_t beat = 0; beat < beats.size(); ++beat) {
    const auto here = static_cast<std::ptrdiff_t>(beat);
    double during = 0;
    double before = 0;
    double after = 0;
    float& turn = beats[beat][static_cast<std::size_t>(sign)];
    turn = 0;
    if (!differences.mean(here, during) || !differences.mean(here - bar, before)) continue;
    if (differences.mean(here + bar, after)) turn = static_cast<float>(2 * during - before - after);
  }
  standardise(beats, sign);
}

}  // namespace

std::vector<BeatPattern> patterns_of(std::span<const double> beats_s, const MetreFrames& frames) {
  std::vector<BeatPattern> patterns(beats_s.size(), BeatPattern{});
  const auto rises = rises_of(frames);
  const auto count = static_cast<std::int64_t>(rises.size());
  for (std::size_t beat = 0; beat < beats_s.size() && beats_s.size() > 1; ++beat) {
    const bool is_last = beat + 1 == beats_s.size();
    const double length_s = is_last ? beats_s[beat] - beats_s[beat - 1] : beats_s[beat + 1] - beats_s[beat];
    const auto frame_at = [&](double twelfth) {
      const double at_s = beats_s[beat] + length_s * twelfth / static_cast<double>(kTwelfths);
      return std::clamp<std::int64_t>(frames.frame_at(at_s), 0, count);
    };
    for (std::size_t place = 0; place < kTwelfths; ++place) {
      const auto end = frame_at(static_cast<double>(place) + 0.5);
      for (auto i = frame_at(static_cast<double>(place) - 0.5); i < end; ++i) {
        for (std::size_t band = 0; band < kMetreBands; ++band) {
          float& rise = patterns[beat][place][band];
          rise = std::min(1.0F, rise + rises[static_cast<std::size_t>(i)][band]);
        }
      }
    }
  }
  return patterns;
}

void add_turns(std::vector<BeatSigns>& beats, const std::vector<BeatPattern>& patterns, std::size_t beats_per_bar) {
  if (patterns.size() != beats.size() || beats.empty()) return;
  const BeatPattern scale = scale_of(patterns);
  add_turn(beats, BeatSign::kTurn, Differences(patterns, scale, beats_per_bar), beats_per_bar);
  add_turn(beats, BeatSign::kLongTurn, Differences(patterns, scale, 2 * beats_per_bar), 2 * beats_per_bar);
}

bool has_thirds(const std::vector<BeatPattern>& patterns) {
  std::array<float, kTwelfths> struck{};
  for (const BeatPattern& pattern : patterns) {
    for (std::size_t place = 0; place < kTwelfths; ++place) {
      for (const float rise : pattern[place]) struck[place] += rise;
    }
  }
  const float most = *std::max_element(struck.begin(), struck.end());
  const float others = std::max({struck[3], struck[6], struck[9]}) + kStray * most;
  return most > 0 && std::min(struck[4], struck[8]) > kThirds * others && struck[4] > kMiddle * struck[0];
}

double difference_at(const std::vector<BeatPattern>& patterns, std::size_t lag) {
  if (patterns.empty()) return 0;
  return Differences(patterns, scale_of(patterns), lag).whole_mean();
}

}  // namespace segue::analysis
