// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/stream/decoders/ffmpeg_handles.h"

namespace segue::stream {

// Where a packet stands in its stream; frames as the codec puts them out, before anything is trimmed. Numbers rise from
// packet to packet, by one where packets are counted, by their frames where packets say which frames they hold.
struct PacketPlace {
  std::int64_t number = 0;
  Frames start = 0;
  int frames = 0;
};

// The packets of one audio stream, numbered, so that any of them can be had again. Which frames a packet holds
// depends on its number alone, never on how it was reached. One thread at a time; may block in the source.
class PacketSource {
 public:
  virtual ~PacketSource() = default;
  // The next packet and its place; false at the end.
  virtual Result<bool> next(AVPacket& packet, PacketPlace& place) = 0;
  // next() goes on with the packet of this number, or else with the one before it, or finds the end if there are fewer.
  virtual Result<void> go_to(std::int64_t number) = 0;
  // The number of the packet that holds this frame, or the number of packets if the stream ends before it. Moves.
  virtual Result<std::int64_t> find(Frames frame) = 0;
  // The first frame that is not to be played, −1 as long as the end has not been seen. It is seen before the last two
  // packets are handed out.
  virtual Frames end() const = 0;
  // Packets dropped because they were not even whole.
  virtual std::uint64_t dropped() const = 0;
  // The raw frame at which the first of them was missed; −1 without any.
  virtual Frames first_dropped() const = 0;
};

}  // namespace segue::stream
