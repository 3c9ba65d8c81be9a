// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace segue::test {

// What a singer does, roughly: pulses through three formants that move between vowels, notes joined by glides, with
// vibrato on the long ones, syllables and breath between phrases. Peak about 0.5.
std::vector<float> make_singing(int sample_rate_hz, double seconds, double low_hz, std::uint64_t seed);

}  // namespace segue::test
