// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/reference/reference_track.h"
#include "tests/support/reference/score.h"

namespace segue::reference {
namespace {

using model::SectionLabel;

// A short piece without any oddity.
ReferencePlan plain_plan(Genre genre) {
  ReferencePlan plan;
  plan.genre = genre;
  plan.seed = 7;
  plan.bpm = 127.3;
  plan.opening_s = 0.321;
  plan.sections = {{SectionLabel::kGroove, 2}, {SectionLabel::kDrop, 2}};
  plan.reverb = 0;
  return plan;
}

double energy(const test::StereoAudio& audio, double from_s, double to_s, int rate_hz) {
  double sum = 0;
  const auto from = static_cast<std::size_t>(std::max(0.0, from_s * rate_hz));
  const auto to = std::min(audio.left.size(), static_cast<std::size_t>(std::max(0.0, to_s * rate_hz)));
  for (std::size_t i = from; i < to; ++i) sum += audio.left[i] * audio.left[i] + audio.right[i] * audio.right[i];
  return sum;
}

// Level of one frequency in the left channel.
double level_at(const test::StereoAudio& audio, double hz, double from_s, double to_s, int rate_hz) {
  double re = 0;
  double im = 0;
  const auto from = static_cast<std::size_t>(from_s * rate_hz);
  const auto to = static_cast<std::size_t>(to_s * rate_hz);
  for (std::size_t i = from; i < to; ++i) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz;
    re += audio.left[i] * std::cos(phase);
    im += audio.left[i] * std::sin(phase);
  }
  return std::hypot(re, im) / static_cast<double>(to - from);
}

TEST(Reference, SameOrderGivesSameSamples) {
  const ReferenceOrder order{.count = 2, .seed = 3, .seconds = 12, .genre = Genre::kHipHop};
  const auto one = reference_set(order);
  const auto two = reference_set(order);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto a = one[i].render();
    const auto b = two[i].render();
    EXPECT_EQ(a.left, b.left) << i;
    EXPECT_EQ(a.right, b.right) << i;
  }
  EXPECT_NE(one[0].plan.seed, one[1].plan.seed);
}

TEST(Reference, SetsHaveEveryGenreInTurn) {
  std::set<Genre> genres;
  for (const auto& track : reference_set({.count = kGenres})) genres.insert(track.plan.genre);
  EXPECT_EQ(genres.size(), static_cast<std::size_t>(kGenres));
  for (const Genre genre : genres) EXPECT_EQ(genre_from(to_string(genre)), genre);
  EXPECT_FALSE(genre_from("polka"));
}

TEST(Reference, SetsHaveAllKeysAndOddities) {
  std::set<std::pair<int, bool>> keys;
  std::set<Opening> openings;
  std::set<Motion> motions;
  std::set<Mode> modes;
  double slowest = 1e9;
  double fastest = 0;
  for (const auto& track : reference_set({.count = 400})) {
    keys.insert({track.truth.key.tonic, track.truth.key.is_minor});
    openings.insert(track.plan.opening);
    motions.insert(track.plan.motion);
    modes.insert(track.plan.mode);
    slowest = std::min(slowest, track.truth.bpm);
    fastest = std::max(fastest, track.truth.bpm);
  }
  EXPECT_EQ(keys.size(), 24U);
  EXPECT_EQ(openings.size(), 4U);
  EXPECT_EQ(motions.size(), 4U);
  EXPECT_EQ(modes.size(), 6U);
  EXPECT_LT(slowest, 70) << "BPM";
  EXPECT_GT(fastest, 190) << "BPM";
}

TEST(Reference, BeatsAreFeltBetween60And200) {
  for (const auto& track : reference_set({.count = 400})) {
    const auto truth = as_counted(track.truth);
    EXPECT_GE(truth.bpm, 60) << to_string(track.plan.genre) << " of seed " << track.plan.seed;
    EXPECT_LE(truth.bpm, 200) << to_string(track.plan.genre) << " of seed " << track.plan.seed;
  }
}

