// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/daemon/temp_dir.h"

namespace segue::catalog {
namespace {

using ::testing::AnyOf;

std::string read_as(const std::string& format, const std::string& path, const std::string& bytes) {
  const auto library = read_foreign_library(format, {path, bytes});
  return library ? library->program : library.error().reason;
}

TEST(ForeignFormats, AreToldByWhatTheyLookLike) {
  EXPECT_EQ(read_as("", "", "<?xml version=\"1.0\"?><DJ_PLAYLISTS><PRODUCT Name=\"x\"/></DJ_PLAYLISTS>"), "x");
  EXPECT_EQ(read_as("", "", "<?xml version=\"1.0\"?><NML VERSION=\"19\"/>"), "NML 19");
  EXPECT_EQ(read_as("", "", "#EXTM3U\n/a.mp3\n"), "a playlist");
  EXPECT_EQ(read_as("", "/x.bin", "hello"), "LIBRARY_FORMAT_UNKNOWN");
  EXPECT_EQ(read_as("itunes", "", "hello"), "LIBRARY_FORMAT_UNKNOWN");
  EXPECT_EQ(read_as("traktor", "", "<DJ_PLAYLISTS/>"), "LIBRARY_FILE_INVALID") << "by name";
}

TEST(ForeignFormats, ADatabaseGoesToTheReaderOfMixxxAndAFolderToThatOfSerato) {
  const segue::testing::TempDir folder;
  const std::string path = folder.write("x.sqlite", "SQLite format 3");
  EXPECT_THAT(read_as("", path, "SQLite format 3"), AnyOf("LIBRARY_INVALID", "LIBRARY_FILE_INVALID"));
  const auto loaded = load_foreign_file(folder.path(""));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(read_as("", loaded->path, loaded->bytes), "Serato");
  EXPECT_EQ(read_as("serato", path, ""), "LIBRARY_FILE_INVALID");
}

TEST(ForeignFormats, APlaylistIsALibraryOfOne) {
  const auto library =
      read_foreign_library("", {"/music/Friday.m3u8", "#EXTM3U\n#EXTINF:61,A - One\none.mp3\nftp://x\n"});
  ASSERT_TRUE(library);
  ASSERT_EQ(library->playlists.size(), 1U);
  EXPECT_EQ(library->playlists[0].name, "Friday");
  ASSERT_EQ(library->tracks.size(), 1U);
  EXPECT_EQ(library->tracks[0].location, "file:///music/one.mp3");
  EXPECT_EQ(library->skipped_count, 1);
}

TEST(ForeignFormats, AFileThatIsNotThereIsNamed) {
  const auto missing = load_foreign_file("/nowhere/x.xml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, "FILE_MISSING");
}

}  // namespace
}  // namespace segue::catalog
