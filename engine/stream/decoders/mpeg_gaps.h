// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>

#include "engine/stream/byte_source.h"
#include "engine/stream/decoders/ffmpeg_handles.h"

namespace segue::stream {

// Where packets of an MP3 are missing: they do not say which they are, but each begins where the one before it ends, so
// bytes between two of them are packets that were destroyed. How many is told by the mean length of those before, which
// is exact to a packet at a constant bit rate. Found once, a gap is the same whenever it is read again. One thread at a
// time; may block in the source.
class MpegGaps {
 public:
  // The bytes of `source` from `base` on.
  MpegGaps(ByteSource& source, std::int64_t base) : source_(source), base_(base) {}

  // The packet that comes next follows none.
  void restart() { due_ = -1; }

  struct Gap {
    std::int64_t packets = 0;  // lost before it
    bool is_damage = false;    // bytes that are neither packets nor tags, be they too few for a packet
  };
  // What lies between the packet before and this one; asked again about the same packet, nothing does.
  Result<Gap> before(const AVPacket& packet);
  // Of all gaps met so far, as counted: there may have been one more or less in each.
  std::int64_t lost() const { return lost_; }
  // The bytes behind the last packet are something else than tags and padding: a packet that is cut off.
  Result<bool> is_cut_off();

 private:
  Result<std::int64_t> tag_bytes(std::int64_t from, std::int64_t to);
  double mean_bytes() const { return packets_ == 0 ? 0 : static_cast<double>(bytes_) / static_cast<double>(packets_); }

  ByteSource& source_;
  std::int64_t base_;
  std::int64_t due_ = -1;       // where the packet before ended; −1: there is none
  std::int64_t frontier_ = -1;  // where the last packet ever seen ended
  std::int64_t bytes_ = 0;      // of all packets up to there
  std::int64_t packets_ = 0;
  std::int64_t lost_ = 0;
  std::map<std::int64_t, Gap> known_;  // by the position of the packet behind
};

// Cuts off what stands before the packet proper: a parser gives the bytes it has passed over together with the packet
// it finds behind them. False if there is none.
bool skip_junk(AVPacket& packet, int frames_per_packet);

}  // namespace segue::stream
