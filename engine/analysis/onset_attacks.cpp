// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/onset_attacks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::analysis {
namespace {

constexpr double kHopsPerS = 1378;
constexpr double kMidHz = 2'200;   // where the difference of the middle band hears best
constexpr double kHighHz = 11'000;
constexpr double kLowHz = 200;     // corner of the low band
constexpr float kStartShare = 0.25F;  // an attack has begun when this share of its rise is there
constexpr float kRatioMin = 1.5F;     // by which it must leave the past behind
constexpr float kLevelMin = 0.0005F;  // −66 dB
constexpr float kDcShare = 0.02F;     // a one-pole high-pass of about 9 Hz

int lag_for(double hz, int sample_rate_hz) {
  return std::max(1, static_cast<int>(std::lround(sample_rate_hz / (2 * hz))));
}

}  // namespace

AttackTracker::AttackTracker(int sample_rate_hz)
    : sample_rate_hz_(sample_rate_hz),
      hop_samples_(std::max(2, 2 * static_cast<int>(std::lround(sample_rate_hz / (2 * kHopsPerS))))) {
  mid_ = {lag_for(kMidHz, sample_rate_hz), 0.25F};
  high_ = {lag_for(kHighHz, sample_rate_hz), 0.25F};
  history_ = static_cast<std::size_t>(2 * mid_.lag);
  samples_.assign(history_ + static_cast<std::size_t>(hop_samples_), 0.0F);
  const double w = 2 * std::numbers::pi * kLowHz * hop_samples_ / (2.0 * sample_rate_hz);
  const double alpha = std::sin(w) / std::numbers::sqrt2;
  const double a0 = 1 + alpha;
  const double b = (1 - std::cos(w)) / (2 * a0);
  low_pass_ = {static_cast<float>(b), static_cast<float>(2 * b), static_cast<float>(b),
               static_cast<float>(-2 * std::cos(w) / a0), static_cast<float>((1 - alpha) / a0)};
}

void AttackTracker::push(std::span<const float> mono) {
  while (!mono.empty()) {
    const std::size_t count = std::min(mono.size(), static_cast<std::size_t>(hop_samples_) - filled_);
    std::copy_n(mono.begin(), count, samples_.begin() + static_cast<std::ptrdiff_t>(history_ + filled_));
    filled_ += count;
    mono = mono.subspan(count);
    if (filled_ == static_cast<std::size_t>(hop_samples_)) hop();
  }
}

void AttackTracker::finish() {
  const std::vector<float> silence(static_cast<std::size_t>(hop_samples_) * (kFuture + 2), 0.0F);
  push(silence);
}

void AttackTracker::hop() {
  enter(AttackBand::kLow, low_level());
  enter(AttackBand::kMid, difference_level(mid_));
  enter(AttackBand::kHigh, difference_level(high_));
  std::copy_n(samples_.end() - static_cast<std::ptrdiff_t>(history_), history_, samples_.begin());
  filled_ = 0;
  ++hops_;
}

float AttackTracker::low_level() {
  const int half = hop_samples_ / 2;
  const float* x = samples_.data() + history_;
  float level = 0;
  for (int part = 0; part < 2; ++part, x += half) {
    float mean = 0;
    for (int i = 0; i < half; ++i) mean += x[i];
    mean /= static_cast<float>(half);
    dc_ += kDcShare * (mean - dc_);
    mean -= dc_;
    auto& [x1, x2, y1, y2] = low_state_;
    const auto& [b0, b1, b2, a1, a2] = low_pass_;
    const float y = b0 * mean + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = mean;
    y2 = y1;
    y1 = std::abs(y) < 1e-20F ? 0.0F : y;
    level = std::max(level, std::abs(y));
  }
  return level;
}

float AttackTracker::difference_level(const Difference& difference) const {
  const float* x = samples_.data() + history_;
  const std::ptrdiff_t lag = difference.lag;
  float power = 0;
  for (int i = 0; i < hop_samples_; ++i) {
    const float d = x[i] - 2 * x[i - lag] + x[i - 2 * lag];
    power += d * d;
  }
  return difference.scale * std::sqrt(2 * power / static_cast<float>(hop_samples_));
}

void AttackTracker::enter(AttackBand band, float value) {
  Envelope& envelope = envelopes_[static_cast<std::size_t>(band)];
  const auto slot = static_cast<std::size_t>(hops_ % static_cast<long long>(kWindow));
  envelope.ring[slot] = envelope.ring[slot + kWindow] = value;
  const float* window = envelope.ring.data() + slot + 1;  // oldest first
  const float here = window[kPast];
  const float before = window[kPast - 1];
  const long long at = hops_ - static_cast<long long>(kFuture);
  if (here <= before || at < envelope.quiet_until) return;
  const float past = *std::max_element(window, window + kPast);
  if (here <= past) return;
  const float future = *std::max_element(window + kPast, window + kWindow);
  const float threshold = past + kStartShare * (future - past);
  if (here < threshold || future < kRatioMin * past || future < kLevelMin) return;
  const double part = std::clamp((threshold - before) / (here - before), 0.0F, 1.0F);
  const double hop_s = static_cast<double>(hop_samples_) / sample_rate_hz_;
  const double at_s = (static_cast<double>(at) + part - 0.5) * hop_s;
  attacks_.push_back({std::max(0.0, at_s), future, (future - past) / future, band});
  sort_newest();
  envelope.quiet_until = at + static_cast<long long>(kFuture);
}

void AttackTracker::sort_newest() {
  for (std::size_t i = attacks_.size() - 1; i > 0 && attacks_[i].at_s < attacks_[i - 1].at_s; --i) {
    std::swap(attacks_[i], attacks_[i - 1]);
  }
}

}  // namespace segue::analysis
