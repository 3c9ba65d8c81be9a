// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <string>

#include <gtest/gtest.h>

namespace segue {
namespace {

// What a log call writes to stderr, without the time at its start.
template <typename Call>
std::string written_by(Call call) {
  testing::internal::CaptureStderr();
  call();
  const std::string line = testing::internal::GetCapturedStderr();
  const auto space = line.find(' ');
  return space == std::string::npos ? line : line.substr(space + 1);
}

class Log : public testing::Test {
 protected:
  ~Log() override { log::set_level("info"); }
};

TEST_F(Log, WritesLevelEventAndFieldsOnOneLine) {
  EXPECT_EQ(written_by([] {
              log::info("load_done", {{"deck", 2}, {"title", "Sun"}});
            }),
            "info load_done deck=2 title=Sun\n");
  EXPECT_EQ(written_by([] { log::warning("late"); }), "warning late\n");
  EXPECT_EQ(written_by([] { log::error("broken", {{"why", std::string("disk")}}); }), "error broken why=disk\n");
}

TEST_F(Log, QuotesWhatHoldsASpaceOrNothing) {
  EXPECT_EQ(written_by([] { log::info("e", {{"a", "two words"}, {"b", ""}}); }), "info e a=\"two words\" b=\"\"\n");
}

// A title is somebody else's text: it must not be able to forge a line or move the cursor.
TEST_F(Log, EscapesControlCharacters) {
  EXPECT_EQ(written_by([] { log::info("e", {{"t", "a\nerror forged"}}); }), "info e t=\"a\\x0aerror forged\"\n");
  EXPECT_EQ(written_by([] { log::info("e", {{"t", std::string("\x1b[2J\x7f\t")}}); }), "info e t=\\x1b[2J\\x7f\\x09\n");
}

TEST_F(Log, AQuoteCannotEndAQuotedValue) {
  EXPECT_EQ(written_by([] { log::info("e", {{"t", "a\" deck=\"9"}}); }), "info e t=\"a\\\" deck=\\\"9\"\n");
}

TEST_F(Log, LeavesOtherAlphabetsAlone) {
  EXPECT_EQ(written_by([] { log::info("e", {{"t", "Тишина"}}); }), "info e t=Тишина\n");
}

TEST_F(Log, WritesNothingBelowItsLevel) {
  ASSERT_TRUE(log::set_level("error"));
  EXPECT_EQ(written_by([] { log::warning("late"); }), "");
  EXPECT_NE(written_by([] { log::error("broken"); }), "");
  ASSERT_TRUE(log::set_level("off"));
  EXPECT_EQ(written_by([] { log::error("broken"); }), "");
}

TEST_F(Log, RefusesAnUnknownLevelAndKeepsTheOld) {
  EXPECT_FALSE(log::set_level("loud"));
  EXPECT_NE(written_by([] { log::info("e"); }), "");
}

}  // namespace
}  // namespace segue
