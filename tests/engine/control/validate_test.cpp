// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/validate.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/engine/control/booth.h"

namespace segue::control {
namespace {

struct BadCommand {
  const char* text;
  const char* code;
  const char* reason;
  const char* field;  // the message begins with it
};

class BadCommands : public ::testing::TestWithParam<BadCommand> {};

// Each is sent as the second of a batch, to an engine whose state must not change by it.
TEST_P(BadCommands, AreRefusedWithTheFieldNamed) {
  test::Booth booth;
  const auto reply = booth.send({"set_master { db: -6 }", GetParam().text});
  EXPECT_EQ(reply->code(), GetParam().code);
  EXPECT_EQ(reply->reason(), GetParam().reason);
  EXPECT_THAT(reply->message(), ::testing::StartsWith(std::string("commands[1].") + GetParam().field + ": "));
  booth.run(2);
  EXPECT_EQ(booth.state().engine().revision(), 0U);
  EXPECT_EQ(booth.state().master().gain_db(), 0.0);
}

constexpr const char* kInvalid = "INVALID_ARGUMENT";
constexpr const char* kRange = "FIELD_OUT_OF_RANGE";

INSTANTIATE_TEST_SUITE_P(
    Validate, BadCommands,
    ::testing::Values(
        BadCommand{"", kInvalid, "COMMAND_EMPTY", "action"},
        BadCommand{"play { deck: 5 }", "NOT_FOUND", "DECK_UNKNOWN", "play.deck"},
        BadCommand{"play { deck: 4294967295 }", "NOT_FOUND", "DECK_UNKNOWN", "play.deck"},
        BadCommand{"pause {}", kInvalid, kRange, "pause.deck"}, BadCommand{"stop {}", kInvalid, kRange, "stop.deck"},
        BadCommand{"cue { pressed: true }", kInvalid, kRange, "cue.deck"},
        BadCommand{"eject { deck: 9 }", "NOT_FOUND", "DECK_UNKNOWN", "eject.deck"},
        BadCommand{"load { deck: 1 }", kInvalid, "FIELD_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: '/a.mp3' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'ftp://example.org/a.mp3' }", kInvalid, "URI_UNSUPPORTED", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'http://' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'https:///a.mp3' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'http://example.org/a b.mp3' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'http://example.org/a\\r\\nHost: b' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'segue://home' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 1 uri: 'segue://home/' }", kInvalid, "URI_INVALID", "load.uri"},
        BadCommand{"load { deck: 7 uri: 'file:///a.mp3' }", "NOT_FOUND", "DECK_UNKNOWN", "load.deck"},
        BadCommand{"seek { deck: 1 }", kInvalid, "FIELD_INVALID", "seek.to"},
        BadCommand{"seek { deck: 1 seconds: -1 }", kInvalid, kRange, "seek.seconds"},
        BadCommand{"seek { deck: 1 seconds: nan }", kInvalid, kRange, "seek.seconds"},
        BadCommand{"seek { deck: 1 fraction: 1.01 }", kInvalid, kRange, "seek.fraction"},
        BadCommand{"seek { deck: 1 beats: inf }", kInvalid, kRange, "seek.beats"},
        BadCommand{"set_tempo { deck: 1 }", kInvalid, "FIELD_INVALID", "set_tempo.tempo"},
        BadCommand{"set_tempo { deck: 1 percent: 100.5 }", kInvalid, kRange, "set_tempo.percent"},
        BadCommand{"set_tempo { deck: 1 percent: nan }", kInvalid, kRange, "set_tempo.percent"},
        BadCommand{"set_tempo { deck: 1 bpm: 19 }", kInvalid, kRange, "set_tempo.bpm"},
        BadCommand{"set_pitch { deck: 1 semitones: -12.5 }", kInvalid, kRange, "set_pitch.semitones"},
        BadCommand{"set_keylock { on: true }", kInvalid, kRange, "set_keylock.deck"},
        BadCommand{"set_stretcher { deck: 1 name: 'magic' }", kInvalid, "FIELD_INVALID", "set_stretcher.name"},
        BadCommand{"set_grid { deck: 1 }", kInvalid, kRange, "set_grid.bpm"},
        BadCommand{"set_grid { deck: 1 bpm: 128 first_beat_s: -4000 }", kInvalid, kRange, "set_grid.first_beat_s"},
        BadCommand{"set_grid { deck: 1 bpm: 128 markers { bpm: 128 } }", kInvalid, "FIELD_INVALID", "set_grid.bpm"},
        BadCommand{"set_grid { deck: 1 markers { bpm: 128 at_s: 1 } markers { bpm: 500 at_s: 2 } }", kInvalid, kRange,
                   "set_grid.markers[1].bpm"},
        BadCommand{"set_grid { deck: 1 markers { bpm: 128 at_s: 1 } markers { bpm: 120 at_s: 1 } }", kInvalid,
                   "FIELD_INVALID", "set_grid.markers[1].at_s"},
        BadCommand{"set_grid { deck: 1 bpm: 128 beats_per_bar: 5 }", kInvalid, "FIELD_INVALID",
                   "set_grid.beats_per_bar"},
        BadCommand{"edit_grid { shift_ms: 1 }", kInvalid, kRange, "edit_grid.deck"},
        BadCommand{"edit_grid { deck: 1 }", kInvalid, "FIELD_INVALID", "edit_grid.edit"},
        BadCommand{"edit_grid { deck: 1 shift_ms: 10001 }", kInvalid, kRange, "edit_grid.shift_ms"},
        BadCommand{"edit_grid { deck: 1 shift_beats: nan }", kInvalid, kRange, "edit_grid.shift_beats"},
        BadCommand{"edit_grid { deck: 1 downbeat_s: -3601 }", kInvalid, kRange, "edit_grid.downbeat_s"},
        BadCommand{"edit_grid { deck: 1 downbeat_here: false }", kInvalid, "FIELD_INVALID", "edit_grid.downbeat_here"},
        BadCommand{"edit_grid { deck: 1 scale: 0.1 }", kInvalid, kRange, "edit_grid.scale"},
        BadCommand{"edit_grid { deck: 1 bpm: 500 }", kInvalid, kRange, "edit_grid.bpm"},
        BadCommand{"edit_grid { deck: 1 tap { at_s: -1 } }", kInvalid, kRange, "edit_grid.tap.at_s"},
        BadCommand{"edit_grid { deck: 1 reset: false }", kInvalid, "FIELD_INVALID", "edit_grid.reset"},
        BadCommand{"reanalyze { deck: 9 }", "NOT_FOUND", "DECK_UNKNOWN", "reanalyze.deck"},
        BadCommand{"reanalyze { deck: 1 bpm: 10 }", kInvalid, kRange, "reanalyze.bpm"},
        BadCommand{"reanalyze { deck: 1 bpm_min: 120 bpm_max: 110 }", kInvalid, "FIELD_INVALID", "reanalyze.bpm_max"},
        BadCommand{"reanalyze { deck: 1 bpm_min: 230 }", kInvalid, "FIELD_INVALID", "reanalyze.bpm_max"},
        BadCommand{"adopt_analysis { deck: 1 }", kInvalid, "FIELD_INVALID", "adopt_analysis.uri"},
        BadCommand{"adopt_analysis { deck: 1 uri: 'file:///a' bpm: nan }", kInvalid, kRange, "adopt_analysis.bpm"},
        BadCommand{"adopt_analysis { deck: 1 uri: 'file:///a' key: 'X' }", kInvalid, "FIELD_INVALID",
                   "adopt_analysis.key"},
        BadCommand{"adopt_analysis { deck: 1 uri: 'file:///a' loudness_lufs: nan }", kInvalid, kRange,
                   "adopt_analysis.loudness_lufs"},
        BadCommand{"adopt_analysis { deck: 1 uri: 'file:///a' key_confidence: 2 }", kInvalid, kRange,
                   "adopt_analysis.key_confidence"},
        BadCommand{"adopt_analysis { deck: 1 uri: 'file:///a' markers { bpm: 10 } }", kInvalid, kRange,
                   "adopt_analysis.markers[0].bpm"},
        BadCommand{"set_gain { channel: 1 db: 24.1 }", kInvalid, kRange, "set_gain.db"},
        BadCommand{"set_gain { channel: 5 db: 0 }", "NOT_FOUND", "CHANNEL_UNKNOWN", "set_gain.channel"},
        BadCommand{"set_fader { channel: 1 level: 2 }", kInvalid, kRange, "set_fader.level"},
        BadCommand{"set_fader { channel: 1 level: -inf }", kInvalid, kRange, "set_fader.level"},
        BadCommand{"set_fader { level: 1 }", kInvalid, kRange, "set_fader.channel"},
        BadCommand{"set_eq { channel: 1 db: 0 }", kInvalid, "FIELD_INVALID", "set_eq.band"},
        BadCommand{"set_eq { channel: 1 band: LOW db: 13 }", kInvalid, kRange, "set_eq.db"},
        BadCommand{"set_eq { channel: 1 band: LOW db: -inf }", kInvalid, kRange, "set_eq.db"},
        BadCommand{"set_crossfader { position: -1.5 }", kInvalid, kRange, "set_crossfader.position"},
        BadCommand{"assign { channel: 1 }", kInvalid, "FIELD_INVALID", "assign.side"},
        BadCommand{"set_master { db: 13 }", kInvalid, kRange, "set_master.db"},
        BadCommand{"set_master { db: nan }", kInvalid, kRange, "set_master.db"},
        BadCommand{"start_recording {}", kInvalid, "FIELD_INVALID", "start_recording.path"},
        BadCommand{"start_recording { path: 'mix.wav' }", kInvalid, "FIELD_INVALID", "start_recording.path"}));

TEST(Validate, RefusesEnumValuesItDoesNotKnow) {
  v1::Command eq;
  eq.mutable_set_eq()->set_channel(1);
  eq.mutable_set_eq()->set_band(static_cast<v1::SetEq::Band>(4));
  EXPECT_FALSE(validate(eq, 4, "do"));
  v1::Command assign;
  assign.mutable_assign()->set_channel(1);
  assign.mutable_assign()->set_side(static_cast<v1::Assign::Side>(-1));
  EXPECT_FALSE(validate(assign, 4, "do"));
}

TEST(Validate, RefusesBatchesAndTimesBeyondTheirBounds) {
  const auto reason = [](const v1::ExecuteRequest& request) {
    const auto result = validate(request, 4);
    return result ? "(ok)" : result.error().reason;
  };
  v1::ExecuteRequest request;
  EXPECT_EQ(reason(request), "BATCH_EMPTY");
  for (int i = 0; i < 64; ++i) request.add_commands()->mutable_set_master();
  EXPECT_EQ(reason(request), "(ok)");
  request.add_commands()->mutable_set_master();
  EXPECT_EQ(reason(request), "BATCH_TOO_LARGE");
  request.clear_commands();
  request.add_commands()->mutable_set_master();
  request.set_request_id(std::string(65, 'x'));
  EXPECT_EQ(reason(request), "FIELD_INVALID");
  request.clear_request_id();
  request.set_wait(static_cast<v1::ExecuteRequest::Wait>(7));
  EXPECT_EQ(reason(request), "FIELD_INVALID");
  request.clear_wait();
  request.set_max_late_ms(60'001);
  EXPECT_EQ(reason(request), "FIELD_OUT_OF_RANGE");
  request.clear_max_late_ms();
  request.mutable_when()->set_frame(-1);
  EXPECT_EQ(reason(request), "FIELD_OUT_OF_RANGE");
  for (const double after : {-0.1, 86'401.0, std::numeric_limits<double>::quiet_NaN()}) {
    request.mutable_when()->set_after_s(after);
    EXPECT_EQ(reason(request), "FIELD_OUT_OF_RANGE") << after;
  }
  request.mutable_when()->mutable_wall()->set_nanos(-1);
  EXPECT_EQ(reason(request), "FIELD_OUT_OF_RANGE");
}

TEST(Validate, TakesAnyKillForAFullKill) {
  v1::Command eq;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString("set_eq { channel: 1 band: HIGH db: -200 }", &eq));
  EXPECT_TRUE(validate(eq, 4, "do"));
}

}  // namespace
}  // namespace segue::control
