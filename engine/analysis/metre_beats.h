// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/analysis/chroma.h"
#include "engine/analysis/metre_frames.h"

namespace segue::analysis {

// What is heard on a beat, in the order of BeatSign.
enum class BeatSign : std::size_t {
  kLowHit,    // kick: how much the lows rise
  kLowLevel,  // and how loud they get
  kSnareHit,  // the snare's bands
  kWiresHit,
  kHatHit,
  kChordStep,  // the harmony changes, against the beat before
  kChordTurn,  // against the two beats before
  kBassStep,   // the same of the bass
  kBassTurn,
  kCrash,    // cymbals ring on
  kNovelty,  // the four beats from here sound other than the four before
  kEntry,    // and louder
  kTurn,      // the pattern changes from exactly here on, against a bar before; metre_pattern.h
  kLongTurn,  // against two bars before
};
inline constexpr std::size_t kBeatSigns = 14;
using BeatSigns = std::array<float, kBeatSigns>;

// The signs of each beat but the turns, in standard deviations over the track, at most 4.
std::vector<BeatSigns> signs_of(std::span<const double> beats_s, const MetreFrames& frames, const Chroma& chroma);
// Makes standard deviations of a sign.
void standardise(std::vector<BeatSigns>& beats, BeatSign sign);

}  // namespace segue::analysis
