// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/stereo.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

constexpr float kMinus3Db = 0.70710678F;

// One frame of planar channels, one value each.
template <typename Sample>
FramePtr frame_of(AVSampleFormat format, const AVChannelLayout& layout, const std::vector<Sample>& values) {
  FramePtr frame(av_frame_alloc());
  frame->format = format;
  frame->nb_samples = 1;
  av_channel_layout_copy(&frame->ch_layout, &layout);
  EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
  const bool planar = av_sample_fmt_is_planar(format) != 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto* plane = reinterpret_cast<Sample*>(frame->extended_data[planar ? i : 0]);
    plane[planar ? 0 : i] = values[i];
  }
  return frame;
}

template <typename Sample>
std::pair<float, float> mixed(AVSampleFormat format, const AVChannelLayout& layout, const std::vector<Sample>& values) {
  const FramePtr frame = frame_of(format, layout, values);
  float left = -1;
  float right = -1;
  EXPECT_TRUE(to_stereo(*frame, &left, &right));
  return {left, right};
}

using Pair = std::pair<float, float>;

TEST(Stereo, FollowsTheItuMatrix) {
  const AVChannelLayout surround = AV_CHANNEL_LAYOUT_5POINT1_BACK;  // FL FR FC LFE BL BR
  const auto one = [&](int channel) {
    std::vector<float> values(6, 0.0F);
    values[static_cast<std::size_t>(channel)] = 1.0F;
    return mixed(AV_SAMPLE_FMT_FLTP, surround, values);
  };
  EXPECT_EQ(one(0), (Pair{1.0F, 0.0F}));
  EXPECT_EQ(one(1), (Pair{0.0F, 1.0F}));
  EXPECT_EQ(one(2), (Pair{kMinus3Db, kMinus3Db}));
  EXPECT_EQ(one(3), (Pair{0.0F, 0.0F}));
  EXPECT_EQ(one(4), (Pair{kMinus3Db, 0.0F}));
  EXPECT_EQ(one(5), (Pair{0.0F, kMinus3Db}));
}

TEST(Stereo, EightChannelsWithoutNamesAreTakenAsSurround) {
  AVChannelLayout unnamed{};
  unnamed.order = AV_CHANNEL_ORDER_UNSPEC;
  unnamed.nb_channels = 8;
  EXPECT_EQ(mixed<float>(AV_SAMPLE_FMT_FLT, unnamed, {1, 0, 0, 0, 0, 0, 0, 0}), (Pair{1.0F, 0.0F}));
  EXPECT_EQ(mixed<float>(AV_SAMPLE_FMT_FLT, unnamed, {0, 0, 0, 1, 0, 0, 0, 0}), (Pair{0.0F, 0.0F})) << "LFE";
}

TEST(Stereo, IntegersAreDividedByTheirFullScale) {
  const AVChannelLayout two = AV_CHANNEL_LAYOUT_STEREO;
  EXPECT_EQ(mixed<std::int16_t>(AV_SAMPLE_FMT_S16, two, {-32768, 1}), (Pair{-1.0F, 1.0F / 32768.0F}));
  EXPECT_EQ(mixed<std::int32_t>(AV_SAMPLE_FMT_S32P, two, {INT32_MIN, 8'388'607 * 256}),
            (Pair{-1.0F, 8'388'607.0F / 8'388'608.0F}));
  EXPECT_EQ(mixed<std::uint8_t>(AV_SAMPLE_FMT_U8, two, {0, 128}), (Pair{-1.0F, 0.0F}));
  EXPECT_EQ(mixed<double>(AV_SAMPLE_FMT_DBLP, two, {0.5, -2.0}), (Pair{0.5F, -2.0F}));
}

TEST(Stereo, NothingUnboundedGetsThrough) {
  const AVChannelLayout two = AV_CHANNEL_LAYOUT_STEREO;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(mixed<float>(AV_SAMPLE_FMT_FLTP, two, {nan, infinity}), (Pair{0.0F, 0.0F}));
  EXPECT_EQ(mixed<float>(AV_SAMPLE_FMT_FLTP, two, {-infinity, 3e38F}), (Pair{0.0F, 8.0F}));
  EXPECT_EQ(mixed<double>(AV_SAMPLE_FMT_DBL, two, {std::nan(""), -1e300}), (Pair{0.0F, -8.0F}));
  EXPECT_EQ(mixed<double>(AV_SAMPLE_FMT_DBL, two, {-HUGE_VAL, HUGE_VAL}), (Pair{0.0F, 0.0F}));
  const AVChannelLayout surround = AV_CHANNEL_LAYOUT_5POINT1_BACK;
  EXPECT_EQ(mixed<float>(AV_SAMPLE_FMT_FLTP, surround, {8, 8, 8, 8, 8, nan}), (Pair{8.0F, 8.0F}));
}

}  // namespace
}  // namespace segue::stream
