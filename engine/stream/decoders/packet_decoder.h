// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/stream/decoder.h"
#include "engine/stream/decoders/ffmpeg_handles.h"

namespace segue::stream {

// Decoded frames in two planes.
struct Planes {
  std::vector<float> left;
  std::vector<float> right;
  void resize(std::size_t frames) {
    left.resize(frames);
    right.resize(frames);
  }
};

// One codec: packets in, stereo out. What cannot be decoded is replaced by silence of the same length with short
// fades, so that a packet's place in the track never depends on its neighbours' health. One thread at a time.
class PacketDecoder {
 public:
  // Null if the codec cannot be opened. `parameters` and `time_base` are the stream's.
  static std::unique_ptr<PacketDecoder> create(const AVCodecParameters& parameters, AVRational time_base,
                                               Purpose purpose);
  ~PacketDecoder();

  // Forgets everything: the next packet meets a codec as just opened. False if that failed.
  bool reset();
  // Decodes until a frame comes out and takes the output's form from it; false if none did.
  bool try_first(const AVPacket& packet);
  int rate_hz() const { return rate_hz_; }
  int frames_per_packet() const { return frames_per_packet_; }  // of the packet given to try_first
  int channels() const { return channels_; }

  // Writes exactly `frames` frames to the planes; returns how many of them were decoded, the rest being concealment.
  int decode(const AVPacket& packet, int frames, Planes& out);

 private:
  PacketDecoder(const AVCodecParameters& parameters, AVRational time_base, Purpose purpose);
  bool open();
  void prefer_exact_for(const AVPacket& packet);
  int receive(int room, Planes& out);
  void conceal(int good, int frames, Planes& out);

  AVCodecParameters* parameters_;
  AVRational time_base_;
  CodecPtr codec_;
  FramePtr frame_;
  int rate_hz_ = 0;
  int frames_per_packet_ = 0;
  int channels_ = 0;
  bool keeps_random_state_;  // of AAC's noise substitution, which a flush does not reset
  bool is_fastest_;          // rather than exact
  bool after_damage_ = false;
  float last_left_ = 0.0F;
  float last_right_ = 0.0F;
};

}  // namespace segue::stream
