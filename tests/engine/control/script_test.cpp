// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/script.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::control {
namespace {

Result<Script> parse(const std::string& text) {
  std::istringstream in(text);
  return parse_script(in, {"set.jsonl", 48'000, 4});
}

TEST(Script, ReadsTimesOfAllKindsInOrder) {
  const auto script = parse(
      "# a comment\n"
      "\n"
      R"({"at": "2s", "do": {"play": {"deck": 1}}})"
      "\n"
      R"({"at": "+1.5s", "do": {"setTempo": {"deck": 2, "percent": 3.5}}})"
      "\r\n"
      R"({"at": "frame:600", "do": {"set_eq": {"channel": 1, "band": "LOW", "db": -96}}, "immediate": true})");
  ASSERT_TRUE(script) << script.error().message;
  ASSERT_EQ(script->lines.size(), 3U);
  EXPECT_EQ(script->lines[0].frame, 600);
  EXPECT_EQ(script->lines[0].number, 5);
  EXPECT_TRUE(script->lines[0].is_immediate);
  EXPECT_EQ(script->lines[1].frame, 96'000);
  EXPECT_EQ(script->lines[2].frame, 168'000);
  EXPECT_DOUBLE_EQ(script->lines[2].command->set_tempo().percent(), 3.5);
}

TEST(Script, SaysWhatIsWrongOnOneLine) {
  const auto script = parse("{\"at\": }\n");
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().message.find('\n'), std::string::npos) << script.error().message;
}

TEST(Script, StopsReadingALineThatHasNoEnd) {
  // A source that never ends and never breaks the line.
  struct Zeros : std::streambuf {
    int_type underflow() override {
      ++reads;
      setg(block, block, block + sizeof block);
      return 0;
    }
    char block[4096] = {};
    int reads = 0;
  } zeros;
  std::istream in(&zeros);
  const auto script = parse_script(in, {"set.jsonl", 48'000, 4});
  ASSERT_FALSE(script);
  EXPECT_THAT(script.error().message, ::testing::HasSubstr("longer than 1 MiB"));
  EXPECT_LT(zeros.reads, 300);
}

struct BadLine {
  const char* text;
  const char* complaint;
};

class BadLines : public ::testing::TestWithParam<BadLine> {};

TEST_P(BadLines, AreNamedByNumber) {
  const auto script =
      parse(std::string("# first\n{\"at\":\"0s\",\"do\":{\"play\":{\"deck\":1}}}\n") + GetParam().text + "\n");
  ASSERT_FALSE(script);
  EXPECT_EQ(script.error().reason, "SCRIPT_INVALID");
  EXPECT_EQ(script.error().code, Code::kInvalidArgument);
  EXPECT_THAT(script.error().message, ::testing::StartsWith("set.jsonl:3: "));
  EXPECT_THAT(script.error().message, ::testing::HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Script, BadLines,
    ::testing::Values(BadLine{"{", "no JSON object"},
                      BadLine{R"({"at": "frame:9223372036854775807", "do": {"play": {"deck": 1}}})", "a week"},
                      BadLine{"[1]", "no JSON object"}, BadLine{R"({"do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": 5, "do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": "5", "do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": "-5s", "do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": "nans", "do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": "frame:-1", "do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": "frame:99999999999999999999", "do": {"play": {"deck": 1}}})", "at"},
                      BadLine{R"({"at": "5s"})", "do"}, BadLine{R"({"at": "5s", "do": "play"})", "do"},
                      BadLine{R"({"at": "5s", "do": {}})", "do.action"},
                      BadLine{R"({"at": "5s", "do": {"scratch": {"deck": 1}}})", "scratch"},
                      BadLine{R"({"at": "5s", "do": {"play": {"deck": 1, "speed": 2}}})", "speed"},
                      BadLine{R"({"at": "5s", "do": {"play": {"deck": 9}}})", "do.play.deck"},
                      BadLine{R"({"at": "5s", "do": {"setFader": {"channel": 1, "level": "NaN"}}})",
                              "do.set_fader.level"},
                      BadLine{R"({"at": "5s", "do": {"play": {"deck": 1}}, "wait": true})", "wait"},
                      BadLine{R"({"at": "5s", "do": {"play": {"deck": 1}}, "immediate": 1})", "immediate"},
                      BadLine{R"({"at": "5s", "stretcher": {"deck": 5}})", "stretcher"}));

TEST(Script, WritesWhatItReads) {
  Script::Line line;
  line.frame = 123'456;
  line.is_immediate = true;
  line.command.emplace();
  line.command->mutable_seek()->set_deck(2);
  line.command->mutable_seek()->set_seconds(0);
  Script::Line install;
  install.frame = 123'520;
  install.stretcher_deck = 3;
  std::ostringstream out;
  write_session(out, {"epoch-1", 44'100, 6});
  write_line(out, line);
  write_line(out, install);
  const auto script = parse(out.str());
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_EQ(script->session->epoch, "epoch-1");
  EXPECT_EQ(script->session->sample_rate_hz, 44'100);
  EXPECT_EQ(script->session->decks, 6);
  ASSERT_EQ(script->lines.size(), 2U);
  EXPECT_EQ(script->lines[0].command->seek().to_case(), v1::Seek::kSeconds);
  EXPECT_TRUE(script->lines[0].is_immediate);
  EXPECT_EQ(script->lines[1].stretcher_deck, 3);
}

}  // namespace
}  // namespace segue::control
