// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to the files while nobody looks: never a wrong byte.
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/engine/stream/cache/cache_fixture.h"

namespace segue::stream {
namespace {

using namespace segue::test;
namespace fs = std::filesystem;

constexpr std::int64_t kSize = 8 * kBlockBytes + 4321;

class CacheDamage : public testing::Test {
 protected:
  std::unique_ptr<BlockCache> make() { return BlockCache::create(shelter.options()); }
  // A fresh folder that holds content 1 whole; its two files.
  void store() {
    fs::remove_all(shelter.scratch.file("cache"));
    fill(*make()->open(id_of(1), true), 1, kSize);
    for (const auto& entry : fs::recursive_directory_iterator(shelter.scratch.file("cache"))) {
      if (entry.path().extension() == ".index") index = entry.path();
      if (entry.path().extension() == ".data") data = entry.path();
    }
  }
  // What is left of it, and whether it can be made whole again.
  Reading look() {
    Reading reading;
    {
      const auto cache = make();
      const auto content = cache->open(id_of(1), true);
      reading = read_all(*content, 1, kSize);
      EXPECT_EQ(content->present().count(), reading.right) << "what is wrong is not there any more";
      if (content->size() < 0) content->set_size(kSize);
      EXPECT_EQ(content->size(), kSize);
      fill(*content, 1, kSize);
      EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
      cache->flush();
    }
    const auto again = make();
    EXPECT_EQ(read_all(*again->open(id_of(1), true), 1, kSize).right, kSize) << "not repaired for good";
    return reading;
  }

  Shelter shelter;
  fs::path index;
  fs::path data;
};

void flip_bit(const fs::path& path, std::uint64_t bit) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(static_cast<char>(byte ^ 1 << (bit % 8)));
}

TEST_F(CacheDamage, FlippedBitsCostARefetchAndNeverAWrongByte) {
  const int rounds = std::getenv("SEGUE_SOAK") != nullptr ? 2000 : 60;
  std::int64_t missing = 0;
  for (int round = 0; round < rounds; ++round) {
    std::mt19937_64 random(static_cast<std::uint64_t>(round));
    store();
    const std::uint64_t flips = 1 + random() % 20;
    for (std::uint64_t i = 0; i < flips; ++i) {
      const fs::path& path = random() % 2 == 0 ? data : index;
      flip_bit(path, random() % (fs::file_size(path) * 8));
    }
    const Reading reading = look();
    ASSERT_EQ(reading.wrong, 0) << "seed " << round;
    missing += reading.missing;
  }
  EXPECT_GT(missing, 0) << "nothing was damaged, so nothing was shown";
}

TEST_F(CacheDamage, CountsAndTellsEachDamagedBlock) {
  store();
  flip_bit(data, 8 * (2 * kBlockBytes + 5));
  flip_bit(data, 8 * (5 * kBlockBytes + 5));
  const auto cache = make();
  const auto content = cache->open(id_of(1), true);
  const Reading reading = read_all(*content, 1, kSize);
  EXPECT_EQ(reading.missing, 2 * kBlockBytes);
  EXPECT_EQ(cache->counters().blocks_corrupt, 2U);
  cache->flush();
  EXPECT_EQ(shelter.news.reasons(), (std::vector<std::string>{"CACHE_CORRUPT", "CACHE_CORRUPT"}));
}

// The index was written, the data was not: after a power cut there are zeros.
TEST_F(CacheDamage, DataThatNeverReachedTheDiskIsNotThere) {
  store();
  fs::resize_file(data, 0);
  fs::resize_file(data, kSize);
  const Reading reading = look();
  EXPECT_EQ(reading.missing, kSize);
}

TEST_F(CacheDamage, TruncatedFilesAnywhere) {
  for (const bool is_index : {true, false}) {
    for (int cut = 0; cut <= 16; ++cut) {
      store();
      const fs::path& path = is_index ? index : data;
      fs::resize_file(path, fs::file_size(path) * static_cast<std::uintmax_t>(cut) / 17);
      const Reading reading = look();
      ASSERT_EQ(reading.wrong, 0);
      ASSERT_GT(reading.missing, 0);
    }
  }
}

TEST_F(CacheDamage, ForeignThingsInPlaceOfFilesAreReplacedWithoutWaiting) {
  const fs::path elsewhere = shelter.scratch.file("elsewhere");
  std::ofstream(elsewhere) << "private";
  const std::function<void(const fs::path&)> makes[] = {
      [&](const fs::path& at) { fs::create_symlink(elsewhere, at); },
      [&](const fs::path& at) { ASSERT_EQ(::mkfifo(at.c_str(), 0600), 0); },
      [&](const fs::path& at) { fs::create_directory(at); },
      [&](const fs::path& at) { std::ofstream(at) << "seguebk9 of another version"; },
      [&](const fs::path& at) { std::ofstream(at) << ""; },
      [&](const fs::path&) {},
  };
  for (const auto& make_it : makes) {
    for (const bool is_index : {true, false}) {
      store();
      const fs::path& path = is_index ? index : data;
      fs::remove(path);
      make_it(path);
      EXPECT_EQ(look().missing, kSize);
    }
  }
  std::string left;
  std::ifstream(elsewhere) >> left;
  EXPECT_EQ(left, "private") << "a link was followed";
}

TEST_F(CacheDamage, AnIndexOfAnotherContentDoesNotCount) {
  store();
  const fs::path kept = shelter.scratch.file("kept");
  fs::copy_file(index, kept);
  const fs::path right = index;
  fs::remove_all(shelter.scratch.file("cache"));
  fill(*make()->open(id_of(2), true), 2, kSize);
  fs::create_directories(right.parent_path());
  for (const auto& entry : fs::recursive_directory_iterator(shelter.scratch.file("cache"))) {
    if (entry.path().extension() != ".data" || entry.path().parent_path() == right.parent_path()) continue;
    fs::path beside = right;
    fs::copy_file(entry.path(), beside.replace_extension(".data"), fs::copy_options::overwrite_existing);
    fs::copy_file(fs::path(entry.path()).replace_extension(".index"), right);
    break;
  }
  EXPECT_EQ(look().missing, kSize) << "the header names content 2";
}

TEST_F(CacheDamage, FilesRemovedWhileTheyAreReadDoNotHurt) {
  store();
  const auto cache = make();
  const auto content = cache->open(id_of(1), true);
  fs::remove(data);
  fs::remove(index);
  EXPECT_EQ(read_all(*content, 1, kSize).right, kSize);
}

TEST_F(CacheDamage, StrangersInTheFolderAreLeftAlone) {
  store();
  const fs::path root = shelter.scratch.file("cache");
  std::ofstream(root / "notes.txt") << "mine";
  fs::create_directories(root / "v1" / "photos");
  std::ofstream(root / "v1" / "photos" / "me.jpg") << "mine";
  ASSERT_EQ(::mkfifo((root / "v1" / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(look().right, kSize);
  EXPECT_TRUE(fs::exists(root / "notes.txt"));
  EXPECT_TRUE(fs::exists(root / "v1" / "photos" / "me.jpg"));
}

TEST_F(CacheDamage, HalvesOfContentsAreSweptUpAtTheStart) {
  store();
  fs::remove(index);
  const auto cache = make();
  cache->flush();
  EXPECT_FALSE(fs::exists(data));
}

}  // namespace
}  // namespace segue::stream
