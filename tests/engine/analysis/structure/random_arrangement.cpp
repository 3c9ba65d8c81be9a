// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "tests/engine/analysis/structure/arrangement.h"

namespace segue::test {
namespace {

using enum model::SectionLabel;

// Draws sections one after the other.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {
    plan_.seed = seed;
    plan_.first_beat_s = random_.between(0.05, 0.9);
    draw_style();
    full_ = {1, level(0.5, 0.8), level(0.6, 1), level(0.5, 0.9), level(0.3, 0.6), level(0.2, 0.5)};
    if (random_.below(4) == 0) full_.voice = level(0.3, 0.6);
  }

  Arrangement write() {
    intro();
    // Nothing but pads at the front wants drums before they are taken away.
    if (chance(0.75) || plan_.passages.back().layers.kick <= 0) groove();
    const int rounds = 1 + random_.below(2);
    for (int round = 0; round < rounds; ++round) {
      breakdown();
      if (chance(0.7)) build();
      drop();
    }
    outro();
    return plan_;
  }

 private:
  float level(double low, double high) { return static_cast<float>(random_.between(low, high)); }
  bool chance(double p) { return random_.unit() < p; }
  int phrase() { return std::array{8, 16, 16, 16, 32}[static_cast<std::size_t>(random_.below(5))]; }

  void draw_style() {
    switch (random_.below(5)) {
      case 0:
        plan_.beat = Beat::kBroken;
        plan_.bpm = random_.between(168, 178);
        break;
      case 1:
        plan_.beat = Beat::kHalfTime;
        plan_.bpm = random_.between(70, 150);
        break;
      case 2:
        plan_.beat = Beat::kFourToTheFloor;
        plan_.bpm = random_.between(130, 150);
        break;
      default:
        plan_.beat = Beat::kFourToTheFloor;
        plan_.bpm = random_.between(115, 130);
        break;
    }
  }

  // In two halves, the second with more in it, or in one.
  void add(model::SectionLabel label, int bars, const Layers& layers, const Layers& later) {
    const bool has_fill = layers.kick > 0 && chance(0.5);
    if (bars < 8 || chance(0.5)) {
      plan_.passages.push_back({label, bars, layers, has_fill});
      return;
    }
    plan_.passages.push_back({label, bars / 2, layers, has_fill});
    plan_.passages.push_back({label, bars / 2, later, has_fill, true});
  }

  void intro() {
    Layers layers;
    if (chance(0.25)) {
      layers.pad = full_.pad;
      Layers later = layers;
      later.hats = 0.5F * full_.hats;
      return add(kIntro, phrase(), layers, later);
    }
    layers.kick = full_.kick;
    if (chance(0.7)) layers.hats = full_.hats;
    Layers later = layers;
    later.snare = full_.snare;
    if (chance(0.5)) later.hats = full_.hats;
    add(kIntro, phrase(), layers, later);
  }

  void groove() {
    Layers layers = full_;
    layers.lead = layers.voice = 0;
    if (chance(0.5)) layers.pad = 0;
    Layers later = layers;
    later.pad = full_.pad;
    add(kGroove, phrase(), layers, later);
  }

  void breakdown() {
    Layers layers;
    layers.pad = full_.pad;
    layers.sweeps = chance(0.3);
    if (chance(0.3)) layers.hats = 0.4F * full_.hats;
    if (chance(0.2)) layers.bass = 0.6F * full_.bass;
    layers.voice = full_.voice;
    Layers later = layers;
    later.lead = full_.lead;
    add(kBreakdown, phrase(), layers, later);
  }

  void build() {
    Layers layers;
    layers.pad = full_.pad;
    layers.lead = chance(0.5) ? full_.lead : 0.0F;
    layers.roll = chance(0.8) ? level(0.4, 0.8) : 0.0F;
    layers.riser = layers.roll <= 0 || chance(0.5) ? level(0.3, 0.7) : 0.0F;
    plan_.passages.push_back({kBuild, std::array{4, 8, 8, 16}[static_cast<std::size_t>(random_.below(4))], layers});
  }

  void drop() {
    Layers first = full_;
    first.lead = chance(0.5) ? 0.0F : full_.lead;
    add(kDrop, chance(0.5) ? 32 : 16, first, full_);
  }

  void outro() {
    Layers layers = full_;
    layers.pad = layers.lead = layers.voice = 0;
    if (chance(0.5)) layers.bass = 0;
    Layers later = layers;
    later.bass = 0;
    later.snare = 0;
    add(kOutro, phrase(), layers, later);
  }

  Random random_;
  Arrangement plan_;
  Layers full_;
};

}  // namespace

Arrangement random_arrangement(std::uint64_t seed) { return Writer(seed).write(); }

}  // namespace segue::test
