// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/packet_frames.h"

#include "engine/stream/decoders/mpeg_audio.h"

extern "C" {
#include <libavcodec/vorbis_parser.h>
}

namespace segue::stream {
namespace {

constexpr int kPacketFramesMax = 1 << 17;  // FLAC allows 65,535; more is a damaged time stamp
constexpr int kOpusFramesMax = 5'760;      // 120 ms

}  // namespace

void PacketFrames::FreeVorbis::operator()(AVVorbisParseContext* vorbis) const { av_vorbis_parse_free(&vorbis); }

PacketFrames::PacketFrames(const AVCodecParameters& codec, AVRational time_base, int rate_hz, int frames_per_packet)
    : id_(codec.codec_id),
      time_base_(time_base),
      rate_hz_(rate_hz),
      frames_per_packet_(frames_per_packet),
      frame_bits_(av_get_bits_per_sample(codec.codec_id) * codec.ch_layout.nb_channels) {
  if (id_ == AV_CODEC_ID_VORBIS) vorbis_.reset(av_vorbis_parse_init(codec.extradata, codec.extradata_size));
}

PacketFrames::~PacketFrames() = default;

int PacketFrames::count(const AVPacket& packet) {
  if (id_ == AV_CODEC_ID_VORBIS) return vorbis(packet);
  if (id_ == AV_CODEC_ID_OPUS) return opus(packet);
  if (id_ == AV_CODEC_ID_MP3) {
    const auto header = parse_mpeg_header({packet.data, static_cast<std::size_t>(packet.size)});
    if (!header || packet.size < header->packet_bytes || header->frames != frames_per_packet_) return -1;
  }
  if (frames_per_packet_ > 0) return frames_per_packet_;
  if (frame_bits_ > 0) return static_cast<int>(packet.size * 8LL / frame_bits_);
  const AVRational per_frame{1, rate_hz_};
  const std::int64_t frames = av_rescale_q(packet.duration, time_base_, per_frame);
  return frames > 0 && frames <= kPacketFramesMax ? static_cast<int>(frames) : -1;
}

int PacketFrames::vorbis(const AVPacket& packet) {
  if (vorbis_ == nullptr) return -1;
  int flags = 0;
  const int frames = av_vorbis_parse_frame_flags(vorbis_.get(), packet.data, packet.size, &flags);
  const bool is_header = (flags & (VORBIS_FLAG_HEADER | VORBIS_FLAG_COMMENT | VORBIS_FLAG_SETUP)) != 0;
  return is_header || frames <= 0 ? -1 : frames;
}

// RFC 6716 section 3.1.
int PacketFrames::opus(const AVPacket& packet) {
  const int config = packet.data[0] >> 3;
  int frames = 0;  // at 48 kHz
  if (config < 12) {
    constexpr int kSilk[] = {480, 960, 1'920, 2'880};
    frames = kSilk[config & 3];
  } else if (config < 16) {
    frames = (config & 1) != 0 ? 960 : 480;
  } else {
    frames = 120 << (config & 3);
  }
  const int code = packet.data[0] & 3;
  if (code == 3 && packet.size < 2) return -1;
  frames *= code == 0 ? 1 : code < 3 ? 2 : packet.data[1] & 63;
  return frames > 0 && frames <= kOpusFramesMax ? frames : -1;
}

}  // namespace segue::stream
