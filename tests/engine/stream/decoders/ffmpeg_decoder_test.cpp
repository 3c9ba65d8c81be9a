// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using test::MediaFormat;
using test::MediaSignal;
using test::StereoAudio;

// Energy of the difference between a[i + shift] and b[i] over the middle, in dB of b's energy.
double difference_db(const std::vector<float>& a, const std::vector<float>& b, Frames shift) {
  double difference = 0.0;
  double energy = 1e-30;
  const auto last = static_cast<Frames>(std::min(a.size(), b.size())) - 100;
  for (Frames i = 100; i < last; ++i) {
    const double d = static_cast<double>(a[static_cast<std::size_t>(i + shift)]) - b[static_cast<std::size_t>(i)];
    difference += d * d;
    energy += static_cast<double>(b[static_cast<std::size_t>(i)]) * b[static_cast<std::size_t>(i)];
  }
  return 10.0 * std::log10(difference / energy + 1e-30);
}

class EachFormat : public testing::TestWithParam<MediaFormat> {
 protected:
  // Opus knows one rate; at another the encoder resamples and the original is not ours any more.
  MediaSignal signal() const {
    MediaSignal signal;
    if (std::string(GetParam().extension) == "opus") signal.rate_hz = 48'000;
    signal.bits = std::string(GetParam().name).ends_with("24") || std::string(GetParam().name) == "w64" ? 24 : 16;
    return signal;
  }
};

