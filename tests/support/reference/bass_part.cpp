// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tests/support/reference/parts.h"

namespace segue::reference {
namespace {

using model::SectionLabel;

ToneSpec choose_tone(Sheet& sheet) {
  auto& random = sheet.random;
  ToneSpec tone;
  tone.level = random.between(0.28, 0.5);
  tone.release_s = random.between(0.02, 0.08);
  switch (sheet.plan.genre) {
    case Genre::kSwing:
    case Genre::kWaltz:
    case Genre::kSixEight:
      if (sheet.chance(0.6)) {
        tone = {.wave = Wave::kPluck, .cutoff_hz = 1'200, .decay_s = 0.8, .sustain = 1, .level = 0.8};
        return tone;
      }
      break;
    case Genre::kDrumAndBass:
      if (sheet.chance(0.6)) {  // a reese: beating saws, low-passed
        tone.wave = Wave::kSaw;
        tone.unison = 2;
        tone.detune_cents = random.between(8, 25);
        tone.cutoff_hz = random.between(250, 900);
        tone.attack_s = 0.01;
        tone.sustain = 0.9;
        return tone;
      }
      break;
    case Genre::kHipHop:
      if (sheet.chance(0.5)) {  // a boom that is the bass
        tone = {.wave = Wave::kSine, .decay_s = 0.7, .sustain = 0.2, .drive = random.between(0, 2), .level = 0.5};
        return tone;
      }
      break;
    default: break;
  }
  constexpr std::array kWaves = {Wave::kSaw, Wave::kSquare, Wave::kSine, Wave::kFm, Wave::kOrgan};
  tone.wave = kWaves[static_cast<std::size_t>(random.below(5))];
  tone.cutoff_hz = random.between(250, 1'500);
  tone.sweep_octaves = random.between(0, 2.5);
  tone.sweep_s = random.between(0.04, 0.2);
  tone.resonance = random.between(0.7, 3.0);
  tone.decay_s = random.between(0.1, 0.5);
  tone.sustain = random.between(0.2, 0.9);
  tone.fm_depth = random.between(1, 4);
  if (tone.wave == Wave::kSine || tone.wave == Wave::kOrgan) tone.drive = random.between(0, 1.5);
  return tone;
}

bool plays_in(const ReferencePlan& plan, int section, SectionLabel label, bool odd) {
  switch (label) {
    case SectionLabel::kGroove:
    case SectionLabel::kDrop: return true;
    case SectionLabel::kBuild:
    case SectionLabel::kOutro: return odd;
    case SectionLabel::kBreakdown: return false;
    case SectionLabel::kIntro: return odd && plan.has_drums(section) && plan.genre != Genre::kTechno;
  }
  return false;
}

class Bassist {
 public:
  Bassist(Sheet& sheet, const Harmony& harmony, Part& part)
      : sheet_(sheet), harmony_(harmony), part_(part), pattern_(sheet.choose(repertoire_of(sheet.plan.genre).bass)) {
    octave_share_ = sheet.chance(0.4) ? sheet.random.between(0.1, 0.4) : 0;
    fifth_share_ = sheet.chance(0.4) ? sheet.random.between(0.05, 0.25) : 0;
    length_ = sheet.random.between(0.5, 0.95);
  }

  void play_bar(int bar, int in_section) {
    const int steps = sheet_.steps_per_bar();
    const Chord& chord = harmony_.at_bar(in_section);
    const int tonic = tonic_at(sheet_.plan, sheet_.truth, bar);
    for (int step = 0; step < steps; ++step) {
      const double level = strength(pattern_, step);
      if (level <= 0) continue;
      int gap = 1;  // steps to the next note
      while (gap < steps && strength(pattern_, step + gap) <= 0) ++gap;
      const double length_s = gap * length_ * sheet_.beat_s(bar) / repertoire_of(sheet_.plan.genre).steps_per_beat;
      const int note = (tonic + choose_note(chord, step)) % 12;
      // Within the octave from E1 (41 Hz), as basses are; now and then one up.
      const int octave = (note < 4 ? 2 : 1) + (sheet_.chance(octave_share_) ? 1 : 0);
      part_.notes.push_back({sheet_.step_s(bar, step), length_s, pitch_hz(sheet_.plan, note, octave), level, 0});
    }
  }

 private:
  int choose_note(const Chord& chord, int step) {
    if (sheet_.plan.genre == Genre::kSwing && step > 0) {  // it walks
      return chord[static_cast<std::size_t>(sheet_.random.below(static_cast<int>(chord.size())))];
    }
    return step > 0 && sheet_.chance(fifth_share_) ? chord[2] : chord[0];
  }

  Sheet& sheet_;
  const Harmony& harmony_;
  Part& part_;
  Pattern pattern_;
  double octave_share_ = 0;
  double fifth_share_ = 0;
  double length_ = 0.9;
};

}  // namespace

void write_bass(Sheet& sheet, const Harmony& harmony, Score& score) {
  Part part{choose_tone(sheet), {}};
  Bassist bassist(sheet, harmony, part);
  const bool is_odd = sheet.chance(0.5);
  for_each_bar(sheet.plan, [&](int section, SectionLabel label, int bar, int in_section, int) {
    if (plays_in(sheet.plan, section, label, is_odd)) bassist.play_bar(bar, in_section);
  });
  score.parts.push_back(std::move(part));
}

}  // namespace segue::reference
