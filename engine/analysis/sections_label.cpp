// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/sections_label.h"

#include <algorithm>

namespace segue::analysis {
namespace {

using enum model::SectionLabel;

// A section has a beat if its drums are at least this part of the track's strongest.
constexpr float kBeat = 0.6F;
// A section is full if it is at least this part of the fullest.
constexpr float kFull = 0.85F;
constexpr float kNearlyFull = 0.95F;
constexpr float kFullest = 0.985F;
// An intro is emptier than this part of the fullest.
constexpr float kIntroFull = 0.9F;
// What a section must gain to be fuller than the one before.
constexpr float kGain = 0.05F;
// A build gains this much energy from its first to its last quarter.
constexpr float kRise = 0.12F;
constexpr std::size_t kBuildBarsMax = 16;
// Sections of one name are told apart from this novelty on.
constexpr float kNewStart = 0.5F;

// What is known of a section.
struct Traits {
  float beat = 0;
  float full = 0;
  float energy = 0;
  float rise = 0;
};

float mean(const std::vector<float>& values, std::size_t from, std::size_t to) {
  float sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += values[i];
  return to > from ? sum / static_cast<float>(to - from) : 0.0F;
}

Traits traits_of(const Part& part, const BarCurves& curves) {
  Traits traits;
  for (std::size_t i = part.first; i < part.end; ++i) {
    traits.full += fullness(curves.presences[i]) / static_cast<float>(part.bars());
  }
  traits.beat = mean(curves.beat, part.first, part.end);
  traits.energy = mean(curves.energy, part.first, part.end);
  const std::size_t quarter = std::max<std::size_t>(1, part.bars() / 4);
  traits.rise =
      mean(curves.energy, part.end - quarter, part.end) - mean(curves.energy, part.first, part.first + quarter);
  return traits;
}

// Decides section by section, from the front, with what has been decided before.
class Labeller {
 public:
  Labeller(std::vector<Part>& parts, const BarCurves& curves) : parts_(parts) {
    for (const Part& part : parts) traits_.push_back(traits_of(part, curves));
    for (const Traits& traits : traits_) {
      most_beat_ = std::max(most_beat_, traits.beat);
      most_full_ = std::max(most_full_, traits.full);
    }
  }

  void label() {
    for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].label = has_beat(i) ? with_beat(i) : without_beat(i);
    label_outro();
  }

 private:
  bool has_beat(std::size_t i) const { return traits_[i].beat >= kBeat * most_beat_ && traits_[i].beat > 0; }
  bool is_full(std::size_t i, float part) const { return traits_[i].full >= part * most_full_; }
  bool is_last(std::size_t i) const { return i + 1 == parts_.size(); }
  // No beat so far.
  bool is_opening(std::size_t i) const {
    for (std::size_t k = 0; k < i; ++k) {
      if (has_beat(k)) return false;
    }
    return true;
  }

  model::SectionLabel with_beat(std::size_t i) const {
    if (i == 0) return parts_.size() > 1 && !is_full(0, kIntroFull) ? kIntro : kGroove;
    const auto before = parts_[i - 1].label;
    const bool comes_back = before == kBuild || before == kBreakdown;
    if (comes_back && before != kBuild && leads_up(i)) return kBuild;
    if (comes_back && is_full(i, kFull)) return kDrop;
    // A drop goes on while nothing is taken from it.
    if (before == kDrop && is_full(i, kNearlyFull)) return kDrop;
    // What is fuller than anything but other drops, and than the groove before it, is one as well.
    if (is_full(i, kFullest) && has_beat(i - 1) && traits_[i].full >= traits_[i - 1].full + kGain) return kDrop;
    return kGroove;
  }

  // Drums that lead from a breakdown to more.
  bool leads_up(std::size_t i) const {
    if (is_last(i) || parts_[i].bars() > kBuildBarsMax || is_full(i, kNearlyFull)) return false;
    const Traits& next = traits_[i + 1];
    return has_beat(i + 1) && next.full >= traits_[i].full + kGain && next.energy >= traits_[i].energy + kGain;
  }

  model::SectionLabel without_beat(std::size_t i) const {
    const bool is_followed = !is_last(i) && has_beat(i + 1) && traits_[i + 1].energy > traits_[i].energy;
    if (i > 0 && is_followed && traits_[i].rise >= kRise && parts_[i].bars() <= kBuildBarsMax) return kBuild;
    return is_opening(i) ? kIntro : kBreakdown;
  }

  // The last sections, as long as they are emptier than the fullest and nothing comes back.
  void label_outro() {
    if (parts_.size() < 2) return;
    const std::size_t last = parts_.size() - 1;
    if (is_full(last, kNearlyFull) && has_beat(last)) return;
    parts_[last].label = kOutro;
  }

  std::vector<Part>& parts_;
  std::vector<Traits> traits_;
  float most_beat_ = 0;
  float most_full_ = 0;
};

}  // namespace

std::vector<Part> label_sections(const std::vector<std::size_t>& starts, const BarCurves& curves) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : curves.energy.size();
    if (end > starts[i]) parts.push_back({starts[i], end});
  }
  Labeller(parts, curves).label();
  std::vector<Part> joined;
  for (const Part& part : parts) {
    const bool goes_on = !joined.empty() && joined.back().label == part.label && curves.novelty[part.first] < kNewStart;
    if (goes_on) {
      joined.back().end = part.end;
    } else {
      joined.push_back(part);
    }
  }
  return joined;
}

}  // namespace segue::analysis
