// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/pcm_packets.h"

#include <algorithm>

namespace segue::stream {
namespace {

constexpr Frames kPacketFrames = 2048;  // 8 KiB of 16-bit stereo: few calls, small buffers

}  // namespace

Result<bool> PcmPackets::next(AVPacket& packet, PacketPlace& place) {
  const Frames start = number_ * kPacketFrames;
  if (start >= layout_.frames) return false;
  const Frames frames = std::min(kPacketFrames, layout_.frames - start);
  const auto bytes = static_cast<std::size_t>(frames * layout_.frame_bytes);
  if (av_new_packet(&packet, static_cast<int>(bytes)) < 0) {
    return fail(Code::kResourceExhausted, "OUT_OF_MEMORY", "no memory for a packet");
  }
  const auto buffer = std::as_writable_bytes(std::span(packet.data, bytes));
  std::size_t filled = 0;
  while (filled < bytes) {
    const std::int64_t offset = layout_.data_offset + start * layout_.frame_bytes + static_cast<std::int64_t>(filled);
    const Result<std::size_t> got = source_.read(offset, buffer.subspan(filled));
    if (!got) {
      av_packet_unref(&packet);
      return tl::unexpected(got.error());
    }
    if (*got == 0) break;
    filled += *got;
  }
  const int whole = static_cast<int>(filled) / layout_.frame_bytes;
  if (whole < frames) layout_.frames = start + whole;  // the file was cut while it was open
  if (whole == 0) {
    av_packet_unref(&packet);
    return false;
  }
  av_shrink_packet(&packet, whole * layout_.frame_bytes);
  place = {number_, start, whole};
  ++number_;
  return true;
}

Result<void> PcmPackets::go_to(std::int64_t number) {
  number_ = number;
  return {};
}

Result<std::int64_t> PcmPackets::find(Frames frame) {
  return std::min(frame, std::max<Frames>(layout_.frames, 0)) / kPacketFrames;
}

}  // namespace segue::stream
