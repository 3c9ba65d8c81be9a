// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/truth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include <nlohmann/json.hpp>

#include "tests/support/audio/signals.h"

namespace segue::reference {
namespace {

constexpr double kTailS = 2;  // for what still sounds after the last bar

// Three slow waves of random length, together within ±1.
class Wander {
 public:
  explicit Wander(std::uint64_t seed) {
    test::Random random(seed);
    for (auto& wave : waves_) {
      wave = {random.between(20.0, 110.0), random.between(0.0, 2 * std::numbers::pi), random.between(0.4, 1.0)};
      weight_ += wave.weight;
    }
  }
  double at(double beat) const {
    double sum = 0;
    for (const auto& wave : waves_) {
      sum += wave.weight * std::sin(wave.phase + 2 * std::numbers::pi * beat / wave.beats);
    }
    return sum / weight_;
  }

 private:
  struct Wave {
    double beats, phase, weight;
  };
  std::array<Wave, 3> waves_{};
  double weight_ = 0;
};

// The beat, from the first downbeat, at which a tempo or key steps: the start of the section nearest to a share of all.
int step_beat(const ReferencePlan& plan, double share) {
  const double wanted = plan.bars() * share;
  int bar = 0;
  int best = 0;
  for (const auto& section : plan.sections) {
    if (bar > 0 && std::abs(bar - wanted) < std::abs(best - wanted)) best = bar;
    bar += section.bars;
  }
  return best * plan.beats_per_bar();
}

// Length of each beat in seconds, pickup first.
std::vector<double> beat_lengths(const ReferencePlan& plan) {
  const int beats = plan.bars() * plan.beats_per_bar();
  const Wander wander(plan.seed ^ 0xD21FU);
  const int step = step_beat(plan, 0.5);
  std::vector<double> lengths;
  for (int beat = -plan.pickup_beats; beat < beats; ++beat) {
    double factor = 1;
    switch (plan.motion) {
      case Motion::kSteady: break;
      case Motion::kRamp: factor += plan.motion_amount * std::max(0, beat) / beats; break;
      case Motion::kDrift: factor += plan.motion_amount * wander.at(beat); break;
      case Motion::kStep: factor += beat >= step ? plan.motion_amount : 0; break;
    }
    lengths.push_back(60 / (plan.bpm * factor));
  }
  return lengths;
}

double median_bpm(std::vector<double> lengths) {
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return 60 / *middle;
}

std::vector<double> other_levels(const ReferencePlan& plan, double bpm) {
  switch (plan.genre) {
    case Genre::kDrumAndBass: return {bpm / 2};
    case Genre::kHipHop: return {bpm * 2};
    case Genre::kSixEight: return {bpm / 3};
    case Genre::kWaltz: return bpm > 140 ? std::vector{bpm / 3} : std::vector<double>{};
    case Genre::kHouse:
    case Genre::kTechno:
    case Genre::kTrance: return {};
    case Genre::kRock:
    case Genre::kSwing:
    case Genre::kBreakbeat:
      if (bpm > 140) return {bpm / 2};
      if (bpm < 85) return {bpm * 2};
      return {};
  }
  return {};
}

void add_sections(const ReferencePlan& plan, ReferenceTruth& truth) {
  int bar = 0;
  for (const auto& section : plan.sections) {
    truth.sections.push_back({seconds_at(truth, bar * truth.beats_per_bar), section.label, section.bars, 0});
    bar += section.bars;
  }
}

void add_keys(const ReferencePlan& plan, ReferenceTruth& truth) {
  truth.key = {plan.tonic, is_minor(plan.mode)};
  truth.changes.push_back({0, truth.key, 1});
  if (plan.key_change == 0) return;
  const model::Key later{(plan.tonic + plan.key_change) % 12, truth.key.is_minor};
  truth.changes.push_back({seconds_at(truth, step_beat(plan, 2.0 / 3)), later, 1});
}

}  // namespace

double seconds_at(const ReferenceTruth& truth, double beat) {
  const double place = beat + truth.downbeat_beat;
  const auto last = static_cast<double>(truth.beats_s.size()) - 2;
  const double whole = std::clamp(std::floor(place), 0.0, last);
  const auto index = static_cast<std::size_t>(whole);
  return truth.beats_s[index] + (place - whole) * (truth.beats_s[index + 1] - truth.beats_s[index]);
}

ReferenceTruth truth_of(const ReferencePlan& plan) {
  ReferenceTruth truth;
  const auto lengths = beat_lengths(plan);
  double at_s = plan.opening_s;
  truth.beats_s.push_back(at_s);
  for (const double length_s : lengths) truth.beats_s.push_back(at_s += length_s);
  truth.duration_s = at_s + kTailS;
  truth.is_constant = plan.motion == Motion::kSteady;
  truth.bpm = truth.is_constant ? plan.bpm : median_bpm(lengths);
  truth.also_bpm = other_levels(plan, truth.bpm);
  truth.downbeat_beat = plan.pickup_beats;
  truth.beats_per_bar = plan.beats_per_bar();
  truth.downbeat_s = seconds_at(truth, 0);
  truth.tuning_cents = plan.tuning_cents;
  add_sections(plan, truth);
  add_keys(plan, truth);
  // The line that ends the last bar is no beat of the music, though it bounds the last one.
  truth.beats_s.pop_back();
  return truth;
}

ReferenceTruth as_counted(ReferenceTruth truth) {
  constexpr int kEighths = 3;  // of a dotted quarter
  if (truth.beats_per_bar != 2 * kEighths) return truth;
  truth.also_bpm = {truth.bpm};
  truth.bpm /= kEighths;
  truth.beats_per_bar = 2;
  std::vector<double> beats;
  const auto first = static_cast<std::size_t>(truth.downbeat_beat % kEighths);
  for (std::size_t i = first; i < truth.beats_s.size(); i += kEighths) beats.push_back(truth.beats_s[i]);
  truth.downbeat_beat /= kEighths;
  truth.beats_s = std::move(beats);
  return truth;
}

std::string json_of(const ReferencePlan& plan, const ReferenceTruth& truth, const std::string& file) {
  auto sections = nlohmann::json::array();
  for (const auto& section : truth.sections) {
    sections.push_back({{"at_s", section.at_s}, {"label", to_string(section.label)}, {"bars", section.bars}});
  }
  auto keys = nlohmann::json::array();
  for (const auto& change : truth.changes) keys.push_back({{"at_s", change.at_s}, {"key", model::name_of(change.key)}});
  return nlohmann::json{{"file", file},
                        {"genre", to_string(plan.genre)},
                        {"motion", to_string(plan.motion)},
                        {"opening", to_string(plan.opening)},
                        {"mode", to_string(plan.mode)},
                        {"bpm", truth.bpm},
                        {"is_constant", truth.is_constant},
                        {"also_bpm", truth.also_bpm},
                        {"beats_s", truth.beats_s},
                        {"downbeat_s", truth.downbeat_s},
                        {"beats_per_bar", truth.beats_per_bar},
                        {"key", model::name_of(truth.key)},
                        {"keys", keys},
                        {"tuning_cents", truth.tuning_cents},
                        {"sections", sections},
                        {"duration_s", truth.duration_s}}
      .dump();
}

}  // namespace segue::reference
