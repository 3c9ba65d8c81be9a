// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/mpeg_audio.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

std::optional<MpegHeader> header(std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  const std::array<std::uint8_t, 4> bytes = {0xff, b, c, d};
  return parse_mpeg_header(bytes);
}

TEST(MpegAudio, ReadsHeaders) {
  const auto usual = header(0xfb, 0x90, 0x64);  // MPEG-1 layer III, 128 kbit/s, 44.1 kHz, joint stereo
  ASSERT_TRUE(usual.has_value());
  EXPECT_EQ(usual->layer, 3);
  EXPECT_EQ(usual->rate_hz, 44'100);
  EXPECT_EQ(usual->frames, 1'152);
  EXPECT_EQ(usual->packet_bytes, 417);
  EXPECT_EQ(usual->side_bytes, 36);
  const auto padded = header(0xfb, 0x92, 0x64);
  EXPECT_EQ(padded->packet_bytes, 418);
  const auto low = header(0xf3, 0x80, 0xc4);  // MPEG-2 layer III, 64 kbit/s, 22.05 kHz, mono
  EXPECT_EQ(low->frames, 576);
  EXPECT_EQ(low->rate_hz, 22'050);
  EXPECT_EQ(low->packet_bytes, 208);
  EXPECT_EQ(low->side_bytes, 13);
  const auto lowest = header(0xe3, 0x18, 0xc4);  // MPEG-2.5 layer III, 8 kbit/s, 8 kHz
  EXPECT_EQ(lowest->rate_hz, 8'000);
  EXPECT_EQ(lowest->packet_bytes, 72);
}

TEST(MpegAudio, RefusesWhatIsNoHeader) {
  EXPECT_FALSE(header(0x1b, 0x90, 0x64).has_value()) << "no sync";
  EXPECT_FALSE(header(0xeb, 0x90, 0x64).has_value()) << "reserved version";
  EXPECT_FALSE(header(0xf9, 0x90, 0x64).has_value()) << "reserved layer";
  EXPECT_FALSE(header(0xfb, 0xf0, 0x64).has_value()) << "bad bit rate";
  EXPECT_FALSE(header(0xfb, 0x9c, 0x64).has_value()) << "bad sample rate";
  EXPECT_FALSE(parse_mpeg_header({}).has_value());
}

TEST(MpegAudio, ReadsLamesTag) {
  const auto source = open_file(test::encode(test::media_format("mp3_320"), test::MediaSignal{}));
  ASSERT_TRUE(source.has_value());
  const LameTag tag = read_lame_tag(**source, 0);
  EXPECT_EQ(tag.delay, 576);
  EXPECT_EQ(tag.packets * 1'152 - tag.delay - tag.padding, test::MediaSignal{}.frames);
}

TEST(MpegAudio, NoTagSaysNothing) {
  const auto source = open_file(test::encode(test::media_format("wav_16"), test::MediaSignal{}));
  ASSERT_TRUE(source.has_value());
  const LameTag tag = read_lame_tag(**source, 0);
  EXPECT_EQ(tag.delay, -1);
  EXPECT_EQ(tag.packets, 0);
}

}  // namespace
}  // namespace segue::stream
