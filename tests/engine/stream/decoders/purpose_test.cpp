// SPDX-License-Identifier: GPL-3.0-or-later
// What analysis hears, beside what is played.
#include <algorithm>
#include <cmath>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using test::MediaFormat;
using test::StereoAudio;

StereoAudio all_of(const std::string& path, Purpose purpose) {
  Result<std::unique_ptr<ByteSource>> source = open_file(path);
  EXPECT_TRUE(source.has_value());
  const auto decoder = open_decoder(std::move(*source), path, purpose);
  EXPECT_TRUE(decoder.has_value());
  StereoAudio audio = read_rest(**decoder);
  EXPECT_EQ((*decoder)->damaged_packets(), 0U);
  return audio;
}

// RMS of the difference over that of the first.
double difference_db(const StereoAudio& played, const StereoAudio& heard) {
  double signal = 0;
  double error = 0;
  for (std::size_t i = 0; i < std::min(played.left.size(), heard.left.size()); ++i) {
    signal += std::pow(played.left[i], 2) + std::pow(played.right[i], 2);
    error += std::pow(played.left[i] - heard.left[i], 2) + std::pow(played.right[i] - heard.right[i], 2);
  }
  return 10 * std::log10((error + 1e-30) / (signal + 1e-30));
}

class HeardOf : public testing::TestWithParam<MediaFormat> {};

INSTANTIATE_TEST_SUITE_P(Decoder, HeardOf,
                         testing::ValuesIn(test::media_formats().begin(), test::media_formats().end()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(HeardOf, AnalysisIsWhatPlays) {
  const std::string path = test::encode(GetParam(), {.rate_hz = 48'000, .frames = 24 * 48'000 + 777});
  const StereoAudio played = all_of(path, Purpose::kPlay);
  const StereoAudio heard = all_of(path, Purpose::kAnalyse);
  ASSERT_EQ(heard.frames(), played.frames());
  const bool is_for_speech = std::string_view(GetParam().name) == "opus_60ms";
  EXPECT_LT(difference_db(played, heard), is_for_speech ? -40 : -60);
}

TEST(Heard, SpeechInOpusIsAsLongAsItPlays) {
  // SILK alone, then a mode that changes with what is heard.
  for (const char* command :
       {"opusenc --quiet --speech --bitrate 12 {in} {out}", "opusenc --quiet --bitrate 32 {in} {out}"}) {
    const MediaFormat format{"opus_speech", "opus", command, false, true};
    const std::string path = test::encode(format, {.rate_hz = 48'000, .channels = 1, .frames = 12 * 48'000 + 5});
    const StereoAudio played = all_of(path, Purpose::kPlay);
    const StereoAudio heard = all_of(path, Purpose::kAnalyse);
    ASSERT_EQ(heard.frames(), played.frames()) << command;
    EXPECT_LT(difference_db(played, heard), -40) << command;
  }
}

}  // namespace
}  // namespace segue::stream
