// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_maker.h"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

std::unique_ptr<PageMaker> make_maker(const std::string& path, int target_hz) {
  Result<std::unique_ptr<Decoder>> decoder = open_path(path);
  if (!decoder) return nullptr;
  const int source_hz = (*decoder)->facts().source_rate_hz;
  return std::make_unique<PageMaker>(
      std::move(*decoder), std::make_shared<const dsp::Resampler>(dsp::Resampler::create(source_hz, target_hz)),
      target_hz);
}

std::vector<rt::Page> make_all(PageMaker& maker) {
  std::vector<rt::Page> pages;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    auto page = std::make_unique<rt::Page>();
    EXPECT_TRUE(maker.make(i, *page).has_value());
    if (maker.is_length_exact() && i * rt::kPageFrames >= maker.length()) return pages;
    pages.push_back(*page);
  }
  return pages;
}

bool same(const rt::Page& a, const rt::Page& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

TEST(PageMaker, APageIsTheSameHoweverItIsReached) {
  for (const char* format : {"wav_16", "flac", "mp3_v0", "m4a_aac", "ogg_vorbis", "opus"}) {
    for (const int target_hz : {44'100, 48'000}) {
      const std::string path = test::encode(test::media_format(format), test::MediaSignal{});
      const auto linear = make_maker(path, target_hz);
      ASSERT_NE(linear, nullptr);
      const std::vector<rt::Page> pages = make_all(*linear);
      const auto jumping = make_maker(path, target_hz);
      test::Random random(3);
      rt::Page page;
      for (int i = 0; i < 30; ++i) {
        const int index = random.below(static_cast<int>(pages.size()));
        ASSERT_TRUE(jumping->make(index, page).has_value());
        ASSERT_TRUE(same(page, pages[static_cast<std::size_t>(index)]))
            << format << " page " << index << " at " << target_hz;
      }
      ASSERT_TRUE(jumping->make(0, page).has_value());
      EXPECT_TRUE(same(page, pages[0])) << format;
    }
  }
}

TEST(PageMaker, AtTheSourcesOwnRatePagesAreItsFrames) {
  const test::MediaSignal signal{.rate_hz = 48'000, .frames = 10'000};
  const auto maker = make_maker(test::encode(test::media_format("wav_16"), signal), 48'000);
  ASSERT_NE(maker, nullptr);
  const std::vector<rt::Page> pages = make_all(*maker);
  const auto original = test::make_signal(signal);
  ASSERT_EQ(pages.size(), 3U);
  for (Frames i = 0; i < 3 * rt::kPageFrames; ++i) {
    const float expected = i < signal.frames ? original[0][static_cast<std::size_t>(i)] : 0.0F;
    ASSERT_EQ(pages[static_cast<std::size_t>(i / rt::kPageFrames)].left[i % rt::kPageFrames], expected)
        << "frame " << i;
  }
}

TEST(PageMaker, LengthIsTheResampledOne) {
  const auto maker = make_maker(test::encode(test::media_format("flac"), test::MediaSignal{.frames = 44'100}), 48'000);
  ASSERT_NE(maker, nullptr);
  make_all(*maker);
  EXPECT_TRUE(maker->is_length_exact());
  EXPECT_EQ(maker->length(), 48'000);
}

TEST(PageMaker, NothingSoundsAfterTheEnd) {
  const auto maker =
      make_maker(test::encode(test::media_format("wav_16"), test::MediaSignal{.frames = 44'100}), 48'000);
  ASSERT_NE(maker, nullptr);
  const std::vector<rt::Page> pages = make_all(*maker);
  const rt::Page& last = pages.back();
  for (Frames i = 48'000 % rt::kPageFrames; i < rt::kPageFrames; ++i) ASSERT_EQ(last.left[i], 0.0F) << i;
}

TEST(PageMaker, KnowsAQuietEnd) {
  std::vector<float> loud = test::sine(48'000, 440, 48'000);
  std::vector<float> quiet = loud;
  for (std::size_t i = 48'000 - 300; i < 48'000; ++i) quiet[i] = 0.0005F;
  const test::MediaFormat copy{"ending", "wav", "cp {in} {out}", true, true};
  const auto loud_end = make_maker(test::encode(copy, {loud, loud}, 48'000, 16), 48'000);
  const auto quiet_end = make_maker(test::encode(copy, {quiet, quiet}, 48'000, 16), 48'000);
  const auto half_quiet = make_maker(test::encode(copy, {quiet, loud}, 48'000, 16), 48'000);
  EXPECT_FALSE(loud_end->ends_quietly().value());
  EXPECT_TRUE(quiet_end->ends_quietly().value());
  EXPECT_FALSE(half_quiet->ends_quietly().value());
}

}  // namespace
}  // namespace segue::stream
