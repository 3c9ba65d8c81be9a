// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/text.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(Text, ControlCharactersAreEscaped) {
  EXPECT_EQ(printable("new\nline \x1b[31m\t\r\x7f"), "new\\nline \\x1b[31m\\t\\r\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("Größe 100 % \"quoted\""), "Größe 100 % \"quoted\"");
  EXPECT_EQ(printable(""), "");
}

TEST(Text, LongTextIsCutBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
  EXPECT_EQ(printable("abcdeö", 6), "abcde…");
}

}  // namespace
}  // namespace segue
