// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/mpeg_gaps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "engine/stream/decoders/mpeg_audio.h"
#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr std::int64_t kLostPacketsMax = 23'000;  // ten minutes: more is no hole in a track
constexpr std::int64_t kId3v1Bytes = 128;
constexpr std::int64_t kId3HeaderBytes = 10;
constexpr std::int64_t kApeHeaderBytes = 32;
constexpr int kTagsMax = 4;  // one behind the other

std::uint32_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

// Length of the tag that begins with these bytes; 0 if none does.
std::int64_t length_of_tag(std::string_view head) {
  if (head.starts_with("TAG")) return kId3v1Bytes;
  if (head.starts_with("ID3") && head.size() >= 10) {  // 28 bits in four bytes
    const std::uint32_t bytes = (byte_at(head, 6) & 0x7fU) << 21 | (byte_at(head, 7) & 0x7fU) << 14 |
                                (byte_at(head, 8) & 0x7fU) << 7 | (byte_at(head, 9) & 0x7fU);
    return kId3HeaderBytes + bytes;
  }
  if (head.starts_with("APETAGEX") && head.size() >= 16) {  // without its header
    const std::uint32_t bytes =
        byte_at(head, 12) | byte_at(head, 13) << 8 | byte_at(head, 14) << 16 | byte_at(head, 15) << 24;
    return kApeHeaderBytes + bytes;
  }
  return 0;
}

}  // namespace

Result<MpegGaps::Gap> MpegGaps::before(const AVPacket& packet) {
  Gap gap;
  if (packet.pos < 0) return gap;
  if (due_ >= 0 && packet.pos > due_) {
    if (const auto known = known_.find(packet.pos); known != known_.end()) {
      gap = known->second;
    } else {
      const Result<std::int64_t> tags = tag_bytes(due_, packet.pos);
      if (!tags) return tl::unexpected(tags.error());
      const std::int64_t rest = packet.pos - due_ - *tags;
      gap.is_damage = rest > 0;
      if (rest > 0 && packets_ > 0)
        gap.packets = std::min<std::int64_t>(std::llround(static_cast<double>(rest) / mean_bytes()), kLostPacketsMax);
      known_.emplace(packet.pos, gap);
      lost_ += gap.packets;
    }
    if (gap.packets > 0) {
      due_ = packet.pos;
      return gap;
    }
  }
  due_ = packet.pos + packet.size;
  if (due_ > frontier_) {
    frontier_ = due_;
    bytes_ += packet.size;
    ++packets_;
  }
  return gap;
}

Result<bool> MpegGaps::is_cut_off() {
  if (due_ < 0) return false;
  const Result<std::int64_t> tags = tag_bytes(due_, INT64_MAX);
  if (!tags) return tl::unexpected(tags.error());
  std::array<std::byte, 4> rest{};
  const Result<std::size_t> got = read_fully(source_, base_ + due_ + *tags, rest);
  if (!got) return tl::unexpected(got.error());
  // As much of a header as there is.
  return *got > 1 && rest[0] == std::byte{0xff} && (rest[1] & std::byte{0xe0}) == std::byte{0xe0};
}

bool skip_junk(AVPacket& packet, int frames_per_packet) {
  const std::span bytes(packet.data, static_cast<std::size_t>(packet.size));
  for (std::size_t at = 1; at + 4 <= bytes.size(); ++at) {
    const auto header = parse_mpeg_header(bytes.subspan(at));
    if (!header || header->frames != frames_per_packet) continue;
    if (at + static_cast<std::size_t>(header->packet_bytes) != bytes.size()) continue;
    packet.data += at;
    packet.size -= static_cast<int>(at);
    if (packet.pos >= 0) packet.pos += static_cast<std::int64_t>(at);
    return true;
  }
  return false;
}

// Of tags that stand one behind the other from `from` on.
Result<std::int64_t> MpegGaps::tag_bytes(std::int64_t from, std::int64_t to) {
  std::int64_t at = from;
  for (int i = 0; i < kTagsMax && at < to; ++i) {
    std::array<std::byte, 16> head{};
    const Result<std::size_t> got = read_fully(source_, base_ + at, head);
    if (!got) return tl::unexpected(got.error());
    const std::int64_t bytes = length_of_tag({reinterpret_cast<const char*>(head.data()), *got});
    if (bytes == 0 || bytes > to - at) break;
    at += bytes;
  }
  return at - from;
}

}  // namespace segue::stream
