// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/key_profiles.h"

namespace segue::analysis {
namespace {

constexpr double kHeardS = 2;  // of pitched sound, before anything is said

struct Heard {
  Pitches chord{};
  Pitches bass{};
};

std::array<double, 24> scores_of(const Heard& heard) {
  std::array<double, 24> scores{};
  for (int key = 0; key < 24; ++key) {
    const KeyProfile& profile = profile_of(key >= 12);
    scores[static_cast<std::size_t>(key)] =
        correlation(heard.chord, profile.chord, key % 12) + 0.4 * correlation(heard.bass, profile.bass, key % 12);
  }
  return scores;
}

model::Key key_of(int index) { return {index % 12, index >= 12}; }

}  // namespace

model::Tonality KeyAnalyser::estimate() const {
  model::Tonality tonality;
  const double cents = chroma_.tuning().cents();
  Heard heard;
  int sounding = 0;
  for (const ChromaFrame& frame : chroma_.frames()) {
    const Pitches chord = fold(frame.chord, cents);
    const Pitches bass = fold(frame.bass, cents);
    float sum = 0;
    for (std::size_t i = 0; i < 12; ++i) {
      heard.chord[i] += chord[i];
      heard.bass[i] += bass[i];
      sum += chord[i];
    }
    sounding += sum > 0 ? 1 : 0;
  }
  if (sounding < kHeardS * chroma_.frames_per_s()) return tonality;
  const auto scores = scores_of(heard);
  std::array<int, 24> order{};
  for (int i = 0; i < 24; ++i) order[static_cast<std::size_t>(i)] = i;
  std::sort(order.begin(), order.end(),
            [&](int a, int b) { return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)]; });
  std::array<double, 24> likely{};
  double sum = 0;
  for (std::size_t i = 0; i < 24; ++i)
    sum += likely[i] = std::exp(8 * (scores[i] - scores[static_cast<std::size_t>(order[0])]));
  const double trust = std::clamp((chroma_.tuning().agreement() - 0.15) / 0.35, 0.0, 1.0);
  tonality.key = key_of(order[0]);
  tonality.confidence = trust / sum;
  tonality.tuning_cents = cents;
  for (std::size_t i = 1; i <= 3; ++i) {
    tonality.alternatives.push_back({key_of(order[i]), trust * likely[static_cast<std::size_t>(order[i])] / sum});
  }
  tonality.changes.push_back({0, *tonality.key, tonality.confidence});
  return tonality;
}

}  // namespace segue::analysis
