// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "tests/engine/stream/cache/cache_fixture.h"

namespace segue::stream {
namespace {

using namespace segue::test;

constexpr std::int64_t kSize = 4 * kBlockBytes;
constexpr std::int64_t kOnDisk = kSize + 4096;  // with its index

// Stores contents one after the other, closed again.
void store(BlockCache& cache, std::initializer_list<std::uint64_t> contents, const std::string& provider = "shop") {
  for (const std::uint64_t i : contents) {
    fill(*cache.open(id_of(i, provider), true), i, kSize);
    cache.flush();
  }
}

std::string stored(BlockCache& cache, std::uint64_t last, const std::string& provider = "shop") {
  std::string list;
  for (std::uint64_t i = 1; i <= last; ++i) {
    const ContentId id = id_of(i, provider);
    if (cache.find(id.provider, id.key)) list += std::to_string(i) + " ";
  }
  return list;
}

TEST(CacheEviction, TheLongestUnusedGoesFirst) {
  Shelter shelter;
  const auto cache = BlockCache::create(shelter.options(3 * kOnDisk));
  store(*cache, {1, 2, 3});
  EXPECT_NE(cache->find("shop", id_of(1).key), nullptr) << "used again";
  cache->flush();
  store(*cache, {4});
  EXPECT_EQ(stored(*cache, 4), "1 3 4 ");
  EXPECT_EQ(cache->counters().blocks_evicted, 4U);
  EXPECT_LE(cache->counters().disk_bytes, 3 * kOnDisk);
}

TEST(CacheEviction, RemembersTheOrderOverARestart) {
  Shelter shelter;
  {
    const auto cache = BlockCache::create(shelter.options(3 * kOnDisk));
    store(*cache, {1, 2, 3});
    cache->open(id_of(1), true);
    cache->flush();
  }
  const auto cache = BlockCache::create(shelter.options(3 * kOnDisk));
  store(*cache, {4});
  EXPECT_EQ(stored(*cache, 4), "1 3 4 ");
}

TEST(CacheEviction, AnOpenContentStays) {
  Shelter shelter;
  const auto cache = BlockCache::create(shelter.options(2 * kOnDisk));
  store(*cache, {1});
  const auto open = cache->open(id_of(1), true);
  store(*cache, {2, 3, 4});
  EXPECT_EQ(stored(*cache, 4), "1 4 ");
  EXPECT_EQ(read_all(*open, 1, kSize).right, kSize);
}

TEST(CacheEviction, WhatHasNoRoomStaysInRamUntilThereIsSome) {
  Shelter shelter;
  const auto cache = BlockCache::create(shelter.options(2 * kOnDisk));
  auto first = cache->open(id_of(1), true);
  auto second = cache->open(id_of(2), true);
  auto third = cache->open(id_of(3), true);
  fill(*first, 1, kSize);
  fill(*second, 2, kSize);
  cache->flush();
  fill(*third, 3, kSize);
  cache->flush();
  EXPECT_EQ(cache->counters().blocks_stored, 8U);
  EXPECT_EQ(read_all(*third, 3, kSize).right, kSize);
  first.reset();
  cache->flush();
  EXPECT_EQ(cache->counters().blocks_stored, 12U);
  EXPECT_TRUE(shelter.news.reasons().empty()) << "no fault of the disk";
}

TEST(CacheEviction, AClosedContentThatWaitsForRoomMakesWayForOthers) {
  Shelter shelter;
  const auto cache = BlockCache::create(shelter.options(3 * kOnDisk));
  {
    const auto large = cache->open(id_of(1), true);
    for (std::int64_t block = 0; block < 40; ++block) {
      put_block(*large, 1, block);
      cache->flush();
    }
    EXPECT_EQ(cache->counters().blocks_stored, 12U) << "as many as there is room for";
  }
  cache->flush();
  store(*cache, {2, 3});
  EXPECT_EQ(stored(*cache, 3), "2 3 ");
}

TEST(CacheEviction, AProviderKeepsToItsQuota) {
  Shelter shelter;
  BlockCache::Options options = shelter.options(5 * kOnDisk);
  options.provider_bytes_max["small"] = 2 * kOnDisk;
  const auto cache = BlockCache::create(std::move(options));
  store(*cache, {1, 2}, "large");
  store(*cache, {1, 2, 3, 4}, "small");
  EXPECT_EQ(stored(*cache, 4, "small"), "3 4 ");
  EXPECT_EQ(stored(*cache, 4, "large"), "1 2 ") << "another provider pays";
}

TEST(CacheEviction, AContentLargerThanTheCacheIsPlayedFromRam) {
  Shelter shelter;
  const auto cache = BlockCache::create(shelter.options(kOnDisk / 2));
  const auto content = cache->open(id_of(1), true);
  fill(*content, 1, kSize);
  cache->flush();
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
  EXPECT_LE(cache->counters().disk_bytes, kOnDisk / 2);
}

TEST(CacheEviction, PurgeRemovesAProvidersClosedContents) {
  Shelter shelter;
  const auto cache = BlockCache::create(shelter.options());
  store(*cache, {1, 2, 3}, "one");
  store(*cache, {1, 2}, "two");
  const auto open = cache->open(id_of(3, "one"), true);
  cache->purge("one");
  EXPECT_EQ(stored(*cache, 3, "one"), "3 ") << "somebody has it open";
  EXPECT_EQ(stored(*cache, 3, "two"), "1 2 ");
  cache->purge("");
  EXPECT_EQ(stored(*cache, 3, "two"), "");
  EXPECT_EQ(read_all(*open, 3, kSize).right, kSize);
}

TEST(CacheEviction, WithoutADiskRamHoldsClosedContentsUpToItsBound) {
  BlockCache::Options options;
  options.ram_bytes_max = 2 * kSize;
  const auto cache = BlockCache::create(std::move(options));
  for (std::uint64_t i = 1; i <= 3; ++i) fill(*cache->open(id_of(i), true), i, kSize);
  EXPECT_EQ(stored(*cache, 3), "2 3 ");
  EXPECT_EQ(cache->counters().blocks_dropped, 4U);
  EXPECT_EQ(cache->counters().ram_bytes, 2 * kSize);
  const auto open = cache->open(id_of(9), true);
  fill(*open, 9, 10 * kSize);
  EXPECT_EQ(read_all(*open, 9, 10 * kSize).right, 10 * kSize) << "an open content is held whole";
}

}  // namespace
}  // namespace segue::stream
