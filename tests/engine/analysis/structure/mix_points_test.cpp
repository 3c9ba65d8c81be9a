// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/mix_points.h"

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using enum model::SectionLabel;

// Lines two seconds apart, from 1 s on.
std::vector<double> lines_of(std::size_t bars) {
  std::vector<double> lines;
  for (std::size_t i = 0; i <= bars; ++i) lines.push_back(1 + 2.0 * static_cast<double>(i));
  return lines;
}

model::Structure points_of(std::vector<model::Section> sections, std::size_t bars) {
  model::Structure structure;
  structure.sections = std::move(sections);
  analysis::set_mix_points(structure, lines_of(bars), {1, 1 + 2.0 * static_cast<double>(bars)});
  return structure;
}

TEST(MixPoints, AreTheEndOfTheIntroAndTheStartOfTheOutro) {
  const auto structure = points_of({{1, kIntro}, {17, kIntro}, {33, kGroove}, {97, kDrop}, {161, kOutro}}, 96);
  EXPECT_EQ(structure.mix_in_s, 33);
  EXPECT_EQ(structure.mix_out_s, 161);
}

TEST(MixPoints, AreSixteenBarsFromTheEndsWithoutIntroAndOutro) {
  const auto structure = points_of({{1, kGroove}, {97, kDrop}}, 96);
  EXPECT_EQ(structure.mix_in_s, 33);
  EXPECT_EQ(structure.mix_out_s, 161);
}

TEST(MixPoints, AreNearerTheEndsOfShortTracks) {
  const auto structure = points_of({{1, kGroove}}, 32);
  EXPECT_EQ(structure.mix_in_s, 17);
  EXPECT_EQ(structure.mix_out_s, 49);
  const auto tiny = points_of({{1, kGroove}}, 1);
  EXPECT_EQ(tiny.mix_in_s, 1);
  EXPECT_EQ(tiny.mix_out_s, 3);
}

TEST(MixPoints, StayWithinTheMusicWithoutBars) {
  model::Structure structure;
  analysis::set_mix_points(structure, {}, {2, 3});
  EXPECT_EQ(structure.mix_in_s, 2);
  EXPECT_EQ(structure.mix_out_s, 3);
}

}  // namespace
}  // namespace segue::test
