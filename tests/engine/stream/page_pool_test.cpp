// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_pool.h"

#include <set>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

TEST(PagePool, GivesNoMoreThanItsBudget) {
  const rt::BlockClock clock;
  PagePool pool(3, clock);
  std::set<rt::Page*> pages;
  for (int i = 0; i < 3; ++i) pages.insert(pool.take(0));
  EXPECT_EQ(pages.size(), 3U);
  EXPECT_EQ(pages.count(nullptr), 0U);
  EXPECT_EQ(pool.take(0), nullptr);
  EXPECT_FALSE(pool.has_room(0));
  pool.give_back(*pages.begin());
  EXPECT_TRUE(pool.has_room(0));
  EXPECT_EQ(pool.take(1), nullptr) << "the reserve";
  EXPECT_NE(pool.take(0), nullptr);
}

TEST(PagePool, WithoutABoundItGrows) {
  const rt::BlockClock clock;
  PagePool pool(-1, clock);
  std::set<rt::Page*> pages;
  for (int i = 0; i < 1'000; ++i) pages.insert(pool.take(0));
  EXPECT_EQ(pages.size(), 1'000U);
  EXPECT_EQ(pages.count(nullptr), 0U);
  EXPECT_EQ(pool.pages_used(), 1'000);
}

TEST(PagePool, AReclaimedPageWaitsUntilRenderHasEndedALaterBlock) {
  rt::BlockClock clock;
  clock.set_halted(false);
  PagePool pool(1, clock);
  rt::Page* page = pool.take(0);
  clock.begin();  // a block that may be reading the page
  pool.give_back_later(page);
  EXPECT_EQ(pool.take(0), nullptr);
  EXPECT_EQ(pool.waiting(), 1);
  clock.end();
  EXPECT_EQ(pool.take(0), nullptr) << "a later block may have begun in between";
  clock.begin();
  EXPECT_EQ(pool.take(0), nullptr);
  clock.end();
  EXPECT_EQ(pool.take(0), page);
  EXPECT_EQ(pool.waiting(), 0);
}

TEST(PagePool, MemoryGoesBackToTheSystem) {
  const rt::BlockClock clock;
  PagePool pool(64, clock);
  std::vector<rt::Page*> pages;
  for (int i = 0; i < 64; ++i) pages.push_back(pool.take(0));
  for (rt::Page* page : pages) page->left[0] = 1.0F;
  for (rt::Page* page : pages) pool.give_back(page);
  std::vector<rt::Page*> dirty = pool.take_dirty(100);
  EXPECT_EQ(dirty.size(), 64U);
  PagePool::clean_memory(dirty);
  for (const rt::Page* page : pages) EXPECT_EQ(page->left[0], 0.0F) << "memory was kept";
  pool.accept_clean(dirty);
  EXPECT_TRUE(pool.take_dirty(100).empty());
  for (int i = 0; i < 64; ++i) EXPECT_NE(pool.take(0), nullptr);
}

}  // namespace
}  // namespace segue::stream
