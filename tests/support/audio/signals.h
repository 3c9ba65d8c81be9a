// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/units.h"

namespace segue::test {

// Audio in memory, two planes of equal length.
struct StereoAudio {
  std::vector<float> left;
  std::vector<float> right;

  StereoAudio() = default;
  explicit StereoAudio(Frames frames)
      : left(static_cast<std::size_t>(frames)), right(static_cast<std::size_t>(frames)) {}
  // The same in both channels.
  explicit StereoAudio(std::vector<float> mono) : left(mono), right(std::move(mono)) {}
  Frames frames() const { return static_cast<Frames>(left.size()); }
  // A view of `count` frames from `from` on.
  StereoBlock block(Frames from, int count) { return {left.data() + from, right.data() + from, count}; }
  // A copy of the frames [from, to).
  StereoAudio cut(Frames from, Frames to) const;
};

// Random numbers that are the same everywhere (splitmix64), for signals and seeded storms.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits();
  // Uniform in [0, 1).
  double unit();
  // Uniform in [low, high).
  double between(double low, double high) { return low + (high - low) * unit(); }
  // Uniform in [0, count).
  int below(int count) { return static_cast<int>(unit() * count); }

 private:
  std::uint64_t state_;
};

// Makers of mono signals. Frequencies in Hz, levels as amplitudes, one value per frame.
std::vector<float> silence(Frames frames);
std::vector<float> sine(Frames frames, double hz, double rate_hz, double amplitude = 0.5, double phase = 0.0);
// A single 1.0 (or `amplitude`) at frame `at`.
std::vector<float> impulse(Frames frames, Frames at, float amplitude = 1.0F);
// White, uniform in ±amplitude.
std::vector<float> noise(Frames frames, double amplitude, std::uint64_t seed);
// Exponential sweep over the whole length.
std::vector<float> chirp(Frames frames, double from_hz, double to_hz, double rate_hz, double amplitude = 0.5);
// Values n ÷ 2^(bits − 1) from random integers: what decoding a `bits`-bit file gives.
std::vector<float> integer_noise(Frames frames, int bits, double amplitude, std::uint64_t seed);

struct MusicOptions {
  double bpm = 128;
  double rate_hz = 48'000;
  double amplitude = 0.5;  // upper bound of the sum
  std::uint64_t seed = 1;
  bool has_hats = true;  // bursts of noise between the kicks
};
// Dance music in shape: kicks with fast attacks on the beat, hats, a bass line and chords, free of clicks by
// construction (every part starts and ends with a raised cosine of at least half a millisecond).
StereoAudio music(Frames frames, const MusicOptions& options);

}  // namespace segue::test
