// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/reference/harmony.h"
#include "tests/support/reference/patterns.h"
#include "tests/support/reference/score.h"

namespace segue::reference {

// What the writers of parts share: the plan, where beats are, and chance.
struct Sheet {
  const ReferencePlan& plan;
  const ReferenceTruth& truth;
  test::Random& random;

  int beats_per_bar() const { return truth.beats_per_bar; }
  int steps_per_bar() const { return beats_per_bar() * repertoire_of(plan.genre).steps_per_beat; }
  double beat_s(int bar) const;
  // Time of a step of a bar, swung, and moved as players do. Bars count from the first downbeat.
  double step_s(int bar, int step);
  // The same without players: where the step is notated, swing included.
  double exact_s(int bar, int step) const;
  Pattern choose(const std::vector<Pattern>& patterns);
  bool chance(double share) { return random.unit() < share; }
};

// Calls visit(section index, label, bar from the first downbeat, bar within the section, bars of the section).
template <typename Visit>
void for_each_bar(const ReferencePlan& plan, Visit&& visit) {
  int bar = 0;
  for (int index = 0; index < static_cast<int>(plan.sections.size()); ++index) {
    const auto& section = plan.sections[static_cast<std::size_t>(index)];
    for (int in_section = 0; in_section < section.bars; ++in_section) {
      visit(index, section.label, bar++, in_section, section.bars);
    }
  }
}

void write_drums(Sheet& sheet, Score& score);
void write_bass(Sheet& sheet, const Harmony& harmony, Score& score);
void write_chords(Sheet& sheet, const Harmony& harmony, Score& score);
void write_lead(Sheet& sheet, const Harmony& harmony, Score& score);
void write_atmosphere(Sheet& sheet, Score& score);
// Semitones above C of the tonic in a bar: key changes included.
int tonic_at(const ReferencePlan& plan, const ReferenceTruth& truth, int bar);

}  // namespace segue::reference
