// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/stream/decoder.h"

namespace segue::stream {

// What the four bytes of an MPEG audio frame header say (ISO 11172-3, 13818-3 and the 2.5 extension).
struct MpegHeader {
  int layer = 0;  // 1 to 3
  int rate_hz = 0;
  int frames = 0;        // per packet
  int packet_bytes = 0;  // 0 for the free format
  int side_bytes = 0;    // layer III: header and side information, before which a Xing tag cannot stand
};
std::optional<MpegHeader> parse_mpeg_header(std::span<const std::uint8_t> bytes);

// What the Xing and LAME tags in the first frame of an MP3 say.
struct LameTag {
  std::int64_t packets = 0;  // 0 if not said
  int delay = -1;            // frames the encoder put before the first; −1 if not said
  int padding = -1;          // frames after the last
};
// The tag of the MP3 that begins at `base`; all unknown if there is none.
LameTag read_lame_tag(ByteSource& source, std::int64_t base);

}  // namespace segue::stream
