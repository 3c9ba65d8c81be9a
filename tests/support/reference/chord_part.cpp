// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tests/support/reference/parts.h"

namespace segue::reference {
namespace {

using model::SectionLabel;

// Held chords: strings, organs, choirs, wide saws.
ToneSpec pad_tone(Sheet& sheet) {
  auto& random = sheet.random;
  ToneSpec tone;
  constexpr std::array kWaves = {Wave::kSaw, Wave::kSaw, Wave::kOrgan, Wave::kSquare, Wave::kVoice, Wave::kFm};
  tone.wave = kWaves[static_cast<std::size_t>(random.below(6))];
  if (tone.wave == Wave::kSaw) tone.unison = 2 + random.below(3);
  tone.detune_cents = random.between(4, 16);
  tone.cutoff_hz = random.between(700, 4'500);
  tone.attack_s = random.between(0.01, 0.35);
  tone.release_s = random.between(0.1, 0.5);
  tone.sustain = 0.9;
  tone.fm_depth = 1;
  tone.level = random.between(0.035, 0.09);
  return tone;
}

// Struck chords: stabs, pianos, guitars.
ToneSpec stab_tone(Sheet& sheet) {
  auto& random = sheet.random;
  if (sheet.plan.genre == Genre::kRock && sheet.chance(0.7)) {  // an overdriven guitar
    return {.wave = Wave::kSaw,
            .unison = 2,
            .detune_cents = 5,
            .cutoff_hz = random.between(1'800, 4'000),
            .attack_s = 0.003,
            .decay_s = 1.0,
            .sustain = 0.7,
            .drive = random.between(1, 4),
            .level = 0.06};
  }
  ToneSpec tone;
  constexpr std::array kWaves = {Wave::kSaw, Wave::kFm, Wave::kPluck, Wave::kOrgan, Wave::kSquare};
  tone.wave = kWaves[static_cast<std::size_t>(random.below(5))];
  if (tone.wave == Wave::kSaw && sheet.chance(0.5)) tone.unison = 3 + 2 * random.below(2);
  tone.detune_cents = random.between(5, 20);
  tone.cutoff_hz = random.between(900, 7'000);
  tone.sweep_octaves = random.between(0, 2);
  tone.sweep_s = random.between(0.05, 0.3);
  tone.fm_ratio = 1 + random.below(3);
  tone.fm_depth = random.between(0.8, 3);
  tone.attack_s = random.between(0.001, 0.008);
  tone.decay_s = random.between(0.1, 0.6);
  tone.sustain = random.between(0, 0.5);
  tone.release_s = random.between(0.03, 0.2);
  tone.level = tone.wave == Wave::kPluck ? random.between(0.2, 0.35) : random.between(0.06, 0.13);
  return tone;
}

struct Present {
  bool pad, stab, arpeggio;
};

Present present_in(Genre genre, SectionLabel label, bool has_pad, bool odd) {
  const bool is_song = genre == Genre::kRock || genre == Genre::kWaltz || genre == Genre::kSixEight ||
                       genre == Genre::kSwing || genre == Genre::kHipHop;
  switch (label) {
    case SectionLabel::kIntro: return {false, is_song && odd, false};
    case SectionLabel::kGroove: return {false, is_song || odd, false};
    case SectionLabel::kBuild: return {true, false, true};
    case SectionLabel::kDrop: return {has_pad, true, !is_song && odd};
    case SectionLabel::kBreakdown: return {true, !odd, odd};
    case SectionLabel::kOutro: return {false, is_song, false};
  }
  return {};
}

class Keyboard {
 public:
  Keyboard(Sheet& sheet, const Harmony& harmony) : sheet_(sheet), harmony_(harmony) {
    pad_.tone = pad_tone(sheet);
    stab_.tone = stab_tone(sheet);
    arpeggio_.tone = stab_tone(sheet);
    pattern_ = sheet.choose(repertoire_of(sheet.plan.genre).chord);
    inversion_ = sheet.random.below(3);
    up_ = 1 + sheet.random.below(2);
  }

  void play_bar(Present now, int bar, int in_section) {
    const Chord& chord = harmony_.at_bar(in_section);
    if (now.pad && (in_section % harmony_.bars_per_chord == 0 || is_first_of_pad(bar))) hold(chord, bar, in_section);
    last_pad_bar_ = now.pad ? bar : last_pad_bar_;
    if (now.stab) strike(chord, bar, in_section);
    if (now.arpeggio) run(chord, bar);
  }

  void finish(Score& score) {
    for (Part* part : {&pad_, &stab_, &arpeggio_}) {
      if (!part->notes.empty()) score.parts.push_back(std::move(*part));
    }
  }

 private:
  bool is_first_of_pad(int bar) const { return last_pad_bar_ != bar - 1; }

  // Close to middle C, turned by the track's inversion.
  double pitch(const Chord& chord, std::size_t index, int bar) const {
    const int note = tonic_at(sheet_.plan, sheet_.truth, bar) % 12 + chord[index];
    const int folded = (note + 4 * inversion_) % 12 - 4 * inversion_;
    return pitch_hz(sheet_.plan, folded + (folded < -5 ? 12 : 0), 4);
  }

  void hold(const Chord& chord, int bar, int in_section) {
    const int bars = harmony_.bars_per_chord - in_section % harmony_.bars_per_chord;
    const double length_s = bars * sheet_.beats_per_bar() * sheet_.beat_s(bar);
    for (std::size_t i = 0; i < chord.size(); ++i) {
      const double pan =
          chord.size() > 1 ? 0.8 * static_cast<double>(i) / static_cast<double>(chord.size() - 1) - 0.4 : 0;
      pad_.notes.push_back({sheet_.exact_s(bar, 0), length_s, pitch(chord, i, bar), 1, pan});
    }
  }

  void strike(const Chord& chord, int bar, int in_section) {
    const int steps = sheet_.steps_per_bar();
    const int offset = in_section % 2 * steps;
    for (int step = 0; step < steps; ++step) {
      const double level = strength(pattern_, step + offset);
      if (level <= 0) continue;
      int gap = 1;
      while (gap < steps && strength(pattern_, step + offset + gap) <= 0) ++gap;
      const double length_s =
          std::min(0.8 * gap / repertoire_of(sheet_.plan.genre).steps_per_beat, 2.0) * sheet_.beat_s(bar);
      const double at_s = sheet_.step_s(bar, step);
      for (std::size_t i = 0; i < chord.size(); ++i) {
        stab_.notes.push_back({at_s, length_s, pitch(chord, i, bar), level, 0.15});
      }
    }
  }

  void run(const Chord& chord, int bar) {
    const int per_beat = repertoire_of(sheet_.plan.genre).steps_per_beat;
    const int stride = per_beat == 4 && sheet_.plan.bpm > 150 ? 2 : 1;
    for (int step = 0; step < sheet_.steps_per_bar(); step += stride) {
      const auto count = static_cast<int>(chord.size());
      const int place = step / stride % (count * up_);
      const double hz = pitch(chord, static_cast<std::size_t>(place % count), bar) * (1 << (place / count));
      const double length_s = 0.7 * stride * sheet_.beat_s(bar) / per_beat;
      const double level = step % per_beat == 0 ? 0.8 : 0.6;
      arpeggio_.notes.push_back({sheet_.step_s(bar, step), length_s, hz, level, step % 2 == 0 ? -0.4 : 0.4});
    }
  }

  Sheet& sheet_;
  const Harmony& harmony_;
  Part pad_, stab_, arpeggio_;
  Pattern pattern_;
  int inversion_ = 0;
  int up_ = 1;  // octaves an arpeggio climbs
  int last_pad_bar_ = -2;
};

}  // namespace

void write_chords(Sheet& sheet, const Harmony& harmony, Score& score) {
  Keyboard keyboard(sheet, harmony);
  const bool has_pad = sheet.chance(0.6);
  const bool is_odd = sheet.chance(0.5);
  for_each_bar(sheet.plan, [&](int section, SectionLabel label, int bar, int in_section, int) {
    Present now = present_in(sheet.plan.genre, label, has_pad, is_odd);
    // Where no drum plays, something has to.
    if (!sheet.plan.has_drums(section)) now.pad = true;
    keyboard.play_bar(now, bar, in_section);
  });
  keyboard.finish(score);
}

}  // namespace segue::reference
