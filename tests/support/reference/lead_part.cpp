// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tests/support/reference/parts.h"

namespace segue::reference {
namespace {

using model::SectionLabel;

ToneSpec lead_tone(Sheet& sheet, bool is_voice) {
  auto& random = sheet.random;
  if (is_voice) {
    return {.wave = Wave::kVoice,
            .attack_s = random.between(0.02, 0.06),
            .decay_s = 1,
            .sustain = 0.9,
            .release_s = 0.08,
            .vibrato_cents = random.between(5, 40),
            .level = random.between(0.35, 0.7)};
  }
  ToneSpec tone;
  constexpr std::array kWaves = {Wave::kSaw, Wave::kSquare, Wave::kSine, Wave::kFm, Wave::kPluck};
  tone.wave = kWaves[static_cast<std::size_t>(random.below(5))];
  if (tone.wave == Wave::kSaw && sheet.plan.genre == Genre::kTrance) tone.unison = 5;
  tone.detune_cents = random.between(6, 18);
  tone.cutoff_hz = random.between(2'000, 9'000);
  tone.vibrato_cents = random.between(0, 15);
  tone.attack_s = random.between(0.002, 0.02);
  tone.decay_s = random.between(0.2, 0.8);
  tone.sustain = random.between(0.3, 0.8);
  tone.release_s = random.between(0.05, 0.2);
  tone.level = tone.wave == Wave::kPluck ? 0.4 : random.between(0.08, 0.18);
  return tone;
}

struct Tone {
  int step;   // within the motif of two bars
  int steps;  // long
  int degree;
};

// Two bars of melody: mostly steps of the scale, long notes on chord tones, the last on the tonic.
std::vector<Tone> choose_motif(Sheet& sheet) {
  const int steps = 2 * sheet.steps_per_bar();
  const int unit = std::max(1, repertoire_of(sheet.plan.genre).steps_per_beat / 2);
  std::vector<Tone> motif;
  int degree = 2 * sheet.random.below(3);
  for (int step = sheet.chance(0.4) ? unit : 0; step < steps - unit;) {
    const int length = unit * (1 + sheet.random.below(4));
    if (sheet.chance(0.8)) motif.push_back({step, std::min(length, steps - step), degree});
    step += length;
    degree = std::clamp(degree + sheet.random.below(5) - 2, -2, 8);
  }
  if (!motif.empty()) motif.back().degree = 0;
  return motif;
}

bool plays_in(SectionLabel label, bool is_song, bool odd) {
  switch (label) {
    case SectionLabel::kGroove: return is_song;
    case SectionLabel::kDrop: return true;
    case SectionLabel::kBreakdown: return odd || is_song;
    default: return false;
  }
}

}  // namespace

void write_lead(Sheet& sheet, const Harmony& harmony, Score& score) {
  const Genre genre = sheet.plan.genre;
  const bool is_song = genre == Genre::kRock || genre == Genre::kWaltz || genre == Genre::kSixEight ||
                       genre == Genre::kSwing || genre == Genre::kHipHop;
  if (!sheet.chance(is_song ? 0.85 : genre == Genre::kTechno ? 0.3 : 0.65)) return;
  Part part{lead_tone(sheet, sheet.chance(is_song ? 0.6 : 0.3)), {}};
  const auto first = choose_motif(sheet);
  const auto second = choose_motif(sheet);
  const bool is_odd = sheet.chance(0.5);
  const int octave = part.tone.wave == Wave::kVoice ? 4 : 4 + sheet.random.below(2);
  const int steps = sheet.steps_per_bar();
  for_each_bar(sheet.plan, [&](int, SectionLabel label, int bar, int in_section, int) {
    if (!plays_in(label, is_song, is_odd)) return;
    const auto& motif = in_section % 8 < 4 ? first : second;
    if (in_section % 4 == 3 && genre != Genre::kTrance) return;  // it breathes
    const double step_s = sheet.beat_s(bar) / repertoire_of(genre).steps_per_beat;
    for (const auto& tone : motif) {
      const int step = tone.step - in_section % 2 * steps;
      if (step < 0 || step >= steps) continue;
      const int note = tonic_at(sheet.plan, sheet.truth, bar) % 12 + harmony.semitone(tone.degree);
      part.notes.push_back({sheet.step_s(bar, step), 0.9 * tone.steps * step_s,
                            pitch_hz(sheet.plan, note > 9 ? note - 12 : note, octave), 1, -0.1});
    }
  });
  score.parts.push_back(std::move(part));
}

void write_atmosphere(Sheet& sheet, Score& score) {
  const auto& truth = sheet.truth;
  if (sheet.plan.opening == Opening::kAtmosphere) {
    score.swells.push_back({0, sheet.plan.opening_s, 300, sheet.random.between(800, 5'000), 0.12});
    const double hz = pitch_hz(sheet.plan, sheet.plan.tonic, 2);
    Part drone{{.wave = Wave::kSaw,
                .unison = 3,
                .detune_cents = 9,
                .cutoff_hz = 500,
                .attack_s = 1.5,
                .sustain = 1,
                .release_s = 0.3,
                .level = 0.12},
               {{0, std::max(0.1, sheet.plan.opening_s - 0.3), hz, 1, 0}}};
    score.parts.push_back(std::move(drone));
  }
  for (std::size_t i = 0; i + 1 < truth.sections.size(); ++i) {
    if (truth.sections[i].label != SectionLabel::kBuild && !sheet.chance(0.15)) continue;
    const double end_s = truth.sections[i + 1].at_s;
    const double length_s = std::min(end_s - truth.sections[i].at_s, 15.0);
    score.swells.push_back({end_s - length_s, length_s, sheet.random.between(300, 1'200),
                            sheet.random.between(4'000, 11'000), sheet.random.between(0.06, 0.2)});
  }
}

}  // namespace segue::reference
