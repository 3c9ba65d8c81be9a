// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/score.h"

#include <algorithm>

#include "tests/support/reference/parts.h"

namespace segue::reference {

double Sheet::beat_s(int bar) const {
  const int beat = bar * beats_per_bar();
  return (seconds_at(truth, beat + beats_per_bar()) - seconds_at(truth, beat)) / beats_per_bar();
}

double Sheet::exact_s(int bar, int step) const {
  const int per_beat = repertoire_of(plan.genre).steps_per_beat;
  double place = static_cast<double>(step) / per_beat;
  if (per_beat == 4 && step % 2 == 1) place += (plan.swing - 0.5) / 2;
  if (per_beat == 3 && step % 3 == 2) place += plan.swing - 2.0 / 3;
  return seconds_at(truth, bar * beats_per_bar() + place);
}

double Sheet::step_s(int bar, int step) {
  const double exact = exact_s(bar, step);
  if (plan.humanise_ms <= 0) return exact;
  // The sum of three uniform numbers is normal enough, and bounded: 3 × its standard deviation.
  const double sum = random.between(-1, 1) + random.between(-1, 1) + random.between(-1, 1);
  return std::max(0.0, exact + sum * plan.humanise_ms / 1000);
}

Pattern Sheet::choose(const std::vector<Pattern>& patterns) {
  if (patterns.empty()) return "";
  return patterns[static_cast<std::size_t>(random.below(static_cast<int>(patterns.size())))];
}

int tonic_at(const ReferencePlan& plan, const ReferenceTruth& truth, int bar) {
  if (truth.changes.size() < 2) return plan.tonic;
  const bool is_later = seconds_at(truth, bar * truth.beats_per_bar) >= truth.changes[1].at_s - 1e-9;
  return plan.tonic + (is_later ? plan.key_change : 0);
}

Score write_score(const ReferencePlan& plan, const ReferenceTruth& truth) {
  // Each part has chance of its own, so that a change to one leaves the others as they were.
  Score score;
  test::Random harmony_random(plan.seed ^ 0x4A53U);
  const Harmony harmony = choose_harmony(plan, harmony_random);
  test::Random random(plan.seed);
  const auto with_sheet = [&](auto&& write) {
    test::Random own(random.bits());
    Sheet sheet{plan, truth, own};
    write(sheet);
  };
  with_sheet([&](Sheet& sheet) { write_drums(sheet, score); });
  with_sheet([&](Sheet& sheet) { write_bass(sheet, harmony, score); });
  with_sheet([&](Sheet& sheet) { write_chords(sheet, harmony, score); });
  with_sheet([&](Sheet& sheet) { write_lead(sheet, harmony, score); });
  with_sheet([&](Sheet& sheet) { write_atmosphere(sheet, score); });
  return score;
}

}  // namespace segue::reference
