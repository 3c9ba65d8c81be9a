// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/audio_block.h"

namespace segue::analysis::test {

// Stereo made for a test.
struct Programme {
  std::string name;
  int sample_rate_hz = 48'000;
  std::vector<float> left;
  std::vector<float> right;

  ConstStereoBlock block() const { return {left.data(), right.data(), static_cast<int>(left.size())}; }
};

// A sine in both channels, `cycles_per_frame` × frame + phase.
struct Tone {
  double hz = 1'000;
  double peak_db = -23;  // dBFS
  double seconds = 1;
  double phase = 0;  // in cycles
};
void append(Programme& programme, const Tone& tone);
void append_silence(Programme& programme, double seconds);
Programme tones(std::string name, const std::vector<Tone>& parts, int sample_rate_hz = 48'000);

// The same numbers everywhere, −1 to 1.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 40) / static_cast<double>(1ULL << 23) - 1.0;
  }

 private:
  std::uint64_t state_;
};

// Kick, bass, hats and a pad in sections of different loudness, wide in stereo, driven into a clip at `clip`.
Programme music(int sample_rate_hz, double seconds, double clip, std::uint64_t seed);
// Signals whose peaks between samples are far from those at them, a second or so each.
std::vector<Programme> peaky(int sample_rate_hz);

// Gives all of a programme to an analyser in blocks of so many frames, and returns it.
template <typename Analyser>
Analyser& feed(Analyser& analyser, const Programme& programme, int block_frames = 4'096) {
  const int frames = static_cast<int>(programme.left.size());
  for (int from = 0; from < frames; from += block_frames) {
    const int count = frames - from < block_frames ? frames - from : block_frames;
    analyser.push(ConstStereoBlock{programme.left.data() + from, programme.right.data() + from, count});
  }
  return analyser;
}

}  // namespace segue::analysis::test
