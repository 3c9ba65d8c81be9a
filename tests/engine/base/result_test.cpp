// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/result.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace segue {
namespace {

Result<int> parse(bool is_good) {
  if (!is_good) return fail(Code::kInvalidArgument, "NUMBER_INVALID", "not a number");
  return 7;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(parse(true).value(), 7);
  const auto result = parse(false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kInvalidArgument);
  EXPECT_EQ(result.error().reason, "NUMBER_INVALID");
  EXPECT_EQ(result.error().message, "not a number");
}

TEST(Result, ContextGoesBeforeTheMessageAndLeavesCodeAndReason) {
  const Result<int> result = fail_at("deck 2", parse(false).error());
  EXPECT_EQ(result.error().message, "deck 2: not a number");
  EXPECT_EQ(result.error().code, Code::kInvalidArgument);
  EXPECT_EQ(result.error().reason, "NUMBER_INVALID");
}

TEST(Code, EachHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int value = 1; value <= 16; ++value) names.insert(to_string(static_cast<Code>(value)));
  EXPECT_EQ(names.size(), 16U);
  EXPECT_STREQ(to_string(Code::kNotFound), "NOT_FOUND");
  EXPECT_STREQ(to_string(static_cast<Code>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace segue
