// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tests/support/audio/signals.h"

namespace segue::test {

// What a WAV or RF64 file holds. Written apart from the engine's own writer, so that one can check the other.
struct WavFile {
  int rate_hz = 0;
  int bits = 0;
  bool is_float = false;
  bool is_rf64 = false;
  std::vector<std::vector<float>> channels;  // equal lengths

  Frames frames() const { return channels.empty() ? 0 : static_cast<Frames>(channels[0].size()); }
  // The first two channels; a mono file's one in both.
  StereoAudio stereo() const;
};

// Reads 16-, 24- and 32-bit integers and 32-bit floats. Sizes must agree with the file's: a header that promises
// more or less than there is fails, as does an odd chunk without its padding.
Result<WavFile> read_wav(const std::string& path);

struct WavFormat {
  int rate_hz = 48'000;
  int bits = 16;          // 16, 24, 32
  bool is_float = false;  // with 32 bits
};
// Writes interleaved PCM or float; for tests that need a file to decode. False if it could not.
bool write_wav(const std::string& path, const std::vector<std::vector<float>>& channels, const WavFormat& format);

}  // namespace segue::test