TEST(Reference, LengthIsNearTheOneAskedFor) {
  for (const double seconds : {30.0, 120.0, 240.0}) {
    for (const auto& track : reference_set({.count = 2 * kGenres, .seconds = seconds})) {
      EXPECT_GT(track.truth.duration_s, 0.5 * seconds) << to_string(track.plan.genre);
      EXPECT_LT(track.truth.duration_s, 2 * seconds + 30) << to_string(track.plan.genre);
    }
  }
}

TEST(ReferenceTruth, SteadyBeatsDoNotDrift) {
  const auto truth = truth_of(plain_plan(Genre::kHouse));
  ASSERT_EQ(truth.beats_s.size(), 16U);
  for (std::size_t beat = 0; beat < truth.beats_s.size(); ++beat) {
    EXPECT_NEAR(truth.beats_s[beat], 0.321 + static_cast<double>(beat) * 60 / 127.3, 1e-9) << "beat " << beat;
  }
  EXPECT_EQ(truth.downbeat_s, truth.beats_s[0]);
  EXPECT_TRUE(truth.is_constant);
}

TEST(ReferenceTruth, PickupIsBeforeTheFirstDownbeat) {
  auto plan = plain_plan(Genre::kWaltz);
  plan.opening = Opening::kPickup;
  plan.pickup_beats = 2;
  const auto truth = truth_of(plan);
  EXPECT_EQ(truth.beats_per_bar, 3);
  EXPECT_EQ(truth.beats_s.size(), 2U + 4 * 3);
  EXPECT_EQ(truth.downbeat_beat, 2);
  EXPECT_EQ(truth.downbeat_s, truth.beats_s[2]);
  EXPECT_EQ(truth.sections[0].at_s, truth.downbeat_s);
  EXPECT_NEAR(seconds_at(truth, -2), truth.beats_s[0], 1e-12);
}

TEST(ReferenceTruth, SixEightCountsDottedQuarters) {
  auto plan = plain_plan(Genre::kSixEight);
  plan.opening = Opening::kPickup;
  plan.pickup_beats = 4;
  const auto eighths = truth_of(plan);
  const auto truth = as_counted(eighths);
  EXPECT_DOUBLE_EQ(truth.bpm, eighths.bpm / 3);
  EXPECT_EQ(truth.beats_per_bar, 2);
  EXPECT_EQ(truth.beats_s.at(static_cast<std::size_t>(truth.downbeat_beat)), eighths.downbeat_s);
  EXPECT_EQ(truth.beats_s[0], eighths.beats_s[1]);
  EXPECT_EQ(as_counted(truth_of(plain_plan(Genre::kWaltz))).beats_per_bar, 3);
}

TEST(ReferenceTruth, RampsEndAtTheTempoAskedFor) {
  auto plan = plain_plan(Genre::kTechno);
  plan.sections = {{SectionLabel::kGroove, 64}};
  plan.motion = Motion::kRamp;
  plan.motion_amount = 0.1;
  const auto truth = truth_of(plan);
  const auto& beats = truth.beats_s;
  EXPECT_NEAR(60 / (beats[1] - beats[0]), plan.bpm, 1e-6);
  EXPECT_NEAR(60 / (beats.back() - beats[beats.size() - 2]), plan.bpm * 1.1, 0.1);
  EXPECT_NEAR(truth.bpm, plan.bpm * 1.05, 0.1) << "the median";
  EXPECT_FALSE(truth.is_constant);
}

TEST(ReferenceTruth, DriftStaysWithinItsAmount) {
  auto plan = plain_plan(Genre::kRock);
  plan.sections = {{SectionLabel::kGroove, 64}};
  plan.motion = Motion::kDrift;
  plan.motion_amount = 0.02;
  const auto& beats = truth_of(plan).beats_s;
  double widest = 0;
  for (std::size_t i = 1; i < beats.size(); ++i) {
    widest = std::max(widest, std::abs(60 / (beats[i] - beats[i - 1]) / plan.bpm - 1));
  }
  EXPECT_LE(widest, 0.0201);
  EXPECT_GE(widest, 0.005);
}

