// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/analyser.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/audio/signals.h"
#include "tests/support/tracks/song.h"

namespace segue::test {
namespace {

using analysis::Analyser;

model::TrackAnalysis analyse(StereoAudio audio, int sample_rate_hz, int block = 8192) {
  const auto analyser = Analyser::create({.sample_rate_hz = sample_rate_hz});
  for (Frames at = 0; at < audio.frames(); at += block) {
    analyser->push(audio.block(at, static_cast<int>(std::min<Frames>(block, audio.frames() - at))));
  }
  return analyser->finish();
}

Song song_of(double bpm, const char* key) {
  SongPlan plan;
  plan.bpm = bpm;
  plan.key = key;
  plan.phrase_bars = 8;
  auto song = make_song(plan);
  EXPECT_TRUE(song.has_value());
  return std::move(*song);
}

TEST(Analyser, SaysTempoBeatsAndKeyOfASong) {
  const Song song = song_of(127.93, "F#m");
  const auto analysis = analyse(song.audio, song.plan.sample_rate_hz);
  EXPECT_TRUE(analysis.is_final);
  EXPECT_NEAR(analysis.rhythm.bpm, 127.93, 0.01);
  EXPECT_GT(analysis.rhythm.confidence, 0.5);
  ASSERT_FALSE(analysis.rhythm.grid.empty());
  const double beat_s = 60 / song.plan.bpm;
  const double off_beats = (analysis.rhythm.grid.markers[0].at_s - song.plan.first_beat_s) / beat_s;
  EXPECT_LT(std::abs(off_beats - std::round(off_beats)) * beat_s * 1000, 3.0) << "ms beside a beat";
  ASSERT_TRUE(analysis.tonality.key.has_value());
  EXPECT_EQ(name_of(*analysis.tonality.key), "F#m");
  EXPECT_NEAR(analysis.duration_s, static_cast<double>(song.audio.frames()) / 44'100, 1e-6);
  EXPECT_TRUE(analysis.loudness.integrated_lufs.has_value());
  EXPECT_FALSE(analysis.structure.sections.empty());
  EXPECT_EQ(analysis.waveform.overview.size(), 4U * model::Waveform::kOverviewColumns);
}

TEST(Analyser, TheCutIntoBlocksChangesNothing) {
  const Song song = song_of(124, "Am");
  const StereoAudio part = song.audio.cut(0, 20 * 44'100);
  const auto whole = analyse(part, 44'100, 1 << 20);
  for (const int block : {1, 333, 4096}) {
    const auto cut = analyse(part, 44'100, block);
    EXPECT_EQ(cut.rhythm.bpm, whole.rhythm.bpm) << block;
    EXPECT_EQ(cut.rhythm.beats_s, whole.rhythm.beats_s) << block;
    EXPECT_EQ(cut.onsets_s, whole.onsets_s) << block;
    EXPECT_EQ(cut.tonality.key, whole.tonality.key) << block;
    EXPECT_EQ(cut.tonality.confidence, whole.tonality.confidence) << block;
    EXPECT_EQ(cut.loudness.integrated_lufs, whole.loudness.integrated_lufs) << block;
    EXPECT_EQ(cut.loudness.true_peak_dbtp, whole.loudness.true_peak_dbtp) << block;
    EXPECT_EQ(cut.waveform.detail, whole.waveform.detail) << block;
    EXPECT_EQ(cut.sound.start_s, whole.sound.start_s) << block;
  }
}

TEST(Analyser, AnEstimateChangesNothing) {
  const Song song = song_of(124, "Am");
  const auto asked = Analyser::create({.sample_rate_hz = 44'100});
  StereoAudio part = song.audio.cut(0, 20 * 44'100);
  for (int second = 0; second < 20; ++second) {
    asked->push(part.block(second * 44'100, 44'100));
    if (second % 5 != 4) continue;
    EXPECT_FALSE(asked->estimate().is_final);
  }
  const auto answer = asked->finish();
  const auto unasked = analyse(part, 44'100);
  EXPECT_EQ(answer.rhythm.beats_s, unasked.rhythm.beats_s);
  EXPECT_EQ(answer.tonality.confidence, unasked.tonality.confidence);
  EXPECT_EQ(answer.loudness.range_lu, unasked.loudness.range_lu);
}

TEST(Analyser, OppositeChannelsAreHeard) {
  Song song = song_of(124, "Am");
  for (float& sample : song.audio.right) sample = -sample;
  EXPECT_NEAR(analyse(song.audio, 44'100).rhythm.bpm, 124, 0.05);
}

// Nothing to be found in any of these: no tempo with confidence, and nothing that is no number.
TEST(Analyser, DoesNotMakeUpWhatIsNotThere) {
  constexpr double kRate = 44'100;
  constexpr Frames kLong = 30 * 44'100;
  struct Case {
    const char* name;
    std::vector<float> mono;
    double confidence_max;
  };
  const Case cases[] = {{"nothing", {}, 0},
                        {"silence", silence(kLong), 0},
                        {"a constant", std::vector<float>(kLong, 0.5F), 0.1},
                        {"one sample", impulse(1, 0), 0},
                        {"0.2 s", noise(8'820, 0.5, 1), 0},
                        {"noise", noise(kLong, 0.5, 1), 0.3},
                        {"a note", sine(kLong, 440, kRate), 0.3},
                        {"a click", impulse(kLong, 100'000), 0.1}};
  for (const auto& [name, mono, confidence_max] : cases) {
    const auto analysis = analyse(StereoAudio(mono), 44'100);
    EXPECT_LE(analysis.rhythm.confidence, confidence_max) << name << " at " << analysis.rhythm.bpm;
    EXPECT_TRUE(std::isfinite(analysis.rhythm.bpm)) << name;
    EXPECT_LE(analysis.tonality.confidence, 0.6) << name;
    EXPECT_TRUE(std::isfinite(analysis.structure.spectral_tilt_db)) << name;
    EXPECT_TRUE(std::isfinite(analysis.loudness.integrated_lufs.value_or(0))) << name;
  }
}

TEST(Analyser, SaysWhyNothingCanBeSaid) {
  EXPECT_EQ(analyse(StereoAudio(44'100 * 5), 44'100).error, "no sound above -60 dBFS");
  EXPECT_EQ(analyse(StereoAudio(44'100 / 5), 44'100).error, "too short to say anything of it");
  EXPECT_EQ(analyse(song_of(124, "Am").audio.cut(0, 5 * 44'100), 44'100).error, "");
}

TEST(Analyser, WorksAtAllRatesItPromises) {
  for (const int rate : {8'000, 11'025, 22'050, 96'000, 384'000}) {
    const auto audio = music(10LL * rate, {.bpm = 120, .rate_hz = static_cast<double>(rate)});
    const auto analysis = analyse(audio, rate);
    EXPECT_NEAR(analysis.duration_s, 10, 1e-9) << rate;
    EXPECT_NEAR(analysis.rhythm.bpm, 120, 0.5) << rate;
  }
  EXPECT_EQ(Analyser::create({.sample_rate_hz = 7'999}), nullptr);
  EXPECT_EQ(Analyser::create({.sample_rate_hz = 384'001}), nullptr);
}

}  // namespace
}  // namespace segue::test
