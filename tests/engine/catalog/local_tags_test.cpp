// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/catalog/local/tags.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/media/media.h"
#include "tests/support/tagged/music_folder.h"

namespace segue::catalog {
namespace {

TEST(LocalTags, EveryFormatTheEnginePlaysIsATrack) {
  for (const test::MediaFormat& format : test::media_formats()) {
    SCOPED_TRACE(format.name);
    EXPECT_TRUE(is_audio_name(std::string("x.") + format.extension));
    const auto tags = read_tags(test::encode(format, {.frames = 44'100}));
    ASSERT_TRUE(tags) << tags.error().message;
    EXPECT_NE(tags->codec, "");
    EXPECT_NE(tags->title, "");
    if (tags->duration_s != 0) {
      EXPECT_NEAR(tags->duration_s, 1, 0.1);
    }
  }
}

// Sizes that take minutes to read through.
TEST(LocalTags, LargeFilesWithoutMusicAreNotReadToTheirEnd) {
  const testing::TempDir folder;
  const std::string frame = "\xff\xfb\xe0\x00";  // of an MP3 of 320 kbit/s
  for (const std::string name : {"a.mp3", "a.opus", "a.ape", "a.ogg", "a.m4a", "a.wav", "a.wv", "a.mpc", "a.tta"}) {
    for (const std::string& start : {std::string(), frame, std::string("ID3\x04\x00\x00\x7f\x7f\x7f\x7f", 10)}) {
      const std::string path = folder.path(name);
      std::ofstream(path, std::ios::binary) << start;
      std::filesystem::resize_file(path, 15ULL << 30);
      const auto before = std::chrono::steady_clock::now();
      (void)read_tags(path);
      (void)embedded_picture(path);
      EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5)) << name << ' ' << start.size();
    }
  }
}

// TagLib has no reader for it and searches it for something else.
TEST(LocalTags, AnAacStreamOfAnyLengthIsATrack) {
  const testing::TempDir folder;
  const std::string path = folder.path("a.aac");
  std::ofstream(path, std::ios::binary) << "\xff\xf1" << std::string(20'000'000, 'x');
  const auto tags = read_tags(path);
  ASSERT_TRUE(tags) << tags.error().message;
  EXPECT_EQ(tags->codec, "aac");
}

TEST(LocalTags, FilesThatAreTooLargeOrMadeUpByTheKernelAreNotOpened) {
  const testing::TempDir folder;
  const std::string large = folder.path("large.mp3");
  std::ofstream(large).put('x');
  std::filesystem::resize_file(large, 200ULL << 30);
  ASSERT_FALSE(read_tags(large));
  EXPECT_EQ(read_tags(large).error().message, "is larger than 16 GiB");
  const std::string link = folder.path("kernel.mp3");
  std::filesystem::create_symlink("/proc/self/status", link);  // /proc/kmsg would wait until the kernel speaks
  ASSERT_FALSE(read_tags(link));
  EXPECT_EQ(read_tags(link).error().message, "is empty or cannot be opened");
}

}  // namespace
}  // namespace segue::catalog
