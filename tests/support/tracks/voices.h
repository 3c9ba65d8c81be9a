// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "tests/support/audio/signals.h"

namespace segue::test {

// Struck notes and drums, from their first audible frame on. Every voice rises from 0 to its full level within
// kAttackMs, so the frame it is placed at is its onset, and decays to 0 before it ends.
inline constexpr double kAttackMs = 0.5;

// A four-to-the-floor drum: a falling sine and a click.
StereoAudio make_kick(int sample_rate_hz);
// Noise and a short tone at 190 Hz.
StereoAudio make_snare(int sample_rate_hz);
// Bright noise of 40 ms, a little right of the middle. Seeds make hits differ.
StereoAudio make_hat(int sample_rate_hz, std::uint32_t seed);
// A round tone with a few partials, in the middle.
StereoAudio make_bass(int sample_rate_hz, double frequency_hz, double seconds);
// Several notes, each slightly detuned between left and right.
StereoAudio make_chord(int sample_rate_hz, const std::vector<double>& frequencies_hz, double seconds);

}  // namespace segue::test
