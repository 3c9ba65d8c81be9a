// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tempo_path.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/dsp/fft.h"

namespace segue::analysis {
namespace {

using Complex = std::complex<double>;

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kWindowSeconds = 5;
constexpr double kStepSeconds = 0.5;
constexpr double kOctaveStep = 0.004;  // between local tempi: 0.28 %
constexpr int kReach = 60;             // of them either side: 18 %, short of 4:5, where other pulses wait
constexpr int kStates = 2 * kReach + 1;
constexpr int kMoveMax = 20;             // steps of tempo; further is a sudden change and costs no more
constexpr double kMovePenalty = 0.03;    // of a window's best strength, for each step
constexpr std::array<int, 4> kDivisions{1, 2, 3, 4};
constexpr std::array<double, 4> kDivisionWeights{1.0, 1.0, 0.5, 0.6};
constexpr double kPhaseStep = 1.0 / 96;   // of a pulse, between phases looked at
constexpr int kPhaseReach = 24;           // of them either side of the phase foretold
constexpr double kPhaseSigma = 0.08;      // of a pulse: how well it is foretold
constexpr double kPhaseTrust = 0.3;       // weight of what is foretold against what is heard

class Follower {
 public:
  Follower(std::span<const float> pulse, double frames_per_s, double first_s, double hz)
      : pulse_(pulse), frames_per_s_(frames_per_s), first_s_(first_s), hz_(hz) {
    length_ = static_cast<std::ptrdiff_t>(kWindowSeconds * frames_per_s);
    step_ = static_cast<std::ptrdiff_t>(kStepSeconds * frames_per_s);
    windows_ = static_cast<std::ptrdiff_t>(pulse.size()) / step_ + 1;
  }

  PulsePath follow() {
    find_tempi();
    listen();
    count();
    return {map(), clarity_};
  }

 private:
  double state_hz(int state) const { return hz_ * std::exp2((state - kReach) * kOctaveStep); }
  double centre_s(std::ptrdiff_t window) const { return first_s_ + static_cast<double>(window * step_) / frames_per_s_; }
  double window_shape(std::ptrdiff_t i) const {
    return 0.5 - 0.5 * std::cos(kTurn * (static_cast<double>(i) + 0.5) / static_cast<double>(length_));
  }
  float value(std::ptrdiff_t window, std::ptrdiff_t i) const {
    const std::ptrdiff_t frame = window * step_ - length_ / 2 + i;
    return frame < 0 || frame >= static_cast<std::ptrdiff_t>(pulse_.size()) ? 0.0F : pulse_[static_cast<std::size_t>(frame)];
  }

  // Strength of each local tempo in each window, the best being 1, and the best path through them.
  void find_tempi();
  std::vector<std::array<float, kStates>> strengths() const;
  // The windowed sum at a division of a local tempo; its phase is that at the window's centre.
  Complex sum_at(std::ptrdiff_t window, double hz) const;
  void listen();
  double corrected(std::size_t window, double foretold) const;
  void count();
  PulseMap map() const;

