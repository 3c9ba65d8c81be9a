// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/key.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

#include "tests/engine/analysis/key/song.h"

namespace segue::analysis {
namespace {

using test::Song;
using test::Triad;

model::Tonality listen(const std::vector<float>& mono, int sample_rate_hz = 44100) {
  KeyAnalyser analyser(sample_rate_hz);
  analyser.push(mono);
  return analyser.estimate({});
}

model::Tonality listen_with_grid(const Song& song) {
  KeyAnalyser analyser(song.sample_rate_hz);
  analyser.push(test::render(song));
  return analyser.estimate(test::rhythm_of(song));
}

std::string heard(const model::Tonality& tonality) {
  if (!tonality.key) return "none";
  return model::name_of(*tonality.key) + " at " + std::to_string(tonality.confidence);
}

TEST(Key, UsualProgressionsHaveTheirKeyInAll24) {
  int exact = 0;
  std::string wrong;
  for (int tonic = 0; tonic < 12; ++tonic) {
    for (const bool is_minor : {false, true}) {
      const auto tonality = listen(test::render({.sample_rate_hz = 11025,
                                                 .seconds = 16,
                                                 .tonic = tonic,
                                                 .progression = test::usual_progression(is_minor)}),
                                   11025);
      const model::Key key{tonic, is_minor};
      exact += tonality.key == key ? 1 : 0;
      if (tonality.key != key) wrong += model::name_of(key) + " heard as " + heard(tonality) + ", ";
      EXPECT_GT(tonality.confidence, 0.3) << heard(tonality);
    }
  }
  // A minor key's chords are those of its relative major: with two rounds of four chords one may go wrong.
  EXPECT_GE(exact, 23) << wrong;
}

TEST(Key, DetunedMusicHasItsKeyAndItsTuning) {
  for (const double cents : {-40.0, -20.0, 15.0, 40.0}) {
    const auto tonality =
        listen(test::render({.seconds = 16, .tonic = 5, .progression = test::usual_progression(true), .cents = cents}));
    EXPECT_EQ(tonality.key, (model::Key{5, true})) << cents << " cents: " << heard(tonality);
    EXPECT_NEAR(tonality.tuning_cents, cents, 3);
  }
}

TEST(Key, SampleRatesMakeNoDifference) {
  for (const int rate : {8000, 11025, 22050, 32000, 48000, 96000, 192000}) {
    const auto tonality =
        listen(test::render(
                   {.sample_rate_hz = rate, .seconds = 12, .tonic = 2, .progression = test::usual_progression(false)}),
               rate);
    EXPECT_EQ(tonality.key, (model::Key{2, false})) << rate << " Hz: " << heard(tonality);
  }
}

TEST(Key, BlocksMakeNoDifference) {
  const auto signal = test::render({.seconds = 12, .tonic = 9, .progression = test::usual_progression(true)});
  const auto whole = listen(signal);
  KeyAnalyser parts(44100);
  for (std::size_t at = 0; at < signal.size(); at += 777) {
    parts.push(std::span(signal).subspan(at, std::min<std::size_t>(777, signal.size() - at)));
  }
  EXPECT_EQ(parts.estimate({}).key, whole.key);
  EXPECT_EQ(parts.estimate({}).confidence, whole.confidence);
  EXPECT_EQ(parts.estimate({}).tuning_cents, whole.tuning_cents);
}

TEST(Key, PhrasesTellAKeyFromItsRelative) {
  // The same four chords, C G Am F: what a phrase begins with is home.
  const auto major = listen_with_grid(
      {.sample_rate_hz = 8000, .seconds = 32, .tonic = 0, .progression = test::usual_progression(false)});
  EXPECT_EQ(major.key, (model::Key{0, false})) << heard(major);
  const auto minor = listen_with_grid(
      {.sample_rate_hz = 8000, .seconds = 32, .tonic = 9, .progression = test::usual_progression(true)});
  EXPECT_EQ(minor.key, (model::Key{9, true})) << heard(minor);
}

TEST(Key, OddIntrosDoNotDecide) {
  for (const Triad& triad : {Triad{8, false}, Triad{5, true}, Triad{10, false}}) {
    const auto tonality = listen_with_grid({.sample_rate_hz = 8000,
                                            .seconds = 64,
                                            .tonic = 4,
                                            .intro = std::vector<Triad>(8, triad),
                                            .progression = test::usual_progression(true)});
    EXPECT_EQ(tonality.key, (model::Key{4, true})) << "after 8 bars " << triad.degree << " up: " << heard(tonality);
  }
}

TEST(Key, TunedKicksDoNotDecide) {
  for (const double kick_hz : {43.65, 46.25, 51.91}) {  // F, F sharp and A flat
    const auto tonality = listen_with_grid({.sample_rate_hz = 8000,
                                            .seconds = 48,
                                            .tonic = 2,
                                            .progression = test::usual_progression(true),
                                            .bass = 0.15F,
                                            .kick_hz = kick_hz,
                                            .kick_decay_per_s = 4});
    EXPECT_EQ(tonality.key, (model::Key{2, true})) << "kick at " << kick_hz << " Hz: " << heard(tonality);
  }
}

TEST(Key, SilenceHasNone) {
  EXPECT_FALSE(listen(std::vector<float>(44100 * 12)).key.has_value());
  EXPECT_FALSE(listen({}).key.has_value());
}

TEST(Key, ANoteOrAFifthIsNoKeyThatIsTrusted) {
  std::vector<float> note(8000 * 20);
  std::vector<float> fifth(note.size());
  for (std::size_t i = 0; i < note.size(); ++i) {
    const double turn = 2 * std::numbers::pi * 220 * static_cast<double>(i) / 8000;
    note[i] = static_cast<float>(0.3 * std::sin(turn) + 0.15 * std::sin(2 * turn) + 0.1 * std::sin(3 * turn));
    fifth[i] = note[i] + 0.3F * static_cast<float>(std::sin(1.5 * turn));
  }
  EXPECT_LT(listen(note, 8000).confidence, 0.1) << heard(listen(note, 8000));
  EXPECT_LT(listen(fifth, 8000).confidence, 0.4) << heard(listen(fifth, 8000));
}

TEST(Key, NoiseAndDrumsHaveNoneThatIsTrusted) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 0.2F);
  std::vector<float> noise(44100 * 20);
  for (float& sample : noise) sample = normal(random);
  EXPECT_LT(listen(noise).confidence, 0.1) << heard(listen(noise));
  const auto drums = listen(test::render({.seconds = 20}));
  EXPECT_LT(drums.confidence, 0.1) << heard(drums);
}

}  // namespace
}  // namespace segue::analysis
