// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/tempo_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace segue::analysis {
namespace {

using Complex = std::complex<double>;

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kBlockSeconds = 6;  // within which a tempo that is 0.5 % off turns by a tenth of a pulse
constexpr std::array<int, 4> kDivisions{1, 2, 3, 4};
constexpr std::array<double, 4> kDivisionWeights{1.0, 1.0, 0.5, 0.7};
constexpr double kStrongShare = 0.6;  // of the strongest division, that another needs to be thought of
constexpr double kSearchShare = 0.012;  // either side of the tempo looked near

// Sums of the curve over one block, turned at the pulse and its divisions.
struct Block {
  double centre_s = 0;
  std::array<Complex, 4> sums{};
  double weight = 0;
};

std::vector<Block> blocks_of(std::span<const float> pulse, double frames_per_s, double first_s, double hz) {
  const auto length = static_cast<std::size_t>(kBlockSeconds * frames_per_s);
  std::vector<Block> blocks;
  for (std::size_t from = 0; from < pulse.size(); from += length) {
    const std::size_t to = std::min(pulse.size(), from + length);
    Block block;
    const double start_s = first_s + static_cast<double>(from) / frames_per_s;
    block.centre_s = start_s + static_cast<double>(to - from) / (2 * frames_per_s);
    for (std::size_t d = 0; d < kDivisions.size(); ++d) {
      const double turns = hz * kDivisions[d];
      Complex phasor = std::polar(1.0, -kTurn * std::fmod(turns * start_s, 1.0));
      const Complex step = std::polar(1.0, -kTurn * turns / frames_per_s);
      for (std::size_t i = from; i < to; ++i) {
        block.sums[d] += static_cast<double>(pulse[i]) * phasor;
        phasor *= step;
      }
    }
    for (std::size_t i = from; i < to; ++i) block.weight += static_cast<double>(pulse[i]);
    blocks.push_back(block);
  }
  return blocks;
}

std::array<Complex, 4> sums_at(const std::vector<Block>& blocks, double off_hz) {
  std::array<Complex, 4> sums{};
  for (const Block& block : blocks) {
    const Complex turn = std::polar(1.0, -kTurn * off_hz * block.centre_s);
    Complex power = turn;
    for (std::size_t d = 0; d < kDivisions.size(); ++d) {
      sums[d] += block.sums[d] * power;
      power *= turn;
    }
  }
  return sums;
}

double agreement(const std::vector<Block>& blocks, double off_hz) {
  const auto sums = sums_at(blocks, off_hz);
  double total = 0;
  for (std::size_t d = 0; d < kDivisions.size(); ++d) total += kDivisionWeights[d] * std::abs(sums[d]);
  return total;
}

// Weighted least squares of time over pulse number.
struct LineSums {
  double w = 0, n = 0, t = 0, nn = 0, nt = 0;

  void add(double weight, double number, double time) {
    w += weight;
    n += weight * number;
    t += weight * time;
    nn += weight * number * number;
    nt += weight * number * time;
  }
  double period() const { return (w * nt - n * t) / (w * nn - n * n); }
  double start(double period_s) const { return (t - period_s * n) / w; }
  bool is_line() const { return w > 0 && w * nn - n * n > 1e-9 * w * w; }
};

}  // namespace

