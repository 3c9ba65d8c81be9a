// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/model/analysis.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// A rhythm of one tempo throughout, as an analyser of rhythm would find it.
model::Rhythm steady_rhythm(double bpm, double downbeat_s);

// Where a track's sound begins and ends, by the samples' level (−60 dBFS).
model::SoundBounds bounds_of(const StereoAudio& audio, int sample_rate_hz);

// What StructureAnalyser makes of a whole track.
model::Structure structure_of(const StereoAudio& audio, int sample_rate_hz, const model::Rhythm& rhythm);

// A section as it should be found.
struct TrueSection {
  double at_s = 0;
  model::SectionLabel label = model::SectionLabel::kGroove;
};

// How well the beginnings of sections were found; the first, which is given, does not count.
struct Match {
  int hits = 0;  // within `tolerance_s` of the truth
  int found = 0;
  int expected = 0;

  double f() const { return found + expected == 0 ? 1.0 : 2.0 * hits / (found + expected); }
};
Match match_sections(const std::vector<model::Section>& found, const std::vector<TrueSection>& truth,
                     double tolerance_s);
// Share of the time from the first section to `end_s` that bears the right label.
double labelled_right(const std::vector<model::Section>& found, const std::vector<TrueSection>& truth, double end_s);

// "0.25 intro, 31.2 groove, …" for messages.
std::string in_words(const std::vector<model::Section>& sections);
std::string in_words(const std::vector<TrueSection>& sections);

}  // namespace segue::test
