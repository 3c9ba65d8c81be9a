// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/sections.h"

#include <map>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using Starts = std::vector<std::size_t>;

// Novelty that rises and falls over two bars around each of the lines given.
std::vector<float> peaks(std::size_t bars, const std::map<std::size_t, float>& lines) {
  std::vector<float> novelty(bars);
  for (const auto& [line, height] : lines) {
    for (const std::size_t distance : {0U, 1U, 2U}) {
      const float value = height * (1 - 0.3F * static_cast<float>(distance));
      for (const std::size_t at : {line - distance, line + distance}) {
        if (at < bars) novelty[at] = std::max(novelty[at], value);
      }
    }
  }
  return novelty;
}

TEST(Sections, BeginWhereMuchChanges) {
  EXPECT_EQ(analysis::section_starts(peaks(80, {{16, 0.7F}, {48, 0.8F}}), {}), (Starts{0, 16, 48}));
}

TEST(Sections, NothingChangesInOneSection) {
  EXPECT_EQ(analysis::section_starts(std::vector<float>(64), {}), Starts{0});
  EXPECT_EQ(analysis::section_starts(peaks(64, {{16, 0.1F}, {32, 0.2F}}), {}), Starts{0});
  EXPECT_EQ(analysis::section_starts({}, {}), Starts{});
  EXPECT_EQ(analysis::section_starts({0.0F}, {}), Starts{0});
}

TEST(Sections, SmallChangesAreNone) {
  EXPECT_EQ(analysis::section_starts(peaks(64, {{15, 0.25F}, {32, 0.7F}, {47, 0.25F}}), {}), (Starts{0, 32}));
}

TEST(Sections, ChangeABarEarlyIsMovedToThePhrase) {
  EXPECT_EQ(analysis::section_starts(peaks(64, {{31, 0.6F}}), {}), (Starts{0, 32}));
}

TEST(Sections, ShortBuildIsKept) {
  EXPECT_EQ(analysis::section_starts(peaks(96, {{32, 0.8F}, {44, 0.7F}, {48, 0.8F}}), {}), (Starts{0, 32, 48}));
  EXPECT_EQ(analysis::section_starts(peaks(96, {{32, 0.8F}, {40, 0.7F}, {48, 0.8F}}), {}), (Starts{0, 32, 40, 48}));
}

TEST(Sections, ShortTracksHaveShortSections) {
  EXPECT_EQ(analysis::section_starts(peaks(28, {{8, 0.6F}, {16, 0.6F}, {20, 0.5F}}), {}), (Starts{0, 8, 16, 20}));
  EXPECT_EQ(analysis::section_starts(peaks(80, {{8, 0.6F}, {16, 0.6F}, {20, 0.5F}}), {}), (Starts{0, 16}));
}

TEST(Sections, KnownPhrasesDecideBetweenEqualLines) {
  const auto novelty = peaks(64, {{10, 0.8F}, {26, 0.5F}, {24, 0.5F}});
  EXPECT_EQ(analysis::section_starts(novelty, {.first = 2, .bars = 8}), (Starts{0, 10, 26}));
}

}  // namespace
}  // namespace segue::test
