// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key_changes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/key_profiles.h"

namespace segue::analysis {
namespace {

constexpr double kByTriads = 1;     // of what a bar says
constexpr double kByPitches = 3;    // likewise
constexpr double kBarS = 2;         // of music that says that much
constexpr double kChange = 8;       // cost of another key at the beginning of a phrase
constexpr double kOffPhrase = 1.3;  // times as much on other bar lines
constexpr double kUnlike = 3;       // cost of parts being in different keys
constexpr double kLate = 0.02;      // bars

using Keys = std::vector<std::size_t>;

// How far keys are from each other as music goes: what is easily mistaken for another key needs more to be believed.
double cost_between(std::size_t from, std::size_t to) {
  if (from == to) return 0;
  const std::size_t up = (to % 12 + 12 - from % 12) % 12;
  if ((from < 12) == (to < 12)) return up == 5 || up == 7 ? 1.6 : 1;
  const bool is_relative = up == (from < 12 ? 9U : 3U);
  return is_relative || up == 0 ? 2.5 : 1.7;
}

std::array<PerKey, kKeys> costs() {
  std::array<PerKey, kKeys> result{};
  for (std::size_t from = 0; from < kKeys; ++from) {
    for (std::size_t to = 0; to < kKeys; ++to) result[from][to] = cost_between(from, to);
  }
  return result;
}

// A path through the keys that is most worth, `values` being what each is worth at each step.
Keys best_path(const std::vector<PerKey>& values, const std::vector<double>& change) {
  const auto cost = costs();
  std::vector<std::array<std::size_t, kKeys>> from(values.size());
  PerKey worth = values.front();
  for (std::size_t step = 1; step < values.size(); ++step) {
    PerKey next{};
    for (std::size_t key = 0; key < kKeys; ++key) {
      std::size_t best = key;
      for (std::size_t other = 0; other < kKeys; ++other) {
        if (worth[other] - change[step] * cost[other][key] > worth[best] - change[step] * cost[best][key]) best = other;
      }
      from[step][key] = best;
      next[key] = worth[best] - change[step] * cost[best][key] + values[step][key];
    }
    worth = next;
  }
  Keys path(values.size());
  path.back() = static_cast<std::size_t>(std::max_element(worth.begin(), worth.end()) - worth.begin());
  for (std::size_t step = values.size() - 1; step > 0; --step) path[step - 1] = from[step][path[step]];
  return path;
}

int bar_of(const Harmony& harmony, std::size_t frame) {
  return static_cast<int>(std::floor(harmony.bar[frame] + kLate));
}

// What each bar says for each key by which pitches and triads belong to it, wherever its tonic is.
std::vector<PerKey> bars_of(const Harmony& harmony, const Stretch& within) {
  const KeyLikelihoods& known = key_likelihoods();
  const int first = bar_of(harmony, within.begin);
  std::vector<PerKey> bars(static_cast<std::size_t>(bar_of(harmony, within.end - 1) - first) + 1, PerKey{});
  for (std::size_t t = within.begin; t < within.end; ++t) {
    if (harmony.weight[t] <= 0) continue;
    PerKey& bar = bars[static_cast<std::size_t>(bar_of(harmony, t) - first)];
    const double weight = harmony.weight[t] / (kBarS * harmony.frames_per_s);
    for (std::size_t key = 0; key < kKeys; ++key) {
      double sum = 0;
      for (std::size_t i = 0; i < kKeys; ++i) sum += kByTriads * harmony.triads[t][i] * known.triads[key][i];
      for (std::size_t i = 0; i < 12; ++i) {
        sum += kByPitches * static_cast<double>(harmony.chord[t][i]) * known.pitches[key][i];
      }
      bar[key] += weight * sum;
    }
  }
  return bars;
}

// Cuts where the path changes.
std::vector<KeyPart> cut(const Harmony& harmony, const Stretch& within, const Keys& path) {
  const int first = bar_of(harmony, within.begin);
  std::vector<KeyPart> parts;
  for (std::size_t t = within.begin; t < within.end; ++t) {
    const int bar = bar_of(harmony, t);
    const std::size_t key = path[static_cast<std::size_t>(bar - first)];
    if (parts.empty() || parts.back().key != key) parts.push_back({{t, t}, bar, key, {}});
    parts.back().frames.end = t + 1;
  }
  return parts;
}

// Names the parts anew by all the evidence, being unlike their neighbours included, and joins those of one name.
std::vector<KeyPart> named(const Harmony& harmony, std::vector<KeyPart> parts) {
  while (true) {
    std::vector<PerKey> values;
    for (const KeyPart& part : parts) values.push_back(evidence_of(harmony, part.frames));
    const Keys keys = best_path(values, std::vector<double>(parts.size(), kUnlike));
    std::vector<KeyPart> joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (joined.empty() || joined.back().key != keys[i]) {
        joined.push_back({parts[i].frames, parts[i].bar, keys[i], values[i]});
      } else {
        joined.back().frames.end = parts[i].frames.end;
      }
    }
    if (joined.size() == parts.size()) return joined;
    parts = std::move(joined);
  }
}

// What a part's neighbours say for its key.
void hear_neighbours(std::vector<KeyPart>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t key = 0; key < kKeys; ++key) {
      if (i > 0) parts[i].evidence[key] -= kUnlike * cost_between(parts[i - 1].key, key);
      if (i + 1 < parts.size()) parts[i].evidence[key] -= kUnlike * cost_between(key, parts[i + 1].key);
    }
  }
}

}  // namespace

std::vector<KeyPart> parts_by_key(const Harmony& harmony, const Stretch& within) {
  const auto bars = bars_of(harmony, within);
  std::vector<double> change(bars.size(), kChange);
  const int first = bar_of(harmony, within.begin);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const bool begins_phrase = harmony.phrase == 0 || (first + static_cast<int>(i)) % 4 == 0;
    if (!begins_phrase) change[i] *= kOffPhrase;
  }
  auto parts = named(harmony, cut(harmony, within, best_path(bars, change)));
  hear_neighbours(parts);
  return parts;
}

}  // namespace segue::analysis
