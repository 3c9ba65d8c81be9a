// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/analysis/rhythm_features.h"

namespace segue::analysis {

// Finds attacks in the samples themselves, to a fraction of a millisecond: three envelopes of about 1,400 values a
// second, and in each the places where it leaves the range of the last 20 ms for what the next 15 ms bring. A quiet
// forerunner – a codec's pre-echo, a flam – does not count as the start. One thread; up to 16 bytes for each attack.
class AttackTracker {
 public:
  explicit AttackTracker(int sample_rate_hz);

  // Any length; the attacks found are those until 15 ms before the end.
  void push(std::span<const float> mono);
  // The rest, as if silence followed.
  void finish();
  // In order of time.
  const std::vector<Attack>& attacks() const { return attacks_; }

 private:
  static constexpr std::size_t kPast = 28;    // hops: 20 ms, a full wave of the lowest bass
  static constexpr std::size_t kFuture = 20;  // hops: 15 ms, within which an attack is at its height
  static constexpr std::size_t kWindow = kPast + kFuture + 1;

  // The second difference of the samples `lag_` apart: a band-pass without phase trouble that costs two additions.
  struct Difference {
    int lag = 1;
    float scale = 1;  // makes the peak gain 1
  };
  struct Envelope {
    std::array<float, 2 * kWindow> ring{};  // each value twice, so that the newest window lies in one piece
    long long quiet_until = 0;              // hop before which nothing counts: it belongs to the last attack
  };

  void hop();
  float low_level();
  float difference_level(const Difference& difference) const;
  void enter(AttackBand band, float value);
  void sort_newest();

  const int sample_rate_hz_;
  const int hop_samples_;
  Difference mid_;
  Difference high_;
  std::vector<float> samples_;  // twice the longest lag, then one hop
  std::size_t history_ = 0;     // samples before the hop
  std::size_t filled_ = 0;
  std::array<Envelope, kAttackBands> envelopes_;
  std::array<float, 5> low_pass_{};  // b0 b1 b2 a1 a2 at two values a hop
  std::array<float, 4> low_state_{};
  float dc_ = 0;
  long long hops_ = 0;
  std::vector<Attack> attacks_;
};

}  // namespace segue::analysis
