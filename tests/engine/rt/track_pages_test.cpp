// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/track_pages.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/rt/block_clock.h"
#include "tests/support/audio/memory_track.h"

namespace segue::rt {
namespace {

// A track whose frame n holds n + 1 on the left and −(n + 1) on the right, so that silence and a slip both show.
test::StereoAudio numbered(Frames frames) {
  test::StereoAudio audio(frames);
  for (std::size_t i = 0; i < audio.left.size(); ++i) {
    audio.left[i] = static_cast<float>(i + 1);
    audio.right[i] = -static_cast<float>(i + 1);
  }
  return audio;
}

struct Copy {
  explicit Copy(const TrackPages& pages, Frames from, int count)
      : left(static_cast<std::size_t>(count), 777.0F), right(static_cast<std::size_t>(count), 777.0F) {
    is_complete = pages.read(from, count, left.data(), right.data());
  }
  std::vector<float> left;
  std::vector<float> right;
  bool is_complete = false;
};

constexpr Frames kLength = 3 * kPageFrames - 100;

class TrackPagesTest : public testing::Test {
 protected:
  test::MemoryTrack track_{numbered(kLength)};
  const TrackPages& pages_ = track_.pages();
};

TEST_F(TrackPagesTest, ReadsAcrossPageBorders) {
  const Copy copy(pages_, kPageFrames - 10, 2 * kPageFrames - 200);
  EXPECT_TRUE(copy.is_complete);
  for (std::size_t i = 0; i < copy.left.size(); ++i) {
    ASSERT_EQ(copy.left[i], static_cast<float>(kPageFrames - 10 + static_cast<Frames>(i) + 1));
    ASSERT_EQ(copy.right[i], -copy.left[i]);
  }
}

TEST_F(TrackPagesTest, IsSilentBeforeItsStartAndFromItsEndOn) {
  const Copy before(pages_, -5, 8);
  EXPECT_TRUE(before.is_complete);
  EXPECT_EQ(before.left, (std::vector<float>{0, 0, 0, 0, 0, 1, 2, 3}));
  const Copy after(pages_, kLength - 2, 5);
  EXPECT_TRUE(after.is_complete);
  EXPECT_EQ(after.right, (std::vector<float>{-static_cast<float>(kLength - 1), -static_cast<float>(kLength), 0, 0, 0}));
  for (const Frames far : {Frames{-1'000'000'000'000}, Frames{1'000'000'000'000}}) {
    const Copy copy(pages_, far, 3);
    EXPECT_TRUE(copy.is_complete);
    EXPECT_EQ(copy.left, (std::vector<float>{0, 0, 0}));
  }
}

TEST_F(TrackPagesTest, AMissingPageIsSilenceAndSaysSo) {
  track_.hide(1, 2);
  const Copy copy(pages_, kPageFrames - 2, kPageFrames + 4);
  EXPECT_FALSE(copy.is_complete);
  EXPECT_EQ(copy.left[1], static_cast<float>(kPageFrames));
  EXPECT_EQ(copy.left[2], 0.0F);
  EXPECT_EQ(copy.left[kPageFrames + 1], 0.0F);
  EXPECT_EQ(copy.left[kPageFrames + 2], static_cast<float>(2 * kPageFrames + 1));
}

TEST_F(TrackPagesTest, HasTellsWhatCanBeRead) {
  track_.hide(1, 2);
  EXPECT_TRUE(pages_.has(0, kPageFrames));
  EXPECT_FALSE(pages_.has(0, kPageFrames + 1));
  EXPECT_FALSE(pages_.has(2 * kPageFrames - 1, 2 * kPageFrames));
  EXPECT_TRUE(pages_.has(2 * kPageFrames, kLength));
  EXPECT_TRUE(pages_.has(2 * kPageFrames, kLength + 100'000)) << "frames outside the track count as readable";
  EXPECT_TRUE(pages_.has(-100, kPageFrames));
  EXPECT_TRUE(pages_.has(-100, -50));
  EXPECT_TRUE(pages_.has(500, 500));
}

TEST_F(TrackPagesTest, KnowsOnlyIndicesOfItsTable) {
  EXPECT_EQ(pages_.page(-1), nullptr);
  EXPECT_EQ(pages_.page(pages_.page_count()), nullptr);
  EXPECT_NE(pages_.page(pages_.page_count() - 1), nullptr);
  EXPECT_EQ(pages_.page_count(), 3);
}

TEST(TrackPages, CountsWhatIsPublished) {
  const auto page = std::make_unique<Page>();
  TrackPages pages(3 * kPageFrames);
  EXPECT_EQ(pages.published(), 0);
  pages.publish(1, page.get());
  pages.publish(3, page.get());  // outside: nothing
  EXPECT_EQ(pages.published(), 1);
  EXPECT_EQ(pages.unpublish(0), nullptr);
  EXPECT_EQ(pages.unpublish(1), page.get());
  EXPECT_EQ(pages.unpublish(1), nullptr);
  EXPECT_EQ(pages.unpublish(-1), nullptr);
  EXPECT_EQ(pages.published(), 0);
}

TEST(TrackPages, LengthIsAnEstimateUntilFinal) {
  TrackPages pages(10);
  EXPECT_FALSE(pages.length_is_final());
  pages.set_length(8, false);
  EXPECT_EQ(pages.length(), 8);
  EXPECT_FALSE(pages.length_is_final());
  pages.set_length(7, true);
  EXPECT_EQ(pages.length(), 7);
  EXPECT_TRUE(pages.length_is_final());
}

TEST(TrackPages, OfNothingIsSilent) {
  const TrackPages pages(0);
  EXPECT_EQ(pages.page_count(), 0);
  const Copy copy(pages, 0, 2);
  EXPECT_TRUE(copy.is_complete);
  EXPECT_EQ(copy.left, (std::vector<float>{0, 0}));
}

// A loader that hides a page, waits for the clock, writes over it and shows it again, while blocks read: no block may
// see a page that changes under it.
TEST(TrackPages, APageIsNeverRewrittenUnderAReader) {
  TrackPages pages(kPageFrames);
  pages.set_length(kPageFrames, true);
  const auto page = std::make_unique<Page>();
  std::fill_n(page->left, kPageFrames, 1.0F);
  std::fill_n(page->right, kPageFrames, 1.0F);
  pages.publish(0, page.get());
  BlockClock clock;
  clock.set_halted(false);
  std::atomic<bool> is_over{false};
  long torn = 0;
  std::thread render([&] {
    std::vector<float> left(kPageFrames);
    std::vector<float> right(kPageFrames);
    while (!is_over.load()) {
      clock.begin();
      const bool was_there = pages.read(0, kPageFrames, left.data(), right.data());
      clock.end();
      if (!was_there) continue;
      for (const float value : left) torn += value == left[0] ? 0 : 1;
    }
  });
  for (int round = 2; round < 2000; ++round) {
    ASSERT_EQ(pages.unpublish(0), page.get());
    const auto mark = clock.mark();
    while (!clock.passed(mark)) std::this_thread::yield();
    std::fill_n(page->left, kPageFrames, static_cast<float>(round));
    pages.publish(0, page.get());
  }
  is_over.store(true);
  render.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace segue::rt
