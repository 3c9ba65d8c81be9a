// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/value.h"

#include <string>

#include <gtest/gtest.h>

#include "clients/cli/actions.h"

namespace segue::cli {
namespace {

constexpr const char* kNoNumbers[] = {"",      " ",    "nan", "NaN", "inf", "-inf",  "+", "-",   "--1", "+-1",
                                      "1.2.3", "0x10", "1,5", "1 ",  " 1",  "1e999", "١", "3dB", "++1"};

TEST(ParseNumber, TakesDecimalNumbers) {
  EXPECT_EQ(parse_number("0", "X"), 0.0);
  EXPECT_EQ(parse_number("-3.5", "X"), -3.5);
  EXPECT_EQ(parse_number("+.5", "X"), 0.5);
  EXPECT_EQ(parse_number("1e-3", "X"), 1e-3);
}

TEST(ParseNumber, RefusesEverythingElseByName) {
  for (const char* text : kNoNumbers) {
    const auto number = parse_number(text, "BPM");
    ASSERT_FALSE(number) << "'" << text << "' was taken for " << *number;
    EXPECT_EQ(number.error().code, "INVALID_ARGUMENT");
    EXPECT_EQ(number.error().reason, "BAD_VALUE");
    EXPECT_TRUE(number.error().message.starts_with("BPM must be a number")) << number.error().message;
  }
}

TEST(ParseIndex, CountsFromOne) {
  EXPECT_EQ(parse_index("1", "DECK"), 1U);
  EXPECT_EQ(parse_index("16", "DECK"), 16U);
  EXPECT_EQ(parse_index("4294967295", "DECK"), 4'294'967'295U);
  for (const char* text : {"0", "abc", "", "-1", "+1", "1.0", "1e0", "4294967296", "1 ", "deck1"}) {
    const auto index = parse_index(text, "DECK");
    ASSERT_FALSE(index) << "'" << text << "' was taken for " << *index;
    EXPECT_EQ(index.error().message, "DECK must be a whole number from 1, not '" + std::string(text) + "'");
  }
}

TEST(ParseStep, TellsStepsFromValues) {
  const auto check = [](const char* text, double value, bool is_relative) {
    const auto step = parse_step(text, "DB", "db");
    ASSERT_TRUE(step) << text << ": " << step.error().message;
    EXPECT_EQ(step->value, value) << text;
    EXPECT_EQ(step->is_relative, is_relative) << text;
  };
  check("3", 3.0, false);
  check("+3", 3.0, false);
  check("-3", -3.0, false);
  check("-3dB", -3.0, false);
  check("-3DB", -3.0, false);
  check("+=3", 3.0, true);
  check("-=3", -3.0, true);
  check("-=0.5db", -0.5, true);
}

TEST(ParseStep, RefusesWhatIsNeither) {
  for (const char* text : {"+=", "-=", "+=-3", "-=+3", "=3", "+= 3", "db", "+=nan", "3dBdB", "kill"}) {
    EXPECT_FALSE(parse_step(text, "DB", "db")) << text;
  }
  for (const char* text : kNoNumbers) EXPECT_FALSE(parse_step(text, "LEVEL")) << text;
  EXPECT_FALSE(parse_step("3db", "LEVEL")) << "a unit that this value does not have";
}

TEST(ParseLevel, KnowsKill) {
  const auto level = parse_level("kill", "DB");
  ASSERT_TRUE(level);
  EXPECT_EQ(level->value, -96.0);
  EXPECT_FALSE(level->is_relative);
  EXPECT_FALSE(parse_level("Kill it", "DB"));
}

TEST(ParseTempo, KnowsPercentBpmAndReset) {
  const auto check = [](const char* text, Tempo::Unit unit, double value, bool is_relative) {
    const auto tempo = parse_tempo(text);
    ASSERT_TRUE(tempo) << text << ": " << tempo.error().message;
    EXPECT_EQ(tempo->unit, unit) << text;
    EXPECT_EQ(tempo->step.value, value) << text;
    EXPECT_EQ(tempo->step.is_relative, is_relative) << text;
  };
  check("+3.5%", Tempo::Unit::kPercent, 3.5, false);
  check("-3.5%", Tempo::Unit::kPercent, -3.5, false);
  check("3.5%", Tempo::Unit::kPercent, 3.5, false);
  check("+=0.5%", Tempo::Unit::kPercent, 0.5, true);
  check("-=0.5%", Tempo::Unit::kPercent, -0.5, true);
  check("128bpm", Tempo::Unit::kBpm, 128.0, false);
  check("127.5BPM", Tempo::Unit::kBpm, 127.5, false);
  check("-=1bpm", Tempo::Unit::kBpm, -1.0, true);
  check("reset", Tempo::Unit::kPercent, 0.0, false);
}

TEST(ParseTempo, RefusesANumberWithoutAUnit) {
  for (const char* text : {"3.5", "", "%", "bpm", "nan%", "infbpm", "+3.5 %", "128 bpm", "Reset", "+=%"}) {
    EXPECT_FALSE(parse_tempo(text)) << text;
  }
}

TEST(ParseTime, KnowsSecondsAndClockTimes) {
  EXPECT_EQ(parse_time("83.5s", "X"), 83.5);
  EXPECT_EQ(parse_time("83.5", "X"), 83.5);
  EXPECT_EQ(parse_time("0", "X"), 0.0);
  EXPECT_EQ(parse_time("1:23.5", "X"), 83.5);
  EXPECT_EQ(parse_time("90:00", "X"), 5400.0);
  EXPECT_EQ(parse_time("1:02:03", "X"), 3723.0);
  EXPECT_EQ(parse_time("10:00:00.25", "X"), 36000.25);
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text : {"", "s", ":", "1:", ":30", "1:60", "1:2:60", "1:60:00", "1:2:3:4", "-5", "+5", "1:-5",
                           "1.5:00", "1:23s", "1:23.5s", "nan", "inf", "1m", "5 s"}) {
    EXPECT_FALSE(parse_time(text, "X")) << text;
  }
}

template <typename Kind>
void expect_place(const char* text, double value) {
  const auto place = parse_place(text);
  ASSERT_TRUE(place) << text << ": " << place.error().message;
  const auto* kind = std::get_if<Kind>(&*place);
  ASSERT_NE(kind, nullptr) << text << " is kind " << place->index();
  EXPECT_DOUBLE_EQ(kind->value, value) << text;
}

TEST(ParsePlace, KnowsEveryForm) {
  expect_place<Seconds>("83.5s", 83.5);
  expect_place<Seconds>("83.5", 83.5);
  expect_place<Seconds>("1:23.5", 83.5);
  expect_place<Seconds>("1:02:03", 3723.0);
  expect_place<Fraction>("50%", 0.5);
  expect_place<Fraction>("0%", 0.0);
  expect_place<Beat>("beat=17", 17.0);
  expect_place<Beat>("beats=-3.5", -3.5);
  expect_place<SecondsBy>("+10s", 10.0);
  expect_place<SecondsBy>("-10s", -10.0);
  expect_place<SecondsBy>("-1:30", -90.0);
}

TEST(ParsePlace, RefusesWhatIsNoPlace) {
  for (const char* text : {"", "+", "-", "%", "beat=", "beat=x", "50 %", "nan", "++1", "+-1", "+1%x", "half"}) {
    EXPECT_FALSE(parse_place(text)) << text;
  }
}

TEST(ParsePlace, SaysWhatToDoForABeatJump) {
  const auto place = parse_place("+4beats");
  ASSERT_FALSE(place);
  EXPECT_NE(place.error().message.find("beat=17"), std::string::npos) << place.error().message;
}

TEST(ParseWords, TakeOnlyTheirOwn) {
  EXPECT_EQ(parse_switch("on"), true);
  EXPECT_EQ(parse_switch("off"), false);
  EXPECT_FALSE(parse_switch("yes"));
  EXPECT_EQ(parse_band("low"), v1::SetEq::LOW);
  EXPECT_EQ(parse_band("mid"), v1::SetEq::MID);
  EXPECT_EQ(parse_band("high"), v1::SetEq::HIGH);
  EXPECT_FALSE(parse_band("bass"));
  EXPECT_EQ(parse_side("a"), v1::Assign::A);
  EXPECT_EQ(parse_side("b"), v1::Assign::B);
  EXPECT_EQ(parse_side("thru"), v1::Assign::THRU);
  EXPECT_FALSE(parse_side("c"));
  EXPECT_EQ(parse_command_id("18446744073709551615"), 18'446'744'073'709'551'615ULL);
  EXPECT_FALSE(parse_command_id("0"));
  EXPECT_FALSE(parse_command_id("18446744073709551616"));
}

TEST(Stepped, StopsAtTheEndsAndCarriesNoDust) {
  EXPECT_EQ(stepped({0.2, true}, 0.1, {0.0, 1.0}), 0.3);
  EXPECT_EQ(stepped({0.5, true}, 0.9, {0.0, 1.0}), 1.0);
  EXPECT_EQ(stepped({-200.0, true}, 0.0, {-96.0, 24.0}), -96.0);
  // Only a step stops; a value out of range is for the daemon to refuse.
  EXPECT_EQ(stepped({5.0, false}, 0.1, {0.0, 1.0}), 5.0);
}

}  // namespace
}  // namespace segue::cli