  std::span<const float> pulse_;
  double frames_per_s_;
  double first_s_;
  double hz_;
  std::ptrdiff_t length_ = 0;
  std::ptrdiff_t step_ = 0;
  std::ptrdiff_t windows_ = 0;
  std::vector<double> tempi_hz_;  // of each window
  std::vector<std::array<Complex, kDivisions.size()>> sums_;  // at the divisions of those
  std::vector<double> counts_;    // pulses until each window's centre
  double clarity_ = 0;
};

std::vector<std::array<float, kStates>> Follower::strengths() const {
  int size = 512;
  while (size < 8 * length_) size *= 2;
  dsp::RealFft fft(size);
  std::vector<float> power(static_cast<std::size_t>(fft.bins()));
  std::vector<std::array<float, kStates>> all(static_cast<std::size_t>(windows_));
  const double bin_hz = frames_per_s_ / size;
  for (std::ptrdiff_t window = 0; window < windows_; ++window) {
    std::fill_n(fft.input(), size, 0.0F);
    for (std::ptrdiff_t i = 0; i < length_; ++i) fft.input()[i] = value(window, i) * static_cast<float>(window_shape(i));
    fft.power(power.data());
    auto& here = all[static_cast<std::size_t>(window)];
    float best = 1e-6F;
    for (int state = 0; state < kStates; ++state) {
      double sum = 0;
      for (std::size_t d = 0; d < kDivisions.size(); ++d) {
        const auto bin = static_cast<std::size_t>(std::lround(state_hz(state) * kDivisions[d] / bin_hz));
        if (bin < power.size()) sum += kDivisionWeights[d] * std::sqrt(static_cast<double>(power[bin]));
      }
      here[static_cast<std::size_t>(state)] = static_cast<float>(sum);
      best = std::max(best, static_cast<float>(sum));
    }
    for (float& strength : here) strength /= best;
  }
  return all;
}

void Follower::find_tempi() {
  const auto all = strengths();
  std::vector<std::array<short, kStates>> from(all.size());
  std::array<float, kStates> score = all[0];
  for (std::size_t window = 1; window < all.size(); ++window) {
    std::array<float, kStates> next{};
    const auto leader = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
    for (int to = 0; to < kStates; ++to) {
      float best = score[static_cast<std::size_t>(leader)] - static_cast<float>(kMoveMax * kMovePenalty);
      int came = leader;
      for (int state = std::max(0, to - kMoveMax); state <= std::min(kStates - 1, to + kMoveMax); ++state) {
        const float total = score[static_cast<std::size_t>(state)] - static_cast<float>(kMovePenalty * std::abs(to - state));
        if (total > best) {
          best = total;
          came = state;
        }
      }
      from[window][static_cast<std::size_t>(to)] = static_cast<short>(came);
      next[static_cast<std::size_t>(to)] = best + all[window][static_cast<std::size_t>(to)];
    }
    score = next;
  }
  auto state = static_cast<short>(std::max_element(score.begin(), score.end()) - score.begin());
  tempi_hz_.assign(all.size(), 0.0);
  for (std::size_t window = all.size(); window-- > 0;) {
    tempi_hz_[window] = state_hz(state);
    if (window > 0) state = from[window][static_cast<std::size_t>(state)];
  }
}

Complex Follower::sum_at(std::ptrdiff_t window, double hz) const {
  Complex phasor = std::polar(1.0, kTurn * hz * static_cast<double>(length_ / 2) / frames_per_s_);
  const Complex turn = std::polar(1.0, -kTurn * hz / frames_per_s_);
  Complex sum{};
  for (std::ptrdiff_t i = 0; i < length_; ++i) {
    sum += window_shape(i) * static_cast<double>(value(window, i)) * phasor;
    phasor *= turn;
  }
  return sum;
}

void Follower::listen() {
  std::array<double, kDivisions.size()> sizes{};
  double whole = 0;
  for (std::ptrdiff_t window = 0; window < windows_; ++window) {
    std::array<Complex, kDivisions.size()> sums;
    for (std::size_t d = 0; d < kDivisions.size(); ++d) {
      sums[d] = sum_at(window, tempi_hz_[static_cast<std::size_t>(window)] * kDivisions[d]);
      sizes[d] += std::abs(sums[d]);
    }
    sums_.push_back(sums);
    for (std::ptrdiff_t i = 0; i < length_; ++i) whole += window_shape(i) * static_cast<double>(value(window, i));
  }
  clarity_ = whole > 0 ? *std::max_element(sizes.begin(), sizes.end()) / whole : 0;
}

// The count near the one foretold at which the pulses and their divisions are loudest. A pulse that comes late by a part
// of its period turns its sum back by as much: the count at the window's centre is that much behind.
double Follower::corrected(std::size_t window, double foretold) const {
  double loud = 1e-9;
  for (std::size_t d = 0; d < kDivisions.size(); ++d) loud += kDivisionWeights[d] * std::abs(sums_[window][d]);
  double best = -1e30;
  double best_off = 0;
  for (int i = -kPhaseReach; i <= kPhaseReach; ++i) {
    const double off = i * kPhaseStep;
    double score = -0.5 * kPhaseTrust * (off / kPhaseSigma) * (off / kPhaseSigma);
    for (std::size_t d = 0; d < kDivisions.size(); ++d) {
      const double phase = std::arg(sums_[window][d]) - kTurn * kDivisions[d] * (foretold + off);
      score += kDivisionWeights[d] * std::abs(sums_[window][d]) * std::cos(phase) / loud;
    }
    if (score > best) {
      best = score;
      best_off = off;
    }
  }
  return foretold + best_off;
}

void Follower::count() {
  const double seconds = static_cast<double>(step_) / frames_per_s_;
  // The loudest window says where pulses are; from there on it is foretold both ways.
  std::size_t start = 0;
  double loudest = -1;
  for (std::size_t window = 0; window < sums_.size(); ++window) {
    const double loud = std::abs(sums_[window][0]) + std::abs(sums_[window][1]);
    if (loud > loudest) {
      loudest = loud;
      start = window;
    }
  }
  counts_.assign(sums_.size(), 0.0);
  const std::size_t strong = std::abs(sums_[start][0]) > 0.4 * std::abs(sums_[start][1]) ? 0 : 1;
  counts_[start] = corrected(start, std::arg(sums_[start][strong]) / kTurn / kDivisions[strong]);
  for (std::size_t window = start + 1; window < sums_.size(); ++window) {
    const double pulses = 0.5 * (tempi_hz_[window - 1] + tempi_hz_[window]) * seconds;
    counts_[window] = corrected(window, counts_[window - 1] + pulses);
  }
  for (std::size_t window = start; window-- > 0;) {
    const double pulses = 0.5 * (tempi_hz_[window + 1] + tempi_hz_[window]) * seconds;
    counts_[window] = corrected(window, counts_[window + 1] - pulses);
  }
}

PulseMap Follower::map() const {
  PulseMap map;
  const double end_s = first_s_ + static_cast<double>(pulse_.size()) / frames_per_s_;
  double pulse = std::ceil(counts_.front() - (centre_s(0) + 0.5) * tempi_hz_.front());
  std::size_t window = 0;
  for (;; ++pulse) {
    while (window + 1 < counts_.size() && counts_[window + 1] < pulse) ++window;
    double at = 0;
    if (pulse < counts_.front() || window + 1 == counts_.size()) {
      at = centre_s(static_cast<std::ptrdiff_t>(window)) + (pulse - counts_[window]) / tempi_hz_[window];
    } else {
      const double share = (pulse - counts_[window]) / std::max(1e-9, counts_[window + 1] - counts_[window]);
      at = centre_s(static_cast<std::ptrdiff_t>(window)) + share * static_cast<double>(step_) / frames_per_s_;
    }
    map.at_s.push_back(at);
    if (at > end_s && map.at_s.size() > 2) break;
  }
  return map;
}

}  // namespace

PulsePath followed_pulse(std::span<const float> pulse, double frames_per_s, double first_s, double hz) {
  return Follower(pulse, frames_per_s, first_s, hz).follow();
}

}  // namespace segue::analysis
