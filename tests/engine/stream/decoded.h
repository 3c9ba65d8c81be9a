// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "engine/stream/decoder.h"
#include "engine/stream/sources/file_source.h"
#include "tests/support/audio/signals.h"

namespace segue::stream {

// A decoder on this file, or why there is none.
inline Result<std::unique_ptr<Decoder>> open_path(const std::string& path) {
  Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return open_decoder(std::move(*source), path);
}

// Up to `frames` frames from where the decoder is, in reads of `step`.
inline test::StereoAudio read_frames(Decoder& decoder, Frames frames, int step = 4'096) {
  test::StereoAudio audio(frames);
  Frames filled = 0;
  while (filled < frames) {
    const int count = static_cast<int>(std::min<Frames>(step, frames - filled));
    const Result<int> got = decoder.read(audio.left.data() + filled, audio.right.data() + filled, count);
    if (!got || *got == 0) break;
    filled += *got;
  }
  return audio.cut(0, filled);
}

// Everything from where the decoder is.
inline test::StereoAudio read_rest(Decoder& decoder) {
  test::StereoAudio all;
  constexpr Frames kChunk = 1 << 18;
  for (;;) {
    const test::StereoAudio more = read_frames(decoder, kChunk);
    all.left.insert(all.left.end(), more.left.begin(), more.left.end());
    all.right.insert(all.right.end(), more.right.begin(), more.right.end());
    if (more.frames() < kChunk) return all;
  }
}

}  // namespace segue::stream
