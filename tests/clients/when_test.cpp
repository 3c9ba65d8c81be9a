// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/when.h"

#include <string>

#include <gtest/gtest.h>

namespace segue::cli {
namespace {

TEST(ParseWhen, KnowsTheFourKinds) {
  EXPECT_TRUE(parse_when("now")->has_now());
  EXPECT_EQ(parse_when("+2.5s")->after_s(), 2.5);
  EXPECT_EQ(parse_when("+1:30")->after_s(), 90.0);
  EXPECT_EQ(parse_when("frame:480000")->frame(), 480'000);
  EXPECT_EQ(parse_when("frame:0")->frame(), 0);
  EXPECT_EQ(parse_when("2026-11-20T22:00:00Z")->wall().seconds(), 1'795'212'000);
  EXPECT_EQ(parse_when("2026-11-20T23:00:00.5+01:00")->wall().seconds(), 1'795'212'000);
  EXPECT_EQ(parse_when("2026-11-20T23:00:00.5+01:00")->wall().nanos(), 500'000'000);
}

TEST(ParseWhen, RefusesWhatIsNoTime) {
  for (const char* text : {"", "later", "2.5s", "+", "+-1s", "+nans", "-1s", "frame:", "frame:-1", "frame:1.5",
                           "frame:x", "frame:9223372036854775808", "2026-11-20", "22:00", "2026-13-20T22:00:00Z"}) {
    const auto when = parse_when(text);
    ASSERT_FALSE(when) << text << " was taken for " << when->ShortDebugString();
    EXPECT_EQ(when.error().code, "INVALID_ARGUMENT") << text;
  }
}

TEST(ParseWhen, SaysThatBeatsAreNotKnownYet) {
  for (const char* text : {"deck1:beat", "deck1:bar", "deck2:phrase", "deck1:beat=129", "master:bar"}) {
    const auto when = parse_when(text);
    ASSERT_FALSE(when) << text;
    EXPECT_NE(when.error().message.find("not known to this version"), std::string::npos) << when.error().message;
    EXPECT_NE(when.error().message.find(text), std::string::npos) << when.error().message;
  }
}

}  // namespace
}  // namespace segue::cli
