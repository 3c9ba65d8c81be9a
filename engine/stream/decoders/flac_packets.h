// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <span>
#include <vector>

#include "engine/stream/byte_source.h"
#include "engine/stream/decoders/flac_frames.h"
#include "engine/stream/decoders/packets.h"

namespace segue::stream {

// The packets of a FLAC file from a network, each numbered by the first frame it holds, which its own header says. So
// its number is the same from wherever it was reached, and one far ahead is found by search without the bytes before
// it. What damage has swallowed is made up for by packets of zeros, which no codec decodes. A failed read, which may
// be an interrupted one, changes nothing.
class FlacPackets final : public PacketSource {
 public:
  // `first_at` is where the first packet lies in the source, `stream_info` the stream's own description. Null unless
  // the packets certainly are numbered from 0 on.
  static std::unique_ptr<FlacPackets> create(ByteSource& source, std::int64_t first_at,
                                             std::span<const std::uint8_t> stream_info);

  Result<bool> next(AVPacket& packet, PacketPlace& place) override;
  Result<void> go_to(std::int64_t number) override;
  Result<std::int64_t> find(Frames frame) override;
  Frames end() const override { return end_; }
  std::uint64_t dropped() const override { return 0; }
  Frames first_dropped() const override { return -1; }

 private:
  struct Found {
    std::int64_t at = 0;  // byte offset
    FlacHeader header;
  };
  struct Bracket {
    Found lower;
    Frames upper_start = 0;  // the packet looked for lies before this frame and this byte
    std::int64_t upper_at = 0;
    int too_far = 0;  // looks in a row that landed behind it
  };
  struct FrameRange {
    Frames first = 0;
    Frames last = 0;
  };
  struct Queued {
    PacketPtr packet;
    PacketPlace place;
  };

  FlacPackets(ByteSource& source, const FlacStream& stream, const Found& first);
  Result<std::span<const std::uint8_t>> bytes(std::int64_t at, std::size_t count);
  Result<std::optional<Found>> scan(std::int64_t from, std::int64_t to, FrameRange starts);
  Result<std::optional<Found>> probe(std::int64_t from, std::int64_t to);
  Result<std::optional<Found>> next_of(const Found& now, std::int64_t to);
  Result<bool> is_followed(const Found& found, bool must_be_whole);
  Result<void> reach(Frames frame);
  Result<Found> locate(Frames frame);
  std::int64_t aim(const Bracket& bracket, Frames frame, int probes) const;
  Result<bool> enqueue();
  Result<void> enqueue_zeros(Frames until);
  void remember(const Found& found);

  ByteSource& source_;
  FlacStream stream_;
  bool is_variable_;
  std::int64_t packet_bytes_max_;
  std::vector<std::uint8_t> window_;  // read last
  std::int64_t window_at_ = 0;
  std::map<Frames, Found> index_;  // packets met, about one a second; never empty
  std::optional<Found> coming_;    // the packet that is read next; none at the end
  Frames next_start_ = 0;          // the first frame that is not in the queue yet
  std::deque<Queued> queue_;       // not handed out yet
  Frames end_ = -1;
};

}  // namespace segue::stream