std::vector<PulseLine> coherent_lines(std::span<const float> pulse, double frames_per_s, double first_s, double hz) {
  const std::vector<Block> blocks = blocks_of(pulse, frames_per_s, first_s, hz);
  const double length_s = static_cast<double>(pulse.size()) / frames_per_s;
  const double step = 1 / (10 * std::max(length_s, 4.0));
  const int steps = static_cast<int>(std::ceil(kSearchShare * hz / step));
  double best = -1;
  int best_at = 0;
  for (int i = -steps; i <= steps; ++i) {
    const double value = agreement(blocks, i * step);
    if (value > best) {
      best = value;
      best_at = i;
    }
  }
  const double left = agreement(blocks, (best_at - 1) * step);
  const double right = agreement(blocks, (best_at + 1) * step);
  const double bend = left - 2 * best + right;
  const double off = (best_at + (bend < 0 ? std::clamp(0.5 * (left - right) / bend, -0.5, 0.5) : 0.0)) * step;
  const auto sums = sums_at(blocks, off);
  PulseLine line;
  line.period_s = 1 / (hz + off);
  double all = 0;
  double whole = 0;
  double parts = 0;
  for (const Block& block : blocks) {
    all += block.weight;
    for (std::size_t d = 0; d < kDivisions.size(); ++d) parts += kDivisionWeights[d] * std::abs(block.sums[d]);
  }
  double strongest = 0;
  for (std::size_t d = 0; d < kDivisions.size(); ++d) {
    whole += kDivisionWeights[d] * std::abs(sums[d]);
    strongest = std::max(strongest, std::abs(sums[d]));
  }
  line.coherence = parts > 0 ? whole / parts : 0;
  line.clarity = all > 0 ? strongest / all : 0;
  std::vector<PulseLine> lines;
  for (std::size_t d = 0; d < kDivisions.size(); ++d) {
    // Finer divisions are strong only if they are really there: their sums are damped by the curve's own width.
    if (std::abs(sums[d]) < kStrongShare * strongest) continue;
    line.divisions = kDivisions[d];
    line.at_s = -std::arg(sums[d]) / (kTurn * kDivisions[d]) * line.period_s;
    lines.insert(std::abs(sums[d]) == strongest ? lines.begin() : lines.end(), line);
  }
  return lines;
}

std::vector<double> attack_weights(std::span<const Attack> attacks) {
  std::array<std::vector<float>, kAttackBands> levels;
  for (const Attack& attack : attacks) levels[static_cast<std::size_t>(attack.band)].push_back(attack.level);
  std::array<double, kAttackBands> loud{};
  for (std::size_t band = 0; band < kAttackBands; ++band) {
    auto& of_band = levels[band];
    if (of_band.empty()) continue;
    const auto place = of_band.begin() + static_cast<std::ptrdiff_t>(of_band.size() * 9 / 10);
    std::nth_element(of_band.begin(), place, of_band.end());
    loud[band] = static_cast<double>(*place);
  }
  std::vector<double> weights;
  weights.reserve(attacks.size());
  for (const Attack& attack : attacks) {
    const double level = static_cast<double>(attack.level) / loud[static_cast<std::size_t>(attack.band)];
    weights.push_back(std::min(1.0, level) * static_cast<double>(attack.rise));
  }
  return weights;
}

PulseLine fitted_line(const PulseLine& line, std::span<const Attack> attacks) {
  const std::vector<double> weights = attack_weights(attacks);
  PulseLine fit = line;
  const int rounds = 8;
  for (int round = 0; round < rounds; ++round) {
    const double slot_s = fit.period_s / fit.divisions;
    const double reach_s = std::min(0.3 * slot_s, round < 2 ? 0.030 : 0.020);
    const double scale_s = round < 3 ? 0.008 : 0.003;
    LineSums sums;
    for (std::size_t i = 0; i < attacks.size(); ++i) {
      const double number = std::round((attacks[i].at_s - fit.at_s) / slot_s);
      const double off_s = attacks[i].at_s - fit.at_s - number * slot_s;
      if (std::abs(off_s) > reach_s) continue;
      const double ratio = off_s / scale_s;
      sums.add(weights[i] / (1 + ratio * ratio), number / fit.divisions, attacks[i].at_s);
    }
    if (sums.w < 4 || !sums.is_line()) return line;
    fit.period_s = sums.period();
    fit.at_s = sums.start(fit.period_s);
  }
  // An escape to another line is no fit.
  return std::abs(fit.period_s / line.period_s - 1) < 0.005 ? fit : line;
}

}  // namespace segue::analysis
