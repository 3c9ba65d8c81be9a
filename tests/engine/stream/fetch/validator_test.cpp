// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/validator.h"

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

constexpr const char* kNoon = "Fri, 20 Nov 2026 12:00:00 GMT";
constexpr const char* kSecondLater = "Fri, 20 Nov 2026 12:00:01 GMT";
constexpr Nanoseconds kWallNoon = std::chrono::seconds(1'795'176'000);

Identity of(std::vector<net::HttpHeader> headers) {
  return identity_of({200, std::move(headers), ""}, 1'000, kWallNoon);
}

TEST(Validator, DatesOfTheOneFormAreRead) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
  EXPECT_EQ(parse_http_date(kNoon), 1'795'176'000);
  for (const char* text : {"", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 GMT "}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(Validator, AStrongEtagIsPreferred) {
  const Identity identity = of({{"etag", "\"a\""}, {"last-modified", kNoon}, {"date", kSecondLater}});
  EXPECT_EQ(identity.if_range(), "\"a\"");
  EXPECT_EQ(identity.validator(), "etag:\"a\"");
}

TEST(Validator, AWeakEtagIsNotUsed) {
  const Identity identity = of({{"etag", "W/\"a\""}});
  EXPECT_EQ(identity.if_range(), "");
  EXPECT_EQ(identity.validator(), "");
}

TEST(Validator, ADateIsStrongASecondBeforeTheAnswer) {
  EXPECT_EQ(of({{"last-modified", kNoon}, {"date", kSecondLater}}).if_range(), kNoon);
  EXPECT_EQ(of({{"last-modified", kNoon}, {"date", kNoon}}).if_range(), "");
  EXPECT_EQ(of({{"last-modified", kNoon}}).if_range(), "") << "our own clock may be off";
}

TEST(Validator, WhatIsStoredIsFoundAgain) {
  for (const Identity& identity :
       {of({{"etag", "\"a b:c\""}}), of({{"last-modified", kNoon}, {"date", kSecondLater}})}) {
    const Identity again = identity_of_validator(identity.validator(), 1'000);
    EXPECT_EQ(again.if_range(), identity.if_range());
    EXPECT_FALSE(are_different(again, identity));
  }
}

TEST(Validator, WhatOnlyOneKnowsSaysNothing) {
  EXPECT_FALSE(are_different({}, of({{"etag", "\"a\""}})));
  EXPECT_TRUE(are_different(of({{"etag", "\"a\""}}), of({{"etag", "\"b\""}})));
  EXPECT_FALSE(are_different(of({{"etag", "W/\"a\""}}), of({{"etag", "\"a\""}})));
  EXPECT_TRUE(are_different(of({{"last-modified", kNoon}}), of({{"last-modified", kSecondLater}})));
  EXPECT_TRUE(are_different({"", "", false, 5}, {"", "", false, 6}));
}

}  // namespace
}  // namespace segue::stream
