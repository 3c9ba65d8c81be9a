// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/text.h"

#include <gtest/gtest.h>

namespace segue::cli {
namespace {

TEST(OneLine, TakesAwayWhatCouldSteerATerminal) {
  EXPECT_EQ(one_line("plain – tïtle"), "plain – tïtle");
  EXPECT_EQ(one_line("a\nb\tc\r"), "a b c ");
  EXPECT_EQ(one_line("\033[31mred\x7F"), " [31mred ");
  EXPECT_EQ(one_line("\xC2\x9B"
                     "31m"),
            " 31m")
      << "the one-character form of escape and bracket";
}

TEST(ValidUtf8, ReplacesWhatIsNone) {
  EXPECT_EQ(valid_utf8("é€𝄞"), "é€𝄞");
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(valid_utf8("\xE2\x82"), "\uFFFD\uFFFD") << "cut short";
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_FALSE(is_valid_utf8("\x80"));
}

TEST(Columns, CountCharacters) {
  EXPECT_EQ(columns_of("aé€"), 3U);
  EXPECT_EQ(shortened("aé€xyz", 4), "aé€…");
  EXPECT_EQ(shortened("aé€", 3), "aé€");
  EXPECT_EQ(shortened("abc", 0), "");
  EXPECT_EQ(padded("é", 3), "é  ");
  EXPECT_EQ(right_aligned("é", 3), "  é");
  EXPECT_EQ(right_aligned("long", 3), "long");
}

}  // namespace
}  // namespace segue::cli
