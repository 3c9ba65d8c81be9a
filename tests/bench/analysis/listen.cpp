// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/analysis/analyser.h"
#include "engine/base/thread.h"
#include "tests/bench/analysis/finding.h"

namespace segue::bench {

model::TrackAnalysis analyse(const Pcm& pcm) {
  const auto analyser = analysis::Analyser::create({.sample_rate_hz = pcm.sample_rate_hz});
  if (!analyser) return {};
  constexpr Frames kBlock = 4096;
  for (Frames at = 0; at < pcm.audio.frames(); at += kBlock) {
    const auto count = static_cast<int>(std::min(kBlock, pcm.audio.frames() - at));
    analyser->push({pcm.audio.left.data() + at, pcm.audio.right.data() + at, count});
  }
  return analyser->finish();
}

Finding listen(const Pcm& pcm) {
  const long long before = thread_cpu_ns();
  const auto analysis = analyse(pcm);
  Finding finding;
  finding.cpu_s = static_cast<double>(thread_cpu_ns() - before) / 1e9;
  finding.bpm = analysis.rhythm.bpm;
  finding.alternatives = analysis.rhythm.alternatives;
  finding.beats_s = analysis.rhythm.beats_s;
  if (analysis.rhythm.bpm > 0) finding.downbeat_s = analysis.rhythm.downbeat_s;
  finding.key = analysis.tonality.key;
  finding.boundaries_s.emplace();
  const auto& sections = analysis.structure.sections;
  for (std::size_t i = 1; i < sections.size(); ++i) finding.boundaries_s->push_back(sections[i].at_s);
  return finding;
}

}  // namespace segue::bench
