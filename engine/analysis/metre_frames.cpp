// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/metre_frames.h"

#include <algorithm>
#include <cmath>

namespace segue::analysis {
namespace {

constexpr std::array<double, kMetreBands + 1> kBandsHz{25, 130, 500, 2'200, 6'000, 16'000};
constexpr double kKeptS = 3600;
constexpr float kRangeDb = 50;
constexpr double kLoud = 0.95;
constexpr float kQuietestDb = -80;  // a band that is never louder has nothing to say

}  // namespace

void MetreFrames::push(const SpectrumFrame& frame) {
  if (levels_db_.empty()) {
    // A quarter of the window is the hop of the shared spectrum.
    frames_per_s_ = 4 * frame.bin_hz;
    first_s_ = frame.centre_s;
  }
  if (static_cast<double>(levels_db_.size()) > kKeptS * frames_per_s_) return;
  MetreLevels levels{};
  for (std::size_t band = 0; band < kMetreBands; ++band) {
    const auto from = static_cast<std::size_t>(std::ceil(kBandsHz[band] / frame.bin_hz));
    const auto to =
        std::min(frame.power.size(), static_cast<std::size_t>(std::ceil(kBandsHz[band + 1] / frame.bin_hz)));
    // Four sums side by side: one alone would wait for each addition.
    std::array<float, 4> sums{};
    std::size_t bin = from;
    for (; bin + 4 <= to; bin += 4) {
      for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += frame.power[bin + lane];
    }
    for (; bin < to; ++bin) sums[0] += frame.power[bin];
    levels[band] = 10 * std::log10((sums[0] + sums[1]) + (sums[2] + sums[3]) + 1e-12F);
  }
  levels_db_.push_back(levels);
}

std::vector<MetreLevels> MetreFrames::above_floor() const {
  std::vector<MetreLevels> result = levels_db_;
  if (result.empty()) return result;
  std::vector<float> band_db(result.size());
  for (std::size_t band = 0; band < kMetreBands; ++band) {
    for (std::size_t i = 0; i < result.size(); ++i) band_db[i] = levels_db_[i][band];
    const auto loud = band_db.begin() + static_cast<std::ptrdiff_t>(kLoud * static_cast<double>(result.size() - 1));
    std::nth_element(band_db.begin(), loud, band_db.end());
    const float floor = std::max(*loud - kRangeDb, kQuietestDb);
    for (MetreLevels& levels : result) levels[band] = std::max(0.0F, levels[band] - floor);
  }
  return result;
}

std::int64_t MetreFrames::frame_at(double seconds) const { return std::llround((seconds - first_s_) * frames_per_s_); }

}  // namespace segue::analysis
