// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/stream/decoders/ffmpeg_handles.h"

struct AVVorbisParseContext;

namespace segue::stream {

// Tells how many frames a packet decodes to, from its bytes as far as the codec allows it: demuxers' durations are
// wrong at the ends of streams and after seeks. One thread at a time.
class PacketFrames {
 public:
  // `frames_per_packet` as all packets have it, 0 if they differ. The parameters are copied where needed.
  PacketFrames(const AVCodecParameters& codec, AVRational time_base, int rate_hz, int frames_per_packet);
  ~PacketFrames();

  // −1 if it is not a whole packet. Packets are to come in order: a Vorbis packet's length depends on the one before.
  int count(const AVPacket& packet);

 private:
  int vorbis(const AVPacket& packet);
  static int opus(const AVPacket& packet);

  AVCodecID id_;
  AVRational time_base_;
  int rate_hz_;
  int frames_per_packet_;
  int frame_bits_;  // of PCM
  struct FreeVorbis {
    void operator()(AVVorbisParseContext* vorbis) const;
  };
  std::unique_ptr<AVVorbisParseContext, FreeVorbis> vorbis_;
};

}  // namespace segue::stream
