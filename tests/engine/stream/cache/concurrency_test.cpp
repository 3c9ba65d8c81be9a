// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/engine/stream/cache/cache_fixture.h"
#include "tests/engine/stream/cache/faulty_disk.h"

namespace segue::stream {
namespace {

using namespace segue::test;

constexpr std::uint64_t kContents = 12;
constexpr std::int64_t kBlocks = 10;
constexpr std::int64_t kSize = kBlocks * kBlockBytes - 100;

// One of many that open, fill, read, close, discard and purge the same few contents. Counts wrong bytes.
std::int64_t mingle(BlockCache& cache, FaultyDisk& disk, unsigned seed, int steps) {
  std::mt19937 random(seed);
  std::int64_t wrong = 0;
  std::map<std::uint64_t, std::shared_ptr<CachedContent>> held;
  std::vector<std::byte> buffer(10'000);
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t number = random() % kContents;
    auto content = random() % 4 == 0 ? cache.find("shop", id_of(number).key) : cache.open(id_of(number), true);
    if (!content) continue;
    content->set_size(kSize);
    for (int i = 0; i < 6; ++i) {
      const auto block = static_cast<std::int64_t>(random() % kBlocks);
      if (random() % 2 == 0) put_block(*content, number, block);
      const std::int64_t at = std::min<std::int64_t>(block * kBlockBytes + random() % kBlockBytes, kSize - 1);
      const std::size_t count = content->read(at, buffer);
      for (std::size_t n = 0; n < count; ++n)
        wrong += buffer[n] != byte_at(number, at + static_cast<std::int64_t>(n)) ? 1 : 0;
    }
    if (random() % 3 == 0) held[number] = content;
    if (random() % 5 == 0) held.clear();
    if (random() % 40 == 0) content->discard();
    if (random() % 100 == 0) cache.purge(random() % 2 == 0 ? "shop" : "");
    if (random() % 60 == 0) cache.flush();
    if (random() % 50 == 0) disk.write_error = random() % 2 == 0 ? ENOSPC : EIO;
    if (random() % 20 == 0) disk.write_error = 0;
    wrong += content->present().count() > kSize ? 1 : 0;
  }
  return wrong;
}

TEST(CacheConcurrency, EightThreadsNeverSeeAWrongByte) {
  Shelter shelter;
  const auto disk = std::make_shared<FaultyDisk>();
  BlockCache::Options options = shelter.options(8 * kSize);
  options.ram_bytes_max = 3 * kSize;
  std::atomic<std::int64_t> wrong = 0;
  {
    const auto cache = cache::make_cache(std::move(options), {disk, std::chrono::milliseconds(1)});
    const int steps = std::getenv("SEGUE_SOAK") != nullptr ? 20'000 : 300;
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i <= 8; ++i) threads.emplace_back([&, i, steps] { wrong += mingle(*cache, *disk, i, steps); });
    threads.clear();
    disk->write_error = 0;
    EXPECT_GT(cache->counters().blocks_hit, 0U);
    EXPECT_GT(cache->counters().blocks_stored, 0U);
    EXPECT_EQ(cache->counters().blocks_corrupt, 0U);
    EXPECT_LE(cache->counters().ram_bytes, 3 * kSize) << "nobody has anything open";
    EXPECT_GE(cache->counters().ram_bytes, 0);
  }
  EXPECT_EQ(wrong, 0);
  const auto cache = BlockCache::create(shelter.options());
  for (std::uint64_t i = 0; i < kContents; ++i) {
    const auto content = cache->open(id_of(i), true);
    EXPECT_EQ(read_all(*content, i, kSize).wrong, 0);
  }
}

// A sanitizer's shadow is resident too and says nothing of the cache.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kIsResidentOurs = false;
#else
constexpr bool kIsResidentOurs = true;
#endif

std::int64_t resident_bytes() {
  std::int64_t total = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(CacheMemory, StaysWithinItsBudget) {
  constexpr std::int64_t kBudget = 8 << 20;
  constexpr std::int64_t kSlack = 12 << 20;  // of the allocator, and the batch that is being written
  Shelter shelter;
  BlockCache::Options options = shelter.options();
  options.ram_bytes_max = kBudget;
  const auto cache = BlockCache::create(std::move(options));
  const std::int64_t before = resident_bytes();
  const auto content = cache->open(id_of(1), true);
  std::vector<std::byte> buffer(static_cast<std::size_t>(kBlockBytes));
  std::int64_t most = 0;
  for (std::int64_t block = 0; block < 1600; ++block) {
    put_block(*content, 1, block);
    if (block % 32 == 31) cache->flush();
    content->read(block / 2 * kBlockBytes, buffer);
    const std::int64_t held = cache->counters().ram_bytes;
    most = std::max(most, kIsResidentOurs ? resident_bytes() - before : held);
  }
  EXPECT_LE(most, kBudget + kSlack) << "100 MiB went through";
  EXPECT_LE(cache->counters().ram_bytes, kBudget);
}

}  // namespace
}  // namespace segue::stream
