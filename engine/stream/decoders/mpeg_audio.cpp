// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/mpeg_audio.h"

#include <array>
#include <cstring>
#include <vector>

#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr std::size_t kSearchBytes = 64 * 1024;  // junk before the first frame beyond this is another file's problem

constexpr std::size_t kLiveSearchBytes = 8 * 1024;

constexpr int kRates[3] = {44100, 48000, 32000};
// kbit/s; rows: MPEG-1 layers I, II, III; MPEG-2 layer I; MPEG-2 layers II and III.
constexpr int kBitrates[5][15] = {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
                                  {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
                                  {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
                                  {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
                                  {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}};

std::uint32_t big_endian_32(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

// The offset of the first header that another one follows where it says, or npos.
std::size_t find_first_frame(std::span<const std::uint8_t> bytes) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); ++at) {
    const auto header = parse_mpeg_header(bytes.subspan(at));
    if (!header || header->packet_bytes == 0) continue;
    const std::size_t next = at + static_cast<std::size_t>(header->packet_bytes);
    if (next + 4 > bytes.size() || parse_mpeg_header(bytes.subspan(next))) return at;
  }
  return std::string::npos;
}

}  // namespace

std::optional<MpegHeader> parse_mpeg_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 4 || bytes[0] != 0xff || (bytes[1] & 0xe0) != 0xe0) return std::nullopt;
  const int version = bytes[1] >> 3 & 3;  // 0: 2.5, 2: 2, 3: 1
  const int layer = 4 - (bytes[1] >> 1 & 3);
  const int bitrate_index = bytes[2] >> 4;
  const int rate_index = bytes[2] >> 2 & 3;
  const bool padded = (bytes[2] & 2) != 0;
  const bool mono = bytes[3] >> 6 == 3;
  if (version == 1 || layer == 4 || bitrate_index == 15 || rate_index == 3) return std::nullopt;
  const bool first_version = version == 3;
  MpegHeader header;
  header.layer = layer;
  header.rate_hz = kRates[rate_index] >> (first_version ? 0 : version == 2 ? 1 : 2);
  const int row = first_version ? layer - 1 : layer == 1 ? 3 : 4;
  const int bits_per_second = kBitrates[row][bitrate_index] * 1000;
  header.frames = layer == 1 ? 384 : layer == 3 && !first_version ? 576 : 1152;
  if (bits_per_second > 0 && layer == 1) {
    header.packet_bytes = (12 * bits_per_second / header.rate_hz + (padded ? 1 : 0)) * 4;
  } else if (bits_per_second > 0) {
    header.packet_bytes = header.frames / 8 * bits_per_second / header.rate_hz + (padded ? 1 : 0);
  }
  header.side_bytes = 4 + (first_version ? (mono ? 17 : 32) : (mono ? 9 : 17));
  return header;
}

LameTag read_lame_tag(ByteSource& source, std::int64_t base) {
  // A station sends no tag, and its bytes are worth waiting for in small numbers only.
  std::vector<std::uint8_t> head(source.is_sequential() ? kLiveSearchBytes : kSearchBytes, 0);
  const Result<std::size_t> got = read_fully(source, base, std::as_writable_bytes(std::span(head)));
  LameTag tag;
  if (!got) return tag;
  const std::span<const std::uint8_t> bytes(head.data(), *got);
  const std::size_t first = find_first_frame(bytes);
  if (first == std::string::npos) return tag;
  const auto header = parse_mpeg_header(bytes.subspan(first));
  const std::span<const std::uint8_t> frame =
      bytes.subspan(first, std::min(static_cast<std::size_t>(header->packet_bytes), bytes.size() - first));
  std::size_t at = static_cast<std::size_t>(header->side_bytes);
  if (header->layer != 3 || at + 8 > frame.size()) return tag;
  if (std::memcmp(frame.data() + at, "Xing", 4) != 0 && std::memcmp(frame.data() + at, "Info", 4) != 0) return tag;
  const std::uint32_t flags = big_endian_32(frame.data() + at + 4);
  at += 8;
  if ((flags & 1) != 0 && at + 4 <= frame.size()) tag.packets = big_endian_32(frame.data() + at);
  at += ((flags & 1) != 0 ? 4 : 0) + ((flags & 2) != 0 ? 4 : 0) + ((flags & 4) != 0 ? 100 : 0) +
        ((flags & 8) != 0 ? 4 : 0);
  constexpr std::size_t kDelayOffset = 21;  // encoder name 9, revision 1, low-pass 1, gains 8, flags 1, bit rate 1
  if (at + kDelayOffset + 3 > frame.size() || frame[at] == 0) return tag;
  const std::uint8_t* delay = frame.data() + at + kDelayOffset;
  tag.delay = delay[0] << 4 | delay[1] >> 4;
  tag.padding = (delay[1] & 15) << 8 | delay[2];
  return tag;
}

}  // namespace segue::stream