INSTANTIATE_TEST_SUITE_P(Decoder, EachFormat,
                         testing::ValuesIn(test::media_formats().begin(), test::media_formats().end()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(EachFormat, DecodesToTheOriginalsLength) {
  const auto decoder = open_path(test::encode(GetParam(), signal()));
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  const Frames estimate = (*decoder)->length();
  const StereoAudio audio = read_rest(**decoder);
  EXPECT_TRUE((*decoder)->length_is_exact());
  EXPECT_EQ((*decoder)->length(), audio.frames());
  EXPECT_EQ((*decoder)->damaged_packets(), 0U);
  if (GetParam().has_exact_length) {
    EXPECT_EQ(audio.frames(), signal().frames);
    EXPECT_NEAR(static_cast<double>(estimate), static_cast<double>(signal().frames), 4'800.0);
  }
}

TEST_P(EachFormat, FirstFrameIsTheFirstEncoded) {
  if (!GetParam().has_exact_length) return;  // such a file cannot say where its first frame is
  const auto decoder = open_path(test::encode(GetParam(), signal()));
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  const StereoAudio audio = read_rest(**decoder);
  const auto original = test::make_signal(signal());
  ASSERT_EQ(audio.left.size(), original[0].size());
  if (GetParam().is_lossless) {
    EXPECT_EQ(audio.left, original[0]);
    EXPECT_EQ(audio.right, original[1]);
    return;
  }
  const double here = difference_db(audio.left, original[0], 0);
  EXPECT_LT(here, -6.0) << "dB from the original";
  for (const Frames shift : {-2, -1, 1, 2}) {
    EXPECT_LT(here, difference_db(audio.left, original[0], shift)) << "shifted by " << shift;
  }
  EXPECT_LT(difference_db(audio.right, original[1], 0), -6.0);
}

TEST_P(EachFormat, ReadsTheSameInAnySteps) {
  const std::string path = test::encode(GetParam(), signal());
  const auto one = open_path(path);
  const auto other = open_path(path);
  ASSERT_TRUE(one.has_value() && other.has_value());
  const StereoAudio large = read_frames(**one, 50'000, 50'000);
  const StereoAudio small = read_frames(**other, 50'000, 37);
  EXPECT_EQ(large.left, small.left);
  EXPECT_EQ(large.right, small.right);
}

TEST_P(EachFormat, SaysWhatItFound) {
  const auto decoder = open_path(test::encode(GetParam(), signal()));
  ASSERT_TRUE(decoder.has_value());
  const model::TrackFacts& facts = (*decoder)->facts();
  const std::string name = GetParam().name;
  EXPECT_EQ(facts.source_channels, 2);
  EXPECT_EQ(facts.source_rate_hz, name == "m4a_he_aac" ? 48'000 : signal().rate_hz);
  EXPECT_FALSE(facts.title.empty());
  EXPECT_FALSE(facts.codec.empty());
  if (!GetParam().is_lossless) {
    EXPECT_EQ(facts.source_bits, 0);
  } else if (name != "wav_float" && name != "wav_double") {
    EXPECT_EQ(facts.source_bits, signal().bits) << facts.codec;
  }
}

TEST(Decoder, PlaysEveryRateAndChannelCount) {
  for (const int rate_hz : {8'000, 11'025, 22'050, 96'000, 192'000, 384'000}) {
    const MediaSignal signal{.rate_hz = rate_hz, .frames = rate_hz / 2};
    for (const char* format : {"wav_24", "flac"}) {
      const auto decoder = open_path(test::encode(test::media_format(format), signal));
      ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
      EXPECT_EQ((*decoder)->facts().source_rate_hz, rate_hz);
      EXPECT_EQ(read_rest(**decoder).frames(), signal.frames) << format << " at " << rate_hz << " Hz";
    }
  }
  for (const int channels : {1, 3, 4, 5, 6, 7, 8}) {
    const MediaSignal signal{.channels = channels, .frames = 20'000};
    for (const char* format : {"wav_16", "ogg_flac", "m4a_alac", "ogg_vorbis"}) {
      if (std::string(format) == "m4a_alac" && channels != 1 && channels != 6) continue;  // FFmpeg's encoder mixes down
      const auto decoder = open_path(test::encode(test::media_format(format), signal));
      ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
      EXPECT_EQ((*decoder)->facts().source_channels, channels);
      EXPECT_EQ(read_rest(**decoder).frames(), signal.frames) << format << " with " << channels << " channels";
    }
  }
}

TEST(Decoder, MonoIsInBothChannels) {
  const MediaSignal signal{.channels = 1, .frames = 10'000};
  const auto decoder = open_path(test::encode(test::media_format("flac"), signal));
  ASSERT_TRUE(decoder.has_value());
  const StereoAudio audio = read_rest(**decoder);
  EXPECT_EQ(audio.left, test::make_signal(signal)[0]);
  EXPECT_EQ(audio.left, audio.right);
}

TEST(Decoder, IntegersBecomeExactFloats) {
  const Frames frames = 1 << 16;
  for (const int bits : {16, 24, 32}) {
    const std::vector<float> noise = test::integer_noise(frames, std::min(bits, 24), 1.0, 7);
    const auto path = test::encode({"exact", "wav", "cp {in} {out}", true, true}, {noise, noise}, 48'000, bits);
    const auto decoder = open_path(path);
    ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
    EXPECT_EQ(read_rest(**decoder).left, noise) << bits << " bits";
  }
}

TEST(Decoder, TagsNameTheTrackAndAreCleaned) {
  const MediaFormat tagged{
      "tagged", "mp3",
      "lame --quiet -b 128 --id3v2-only --id3v2-utf16 --tt 'Título' --ta 'An Artist' --tl 'Album' {in} {out}", false,
      true};
  const auto mp3 = open_path(test::encode(tagged, MediaSignal{.frames = 20'000}));
  ASSERT_TRUE(mp3.has_value()) << mp3.error().message;
  EXPECT_EQ((*mp3)->facts().title, "Título");
  EXPECT_EQ((*mp3)->facts().artist, "An Artist");
  EXPECT_EQ((*mp3)->facts().album, "Album");
  EXPECT_EQ(read_rest(**mp3).frames(), 20'000);

  const MediaFormat coloured{"coloured", "flac",
                             "flac --silent -f -T \"TITLE=$(printf 'a\\033[31mb\\001')\" -T ARTIST=x -o {out} {in}",
                             true, true};
  const auto flac = open_path(test::encode(coloured, MediaSignal{.frames = 20'000}));
  ASSERT_TRUE(flac.has_value()) << flac.error().message;
  EXPECT_EQ((*flac)->facts().title, "a[31mb");
  EXPECT_EQ((*flac)->facts().artist, "x");
}

TEST(Decoder, AnUntaggedTrackIsCalledAsItsFile) {
  const test::MediaFolder folder;
  const auto bytes = test::read_file(test::encode(test::media_format("wav_16"), MediaSignal{.frames = 1'000}));
  const auto decoder = open_path(folder.write("My Song.v2.wav", bytes));
  ASSERT_TRUE(decoder.has_value());
  EXPECT_EQ((*decoder)->facts().title, "My Song.v2");
}

}  // namespace
}  // namespace segue::stream
