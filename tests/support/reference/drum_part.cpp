// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "tests/support/reference/parts.h"

namespace segue::reference {
namespace {

using model::SectionLabel;

struct Groove {
  Pattern kick, snare, hat, open_hat, extra;
  Drum snare_drum, hat_drum, open_drum, extra_drum;
};

Groove choose_groove(Sheet& sheet) {
  const auto& all = repertoire_of(sheet.plan.genre);
  Groove groove{sheet.choose(all.kick),
                sheet.choose(all.snare),
                sheet.choose(all.hat),
                sheet.choose(all.open_hat),
                sheet.choose(all.extra),
                Drum::kSnare,
                Drum::kHat,
                Drum::kOpenHat,
                Drum::kPerc};
  switch (sheet.plan.genre) {
    case Genre::kHouse:
    case Genre::kTechno:
    case Genre::kTrance:
      if (sheet.chance(0.75)) groove.snare_drum = Drum::kClap;
      break;
    case Genre::kHipHop:
      if (sheet.chance(0.3)) groove.snare_drum = Drum::kClap;
      break;
    case Genre::kRock:
    case Genre::kSixEight:
    case Genre::kDrumAndBass:
      if (sheet.chance(0.4)) groove.hat_drum = Drum::kRide;
      groove.open_drum = Drum::kRide;
      break;
    case Genre::kSwing:
    case Genre::kWaltz:
      if (sheet.chance(0.5)) groove.snare_drum = Drum::kRim;
      groove.open_drum = Drum::kRide;
      break;
    case Genre::kBreakbeat: break;
  }
  const double extra = sheet.random.unit();
  groove.extra_drum = extra < 0.4 ? Drum::kShaker : extra < 0.6 ? Drum::kRim : Drum::kPerc;
  return groove;
}

struct Present {
  bool kick, snare, hat, open_hat, extra;
};

// Which drums play in a section.
Present present_in(const ReferencePlan& plan, int section, SectionLabel label, bool odd) {
  if (!plan.has_drums(section)) return {false, false, false, false, false};
  switch (label) {
    case SectionLabel::kIntro: return {true, odd, true, false, false};
    case SectionLabel::kGroove: return {true, true, true, odd, false};
    case SectionLabel::kBuild: return {odd, false, true, false, true};
    case SectionLabel::kDrop: return {true, true, true, true, true};
    case SectionLabel::kBreakdown: return {false, false, false, false, false};
    case SectionLabel::kOutro: return {true, true, odd, true, false};
  }
  return {};
}

class Drummer {
 public:
  Drummer(Sheet& sheet, Score& score) : sheet_(sheet), score_(score), groove_(choose_groove(sheet)) {
    has_soft_hats_ = sheet.chance(0.4);
    fill_kind_ = sheet.random.below(4);
    is_odd_ = sheet.chance(0.5);
  }

  void play_bar(int section, SectionLabel label, int bar, int in_section, int bars) {
    const Present now = present_in(sheet_.plan, section, label, is_odd_);
    const bool is_last = in_section == bars - 1;
    const bool has_fill =
        is_last || (in_section % 8 == 7 && sheet_.chance(0.6)) || (in_section % 4 == 3 && sheet_.chance(0.15));
    const int steps = sheet_.steps_per_bar();
    const int fill_from = has_fill && now.kick ? steps - steps / (is_last ? 2 : 4) : steps;
    const int offset = (in_section % 2) * steps;  // for patterns of two bars
    for (int step = 0; step < steps; ++step) {
      if (step >= fill_from && fill_kind_ != 0) continue;
      play_step(now, bar, step, offset);
    }
    if (fill_from < steps) play_fill(bar, fill_from, steps);
    if (label == SectionLabel::kBuild) play_roll(bar, in_section, bars);
    if (in_section == 0 && bar > 0 && now.snare && sheet_.chance(0.8)) hit(Drum::kCrash, sheet_.exact_s(bar, 0), 1);
  }

  // The beats before the first downbeat.
  void play_pickup() {
    const int per_beat = repertoire_of(sheet_.plan.genre).steps_per_beat;
    for (int beat = -sheet_.plan.pickup_beats; beat < 0; ++beat) {
      const Drum drum = fill_kind_ % 2 == 0 ? Drum::kSnare : Drum::kTomHigh;
      hit(drum, sheet_.step_s(0, beat * per_beat), 0.8);
      if (fill_kind_ >= 2) hit(drum, sheet_.step_s(0, beat * per_beat + per_beat / 2), 0.5);
    }
  }

 private:
  void hit(Drum drum, double at_s, double level) {
    const double spread = sheet_.plan.humanise_ms > 0 ? 0.25 : 0.05;
    score_.hits.push_back({drum, at_s, level * (1 - spread * sheet_.random.unit())});
  }

  void play_step(const Present& now, int bar, int step, int offset) {
    const auto play = [&](bool is_present, Pattern pattern, Drum drum, double late_s = 0) {
      const double level = is_present ? strength(pattern, step + offset) : 0;
      if (level > 0) hit(drum, sheet_.step_s(bar, step) + late_s, level);
    };
    play(now.kick, groove_.kick, Drum::kKick);
    play(now.snare, groove_.snare, groove_.snare_drum, sheet_.plan.snare_late_ms / 1000);
    play(now.hat && !(has_soft_hats_ && now.open_hat), groove_.hat, groove_.hat_drum);
    play(now.open_hat, groove_.open_hat, groove_.open_drum);
    play(now.extra, groove_.extra, groove_.extra_drum);
  }

  // Rolls, toms, a stop, or nothing but the groove.
  void play_fill(int bar, int from, int to) {
    for (int step = from; step < to; ++step) {
      const double swell = 0.45 + 0.5 * (step - from) / std::max(1, to - from);
      if (fill_kind_ == 1 && !sheet_.chance(0.2)) hit(Drum::kSnare, sheet_.step_s(bar, step), swell);
      if (fill_kind_ == 2 && step % 2 == 0) {
        hit(step - from < (to - from) / 2 ? Drum::kTomHigh : Drum::kTomLow, sheet_.step_s(bar, step), swell);
      }
      if (fill_kind_ == 3 && step == from) hit(Drum::kOpenHat, sheet_.step_s(bar, step), 0.8);
    }
  }

  // Snares that double their pace towards the drop.
  void play_roll(int bar, int in_section, int bars) {
    const double part = static_cast<double>(in_section) / bars;
    const int per_beat = repertoire_of(sheet_.plan.genre).steps_per_beat;
    const int stride = part < 0.5 ? per_beat : part < 0.75 ? std::max(1, per_beat / 2) : 1;
    for (int step = 0; step < sheet_.steps_per_bar(); step += stride) {
      hit(groove_.snare_drum, sheet_.exact_s(bar, step), 0.3 + 0.5 * part);
    }
  }

  Sheet& sheet_;
  Score& score_;
  Groove groove_;
  bool has_soft_hats_ = false;
  bool is_odd_ = false;
  int fill_kind_ = 0;
};

}  // namespace

void write_drums(Sheet& sheet, Score& score) {
  Drummer drummer(sheet, score);
  drummer.play_pickup();
  for_each_bar(sheet.plan, [&](int section, SectionLabel label, int bar, int in_section, int bars) {
    drummer.play_bar(section, label, bar, in_section, bars);
  });
}

}  // namespace segue::reference
