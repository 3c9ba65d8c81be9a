// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/base/units.h"

namespace segue::stream {

// What the STREAMINFO block of a FLAC stream says (RFC 9639 section 8.2).
struct FlacStream {
  int block_min = 0;  // frames per packet
  int block_max = 0;
  int rate_hz = 0;
  int channels = 0;
  int bits = 0;
  Frames total = 0;  // 0 if not said
};
std::optional<FlacStream> parse_flac_stream(std::span<const std::uint8_t> stream_info);

inline constexpr std::size_t kFlacHeaderBytesMax = 16;

// The header of one packet (RFC 9639 section 9.1). Only one whose checksum is right and which agrees with its stream
// is a header.
struct FlacHeader {
  Frames start = 0;
  int frames = 0;
  bool is_variable = false;  // the stream's packets differ in length
};
std::optional<FlacHeader> parse_flac_header(std::span<const std::uint8_t> bytes, const FlacStream& stream);

// The packet is whole: the checksum at its end fits.
bool is_whole_flac(std::span<const std::uint8_t> packet);

}  // namespace segue::stream
