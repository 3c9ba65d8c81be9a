// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key_evidence.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/key_profiles.h"

namespace segue::analysis {
namespace {

// By multinomial regression, pulled towards 0, on generated songs: README, "Key".
constexpr double kByProfile = 1.15;
constexpr double kByBassProfile = 2;
constexpr double kByTriads = 1.6;
constexpr double kByForeign = -4.4;
constexpr double kByTonic = 1;
constexpr double kByRoot = 0.35;
constexpr double kByPhraseRoot = 1.7;
constexpr double kByPhraseTriad = 2.9;
constexpr double kByFirst = 1.2;
constexpr double kByLast = 0.55;

constexpr double kPresent = 0.3;  // weight of a frame that has harmony
constexpr double kFirstS = 1.2;
constexpr double kLastS = 1.5;
constexpr double kLate = 0.02;  // bars
constexpr double kBeginsFrom = 0.06;
constexpr double kBeginsTo = 0.5;
constexpr double kShareMin = 0.05;

// Notes that a key does not have; the leading note of minor is half its own.
constexpr std::array<double, 12> kForeignToMajor{0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0};
constexpr std::array<double, 12> kForeignToMinor{0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0.5};

using Roots = std::array<double, 12>;

struct Summary {
  Pitches chord{};
  Pitches bass{};
  PerKey triads{};  // share of the time
  Roots first{};    // roots it begins with, where it is not known where phrases begin
  Roots last{};
  PerKey phrases{};  // triads that phrases of eight bars begin with, or of four
};

Roots roots_of(const PerKey& triads) {
  Roots roots{};
  for (std::size_t i = 0; i < kKeys; ++i) roots[i % 12] += triads[i];
  return roots;
}

// Means over those of the part's frames that `is_meant` picks; nothing if they are too few.
template <typename Picked>
PerKey mean_triads(const Harmony& harmony, const Stretch& part, Picked is_meant) {
  PerKey mean{};
  double frames = 0;
  for (std::size_t t = part.begin; t < part.end; ++t) {
    if (!is_meant(t)) continue;
    frames += 1;
    for (std::size_t i = 0; i < kKeys; ++i) mean[i] += harmony.triads[t][i];
  }
  if (frames < 3) return {};
  for (double& value : mean) value /= frames;
  return mean;
}

// Place in groups of so many bars. Frames at a bar line still hear what was before it.
double place_in(double bar, int bars) {
  const double place = bar + kLate;
  return place - bars * std::floor(place / bars);
}

PerKey triads_on_phrases(const Harmony& harmony, const Stretch& part) {
  for (const int bars : {8, 4}) {
    if (harmony.phrase < bars) continue;
    const PerKey triads = mean_triads(harmony, part, [&](std::size_t t) {
      const double place = place_in(harmony.bar[t], bars);
      return harmony.weight[t] > 0 && place > kBeginsFrom && place < kBeginsTo;
    });
    if (triads != PerKey{}) return triads;
  }
  return {};
}

Summary summarise(const Harmony& harmony, const Stretch& part) {
  Summary summary;
  double weights = 1e-9;
  for (std::size_t t = part.begin; t < part.end; ++t) {
    if (harmony.weight[t] <= 0) continue;
    weights += harmony.weight[t];
    for (std::size_t i = 0; i < 12; ++i) {
      summary.chord[i] += harmony.chord[t][i];
      summary.bass[i] += harmony.bass[t][i];
    }
    for (std::size_t i = 0; i < kKeys; ++i) summary.triads[i] += harmony.triads[t][i] * harmony.weight[t];
  }
  for (double& share : summary.triads) share /= weights;
  const auto first = part.begin + static_cast<std::size_t>(kFirstS * harmony.frames_per_s);
  const auto last = part.end - std::min(part.end, static_cast<std::size_t>(kLastS * harmony.frames_per_s));
  summary.last = roots_of(mean_triads(harmony, part, [&](std::size_t t) { return t >= last; }));
  summary.phrases = triads_on_phrases(harmony, part);
  if (summary.phrases == PerKey{}) {
    summary.first = roots_of(mean_triads(harmony, part, [&](std::size_t t) { return t < first; }));
  }
  return summary;
}

double share_of(const Pitches& pitches, std::size_t pitch) {
  float sum = 0;
  for (const float value : pitches) sum += value;
  return sum > 0 ? static_cast<double>(pitches[pitch] / sum) : 0;
}

double logarithm(double share) { return std::log(kShareMin + share); }

double evidence_for(std::size_t key, const Summary& summary) {
  const std::size_t tonic = key % 12;
  const bool is_minor = key >= 12;
  const KeyProfile& profile = profile_of(is_minor);
  const PerKey& usual = usual_triads(is_minor);
  const auto& foreign = is_minor ? kForeignToMinor : kForeignToMajor;
  double triads = 0;
  for (std::size_t i = 0; i < kKeys; ++i) triads += usual[i] * summary.triads[(i + tonic) % 12 + (i < 12 ? 0 : 12)];
  double outside = 0;
  for (std::size_t i = 0; i < 12; ++i) outside += foreign[i] * share_of(summary.chord, (i + tonic) % 12);
  return kByProfile * correlation(summary.chord, profile.chord, static_cast<int>(tonic)) +
         kByBassProfile * correlation(summary.bass, profile.bass, static_cast<int>(tonic)) + kByTriads * triads +
         kByForeign * outside + kByTonic * logarithm(summary.triads[key]) +
         kByRoot * logarithm(roots_of(summary.triads)[tonic]) + kByPhraseRoot * roots_of(summary.phrases)[tonic] +
         kByPhraseTriad * summary.phrases[key] + kByFirst * summary.first[tonic] + kByLast * summary.last[tonic];
}

}  // namespace

Stretch sounding_part(const Harmony& harmony, const Stretch& within) {
  const auto second = static_cast<std::size_t>(harmony.frames_per_s);
  std::size_t begin = within.begin;
  for (; begin < within.end; ++begin) {
    if (harmony.weight[begin] <= kPresent) continue;
    const std::size_t until = std::min(within.end, begin + second + 1);
    const auto present = std::count_if(harmony.weight.begin() + static_cast<std::ptrdiff_t>(begin),
                                       harmony.weight.begin() + static_cast<std::ptrdiff_t>(until),
                                       [](double weight) { return weight > kPresent; });
    if (static_cast<double>(present) > 0.8 * static_cast<double>(second)) break;
  }
  std::size_t end = within.end;
  while (end > begin && harmony.weight[end - 1] <= kPresent) --end;
  return {begin, end};
}

double pitches_in(const Harmony& harmony, const Stretch& part) {
  Pitches all{};
  for (std::size_t t = part.begin; t < part.end; ++t) {
    if (harmony.weight[t] <= 0) continue;
    for (std::size_t i = 0; i < 12; ++i) all[i] += harmony.chord[t][i];
  }
  double squares = 0;
  for (std::size_t i = 0; i < 12; ++i) squares += std::pow(share_of(all, i), 2);
  return squares > 0 ? 1 / squares : 0;
}

PerKey evidence_of(const Harmony& harmony, const Stretch& part) {
  const Summary summary = summarise(harmony, part);
  PerKey evidence{};
  for (std::size_t key = 0; key < kKeys; ++key) evidence[key] = evidence_for(key, summary);
  return evidence;
}

PerKey probabilities(const PerKey& evidence) {
  const double best = *std::max_element(evidence.begin(), evidence.end());
  PerKey result{};
  double sum = 0;
  for (std::size_t i = 0; i < kKeys; ++i) sum += result[i] = std::exp(evidence[i] - best);
  for (double& value : result) value /= sum;
  return result;
}

}  // namespace segue::analysis
