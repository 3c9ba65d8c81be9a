// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/analysis/bar_features.h"
#include "engine/analysis/novelty.h"

namespace segue::analysis {

// How much goes on in each bar, 0 to 1 within the track: mostly loudness, then drums and cymbals.
std::vector<float> energy_curve(const std::vector<Bar>& bars, const std::vector<Presence>& presences);

// How much of a beat each bar has, 0 to 1: lows that are struck together with attacks above them; a bass by itself has
// less than half.
std::vector<float> beat_curve(const std::vector<Bar>& bars, const std::vector<Presence>& presences);

// How far the low end (below 180 Hz, drums included) is occupied in each bar: 1 as in the track's fullest, 0 from
// 24 dB below on, or where it is 30 dB below everything else.
std::vector<float> bass_curve(const std::vector<Bar>& bars);

// dB per octave of the long-term power density from 60 Hz to 10 kHz: white noise 0, pink −3. 0 without sound.
double spectral_tilt_db(const std::vector<Cell>& cells);

// 1 (calm) to 10 (peak time), whatever the track's loudness and length: what its fuller half does in the way of
// attacks a second, drive of the low end, brightness, density and tempo. 0 without sound.
int energy_level(const std::vector<Bar>& bars, const std::vector<float>& energy, double bpm);

}  // namespace segue::analysis
