// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/model/track.h"
#include "engine/stream/byte_source.h"

namespace segue::stream {

// Bytes in, PCM out at the source's own rate, stereo (ITU-R BS.775 downmix, mono doubled), float32, NaN and
// infinities replaced by 0. Gapless: encoder delay and padding are cut, so frame 0 is the first frame that was
// encoded. One thread at a time; may block in its source.
//
// Read after seek(n) gives the bits that reading from the start gives at frame n, for every codec. Codecs whose state
// never converges exactly (Opus, AAC) are decoded in segments that each begin with a warm-up, so that both ways are
// the same way.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual const model::TrackFacts& facts() const = 0;
  // Length in source frames, an estimate unless length_is_exact(); 0 if unknown.
  virtual Frames length() const = 0;
  virtual bool length_is_exact() const = 0;
  // Decodes up to `frames` frames to two planes; fewer only at the end (0: at the end). Damage inside the stream is
  // skipped or concealed and counted; an error means that nothing more can be read.
  virtual Result<int> read(float* left, float* right, int frames) = 0;
  // The next read starts at this source frame.
  virtual Result<void> seek(Frames source_frame) = 0;
  // Damaged packets met so far.
  virtual std::uint64_t damaged_packets() const = 0;
  // The source frame at which the first of them stands; −1 without any.
  virtual Frames first_damage() const = 0;
};

// What is wrong with what was read, for a person: "damaged: 12 packets could not be decoded, the first at 83.5 s";
// empty if nothing is.
std::string damage_of(const Decoder& decoder);

enum class Purpose {
  kPlay,
  // In the shortest time, for ears that are none: Opus is decoded without segments, so that a seek may change the bits,
  // and its MDCT modes come from FFmpeg's own decoder, which takes half as long. The difference is below -60 dB, at
  // bit rates for speech below -40 dB.
  kAnalyse,
};

// Opens what the bytes hold with the first decoder of decoders/registry.cpp that knows it. `name` is for messages and
// for the title of an untagged file. Fails with FAILED_PRECONDITION UNSUPPORTED_MEDIA, INVALID_MEDIA or NO_AUDIO.
Result<std::unique_ptr<Decoder>> open_decoder(std::unique_ptr<ByteSource> source, const std::string& name,
                                              Purpose purpose = Purpose::kPlay);

}  // namespace segue::stream
