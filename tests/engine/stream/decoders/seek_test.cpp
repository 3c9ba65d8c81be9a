// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using test::MediaFormat;
using test::StereoAudio;

constexpr Frames kCompared = 3'000;  // more than two packets of most codecs

class SeekIn : public testing::TestWithParam<MediaFormat> {};

INSTANTIATE_TEST_SUITE_P(Decoder, SeekIn, testing::ValuesIn(test::media_formats().begin(), test::media_formats().end()),
                         [](const auto& tested) { return std::string(tested.param.name); });

std::string long_track(const MediaFormat& format) {
  // Longer than two segments of any codec that is decoded in segments.
  return test::encode(format, {.rate_hz = 48'000, .frames = 24 * 48'000 + 777});
}

std::vector<Frames> positions(Frames length) {
  std::vector<Frames> all = {0, 1, 1'151, 1'152, 47'999, length - 1, length - 2, length - 1'153, length - 48'000};
  test::Random random(11);
  for (int i = 0; i < 40; ++i) all.push_back(static_cast<Frames>(random.between(0, static_cast<double>(length))));
  for (int i = 0; i < 6; ++i) all.push_back(static_cast<Frames>(random.between(0, 48'000.0)));
  for (int i = 0; i < 6; ++i) all.push_back(length - 1 - static_cast<Frames>(random.between(0, 48'000.0)));
  return all;
}

void expect_same(const StereoAudio& whole, Decoder& decoder, Frames at) {
  const auto sought = decoder.seek(at);
  ASSERT_TRUE(sought.has_value()) << sought.error().message;
  const StereoAudio part = read_frames(decoder, kCompared);
  const StereoAudio expected = whole.cut(at, std::min(at + kCompared, whole.frames()));
  ASSERT_EQ(part.frames(), expected.frames()) << "at frame " << at;
  EXPECT_EQ(part.left, expected.left) << "at frame " << at;
  EXPECT_EQ(part.right, expected.right) << "at frame " << at;
}

TEST_P(SeekIn, AnyPlaceGivesTheBitsOfReadingThrough) {
  const std::string path = long_track(GetParam());
  const auto linear = open_path(path);
  ASSERT_TRUE(linear.has_value());
  const StereoAudio whole = read_rest(**linear);
  const auto jumping = open_path(path);
  ASSERT_TRUE(jumping.has_value());
  for (const Frames at : positions(whole.frames())) {
    expect_same(whole, **jumping, at);
    if (testing::Test::HasFailure()) return;
  }
  // And of a decoder that has read through to the end.
  for (const Frames at : {whole.frames() - 5, Frames{0}, whole.frames() / 2}) expect_same(whole, **linear, at);
}

TEST_P(SeekIn, FirstActIsAJump) {
  const std::string path = long_track(GetParam());
  const auto linear = open_path(path);
  ASSERT_TRUE(linear.has_value());
  const StereoAudio whole = read_rest(**linear);
  for (const Frames at : {whole.frames() - 1'000, whole.frames() / 2, Frames{70'000}}) {
    const auto fresh = open_path(path);
    ASSERT_TRUE(fresh.has_value());
    expect_same(whole, **fresh, at);
  }
}

TEST_P(SeekIn, BeyondTheEndIsTheEnd) {
  const auto decoder = open_path(long_track(GetParam()));
  ASSERT_TRUE(decoder.has_value());
  ASSERT_TRUE((*decoder)->seek(Frames{1} << 40).has_value());
  float left = 0;
  float right = 0;
  EXPECT_EQ((*decoder)->read(&left, &right, 1).value(), 0);
  EXPECT_TRUE((*decoder)->length_is_exact());
  ASSERT_TRUE((*decoder)->seek((*decoder)->length() - 1).has_value());
  EXPECT_EQ((*decoder)->read(&left, &right, 1).value(), 1);
  EXPECT_EQ((*decoder)->read(&left, &right, 1).value(), 0);
}

}  // namespace
}  // namespace segue::stream
