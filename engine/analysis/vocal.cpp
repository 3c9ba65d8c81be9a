// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/vocal.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/analysis/bar_features.h"

namespace segue::analysis {
namespace {

constexpr double kFromHz = 250, kToHz = 4000;
// A tonal peak stands this much above the valleys two to four bins away on both sides: 12 dB.
constexpr float kProminence = 16.0F;
// Peaks 45 dB below the strongest are not heard.
constexpr float kWeakest = 3e-5F;
// Intervals a second that a voice covers: slower ones are errors of measurement, faster ones other notes.
constexpr float kSlowest = 0.12F, kFastest = 2.0F;
// Partials move together if their intervals differ by less than this part.
constexpr float kAgreement = 0.35F;
// This many do by chance.
constexpr int kByChance = 2;
// Shares of gliding peaks at which a voice is impossible and certain, as a mean over a bar.
constexpr float kNoVoice = 0.05F, kVoice = 0.13F;

}  // namespace

void GlideMeter::find_peaks(const SpectrumFrame& frame, Peaks& peaks) {
  peaks.count = 0;
  peaks.at_s = frame.centre_s;
  const auto& power = frame.power;
  const auto from = std::max<std::size_t>(4, static_cast<std::size_t>(kFromHz / frame.bin_hz));
  const auto to = std::min(static_cast<std::size_t>(kToHz / frame.bin_hz), power.size() - 5);
  float strongest = 1e-9F;
  for (std::size_t bin = from; bin < to; ++bin) strongest = std::max(strongest, power[bin]);
  const float floor = strongest * kWeakest;
  for (std::size_t bin = from; bin < to && peaks.count < kPeaksMax; ++bin) {
    const float here = power[bin];
    if (here <= floor || here < power[bin - 1] || here <= power[bin + 1]) continue;
    const float left_valley = std::min({power[bin - 4], power[bin - 3], power[bin - 2]});
    const float right_valley = std::min({power[bin + 2], power[bin + 3], power[bin + 4]});
    if (here < kProminence * std::max(left_valley, right_valley)) continue;
    // A parabola through the logarithms is the peak of a Hann window to some hundredths of a bin.
    const float left = std::log(power[bin - 1] + 1e-20F), right = std::log(power[bin + 1] + 1e-20F);
    const float curve = left - 2 * std::log(here) + right;
    const float shift = curve < 0 ? std::clamp(0.5F * (left - right) / curve, -0.5F, 0.5F) : 0.0F;
    peaks.hz[peaks.count++] = (static_cast<float>(bin) + shift) * static_cast<float>(frame.bin_hz);
  }
}

float GlideMeter::together(const Peaks& now, const Peaks& before) {
  const auto seconds = static_cast<float>(now.at_s - before.at_s);
  if (now.count < 4 || before.count < 4 || seconds <= 0) return 0;
  std::array<float, kPeaksMax> rates{};
  std::size_t moving = 0;
  std::size_t nearest = 0;
  for (std::size_t i = 0; i < now.count; ++i) {
    while (nearest + 1 < before.count &&
           std::abs(before.hz[nearest + 1] - now.hz[i]) < std::abs(before.hz[nearest] - now.hz[i])) {
      ++nearest;
    }
    const float rate = (now.hz[i] / before.hz[nearest] - 1) / seconds;
    if (std::abs(rate) >= kSlowest && std::abs(rate) <= kFastest) rates[moving++] = rate;
  }
  if (moving < 3) return 0;
  std::sort(rates.begin(), rates.begin() + static_cast<std::ptrdiff_t>(moving));
  // The largest group of neighbours in order that agree.
  int most = 0;
  for (std::size_t i = 0, end = 0; i < moving; ++i) {
    end = std::max(end, i);
    while (end < moving && rates[end] - rates[i] <= kAgreement * std::max(std::abs(rates[i]), std::abs(rates[end])))
      ++end;
    most = std::max(most, static_cast<int>(end - i));
  }
  return static_cast<float>(std::max(0, most - kByChance)) / static_cast<float>(now.count);
}

float GlideMeter::push(const SpectrumFrame& frame) {
  newest_ = (newest_ + 1) % recent_.size();
  find_peaks(frame, recent_[newest_]);
  return together(recent_[newest_], recent_[(newest_ + 1) % recent_.size()]);
}

std::vector<float> vocal_curve(const std::vector<Bar>& bars) {
  std::vector<float> vocal;
  for (const Bar& bar : bars) vocal.push_back(std::clamp((bar.glide - kNoVoice) / (kVoice - kNoVoice), 0.0F, 1.0F));
  return vocal;
}

}  // namespace segue::analysis
