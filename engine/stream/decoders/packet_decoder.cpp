// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/packet_decoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/stream/decoders/container.h"
#include "engine/stream/decoders/stereo.h"

namespace segue::stream {
namespace {

constexpr int kFadeFrames = 64;     // ≈ 1.4 ms: a hole is heard, its edges are not
constexpr int kOpusFirstMdct = 16;  // of the configurations in RFC 6716, table 2; those before use SILK

// Raised cosine from 1 to 0.
std::array<float, kFadeFrames> make_fade() {
  std::array<float, kFadeFrames> fade{};
  for (int i = 0; i < kFadeFrames; ++i) {
    fade[static_cast<std::size_t>(i)] =
        static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * (i + 0.5) / kFadeFrames));
  }
  return fade;
}

const std::array<float, kFadeFrames>& fade() {
  static const std::array<float, kFadeFrames> table = make_fade();
  return table;
}

}  // namespace

PacketDecoder::PacketDecoder(const AVCodecParameters& parameters, AVRational time_base, Purpose purpose)
    : parameters_(avcodec_parameters_alloc()),
      time_base_(time_base),
      frame_(av_frame_alloc()),
      keeps_random_state_(parameters.codec_id == AV_CODEC_ID_AAC || parameters.codec_id == AV_CODEC_ID_OPUS),
      is_fastest_(purpose == Purpose::kAnalyse) {
  avcodec_parameters_copy(parameters_, &parameters);
}

PacketDecoder::~PacketDecoder() { avcodec_parameters_free(&parameters_); }

std::unique_ptr<PacketDecoder> PacketDecoder::create(const AVCodecParameters& parameters, AVRational time_base,
                                                     Purpose purpose) {
  std::unique_ptr<PacketDecoder> decoder(new PacketDecoder(parameters, time_base, purpose));
  return decoder->open() ? std::move(decoder) : nullptr;
}

bool PacketDecoder::open() {
  const AVCodec* codec = allowed_decoder(parameters_->codec_id, is_fastest_);
  if (codec == nullptr) return false;
  codec_.reset(avcodec_alloc_context3(codec));
  if (codec_ == nullptr || avcodec_parameters_to_context(codec_.get(), parameters_) < 0) return false;
  codec_->pkt_timebase = time_base_;
  codec_->thread_count = 1;
  codec_->request_sample_fmt = AV_SAMPLE_FMT_FLT;
  codec_->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;  // delay and padding are cut by frame numbers, not by the codec
  // A FLAC frame whose checksum is wrong would be noise.
  if (parameters_->codec_id == AV_CODEC_ID_FLAC) codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
  return avcodec_open2(codec_.get(), codec, nullptr) >= 0;
}

// FFmpeg's own Opus decoder holds frames back where it resamples SILK, and a packet's frames have to be its own. What
// begins with SILK goes on with the exact one.
void PacketDecoder::prefer_exact_for(const AVPacket& packet) {
  if (!is_fastest_ || parameters_->codec_id != AV_CODEC_ID_OPUS || packet.size < 1) return;
  if (packet.data[0] >> 3 >= kOpusFirstMdct) return;
  is_fastest_ = false;
  open();
}

bool PacketDecoder::reset() {
  after_damage_ = false;
  last_left_ = last_right_ = 0.0F;
  if (keeps_random_state_) return open();
  avcodec_flush_buffers(codec_.get());
  return true;
}

bool PacketDecoder::try_first(const AVPacket& packet) {
  prefer_exact_for(packet);
  if (avcodec_send_packet(codec_.get(), &packet) < 0) return false;
  bool found = false;
  while (avcodec_receive_frame(codec_.get(), frame_.get()) >= 0) {
    if (!found && frame_->nb_samples > 0 && frame_->sample_rate > 0 && frame_->ch_layout.nb_channels > 0) {
      rate_hz_ = frame_->sample_rate;
      frames_per_packet_ = frame_->nb_samples;
      channels_ = frame_->ch_layout.nb_channels;
      found = true;
    }
    av_frame_unref(frame_.get());
  }
  return found;
}

int PacketDecoder::decode(const AVPacket& packet, int frames, Planes& out) {
  out.resize(static_cast<std::size_t>(frames));
  int good = 0;
  prefer_exact_for(packet);
  if (avcodec_send_packet(codec_.get(), &packet) >= 0) good = receive(frames, out);
  if (frames == 0) return 0;
  if (good > 0 && after_damage_) {
    for (int i = 0; i < std::min(good, kFadeFrames); ++i) {
      const auto at = static_cast<std::size_t>(i);
      out.left[at] *= 1.0F - fade()[at];
      out.right[at] *= 1.0F - fade()[at];
    }
  }
  if (good > 0) {
    last_left_ = out.left[static_cast<std::size_t>(good - 1)];
    last_right_ = out.right[static_cast<std::size_t>(good - 1)];
  }
  after_damage_ = good < frames;
  if (after_damage_) conceal(good, frames, out);
  return good;
}

// Takes what the codec has, up to `room` frames; returns how many.
int PacketDecoder::receive(int room, Planes& out) {
  int filled = 0;
  while (avcodec_receive_frame(codec_.get(), frame_.get()) >= 0) {
    const int frames = frame_->nb_samples;
    // A frame of another rate is a damaged header: playing it would be a squeak.
    const bool fits = frames > 0 && frame_->sample_rate == rate_hz_;
    if (fits && filled + frames <= room) {
      if (to_stereo(*frame_, out.left.data() + filled, out.right.data() + filled)) filled += frames;
    } else if (fits) {
      Planes whole;
      whole.resize(static_cast<std::size_t>(frames));
      if (to_stereo(*frame_, whole.left.data(), whole.right.data())) {
        std::copy_n(whole.left.begin(), room - filled, out.left.begin() + filled);
        std::copy_n(whole.right.begin(), room - filled, out.right.begin() + filled);
        filled = room;
      }
    }
    av_frame_unref(frame_.get());
  }
  return filled;
}

// Lets the last sample die away over the frames from `good` on.
void PacketDecoder::conceal(int good, int frames, Planes& out) {
  for (int i = good; i < frames; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const int since = i - good;
    const float gain = since < kFadeFrames ? fade()[static_cast<std::size_t>(since)] : 0.0F;
    out.left[at] = last_left_ * gain;
    out.right[at] = last_right_ * gain;
  }
  last_left_ = last_right_ = 0.0F;
}

}  // namespace segue::stream
