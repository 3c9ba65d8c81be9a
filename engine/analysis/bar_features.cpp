// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/bar_features.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace segue::analysis {
namespace {

constexpr double kSecondsWithoutGrid = 1.0;
// A rise that is heard as an attack.
constexpr float kAttackDb = 6.0F;
// What the ear makes of each band's power: half of the lows, twice the highs (after ITU-R BS.1770).
constexpr std::array<float, kBands> kEar = {0.2F, 0.5F, 0.7F, 0.8F, 0.9F, 1,    1,    1,   1,
                                            1.1F, 1.5F, 2,    2.4F, 2.5F, 2.5F, 2.5F, 2.5F};
constexpr std::size_t kLowBands = 4;

float to_db(float power) { return std::max(kFloorDb, 10 * std::log10(power + 1e-12F)); }

float quantile(std::vector<float>& values, double part) {
  const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

Bar bar_of(std::span<const Cell> cells, int beats, std::vector<float>& scratch) {
  Bar bar;
  scratch.resize(cells.size());
  float total = 0;
  float low = 0;
  for (std::size_t band = 0; band < kBands; ++band) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      scratch[i] = cells[i].power[band];
      total += kEar[band] * scratch[i];
      if (band < kLowBands) low += scratch[i];
    }
    bar.held[band] = to_db(quantile(scratch, 0.25));
    bar.struck[band] = to_db(quantile(scratch, 0.9));
  }
  bar.loudness_db = to_db(total / static_cast<float>(cells.size()));
  bar.low_db = to_db(low / static_cast<float>(cells.size()));
  const float per_beat = 1.0F / static_cast<float>(beats);
  for (const Cell& cell : cells) {
    bar.glide += cell.glide / static_cast<float>(cells.size());
    for (std::size_t range = 0; range < kRanges; ++range) {
      bar.attack[range] += cell.attack[range] * per_beat;
      if (cell.attack[range] >= kAttackDb) bar.attacks[range] += per_beat;
    }
  }
  const float beats_per_s = static_cast<float>(beats / (static_cast<double>(cells.size()) * FeatureCells::kCellS));
  bar.attacks_per_s = beats_per_s * *std::max_element(bar.attacks.begin() + 1, bar.attacks.end());
  return bar;
}

}  // namespace

std::vector<double> bar_lines(const model::Rhythm& rhythm, const model::SoundBounds& sound) {
  std::vector<double> lines;
  if (rhythm.grid.empty() || rhythm.bpm <= 0) {
    for (double at_s = sound.start_s; at_s < sound.end_s; at_s += kSecondsWithoutGrid) lines.push_back(at_s);
    if (!lines.empty()) lines.push_back(sound.end_s);
    return lines;
  }
  const int beats = std::max(1, rhythm.beats_per_bar);
  double beat = std::round(rhythm.grid.beat_at(rhythm.downbeat_s));
  double at_s = rhythm.downbeat_s;
  while (at_s < sound.end_s && at_s < FeatureCells::kMaxS) {
    lines.push_back(at_s);
    beat += beats;
    at_s = rhythm.grid.seconds_of_beat(beat);
  }
  lines.push_back(at_s);
  // What remains of the last bar counts as one if it is half of it.
  const std::size_t count = lines.size();
  if (count > 2 && sound.end_s < (lines[count - 2] + lines[count - 1]) / 2) lines.pop_back();
  return lines;
}

std::vector<Bar> bars_of(const std::vector<Cell>& cells, const std::vector<double>& lines, int beats_per_bar) {
  std::vector<Bar> bars;
  std::vector<float> scratch;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const auto from = static_cast<std::size_t>(std::max(0.0, std::round(lines[i] / FeatureCells::kCellS)));
    const auto to = static_cast<std::size_t>(std::max(0.0, std::round(lines[i + 1] / FeatureCells::kCellS)));
    const auto end = std::min(to, cells.size());
    if (end <= from) break;
    bars.push_back(bar_of(std::span(cells).subspan(from, end - from), std::max(1, beats_per_bar), scratch));
    bars.back().at_s = lines[i];
    bars.back().length_s = lines[i + 1] - lines[i];
  }
  return bars;
}

}  // namespace segue::analysis
