// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/merge_words.h"

#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

TEST(MergeWords, CaseAccentsAndPunctuationDoNotCount) {
  EXPECT_EQ(fold_words("Björk"), "bjork");
  EXPECT_EQ(fold_words("BJO\xCC\x88RK"), "bjork") << "the accent as a character of its own";
  EXPECT_EQ(fold_words("Don’t  Stop, 'Til You…"), "dont stop til you");
  EXPECT_EQ(fold_words("Simon & Garfunkel"), "simon and garfunkel");
  EXPECT_EQ(fold_words("R&B"), "r and b");
  EXPECT_EQ(fold_words("Mötley Crüe/Ænima ß"), "motley crue aenima ss");
  EXPECT_EQ(fold_words("Trịnh Công Sơn"), "trinh cong s\xC6\xA1n");
  EXPECT_EQ(fold_words("КИНО"), "кино");
  EXPECT_EQ(fold_words("ΑΒΓ"), "αβγ");
  EXPECT_EQ(fold_words("宇多田ヒカル"), "宇多田ヒカル");
}

TEST(MergeWords, WhatIsNoTextLeavesNothing) {
  EXPECT_EQ(fold_words(""), "");
  EXPECT_EQ(fold_words(" -(!)- "), "");
  EXPECT_EQ(fold_words("\xFF\xC3"), "");
  EXPECT_EQ(fold_words("a\xE2\x82z"), "az") << "a broken character is skipped";
}

TEST(MergeWords, TheSameRecordingUnderOtherTitles) {
  for (const char* title :
       {"Get Lucky", "get lucky", "Get Lucky (feat. Pharrell Williams)", "Get Lucky [ft. Pharrell Williams]",
        "Get Lucky feat. Pharrell Williams & Nile Rodgers", "Get Lucky (Remastered 2011)", "Get Lucky - 2011 Remaster",
        "Get Lucky (2015 Digitally Remastered Version)", "Get Lucky (Original Mix)",
        "Get Lucky (50th Anniversary Remaster)", "Get Lucky (featuring Pharrell Williams) [Remastered]"}) {
    EXPECT_EQ(fold_title(title), "get lucky") << title;
  }
}

TEST(MergeWords, AnotherMixIsAnotherTitle) {
  EXPECT_EQ(fold_title("Get Lucky (Extended Mix)"), "get lucky extended mix");
  EXPECT_EQ(fold_title("Get Lucky - Extended Mix"), "get lucky extended mix");
  EXPECT_EQ(fold_title("Get Lucky (feat. P) [Daft Punk Remix]"), "get lucky daft punk remix");
  EXPECT_EQ(fold_title("Get Lucky (Live)"), "get lucky live");
  EXPECT_EQ(fold_title("Get Lucky (Remastered Extended Mix)"), "get lucky remastered extended mix");
  EXPECT_EQ(fold_title("(I Can't Get No) Satisfaction"), "i cant get no satisfaction");
}

TEST(MergeWords, ATitleThatIsAllNoiseStaysATitle) {
  EXPECT_EQ(fold_title("Remastered"), "remastered");
  EXPECT_EQ(fold_title("(Explicit)"), "explicit");
  EXPECT_EQ(fold_title("Ft. Worth"), "ft worth");
}

TEST(MergeWords, GuestsAreNoPartOfTheArtist) {
  EXPECT_EQ(fold_artist("Daft Punk feat. Pharrell Williams"), "daft punk");
  EXPECT_EQ(fold_artist("Daft Punk (ft. Pharrell)"), "daft punk");
  EXPECT_EQ(fold_artist("Daft Punk Featuring Pharrell"), "daft punk");
  EXPECT_EQ(fold_artist("Feat"), "feat");
}

TEST(MergeWords, HugeTextIsCut) {
  const std::string huge(1 << 20, 'a');
  EXPECT_LE(fold_title(huge).size(), 1024U);
  EXPECT_LE(fold_title(std::string(1 << 20, '(')).size(), 1024U);
}

}  // namespace
}  // namespace segue::catalog
