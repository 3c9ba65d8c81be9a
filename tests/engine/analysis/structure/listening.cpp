// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/structure/listening.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/analysis/structure.h"

namespace segue::test {
namespace {

std::string in_words(double at_s, model::SectionLabel label) {
  char words[64];
  std::snprintf(words, sizeof words, "%.2f %s", at_s, model::to_string(label));
  return words;
}

template <typename Section>
std::string joined(const std::vector<Section>& sections) {
  std::string words;
  for (const auto& section : sections) words += (words.empty() ? "" : ", ") + in_words(section.at_s, section.label);
  return words;
}

// The label at a place.
template <typename Section>
model::SectionLabel label_at(const std::vector<Section>& sections, double at_s) {
  auto label = sections.front().label;
  for (const auto& section : sections) {
    if (section.at_s <= at_s) label = section.label;
  }
  return label;
}

}  // namespace

model::Rhythm steady_rhythm(double bpm, double downbeat_s) {
  model::Rhythm rhythm;
  rhythm.bpm = bpm;
  rhythm.confidence = 1;
  rhythm.grid.markers = {{downbeat_s, bpm}};
  rhythm.first_beat_s = rhythm.downbeat_s = downbeat_s;
  return rhythm;
}

model::SoundBounds bounds_of(const StereoAudio& audio, int sample_rate_hz) {
  const auto sounds = [](float sample) { return std::abs(sample) > 0.001F; };
  const auto first = std::find_if(audio.left.begin(), audio.left.end(), sounds);
  if (first == audio.left.end()) return {};
  const auto last = std::find_if(audio.left.rbegin(), audio.left.rend(), sounds);
  return {static_cast<double>(first - audio.left.begin()) / sample_rate_hz,
          static_cast<double>(audio.left.rend() - last) / sample_rate_hz};
}

model::Structure structure_of(const StereoAudio& audio, int sample_rate_hz, const model::Rhythm& rhythm) {
  std::vector<float> mid(audio.left.size());
  for (std::size_t i = 0; i < mid.size(); ++i) mid[i] = 0.5F * (audio.left[i] + audio.right[i]);
  analysis::Spectrum spectrum(sample_rate_hz);
  analysis::StructureAnalyser analyser(sample_rate_hz);
  const auto sink = [&](const analysis::SpectrumFrame& frame) { analyser.push(frame); };
  spectrum.push(mid, sink);
  spectrum.finish(sink);
  const double duration_s = static_cast<double>(mid.size()) / sample_rate_hz;
  return analyser.estimate(rhythm, bounds_of(audio, sample_rate_hz), duration_s);
}

Match match_sections(const std::vector<model::Section>& found, const std::vector<TrueSection>& truth,
                     double tolerance_s) {
  Match match;
  match.found = std::max(0, static_cast<int>(found.size()) - 1);
  match.expected = static_cast<int>(truth.size()) - 1;
  for (std::size_t i = 1; i < truth.size(); ++i) {
    const auto is_it = [&](const model::Section& section) {
      return &section != found.data() && std::abs(section.at_s - truth[i].at_s) <= tolerance_s;
    };
    match.hits += std::any_of(found.begin(), found.end(), is_it) ? 1 : 0;
  }
  return match;
}

double labelled_right(const std::vector<model::Section>& found, const std::vector<TrueSection>& truth, double end_s) {
  if (found.empty()) return 0;
  int right = 0;
  int all = 0;
  for (double at_s = truth.front().at_s; at_s < end_s; at_s += 0.1) {
    ++all;
    right += label_at(found, at_s) == label_at(truth, at_s) ? 1 : 0;
  }
  return static_cast<double>(right) / all;
}

std::string in_words(const std::vector<model::Section>& sections) { return joined(sections); }
std::string in_words(const std::vector<TrueSection>& sections) { return joined(sections); }

}  // namespace segue::test
