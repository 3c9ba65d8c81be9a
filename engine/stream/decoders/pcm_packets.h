// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/stream/decoder.h"
#include "engine/stream/decoders/packets.h"

namespace segue::stream {

// Where the samples of a WAV, AIFF or CAF file lie in the source.
struct PcmLayout {
  std::int64_t data_offset = 0;  // bytes
  Frames frames = 0;
  int frame_bytes = 0;
};

// PCM cut into packets of our own, so that every frame is found by multiplication.
class PcmPackets final : public PacketSource {
 public:
  PcmPackets(ByteSource& source, const PcmLayout& layout) : source_(source), layout_(layout) {}

  Result<bool> next(AVPacket& packet, PacketPlace& place) override;
  Result<void> go_to(std::int64_t number) override;
  Result<std::int64_t> find(Frames frame) override;
  Frames end() const override { return layout_.frames; }
  std::uint64_t dropped() const override { return 0; }
  Frames first_dropped() const override { return -1; }

 private:
  ByteSource& source_;
  PcmLayout layout_;
  std::int64_t number_ = 0;
};

}  // namespace segue::stream
