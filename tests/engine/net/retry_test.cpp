// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/retry.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace segue::net {
namespace {

using namespace std::chrono_literals;

TEST(Retry, WaitsAreUniformBelowADoublingBound) {
  constexpr int kSeeds = 4'000;
  for (int attempt = 0; attempt < 9; ++attempt) {
    const double bound = std::min(30'000.0, 250.0 * (1 << attempt));
    double sum = 0;
    double most = 0;
    for (int seed = 0; seed < kSeeds; ++seed) {
      Retry retry({}, static_cast<std::uint64_t>(seed));
      for (int i = 0; i < attempt; ++i) retry.next();
      const double ms = static_cast<double>(retry.next().count());
      ASSERT_GE(ms, 0);
      ASSERT_LE(ms, bound) << "attempt " << attempt;
      sum += ms;
      most = std::max(most, ms);
      ASSERT_EQ(retry.attempts(), attempt + 1);
    }
    // The mean of so many uniform numbers is within 4 standard errors, 4 × bound / sqrt(12 × 4000) = 1.8 %.
    EXPECT_NEAR(sum / kSeeds, bound / 2, bound * 0.019) << "attempt " << attempt;
    EXPECT_GT(most, bound * 0.98) << "attempt " << attempt;
  }
}

TEST(Retry, TheSameSeedGivesTheSameWaits) {
  Retry one({}, 7);
  Retry same({}, 7);
  Retry other({}, 8);
  int differing = 0;
  for (int i = 0; i < 50; ++i) {
    const auto wait = one.next();
    EXPECT_EQ(wait, same.next());
    differing += wait != other.next();
  }
  EXPECT_GT(differing, 40);
}

TEST(Retry, SuccessBeginsAnew) {
  Retry retry({}, 1);
  for (int i = 0; i < 20; ++i) retry.next();
  retry.succeeded();
  EXPECT_EQ(retry.attempts(), 0);
  EXPECT_LE(retry.next(), 250ms);
}

TEST(Retry, RetryAfterIsObeyedUpToItsBound) {
  Retry retry({}, 1);
  EXPECT_EQ(retry.next(7s), 7'000ms);
  EXPECT_EQ(retry.next(0s), 0ms);
  EXPECT_EQ(retry.next(100'000s), 3'600'000ms);
  EXPECT_EQ(retry.next(std::chrono::seconds(-5)), 0ms);
  EXPECT_EQ(retry.attempts(), 4);
}

TEST(Retry, OddOptionsDoNoHarm) {
  Retry none({.first = 0ms, .longest = 0ms}, 1);
  Retry backwards({.first = 500ms, .longest = 100ms}, 1);
  Retry negative({.first = -5ms, .longest = -1ms}, 1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(none.next(), 0ms);
    EXPECT_LE(backwards.next(), 100ms);
    EXPECT_EQ(negative.next(), 0ms);
  }
}

// 1994-11-06T08:49:37Z, the standard's own example.
constexpr Nanoseconds kExample = std::chrono::seconds(784'111'777);

TEST(RetryAfter, Seconds) {
  EXPECT_EQ(parse_retry_after("120", kExample), 120s);
  EXPECT_EQ(parse_retry_after(" \t0 ", kExample), 0s);
  EXPECT_EQ(parse_retry_after("00000000000000000000000000000007", kExample), 7s);
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kExample), 1'000'000'000s);
}

TEST(RetryAfter, AllThreeFormsOfDates) {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT", "Sun Nov  6 08:50:37 1994"}) {
    EXPECT_EQ(parse_retry_after(text, kExample), 60s) << text;
  }
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kExample + 1h), 0s) << "past";
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:38 GMT", kExample + 500ms), 1s) << "never early";
}

TEST(RetryAfter, NonsenseIsNothing) {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s, " "s, "-1"s, "+1"s, "1.5"s, "1 2"s, "1s"s, "soon"s, "tomorrow"s, "Sun, 99 Nov 1994 08:49:37 GMT"s,
        "Sun, 06 Nov 1994 08:49:37 GMT\0"s, "Sun"s, std::string(70, 'S'), "0x10"s, "١٢"s}) {
    EXPECT_FALSE(parse_retry_after(text, kExample)) << text;
  }
}

}  // namespace
}  // namespace segue::net
