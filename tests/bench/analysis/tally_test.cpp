// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/tally.h"

#include <cmath>
#include <string_view>

#include <gtest/gtest.h>

namespace segue::bench {
namespace {

Piece piece_of(double bpm) {
  Piece piece;
  piece.name = "piece";
  piece.bpm = bpm;
  for (int i = 0; i < 64; ++i) piece.beats_s.push_back(0.5 + i * 60 / bpm);
  piece.key = model::Key{9, true};
  piece.boundaries_s = {piece.beats_s[32]};
  return piece;
}

Finding perfect(const Piece& piece) {
  return {piece.bpm, {}, piece.beats_s, piece.beats_s[4], piece.key, piece.boundaries_s, 0.1};
}

double figure(const Tally& tally, std::string_view name) {
  for (const auto& figure : figures_of(tally)) {
    if (name == figure.name) return figure.value;
  }
  ADD_FAILURE() << "no figure " << name;
  return -1;
}

TEST(Tally, PerfectFindingsMeetEveryGoal) {
  Tally tally;
  for (const double bpm : {90.0, 126.37, 174.0}) tally.add(piece_of(bpm), perfect(piece_of(bpm)), 60);
  Piece moving = piece_of(120);
  moving.is_constant = false;
  tally.add(moving, perfect(moving), 60);
  for (const auto& figure : figures_of(tally)) {
    EXPECT_TRUE(std::isfinite(figure.value)) << figure.name;
    EXPECT_TRUE(figure.goal.is_met_by(figure.value)) << figure.name << " is " << figure.value;
  }
  EXPECT_DOUBLE_EQ(figure(tally, "speed"), 4 * 60 / 0.4);
}

TEST(Tally, NothingFoundIsAMissNotAGap) {
  Tally tally;
  tally.add(piece_of(120), perfect(piece_of(120)), 60);
  tally.add(piece_of(120), {}, 60);
  for (const char* name : {"bpm_within_0.05", "acc1", "acc2", "level", "downbeats", "key_exact"}) {
    EXPECT_DOUBLE_EQ(figure(tally, name), 50) << name;
  }
  EXPECT_DOUBLE_EQ(figure(tally, "key_mirex"), 0.5);
}

TEST(Tally, HalfTheTempoIsForgivenOnlyWhereItSaysSo) {
  Tally tally;
  Finding half = perfect(piece_of(150));
  half.bpm = 75.02;
  tally.add(piece_of(150), half, 60);
  EXPECT_EQ(figure(tally, "bpm_within_0.05"), 0);
  EXPECT_EQ(figure(tally, "bpm_within_0.05_forgiven"), 100);
  EXPECT_EQ(figure(tally, "acc1"), 0);
  EXPECT_EQ(figure(tally, "acc2"), 100);
  EXPECT_TRUE(std::isnan(figure(tally, "phase_p50"))) << "at another level the phase says nothing";
}

TEST(Tally, MovingPiecesAreJudgedByTheirBeats) {
  Piece moving = piece_of(120);
  moving.is_constant = false;
  Finding finding = perfect(moving);
  finding.bpm = 121;
  for (std::size_t i = 0; i < 16; ++i) finding.beats_s[i] += 0.1;
  Tally tally;
  tally.add(moving, finding, 60);
  EXPECT_EQ(tally.steady, 0);
  EXPECT_DOUBLE_EQ(figure(tally, "moving_beats"), 75);
}

TEST(Tally, ToolsThatDoNotTellHaveNoFigure) {
  Tally tally;
  Finding tempo_only;
  tempo_only.bpm = 120;
  tally.add(piece_of(120), tempo_only, 60);
  for (const char* name : {"downbeats", "key_exact", "key_mirex", "sections_f", "phase_p50"}) {
    EXPECT_TRUE(std::isnan(figure(tally, name))) << name;
  }
  const std::string table = table_of({{"Segue", tally}, {"other", tally}});
  EXPECT_NE(table.find("| what | Segue | other | goal |"), std::string::npos) << table;
  EXPECT_NE(table.find("| key exact, % | – | – | >= 90 |"), std::string::npos) << table;
}

}  // namespace
}  // namespace segue::bench
