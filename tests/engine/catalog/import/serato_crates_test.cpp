// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/serato_crates.h"

#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/catalog/import/foreign_formats.h"
#include "tests/support/media/media.h"
#include "tests/support/tagged/tagged_file.h"

namespace segue::catalog {
namespace {

using ::testing::ElementsAre;

std::string record(const std::string& tag, const std::string& body) {
  std::string bytes = tag;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(body.size() >> shift & 0xff);
  return bytes + body;
}

std::string text(const std::string& tag, std::u16string_view letters) {
  std::string body;
  for (const char16_t letter : letters) {
    body += static_cast<char>(letter >> 8);
    body += static_cast<char>(letter & 0xff);
  }
  return record(tag, body);
}

std::string crate(const std::vector<std::u16string>& paths) {
  std::string bytes = text("vrsn", u"1.0/Serato ScratchLive Crate") + record("osrt", record("brev", std::string(1, '\0')));
  for (const std::u16string& path : paths) bytes += record("otrk", text("ptrk", path));
  return bytes;
}

const std::string kVersion = text("vrsn", u"2.0/Serato Scratch LIVE Database");

class SeratoCrates : public ::testing::Test {
 protected:
  SeratoCrates() { std::filesystem::create_directories(folder_.path("_Serato_/Subcrates")); }
  std::string uri(const std::string& name) { return "file://" + folder_.path(name); }
  ForeignLibrary read(const std::string& path) {
    auto library = read_foreign_library("", load_foreign_file(path).value());
    EXPECT_TRUE(library) << library.error().message;
    return library ? *std::move(library) : ForeignLibrary{};
  }
  test::MediaFolder folder_;
};

TEST_F(SeratoCrates, TheDatabaseTellsOfTracksAndCratesArePlaylists) {
  folder_.write("a.flac", test::flac_file({{"TITLE", "in the file"}}));
  folder_.write("_Serato_/database V2",
                kVersion +
                    record("otrk", text("pfil", u"a.flac") + text("tsng", u"Träumerei \xD83C\xDFB9") + text("tart", u"音") +
                                       text("tbpm", u"128.50") + text("tkey", u"Am") + text("tlen", u"04:05.50") +
                                       text("tcom", u"late") + record("uadd", std::string(4, '\1'))) +
                    record("otrk", text("pfil", u"Users/dj/b.mp3") + text("tsng", u"B") + text("tbpm", u"0")));
  folder_.write("_Serato_/Subcrates/Gigs%%2023%%Late.crate", crate({u"Users/dj/b.mp3", u"a.flac", u"Users/dj/b.mp3"}));
  folder_.write("_Serato_/Subcrates/new.crate", crate({u"Users/dj/c.mp3"}));
  for (const std::string& path : {folder_.path("_Serato_"), folder_.path("_Serato_") + "/", folder_.path("")}) {
    SCOPED_TRACE(path);
    const ForeignLibrary library = read(path);
    EXPECT_EQ(library.program, "Serato");
    EXPECT_EQ(library.profile, DecoderProfile::kSerato);
    EXPECT_EQ(library.skipped_count, 0);
    ASSERT_EQ(library.tracks.size(), 3U);
    const ForeignTrack& track = library.tracks[0];
    EXPECT_EQ(track.location, uri("a.flac"));
    EXPECT_EQ(track.title, "Träumerei 🎹");
    EXPECT_EQ(track.artist, "音");
    EXPECT_EQ(track.bpm, 128.5);
    EXPECT_EQ(track.key, (model::Key{9, true}));
    EXPECT_EQ(track.duration_s, 245.5);
    EXPECT_EQ(track.marks.comment, "late");
    EXPECT_EQ(library.tracks[1].location, "file:///Users/dj/b.mp3") << "of the system's drive paths count from its top";
    EXPECT_EQ(library.tracks[1].bpm, 0);
    ASSERT_EQ(library.playlists.size(), 2U);
    EXPECT_THAT(library.playlists[0].folders, ElementsAre("Gigs", "2023"));
    EXPECT_EQ(library.playlists[0].name, "Late");
    EXPECT_THAT(library.playlists[0].tracks, ElementsAre(1, 0, 1));
    EXPECT_EQ(library.playlists[1].name, "new");
    EXPECT_THAT(library.playlists[1].tracks, ElementsAre(2));
  }
}

TEST_F(SeratoCrates, OneFileIsReadByItself) {
  const std::string path = folder_.write("_Serato_/Subcrates/x%%y.crate", crate({u"m/b.mp3"}));
  const ForeignLibrary library = read(path);
  ASSERT_EQ(library.playlists.size(), 1U);
  EXPECT_EQ(library.playlists[0].name, "y");
  EXPECT_EQ(library.tracks[0].location, "file:///m/b.mp3");
}

TEST_F(SeratoCrates, FaultsAreNamedAndWhatComesBeforeIsRead) {
  const std::string whole = crate({u"m/a.mp3", u"m/b.mp3"});
  folder_.write("_Serato_/Subcrates/broken.crate", whole.substr(0, whole.size() - 3));
  folder_.write("_Serato_/Subcrates/empty.crate", "");
  folder_.write("_Serato_/Subcrates/nowhere.crate", crate({u"", u"m/a\a.mp3"}));
  const ForeignLibrary library = read(folder_.path("_Serato_"));
  ASSERT_EQ(library.playlists.size(), 2U);
  EXPECT_EQ(library.playlists[0].tracks.size(), 1U);
  EXPECT_TRUE(library.playlists[1].tracks.empty());
  EXPECT_EQ(library.skipped_count, 4);
}

TEST_F(SeratoCrates, NoBytesWhateverDoHarm) {
  const std::string good = kVersion + record("otrk", text("pfil", u"a/b.mp3") + text("tsng", u"B") + text("tlen", u"1:00")) +
                           crate({u"m/a.mp3"});
  std::mt19937 random(3);
  int read = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string bad = good;
    for (int j = 0; j < 4; ++j) bad[random() % bad.size()] = static_cast<char>(random());
    ForeignLibrary library;
    read += add_serato_records(library, "", bad).has_value() ? 1 : 0;
    for (const ForeignTrack& track : library.tracks) ASSERT_TRUE(track.bpm == 0 || is_grid_bpm(track.bpm));
  }
  EXPECT_GT(read, 1'000);
  ForeignLibrary library;
  EXPECT_FALSE(add_serato_records(library, "", "vrsn\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace segue::catalog
