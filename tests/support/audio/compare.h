// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/base/units.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// The first frame at which two signals differ in any bit (−0 differs from 0); nothing if they are the same. If one
// is a beginning of the other, its end.
std::optional<Frames> first_difference(std::span<const float> a, std::span<const float> b);
std::optional<Frames> first_difference(const StereoAudio& a, const StereoAudio& b);

// Where two signals first differ, and how, for a failure message; empty if they do not.
std::string difference(const StereoAudio& a, const StereoAudio& b);

// The largest difference of two signals of equal length, as an amplitude.
double largest_difference(std::span<const float> a, std::span<const float> b);

// FNV-1a over the bits, 64 bits wide: to compare what is too long to keep. Start with the default and pass the result
// on to hash more.
inline constexpr std::uint64_t kHashStart = 0xCBF29CE484222325ULL;
std::uint64_t hash_of(std::span<const float> signal, std::uint64_t start = kHashStart);

}  // namespace segue::test