TEST(ReferenceTruth, StepsFallOnASection) {
  auto plan = plain_plan(Genre::kHouse);
  plan.motion = Motion::kStep;
  plan.motion_amount = 0.05;
  const auto truth = truth_of(plan);
  EXPECT_NEAR(60 / (truth.beats_s[8] - truth.beats_s[7]), plan.bpm, 1e-6);
  EXPECT_NEAR(60 / (truth.beats_s[9] - truth.beats_s[8]), plan.bpm * 1.05, 1e-6);
  EXPECT_EQ(truth.sections[1].at_s, truth.beats_s[8]);
}

TEST(ReferenceTruth, KeyChangesAreToldWithTheirPlace) {
  auto plan = plain_plan(Genre::kRock);
  plan.mode = Mode::kMixolydian;
  plan.tonic = 11;
  plan.key_change = 2;
  const auto truth = truth_of(plan);
  EXPECT_EQ(model::name_of(truth.key), "B");
  ASSERT_EQ(truth.changes.size(), 2U);
  EXPECT_EQ(truth.changes[1].key, (model::Key{1, false}));
  EXPECT_EQ(truth.changes[1].at_s, truth.sections[1].at_s);
}

TEST(ReferenceTruth, JsonSaysItAll) {
  const auto track = make_reference(plain_plan(Genre::kHouse));
  const auto json = nlohmann::json::parse(json_of(track.plan, track.truth, "a.wav"));
  EXPECT_EQ(json["file"], "a.wav");
  EXPECT_EQ(json["key"], "Am");
  EXPECT_EQ(json["beats_s"].size(), 16U);
  EXPECT_EQ(json["sections"][1]["label"], "drop");
  EXPECT_DOUBLE_EQ(json["bpm"].get<double>(), 127.3);
}

// A beat is where its kick begins: nothing sounds before the first, and each raises the level at once.
TEST(ReferenceSound, BeginsInTheFrameOfTheFirstBeat) {
  for (const Genre genre : {Genre::kHouse, Genre::kTrance, Genre::kTechno}) {
    const auto track = make_reference(plain_plan(genre));
    const auto audio = track.render();
    const auto first = std::llround(track.truth.beats_s[0] * track.plan.sample_rate_hz);
    Frames found = 0;
    while (audio.left[static_cast<std::size_t>(found)] == 0 && audio.right[static_cast<std::size_t>(found)] == 0) {
      ++found;
    }
    EXPECT_EQ(found, first) << to_string(genre);
  }
}

TEST(ReferenceSound, KicksAreOnTheBeatsOfTheTruth) {
  auto plan = plain_plan(Genre::kTechno);
  plan.sections = {{SectionLabel::kIntro, 3}, {SectionLabel::kIntro, 3}};
  plan.motion = Motion::kRamp;
  plan.motion_amount = 0.1;
  const auto track = make_reference(plan);
  const auto score = write_score(track.plan, track.truth);
  const auto audio = track.render();
  int struck = 0;
  for (const double beat_s : track.truth.beats_s) {
    const bool is_kick = std::any_of(score.hits.begin(), score.hits.end(), [&](const Hit& hit) {
      return hit.drum == Drum::kKick && std::abs(hit.at_s - beat_s) < 1e-9;
    });
    if (!is_kick) continue;  // a fill
    ++struck;
    EXPECT_GT(energy(audio, beat_s, beat_s + 0.006, plan.sample_rate_hz),
              4 * energy(audio, beat_s - 0.006, beat_s, plan.sample_rate_hz))
        << "beat at " << beat_s << " s";
  }
  EXPECT_GE(struck, 16) << "of 24 beats";
}

