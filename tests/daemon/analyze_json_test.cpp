// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/analyze_command.h"

namespace segue::daemon {
namespace {

using Json = nlohmann::json;

model::TrackAnalysis known() {
  model::TrackAnalysis analysis;
  analysis.duration_s = 100.5;
  analysis.rhythm.bpm = 127.93;
  analysis.rhythm.confidence = 0.9;
  analysis.rhythm.alternatives = {{63.965, 0.2}};
  analysis.rhythm.grid.markers = {{0.25, 127.93}};
  analysis.rhythm.first_beat_s = 0.25;
  analysis.rhythm.downbeat_s = 0.25;
  analysis.rhythm.beats_s = {0.25, 0.719};
  analysis.tonality.key = model::Key{9, true};
  analysis.tonality.confidence = 0.8;
  analysis.loudness.integrated_lufs = -8.126;
  analysis.sound = {0.1, 99.0};
  analysis.structure.sections = {{0.25, model::SectionLabel::kIntro, 16, 0.2}};
  analysis.structure.energy_level = 7;
  return analysis;
}

TEST(AnalyzeJson, SaysWhatIsKnown) {
  const Json json = Json::parse(to_json("a b.flac", known(), false));
  EXPECT_EQ(json["uri"], "a b.flac");
  EXPECT_EQ(json["bpm"], 127.93);
  EXPECT_EQ(json["bpm_alternatives"][0]["bpm"], 63.965);
  EXPECT_EQ(json["grid"], Json::parse(R"([{"at_s":0.25,"bpm":127.93}])"));
  EXPECT_EQ(json["time_signature"], "4/4");
  EXPECT_EQ(json["key"], "Am");
  EXPECT_EQ(json["camelot"], "8A");
  EXPECT_EQ(json["loudness_lufs"], -8.13);
  EXPECT_EQ(json["silence"]["end_s"], 99.0);
  EXPECT_EQ(json["sections"][0]["label"], "intro");
  EXPECT_TRUE(json["true_peak_dbtp"].is_null());
  EXPECT_TRUE(json["error"].is_null());
  EXPECT_FALSE(json.contains("beats_s"));
}

TEST(AnalyzeJson, ListsBeatsOnRequest) {
  EXPECT_EQ(Json::parse(to_json("a", known(), true))["beats_s"], Json::parse("[0.25,0.719]"));
}

TEST(AnalyzeJson, WhatIsNotKnownIsNull) {
  model::TrackAnalysis analysis;
  analysis.error = "a.flac: no such file";
  const Json json = Json::parse(to_json("a.flac", analysis, true));
  for (const char* key : {"duration_s", "bpm", "bpm_confidence", "first_beat_s", "downbeat_s", "beats_per_bar", "time_signature", "key",
                          "camelot", "key_confidence", "loudness_lufs", "loudness_range_lu", "true_peak_dbtp"}) {
    EXPECT_TRUE(json.contains(key) && json[key].is_null()) << key;
  }
  EXPECT_EQ(json["error"], "a.flac: no such file");
  EXPECT_EQ(json["grid"], Json::array());
}

TEST(AnalyzeJson, AnAnswerThatStandsHasAWarningAndNoError) {
  model::TrackAnalysis analysis = known();
  add_warning(analysis, "damaged: 1 packet could not be decoded, at 3.0 s");
  add_warning(analysis, "and so on");
  const Json json = Json::parse(to_json("a.mp3", analysis, false));
  EXPECT_EQ(json["warning"], "damaged: 1 packet could not be decoded, at 3.0 s; and so on");
  EXPECT_TRUE(json["error"].is_null());
  EXPECT_EQ(json["bpm"], 127.93);
}

TEST(AnalyzeJson, IsValidForNamesThatAreNoUtf8AndNumbersThatAreNone) {
  model::TrackAnalysis analysis = known();
  analysis.loudness.integrated_lufs = -std::numeric_limits<double>::infinity();
  const Json json = Json::parse(to_json("caf\xe9.mp3", analysis, false));
  EXPECT_TRUE(json["loudness_lufs"].is_null());
}

}  // namespace
}  // namespace segue::daemon
