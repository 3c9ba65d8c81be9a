// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "engine/stream/decoders/container.h"
#include "engine/stream/decoders/mpeg_gaps.h"
#include "engine/stream/decoders/packet_frames.h"
#include "engine/stream/decoders/packets.h"

namespace segue::stream {

// What has to be known to count frames without decoding.
struct StreamTiming {
  int rate_hz = 0;               // of the decoder's output
  int frames_per_packet = 0;     // 0: each packet says it
  Frames total = 0;              // frames up to the end of the track as its tags say, delay included; 0 if not said
  std::int64_t packets = 0;      // that `total` is true for; 0: any number
  bool is_total_at_end = false;  // Ogg: `total` stands on the last page, which was not looked at
};

// Packets as a demuxer gives them, numbered in reading order, with every sixteenth remembered so that the demuxer can
// be sent back to it. A demuxer's seek is trusted only as far as the remembered packet is found again, byte for byte;
// else the container is opened anew and read from its start. An MP4 from a network is numbered by its own table, if
// that is whole, so that a packet far ahead is found without the bytes before it. Reads three packets ahead, so that
// the end is known before the frames to be cut there are handed out. After a failed read, which may be an interrupted
// one, the demuxer is sent back to a remembered packet before anything else is read. Where bytes of an MP3 hold no
// packets, packets of nothing stand for those that were there (mpeg_gaps.h), so that what follows keeps its place.
class DemuxedPackets final : public PacketSource {
 public:
  // `first` are packets already read from the container.
  DemuxedPackets(ByteSource& source, std::int64_t base, std::unique_ptr<Container> container,
                 std::deque<PacketPtr> first, const StreamTiming& timing);

  Result<bool> next(AVPacket& packet, PacketPlace& place) override;
  Result<void> go_to(std::int64_t number) override;
  Result<std::int64_t> find(Frames frame) override;
  Frames end() const override { return end_; }
  std::uint64_t dropped() const override { return dropped_; }
  Frames first_dropped() const override { return first_dropped_; }

 private:
  struct Queued {
    PacketPtr packet;
    PacketPlace place;
  };
  struct Checkpoint {
    std::int64_t number;
    Frames start;
    int frames;
    std::int64_t identity;  // byte offset or time stamp
    int ordinal;            // among the packets that begin on the same Ogg page
    std::uint32_t hash;
    std::int64_t position = -1;  // the byte offset, where a table says it: then instead of the hash
  };

  Result<PacketPtr> read_packet();
  Result<bool> enqueue();
  Result<bool> enqueue_missing();
  void number(PacketPtr packet, int frames);
  void forget_ahead();
  void drop();
  void note_pages_lost(const AVPacket& packet);
  Result<bool> note_gap(const AVPacket& packet);
  Result<void> jump(const Checkpoint& checkpoint);
  bool seek_demuxer(const Checkpoint& checkpoint);
  Result<void> reopen();
  Result<void> note_end();
  void index_by_table();
  bool is_same(const Checkpoint& checkpoint, const AVPacket& packet) const;
  const Checkpoint& checkpoint_before(std::int64_t number) const;
  std::int64_t identity_of(const AVPacket& packet) const;
  void note_page(const AVPacket& packet);
  std::int64_t position() const { return queue_.empty() ? next_number_ : queue_.front().place.number; }

  ByteSource& source_;
  std::int64_t base_;
  std::unique_ptr<Container> container_;
  StreamTiming timing_;
  PacketFrames frames_;
  bool by_page_;                     // Ogg: packets are known by their page's byte offset and their ordinal on it
  bool by_position_;                 // that and raw streams: packets are known by their byte offset
  std::int64_t page_position_ = -1;  // of the packet read last
  int ordinal_ = 0;
  std::deque<PacketPtr> unread_;  // read from the demuxer, not numbered yet
  std::deque<Queued> queue_;      // numbered, not handed out yet
  std::vector<Checkpoint> checkpoints_;
  std::int64_t next_number_ = 0;  // what the next packet from the demuxer will be
  Frames next_start_ = 0;
  std::int64_t frontier_ = 0;  // packets ever seen; all before are counted and indexed
  Frames frontier_start_ = 0;
  int resumed_frames_ = -1;  // of the packet that a jump went to, which only its predecessor would tell
  bool at_end_ = false;
  bool is_lost_ = false;     // a read has failed: nobody knows where the demuxer stands
  std::int64_t resume_ = 0;  // the packet to go on with then
  Frames end_ = -1;
  std::uint64_t dropped_ = 0;
  Frames first_dropped_ = -1;
  std::unique_ptr<MpegGaps> gaps_;   // of an MP3 with an end
  std::optional<Frames> page_lead_;  // of a page's time over the frames before it
  std::int64_t missing_ = 0;         // packets for lost ones, to be numbered before the next
};

}  // namespace segue::stream
