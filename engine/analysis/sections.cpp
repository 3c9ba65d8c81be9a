// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/sections.h"

#include <algorithm>

namespace segue::analysis {
namespace {

// What a change must be worth to be a section's beginning.
constexpr float kLineCost = 0.25F;
constexpr float kOffPhraseCost = 0.08F;
constexpr std::size_t kBarsMin = 4;

// Tracks of at most so many bars are made of sections half as long as others.
constexpr std::size_t kShortTrackBars = 48;

// How unlikely a section of so many bars is.
constexpr float kLongCost = 0.05F;   // whole sixteens above 32
constexpr float kEightCost = 0.2F;   // 8, 24, 40 …
constexpr float kFourCost = 0.4F;    // 12, 20 …
constexpr float kShortCost = 0.45F;  // 4
constexpr float kOddCost = 0.6F;
float length_cost(std::size_t bars, bool is_short_track) {
  if (bars % 4 != 0) return kOddCost;
  if (is_short_track) bars *= 2;
  if (bars % 16 == 0) return bars <= 32 ? 0.0F : kLongCost;
  if (bars % 8 == 0) return kEightCost;
  return bars == 4 ? kShortCost : kFourCost;
}

// What beginning a section at each line is worth. Only lines beside which nothing changes more are candidates, and
// their neighbours, as the change itself may be a bar off where drums lead over.
std::vector<float> worth_of(const std::vector<float>& novelty, const PhraseLines& phrases) {
  std::vector<float> worth(novelty.size(), -1.0F);
  const auto at = [&](std::ptrdiff_t line) {
    return line >= 0 && line < std::ssize(novelty) ? novelty[static_cast<std::size_t>(line)] : 0.0F;
  };
  const auto is_peak = [&](std::ptrdiff_t line) {
    return at(line) > 0 && at(line) >= std::max({at(line - 2), at(line - 1), at(line + 1), at(line + 2)});
  };
  for (std::ptrdiff_t line = 0; line < std::ssize(novelty); ++line) {
    if (!is_peak(line - 1) && !is_peak(line) && !is_peak(line + 1)) continue;
    const bool is_off_phrase = phrases.bars > 0 && (line - phrases.first) % phrases.bars != 0;
    worth[static_cast<std::size_t>(line)] = at(line) - kLineCost - (is_off_phrase ? kOffPhraseCost : 0.0F);
  }
  return worth;
}

}  // namespace

std::vector<std::size_t> section_starts(const std::vector<float>& novelty, const PhraseLines& phrases) {
  if (novelty.empty()) return {};
  const std::vector<float> worth = worth_of(novelty, phrases);
  const std::size_t count = novelty.size();
  // best[i]: the worth of the best beginning that has a line at i; the end of the track is one more line.
  std::vector<float> best(count + 1, -1e9F);
  std::vector<std::size_t> previous(count + 1, 0);
  best[0] = 0;
  for (std::size_t line = kBarsMin; line <= count; ++line) {
    const bool is_end = line == count;
    if (!is_end && worth[line] <= -1.0F) continue;
    for (std::size_t from = 0; from + (is_end ? 1 : kBarsMin) <= line; ++from) {
      if (best[from] < -1e8F) continue;
      // Tracks may end within a phrase.
      const float value = best[from] + (is_end ? 0.0F : worth[line] - length_cost(line - from, count <= kShortTrackBars));
      if (value > best[line]) {
        best[line] = value;
        previous[line] = from;
      }
    }
  }
  std::vector<std::size_t> starts;
  for (std::size_t line = previous[count]; line > 0; line = previous[line]) starts.push_back(line);
  starts.push_back(0);
  std::reverse(starts.begin(), starts.end());
  return starts;
}

}  // namespace segue::analysis
