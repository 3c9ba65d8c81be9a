// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_text.h"

#include <gtest/gtest.h>

namespace segue::catalog {
namespace {

TEST(ForeignText, KnowsUtf8FromOtherBytes) {
  EXPECT_TRUE(is_utf8("Bj\xc3\xb6rk \xe2\x82\xac \xf0\x9f\x8e\xb5"));
  EXPECT_FALSE(is_utf8("Bj\xf6rk"));
  EXPECT_FALSE(is_utf8("\xc0\xaf")) << "overlong";
  EXPECT_FALSE(is_utf8("\xed\xa0\x80")) << "surrogate";
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80")) << "beyond U+10FFFF";
  EXPECT_FALSE(is_utf8("\xe2\x82")) << "cut";
}

TEST(ForeignText, TakesWhatIsNoUtf8ForLatin1) { EXPECT_EQ(tidy("Bj\xf6rk"), "Björk"); }

TEST(ForeignText, HasNoControlCharactersAndNoBlanksAtItsEnds) {
  EXPECT_EQ(tidy("  a\nb\x1b[2Jc\x7f "), "a b [2Jc");
  EXPECT_EQ(tidy("a\xc2\x85z"), "a  z") << "next line, a C1 control";
  EXPECT_EQ(tidy("\r\n\t"), "");
}

TEST(ForeignText, IsCutBetweenCharacters) {
  EXPECT_EQ(tidy("ééé", 5), "éé");
  EXPECT_EQ(tidy(std::string(5000, 'x')).size(), kForeignTextBytesMax);
}

}  // namespace
}  // namespace segue::catalog