TEST(ReferenceSound, SwingMovesOnlyTheSecondOfAPair) {
  auto plan = plain_plan(Genre::kHouse);
  plan.swing = 0.6;
  const auto track = make_reference(plan);
  const auto score = write_score(track.plan, track.truth);
  const double beat_s = 60 / plan.bpm;
  for (const auto& hit : score.hits) {
    const double sixteenth = (hit.at_s - track.truth.downbeat_s) / beat_s * 4;
    const double even = std::remainder(sixteenth, 2);
    const double odd = std::remainder(sixteenth - 1.2, 2);
    EXPECT_LT(std::min(std::abs(even), std::abs(odd)), 1e-6) << "at sixteenth " << sixteenth;
  }
}

TEST(ReferenceSound, PlayersStayNearTheirBeats) {
  auto plan = plain_plan(Genre::kRock);
  plan.humanise_ms = 4;
  plan.sections = {{SectionLabel::kGroove, 16}};
  const auto track = make_reference(plan);
  const double step_s = 60 / plan.bpm / 4;
  double sum = 0;
  double squares = 0;
  int count = 0;
  for (const auto& hit : write_score(track.plan, track.truth).hits) {
    const double off_ms = std::remainder(hit.at_s - track.truth.downbeat_s, step_s) * 1000;
    EXPECT_LE(std::abs(off_ms), 12.01);
    sum += off_ms;
    squares += off_ms * off_ms;
    ++count;
  }
  EXPECT_NEAR(sum / count, 0, 1) << "ms, of " << count << " strokes";
  EXPECT_NEAR(std::sqrt(squares / count), 4, 0.8) << "ms";
}

TEST(ReferenceSound, BreaksHaveNoDrums) {
  auto plan = plain_plan(Genre::kDrumAndBass);
  plan.sections = {{SectionLabel::kBreakdown, 4}, {SectionLabel::kDrop, 4}};
  const auto track = make_reference(plan);
  for (const auto& hit : write_score(track.plan, track.truth).hits) {
    EXPECT_GE(hit.at_s, track.truth.sections[1].at_s - 1e-9);
  }
  const auto audio = track.render();
  const double line_s = track.truth.sections[1].at_s;
  EXPECT_GT(energy(audio, track.truth.downbeat_s, line_s, plan.sample_rate_hz), 0) << "a break is no silence";
}

TEST(ReferenceSound, TonicSoundsLouderThanItsNeighbours) {
  for (const double cents : {0.0, 40.0}) {
    auto plan = plain_plan(Genre::kTechno);
    plan.sections = {{SectionLabel::kBreakdown, 8}};
    plan.tuning_cents = cents;
    const auto track = make_reference(plan);
    const auto audio = track.render();
    const auto level = [&](double semitones) {
      double sum = 0;
      for (const int octave : {-1, 0, 1}) {
        const double hz = 440 * std::exp2(octave + (semitones + cents / 100) / 12);
        sum += level_at(audio, hz, track.truth.downbeat_s, track.truth.downbeat_s + 3, plan.sample_rate_hz);
      }
      return sum;
    };
    EXPECT_GT(level(0), 3 * level(1)) << cents << " cents";
    EXPECT_GT(level(0), 3 * level(-1)) << cents << " cents";
  }
}

TEST(ReferenceSound, EveryGenreIsFiniteLoudAndBelowItsPeak) {
  for (const auto& track : reference_set({.count = kGenres, .seed = 5, .seconds = 15})) {
    const auto audio = track.render();
    double peak = 0;
    bool is_finite = true;
    for (const float sample : audio.left) {
      is_finite = is_finite && std::isfinite(sample);
      peak = std::max(peak, static_cast<double>(std::abs(sample)));
    }
    const double limit = std::pow(10, track.plan.peak_db / 20);
    EXPECT_TRUE(is_finite) << to_string(track.plan.genre);
    EXPECT_LE(peak, limit + 1e-4) << to_string(track.plan.genre);
    EXPECT_GT(peak, 0.5 * limit) << to_string(track.plan.genre);
  }
}

}  // namespace
}  // namespace segue::reference
