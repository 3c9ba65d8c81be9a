// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/engine/output/eventually.h"
#include "tests/engine/stream/cache/cache_fixture.h"
#include "tests/engine/stream/cache/faulty_disk.h"

namespace segue::stream {
namespace {

using namespace segue::test;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::int64_t kSize = 20 * kBlockBytes + 77;

class CacheDiskFaults : public testing::Test {
 protected:
  std::unique_ptr<BlockCache> make(std::int64_t disk_bytes_max = std::int64_t{1} << 30) {
    return cache::make_cache(shelter.options(disk_bytes_max), {disk, 20ms});
  }
  // Puts another block until the disk takes it.
  bool works_again(BlockCache& cache) {
    return eventually([&] {
      cache.flush();
      return !shelter.news.reasons().empty() && shelter.news.reasons().back().empty();
    });
  }

  Shelter shelter;
  std::shared_ptr<FaultyDisk> disk = std::make_shared<FaultyDisk>();
};

TEST_F(CacheDiskFaults, KeepsInRamWhatAFailingDiskRefusesAndStoresItLater) {
  const std::pair<int, const char*> faults[] = {
      {ENOSPC, "CACHE_FULL"}, {EDQUOT, "CACHE_FULL"}, {EROFS, "CACHE_READ_ONLY"}, {EIO, "CACHE_IO_ERROR"}};
  for (const auto& [error, reason] : faults) {
    std::filesystem::remove_all(shelter.scratch.file("cache"));
    const std::size_t before = shelter.news.reasons().size();
    disk->write_error = error;
    {
      const auto cache = make();
      const auto content = cache->open(id_of(1), true);
      fill(*content, 1, kSize);
      cache->flush();
      EXPECT_EQ(read_all(*content, 1, kSize).right, kSize) << reason;
      ASSERT_EQ(shelter.news.reasons().size(), before + 1) << reason;
      EXPECT_EQ(shelter.news.reasons().back(), reason);
      EXPECT_EQ(shelter.news.messages().back().find('\n'), std::string::npos);
      EXPECT_GE(cache->counters().disk_failures, 1U);
      const int failed = disk->writes_failed;
      ASSERT_TRUE(eventually([&] { return disk->writes_failed > failed; })) << "not tried again";
      EXPECT_EQ(shelter.news.reasons().size(), before + 1) << "told twice";
      disk->write_error = 0;
      ASSERT_TRUE(works_again(*cache)) << reason;
      cache->flush();
      EXPECT_EQ(cache->counters().blocks_stored, 21U);
    }
    const auto cache = make();
    EXPECT_EQ(read_all(*cache->open(id_of(1), true), 1, kSize).right, kSize) << reason;
  }
}

TEST_F(CacheDiskFaults, ReadsFromAReadOnlyFolder) {
  fill(*make()->open(id_of(1), true), 1, kSize);
  disk->create_error = EROFS;
  disk->write_error = EROFS;
  const auto cache = make();
  EXPECT_EQ(read_all(*cache->open(id_of(1), true), 1, kSize).right, kSize);
  ASSERT_NE(cache->find("shop", id_of(1).key), nullptr);
  EXPECT_TRUE(shelter.news.reasons().empty());
  const auto fresh = cache->open(id_of(2), true);
  fill(*fresh, 2, kSize);
  cache->flush();
  EXPECT_THAT(shelter.news.reasons(), ElementsAre("CACHE_READ_ONLY"));
  EXPECT_EQ(read_all(*fresh, 2, kSize).right, kSize);
}

TEST_F(CacheDiskFaults, GivesUpOldContentsWhenOthersFillTheDisk) {
  const auto cache = make();
  for (std::uint64_t i = 1; i <= 4; ++i) {
    fill(*cache->open(id_of(i), true), i, kSize);
    cache->flush();
  }
  disk->room = 0;
  const auto content = cache->open(id_of(9), true);
  fill(*content, 9, kSize);
  cache->flush();
  EXPECT_TRUE(shelter.news.reasons().empty());
  EXPECT_TRUE(cache->open(id_of(1), true)->present().is_empty()) << "the oldest goes";
  EXPECT_EQ(read_all(*cache->open(id_of(4), true), 4, kSize).right, kSize);
  EXPECT_GE(cache->counters().blocks_evicted, 21U);
  EXPECT_EQ(read_all(*content, 9, kSize).right, kSize);
}

// On a file system that is full in earnest where this process may mount one, else on a disk that says it is.
TEST_F(CacheDiskFaults, LivesOnAFullFileSystem) {
  const std::string folder = shelter.scratch.file("cache");
  std::filesystem::create_directories(folder);
  const bool is_mounted = ::mount("segue-test", folder.c_str(), "tmpfs", 0, "size=2m") == 0;
  if (!is_mounted) disk->room = 2 << 20;
  {
    const auto cache = make();
    auto first = cache->open(id_of(1), true);
    fill(*first, 1, kSize);
    cache->flush();
    const auto second = cache->open(id_of(2), true);
    fill(*second, 2, kSize);
    cache->flush();
    EXPECT_THAT(shelter.news.reasons(), ElementsAre("CACHE_FULL"));
    EXPECT_EQ(read_all(*first, 1, kSize).right, kSize);
    EXPECT_EQ(read_all(*second, 2, kSize).right, kSize);
    first.reset();
    EXPECT_TRUE(works_again(*cache)) << "a closed content makes room for an open one";
    cache->flush();
  }
  {
    const auto cache = make();
    EXPECT_EQ(read_all(*cache->open(id_of(1), true), 1, kSize).wrong, 0);
    EXPECT_EQ(read_all(*cache->open(id_of(2), true), 2, kSize).right, kSize);
  }
  if (is_mounted) ::umount(folder.c_str());
}

TEST_F(CacheDiskFaults, DropsWhatCannotBeRead) {
  fill(*make()->open(id_of(1), true), 1, kSize);
  const auto cache = make();
  const auto content = cache->open(id_of(1), true);
  disk->read_error = EIO;
  EXPECT_EQ(read_all(*content, 1, kSize).missing, kSize);
  EXPECT_TRUE(content->present().is_empty());
  EXPECT_EQ(cache->counters().disk_failures, 21U);
  disk->read_error = 0;
  fill(*content, 1, kSize);
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
  cache->flush();
  EXPECT_EQ(shelter.news.reasons().front(), "CACHE_CORRUPT");
}

TEST_F(CacheDiskFaults, NeverWaitsForAHungDisk) {
  disk->freeze();
  std::shared_ptr<CachedContent> kept;
  const auto began = std::chrono::steady_clock::now();
  {
    const auto cache = make();
    kept = cache->open(id_of(1), true);
    fill(*kept, 1, kSize);
    EXPECT_EQ(read_all(*kept, 1, kSize).right, kSize);
    EXPECT_EQ(cache->counters().blocks_stored, 0U);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 500ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s) << "the end";
  EXPECT_EQ(read_all(*kept, 1, kSize).right, kSize) << "a content outlives the cache";
  disk->thaw();
}

TEST_F(CacheDiskFaults, WorksInRamWithoutAUsableFolder) {
  std::ofstream(shelter.scratch.file("cache")) << "a file where the folder should be";
  const auto cache = make();
  const auto content = cache->open(id_of(1), true);
  fill(*content, 1, kSize);
  cache->flush();
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
  EXPECT_THAT(shelter.news.reasons(), ElementsAre("CACHE_IO_ERROR"));
  std::filesystem::remove(shelter.scratch.file("cache"));
  EXPECT_TRUE(works_again(*cache));
}

TEST_F(CacheDiskFaults, LeavesTheFolderToWhoHadItFirst) {
  auto first = make();
  fill(*first->open(id_of(1), true), 1, kSize);
  first->flush();
  const auto second = make();
  const auto content = second->open(id_of(2), true);
  fill(*content, 2, kSize);
  second->flush();
  EXPECT_EQ(read_all(*content, 2, kSize).right, kSize);
  EXPECT_THAT(shelter.news.reasons(), ElementsAre("CACHE_IN_USE"));
  EXPECT_EQ(second->counters().disk_bytes, 0);
  first.reset();
  EXPECT_TRUE(works_again(*second)) << "it takes over";
  EXPECT_EQ(read_all(*second->open(id_of(1), true), 1, kSize).right, kSize);
}

TEST_F(CacheDiskFaults, GoesOnWhenItsFolderIsRemoved) {
  const auto cache = make();
  const auto content = cache->open(id_of(1), true);
  fill(*content, 1, kSize);
  cache->flush();
  std::filesystem::remove_all(shelter.scratch.file("cache"));
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
  const auto other = cache->open(id_of(2), true);
  fill(*other, 2, kSize);
  EXPECT_TRUE(works_again(*cache));
  cache->flush();
  EXPECT_TRUE(std::filesystem::exists(shelter.scratch.file("cache")));
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
  EXPECT_EQ(read_all(*other, 2, kSize).right, kSize);
}

TEST_F(CacheDiskFaults, KeepsItsFilesToItself) {
  fill(*make()->open(id_of(1), true), 1, kSize);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shelter.scratch.file("cache"))) {
    struct stat about {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, S_ISDIR(about.st_mode) ? 0700U : 0600U) << entry.path();
    EXPECT_EQ(entry.path().string().find("shop"), std::string::npos) << "names say nothing of what is in them";
    files += S_ISREG(about.st_mode) ? 1 : 0;
  }
  EXPECT_EQ(files, 2);
}

}  // namespace
}  // namespace segue::stream
