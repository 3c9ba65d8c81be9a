// SPDX-License-Identifier: GPL-3.0-or-later
// A decoder whose reads are called away at any moment gives the bits of an undisturbed one.
#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/engine/stream/interrupting_source.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using test::MediaFormat;
using test::StereoAudio;

class Interrupted : public testing::TestWithParam<MediaFormat> {
 protected:
  void SetUp() override {
    path_ = test::encode(GetParam(), {.rate_hz = 48'000, .frames = 24 * 48'000 + 777});
    const auto linear = open_path(path_);
    ASSERT_TRUE(linear.has_value());
    whole_ = read_rest(**linear);
    const auto bytes = test::read_file(path_);
    bytes_.assign(bytes.begin(), bytes.end());
  }
  Result<std::unique_ptr<Decoder>> open(InterruptingSource::Plan& plan) const {
    return open_decoder(std::make_unique<InterruptingSource>(bytes_, plan), path_);
  }
  // Reads on until `frames` are there or the end, however often it is interrupted.
  static StereoAudio read_stubbornly(Decoder& decoder, Frames frames) {
    StereoAudio audio(frames);
    Frames filled = 0;
    while (filled < frames) {
      const int count = static_cast<int>(std::min<Frames>(4'096, frames - filled));
      const Result<int> got = decoder.read(audio.left.data() + filled, audio.right.data() + filled, count);
      if (!got && got.error().reason == "READ_INTERRUPTED") continue;
      EXPECT_TRUE(got.has_value()) << got.error().message;
      if (!got || *got == 0) break;
      filled += *got;
    }
    return audio.cut(0, filled);
  }
  std::string path_;
  std::string bytes_;
  StereoAudio whole_;
};

INSTANTIATE_TEST_SUITE_P(Decoder, Interrupted,
                         testing::ValuesIn(test::media_formats().begin(), test::media_formats().end()),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(Interrupted, ReadingOnGivesTheSameBits) {
  int interrupted = 0;
  for (const std::uint64_t seed : {1, 2}) {
    InterruptingSource::Plan plan{.seed = seed};
    const auto decoder = open(plan);
    ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
    plan.chance = 0.08;
    const StereoAudio audio = read_stubbornly(**decoder, whole_.frames() + 1);
    interrupted += plan.interrupted;
    ASSERT_EQ(audio.frames(), whole_.frames());
    EXPECT_TRUE(audio.left == whole_.left && audio.right == whole_.right);
    EXPECT_EQ((*decoder)->damaged_packets(), 0U);
  }
  EXPECT_GT(interrupted, 0);
}

TEST_P(Interrupted, SeeksGiveTheSameBits) {
  InterruptingSource::Plan plan{.seed = 3};
  const auto decoder = open(plan);
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  plan.chance = 0.05;
  test::Random random(4);
  for (int i = 0; i < 30; ++i) {
    const auto at = static_cast<Frames>(random.unit() * static_cast<double>(whole_.frames() - 1));
    while (!(*decoder)->seek(at)) {
    }
    const StereoAudio part = read_stubbornly(**decoder, 3'000);
    const StereoAudio expected = whole_.cut(at, std::min(at + 3'000, whole_.frames()));
    ASSERT_EQ(part.frames(), expected.frames()) << "at frame " << at;
    ASSERT_TRUE(part.left == expected.left && part.right == expected.right) << "at frame " << at;
  }
}

}  // namespace
}  // namespace segue::stream
