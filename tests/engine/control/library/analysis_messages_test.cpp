// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/analysis_messages.h"

#include <gmock/gmock.h>

#include "engine/base/compression.h"

namespace segue::control {
namespace {

using ::testing::ElementsAre;

model::TrackAnalysis whole() {
  model::TrackAnalysis analysis;
  analysis.version = 3;
  analysis.is_final = true;
  analysis.duration_s = 120;
  analysis.analysed_s = 119;
  analysis.rhythm = {.bpm = 124.5,
                     .confidence = 0.9,
                     .alternatives = {{62.25, 0.4}},
                     .grid = {{{0.25, 124.5}, {60, 126}}, 3},
                     .first_beat_s = 0.1,
                     .downbeat_s = 0.25,
                     .beats_per_bar = 3,
                     .phrase_bars = 8,
                     .phrase_s = 4,
                     .downbeat_confidence = 0.7,
                     .is_constant = false,
                     .beats_s = {0.1, 0.6}};
  analysis.tonality = {.key = model::Key{9, true},
                       .confidence = 0.8,
                       .alternatives = {{model::Key{0, false}, 0.2}},
                       .tuning_cents = -12,
                       .changes = {{0, model::Key{9, true}, 0.8}, {50, model::Key{4, true}, 0.5}}};
  analysis.loudness = {-8.5, 5, -0.3, -0.4, 17};
  analysis.sound = {0.05, 118};
  analysis.structure = {.sections = {{0, model::SectionLabel::kIntro, 8, 0.2}, {15, model::SectionLabel::kDrop, 16, 1}},
                        .energy = {0.5F},
                        .bass = {0.25F},
                        .vocal = {0.125F},
                        .mix_in_s = 15,
                        .mix_out_s = 100,
                        .energy_level = 7,
                        .spectral_tilt_db = -4};
  analysis.ai_generated = "yes\nreally";
  analysis.warning = "damaged\nin part";
  return analysis;
}

TEST(AnalysisMessages, HaveEveryField) {
  const v1::Analysis message = to_message(whole());
  EXPECT_EQ(message.version(), 3U);
  EXPECT_TRUE(message.is_final());
  EXPECT_EQ(message.duration_s(), 120);
  EXPECT_EQ(message.analysed_s(), 119);
  const auto& rhythm = message.rhythm();
  EXPECT_EQ(rhythm.bpm(), 124.5);
  EXPECT_EQ(rhythm.confidence(), 0.9);
  EXPECT_EQ(rhythm.alternatives(0).bpm(), 62.25);
  EXPECT_EQ(rhythm.alternatives(0).confidence(), 0.4);
  ASSERT_EQ(rhythm.grid_size(), 2);
  EXPECT_EQ(rhythm.grid(1).at_s(), 60);
  EXPECT_EQ(rhythm.grid(1).bpm(), 126);
  EXPECT_EQ(rhythm.first_beat_s(), 0.1);
  EXPECT_EQ(rhythm.downbeat_s(), 0.25);
  EXPECT_EQ(rhythm.downbeat_confidence(), 0.7);
  EXPECT_EQ(rhythm.beats_per_bar(), 3U);
  EXPECT_EQ(rhythm.phrase_bars(), 8U);
  EXPECT_EQ(rhythm.phrase_s(), 4);
  EXPECT_FALSE(rhythm.is_constant());
  EXPECT_THAT(rhythm.beats_s(), ElementsAre(0.1, 0.6));
  EXPECT_EQ(message.sound_start_s(), 0.05);
  EXPECT_EQ(message.sound_end_s(), 118);
  EXPECT_EQ(message.ai_generated(), "yes really");
  EXPECT_EQ(message.warning(), "damaged in part");
}

TEST(AnalysisMessages, TellKeyLoudnessAndStructure) {
  const v1::Analysis message = to_message(whole());
  EXPECT_EQ(message.tonality().ShortDebugString(),
            "key { name: \"Am\" camelot: \"8A\" open_key: \"1m\" confidence: 0.8 } alternatives { name: \"C\" camelot: "
            "\"8B\" open_key: \"1d\" confidence: 0.2 } tuning_cents: -12 changes { key { name: \"Am\" camelot: \"8A\" "
            "open_key: \"1m\" confidence: 0.8 } } changes { at_s: 50 key { name: \"Em\" camelot: \"9A\" open_key: "
            "\"2m\" confidence: 0.5 } }");
  EXPECT_EQ(message.loudness().ShortDebugString(),
            "integrated_lufs: -8.5 range_lu: 5 true_peak_dbtp: -0.3 sample_peak_db: -0.4 clipped_runs: 17");
  EXPECT_EQ(message.structure().ShortDebugString(),
            "sections { label: INTRO bars: 8 energy: 0.2 } sections { at_s: 15 label: DROP bars: 16 energy: 1 } "
            "energy: 0.5 bass: 0.25 vocal: 0.125 mix_in_s: 15 mix_out_s: 100 energy_level: 7 spectral_tilt_db: -4");
}

TEST(AnalysisMessages, WhatIsNotKnownIsAbsent) {
  model::TrackAnalysis silence;
  silence.error = "no sound";
  const v1::Analysis message = to_message(silence);
  EXPECT_FALSE(message.tonality().has_key());
  EXPECT_FALSE(message.loudness().has_integrated_lufs());
  EXPECT_FALSE(message.loudness().has_range_lu());
  EXPECT_FALSE(message.loudness().has_true_peak_dbtp());
  EXPECT_EQ(message.rhythm().bpm(), 0);
  EXPECT_EQ(message.rhythm().grid_size(), 0);
  EXPECT_EQ(message.problem(), "no sound");
  EXPECT_EQ(message.warning(), "");
}

std::vector<std::uint8_t> unpacked(const v1::GetWaveformResponse& response) {
  const auto bytes = decompress(response.data(), response.columns() * 4UL);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes.value_or(std::vector<std::uint8_t>());
}

TEST(AnalysisMessages, WaveformsArePackedColumns) {
  model::TrackAnalysis analysis = whole();
  analysis.waveform.overview = {1, 2, 3, 4, 5, 6, 7, 8};
  analysis.waveform.detail.resize(std::size_t{4} * (kWaveformColumnsMax + 10));
  analysis.waveform.detail.back() = 9;
  v1::GetWaveformRequest request;
  const auto overview = waveform_message(request, "abc", analysis);
  ASSERT_TRUE(overview);
  EXPECT_EQ(overview->columns(), 2U);
  EXPECT_EQ(overview->encoding(), v1::GetWaveformResponse::ZLIB);
  EXPECT_DOUBLE_EQ(overview->columns_per_s(), 2 / 120.0);
  EXPECT_THAT(unpacked(*overview), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  request.set_resolution(v1::GetWaveformRequest::DETAIL);
  const auto detail = waveform_message(request, "abc", analysis);
  EXPECT_EQ(detail->columns_per_s(), 150);
  EXPECT_EQ(detail->columns(), kWaveformColumnsMax) << "an hour at a time";
  EXPECT_EQ(detail->total_columns(), kWaveformColumnsMax + 10);
  EXPECT_NE(detail->version(), overview->version());
  request.set_first_column(kWaveformColumnsMax);
  const auto rest = waveform_message(request, "abc", analysis);
  ASSERT_EQ(rest->columns(), 10U);
  EXPECT_EQ(unpacked(*rest).back(), 9);
  request.set_first_column(kWaveformColumnsMax + 11);
  EXPECT_EQ(waveform_message(request, "abc", analysis).error().reason, "FIELD_OUT_OF_RANGE");
  request.set_first_column(0);
  request.set_known_version(detail->version());
  EXPECT_EQ(waveform_message(request, "abc", analysis)->data(), "") << "the client has it";
  EXPECT_NE(waveform_message(request, "other", analysis)->data(), "") << "another content has another version";
}

}  // namespace
}  // namespace segue::control
