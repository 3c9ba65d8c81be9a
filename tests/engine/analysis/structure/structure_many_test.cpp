// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/engine/analysis/structure/arrangement.h"

namespace segue::test {
namespace {

struct Score {
  Match match;
  double labels = 0;
  int tracks = 0;
};

// Tracks by chance, with a grid whose downbeats are `late_beats` off.
Score score_of(int tracks, int late_beats) {
  Score score;
  for (int i = 0; i < tracks; ++i) {
    const Arrangement plan = random_arrangement(static_cast<std::uint64_t>(i) + 1);
    const Performance track = perform(plan);
    const double beat_s = 60 / plan.bpm;
    const auto rhythm = steady_rhythm(plan.bpm, plan.first_beat_s + late_beats * beat_s);
    const auto structure = structure_of(track.audio, plan.sample_rate_hz, rhythm);
    const Match match = match_sections(structure.sections, track.truth, 4.05 * beat_s);
    const double labels = labelled_right(structure.sections, track.truth, track.end_s);
    score.match.hits += match.hits;
    score.match.found += match.found;
    score.match.expected += match.expected;
    score.labels += labels;
    ++score.tracks;
    if (std::getenv("SEGUE_VERBOSE") == nullptr) continue;
    std::printf("%d: %.1f bpm, F %.2f, labels %.2f\n  truth %s\n  found %s\n", i + 1, plan.bpm, match.f(), labels,
                in_words(track.truth).c_str(), in_words(structure.sections).c_str());
  }
  score.labels /= score.tracks;
  return score;
}

int tracks() { return std::getenv("SEGUE_SOAK") != nullptr ? 40 : 5; }

TEST(StructureOfManyTracks, BoundariesAndLabelsAreRight) {
  const Score score = score_of(tracks(), 0);
  EXPECT_GE(score.match.f(), 0.8) << score.match.hits << " of " << score.match.expected << ", found "
                                  << score.match.found;
  EXPECT_GE(score.labels, 0.75);
  std::printf("F %.3f (%d of %d, %d found), labels %.3f\n", score.match.f(), score.match.hits, score.match.expected,
              score.match.found, score.labels);
}

TEST(StructureOfManyTracks, WrongDownbeatCostsLittle) {
  const Score score = score_of(tracks(), 1);
  EXPECT_GE(score.match.f(), 0.75) << score.match.hits << " of " << score.match.expected << ", found "
                                   << score.match.found;
  std::printf("F %.3f, labels %.3f\n", score.match.f(), score.labels);
}

}  // namespace
}  // namespace segue::test
