// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/stereo.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace segue::stream {
namespace {

constexpr float kSampleMax = 8.0F;  // +18 dB over full scale: more than any mastering, less than a filter minds
constexpr float kMinus3Db = 0.70710678F;

// One sample as float32 within ±kSampleMax.
inline float to_float(std::uint8_t x) { return static_cast<float>(static_cast<int>(x) - 128) * (1.0F / 128.0F); }
inline float to_float(std::int16_t x) { return static_cast<float>(x) * (1.0F / 32768.0F); }
inline float to_float(std::int32_t x) { return static_cast<float>(x) * (1.0F / 2147483648.0F); }
inline float to_float(std::int64_t x) { return static_cast<float>(x) * (1.0F / 9223372036854775808.0F); }
// What is not a number is silence, and so is what is beyond all numbers: limited, it would be a burst of noise.
template <typename Real>
inline float real_to_float(Real x) {
  if (!std::isfinite(x)) return 0.0F;
  return static_cast<float>(std::clamp(x, static_cast<Real>(-kSampleMax), static_cast<Real>(kSampleMax)));
}
inline float to_float(float x) { return real_to_float(x); }
inline float to_float(double x) { return real_to_float(x); }

struct Weights {
  float left;
  float right;
};

Weights weights_of(const AVChannelLayout& layout, int channel) {
  switch (av_channel_layout_channel_from_index(&layout, static_cast<unsigned>(channel))) {
    case AV_CHAN_FRONT_LEFT:
    case AV_CHAN_FRONT_LEFT_OF_CENTER:
    case AV_CHAN_STEREO_LEFT:
    case AV_CHAN_WIDE_LEFT: return {1.0F, 0.0F};
    case AV_CHAN_FRONT_RIGHT:
    case AV_CHAN_FRONT_RIGHT_OF_CENTER:
    case AV_CHAN_STEREO_RIGHT:
    case AV_CHAN_WIDE_RIGHT: return {0.0F, 1.0F};
    case AV_CHAN_FRONT_CENTER: return {kMinus3Db, kMinus3Db};
    case AV_CHAN_SIDE_LEFT:
    case AV_CHAN_BACK_LEFT:
    case AV_CHAN_TOP_FRONT_LEFT:
    case AV_CHAN_TOP_BACK_LEFT: return {kMinus3Db, 0.0F};
    case AV_CHAN_SIDE_RIGHT:
    case AV_CHAN_BACK_RIGHT:
    case AV_CHAN_TOP_FRONT_RIGHT:
    case AV_CHAN_TOP_BACK_RIGHT: return {0.0F, kMinus3Db};
    case AV_CHAN_BACK_CENTER: return {0.5F, 0.5F};
    case AV_CHAN_LOW_FREQUENCY:
    case AV_CHAN_LOW_FREQUENCY_2: return {0.0F, 0.0F};
    default: break;
  }
  // Nothing is known of the channel: even to the left, odd to the right.
  return channel % 2 == 0 ? Weights{kMinus3Db, 0.0F} : Weights{0.0F, kMinus3Db};
}

template <typename Sample>
struct Channel {
  const Sample* data;
  int stride;
};

template <typename Sample>
Channel<Sample> channel_of(const AVFrame& frame, int channel) {
  const bool planar = av_sample_fmt_is_planar(static_cast<AVSampleFormat>(frame.format)) != 0;
  const auto* plane = reinterpret_cast<const Sample*>(frame.extended_data[planar ? channel : 0]);
  return planar ? Channel<Sample>{plane, 1} : Channel<Sample>{plane + channel, frame.ch_layout.nb_channels};
}

template <typename Sample>
void copy(const Channel<Sample>& from, int frames, float* to) {
  for (int i = 0; i < frames; ++i) to[i] = to_float(from.data[static_cast<std::ptrdiff_t>(i) * from.stride]);
}

template <typename Sample>
void add(const Channel<Sample>& from, float weight, int frames, float* to) {
  for (int i = 0; i < frames; ++i) to[i] += weight * to_float(from.data[static_cast<std::ptrdiff_t>(i) * from.stride]);
}

template <typename Sample>
void mix(const AVFrame& frame, float* left, float* right) {
  const int channels = frame.ch_layout.nb_channels;
  const int frames = frame.nb_samples;
  if (channels <= 2) {
    copy(channel_of<Sample>(frame, 0), frames, left);
    copy(channel_of<Sample>(frame, channels - 1), frames, right);
    return;
  }
  std::fill_n(left, frames, 0.0F);
  std::fill_n(right, frames, 0.0F);
  AVChannelLayout layout{};
  const bool known =
      frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE || frame.ch_layout.order == AV_CHANNEL_ORDER_CUSTOM;
  if (!known) av_channel_layout_default(&layout, channels);
  for (int channel = 0; channel < channels; ++channel) {
    const Weights weights = weights_of(known ? frame.ch_layout : layout, channel);
    const Channel<Sample> from = channel_of<Sample>(frame, channel);
    if (weights.left != 0.0F) add(from, weights.left, frames, left);
    if (weights.right != 0.0F) add(from, weights.right, frames, right);
  }
  for (int i = 0; i < frames; ++i) {
    left[i] = std::clamp(left[i], -kSampleMax, kSampleMax);
    right[i] = std::clamp(right[i], -kSampleMax, kSampleMax);
  }
  av_channel_layout_uninit(&layout);
}

}  // namespace

bool to_stereo(const AVFrame& frame, float* left, float* right) {
  if (frame.ch_layout.nb_channels < 1) return false;
  switch (av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format))) {
    case AV_SAMPLE_FMT_U8: mix<std::uint8_t>(frame, left, right); return true;
    case AV_SAMPLE_FMT_S16: mix<std::int16_t>(frame, left, right); return true;
    case AV_SAMPLE_FMT_S32: mix<std::int32_t>(frame, left, right); return true;
    case AV_SAMPLE_FMT_S64: mix<std::int64_t>(frame, left, right); return true;
    case AV_SAMPLE_FMT_FLT: mix<float>(frame, left, right); return true;
    case AV_SAMPLE_FMT_DBL: mix<double>(frame, left, right); return true;
    default: return false;
  }
}

}  // namespace segue::stream
