// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/block_cache.h"

#include <gtest/gtest.h>

#include "tests/engine/stream/cache/cache_fixture.h"

namespace segue::stream {
namespace {

using namespace segue::test;

constexpr std::int64_t kSize = 5 * kBlockBytes + 1234;

TEST(BlockCache, GivesBackWhatWasPut) {
  const auto cache = BlockCache::create({});
  const auto content = cache->open(id_of(1), true);
  EXPECT_EQ(content->size(), -1);
  EXPECT_FALSE(content->has(0));
  fill(*content, 1, kSize);
  EXPECT_EQ(content->size(), kSize);
  EXPECT_TRUE(content->present().covers({0, kSize}));
  EXPECT_EQ(content->present().count(), kSize);
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
  std::byte byte{};
  EXPECT_EQ(content->read(kSize, {&byte, 1}), 0U);
  EXPECT_EQ(content->read(-1, {&byte, 1}), 0U);
  EXPECT_EQ(content->read(kSize - 1, {&byte, 1}), 1U);
  EXPECT_EQ(byte, byte_at(1, kSize - 1));
}

TEST(BlockCache, RefusesASecondSizeAndBlocksThatDoNotFit) {
  const auto cache = BlockCache::create({});
  const auto content = cache->open(id_of(1), true);
  content->put(0, bytes_of(1, 0, 100));
  EXPECT_FALSE(content->has(0)) << "short, and the size is not known";
  content->put(-1, bytes_of(1, 0, kBlockBytes));
  content->put(INT64_MAX, bytes_of(1, 0, kBlockBytes));
  EXPECT_TRUE(content->present().is_empty());
  put_block(*content, 1, 2);
  EXPECT_FALSE(content->set_size(2 * kBlockBytes)) << "less than what is there";
  EXPECT_FALSE(content->set_size(-5));
  EXPECT_TRUE(content->set_size(kSize));
  EXPECT_TRUE(content->set_size(kSize));
  EXPECT_FALSE(content->set_size(kSize + 1));
  content->put(5, bytes_of(1, 5 * kBlockBytes, 1233));
  content->put(5, bytes_of(1, 5 * kBlockBytes, kBlockBytes));
  content->put(6, bytes_of(1, 6 * kBlockBytes, kBlockBytes));
  EXPECT_EQ(content->present().count(), kBlockBytes);
}

TEST(BlockCache, IsFullAgainAfterARestart) {
  Shelter shelter;
  for (int start = 0; start < 3; ++start) {
    const auto cache = BlockCache::create(shelter.options());
    const auto content = cache->open(id_of(1), true);
    if (start == 0) fill(*content, 1, kSize);
    EXPECT_EQ(content->size(), kSize);
    EXPECT_EQ(read_all(*content, 1, kSize).right, kSize) << "start " << start;
  }
  EXPECT_TRUE(shelter.news.reasons().empty());
}

TEST(BlockCache, FindsTheNewestVersionOfAKey) {
  Shelter shelter;
  ContentId older = id_of(1);
  ContentId newer = id_of(1);
  newer.validator = "etag:newer";
  for (int start = 0; start < 2; ++start) {
    const auto cache = BlockCache::create(shelter.options());
    if (start == 0) {
      EXPECT_EQ(cache->find("shop", older.key), nullptr);
      fill(*cache->open(older, true), 1, kSize);
      cache->flush();
      fill(*cache->open(newer, true), 2, kSize);
      cache->flush();
    }
    const auto found = cache->find("shop", older.key);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->id().validator, "etag:newer");
    EXPECT_EQ(read_all(*found, 2, kSize).right, kSize);
    EXPECT_EQ(cache->find("other", older.key), nullptr);
  }
}

TEST(BlockCache, ForgetsADiscardedContentForGood) {
  Shelter shelter;
  for (int start = 0; start < 2; ++start) {
    const auto cache = BlockCache::create(shelter.options());
    if (start == 0) {
      const auto content = cache->open(id_of(1), true);
      fill(*content, 1, kSize);
      cache->flush();
      content->discard();
      EXPECT_TRUE(content->present().is_empty());
      EXPECT_EQ(content->size(), -1);
    }
    EXPECT_TRUE(cache->open(id_of(1), true)->present().is_empty());
    EXPECT_EQ(cache->find("shop", id_of(1).key), nullptr);
  }
}

TEST(BlockCache, KeepsNothingOfWhatMayNotBeStored) {
  Shelter shelter;
  for (int start = 0; start < 2; ++start) {
    const auto cache = BlockCache::create(shelter.options());
    const auto forbidden = cache->open(id_of(1), false);
    ContentId nameless = id_of(2);
    nameless.validator = "";
    const auto unnamed = cache->open(nameless, true);
    EXPECT_TRUE(forbidden->present().is_empty());
    EXPECT_TRUE(unnamed->present().is_empty());
    fill(*forbidden, 1, kSize);
    fill(*unnamed, 2, kSize);
    EXPECT_TRUE(cache->open(nameless, true)->present().is_empty()) << "shared without a validator";
    cache->flush();
    EXPECT_EQ(cache->counters().disk_bytes, 0);
    EXPECT_EQ(cache->counters().blocks_stored, 0U);
  }
}

}  // namespace
}  // namespace segue::stream
