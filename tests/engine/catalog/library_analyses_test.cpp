// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/catalog/library.h"
#include "engine/catalog/library_analyses.h"
#include "engine/catalog/library_schema.h"
#include "engine/store/migrate.h"
#include "tests/engine/catalog/full_analysis.h"
#include "tests/engine/catalog/library_folder.h"

namespace segue::catalog {
namespace {

using test::expect_same;
using test::flac_file;
using test::full_analysis;
using test::LibraryFolder;

const std::string kContent = "sha256:0123456789abcdef/v1";

TEST(LibraryAnalyses, OneIsKeptByContentAcrossRestarts) {
  LibraryFolder music;
  EXPECT_FALSE(music.library().analysis(kContent).value());
  ASSERT_TRUE(music.library().put_analysis(kContent, full_analysis(1)));
  ASSERT_TRUE(music.library().put_analysis("other", full_analysis(2)));
  music.reopen();
  const auto kept = music.library().analysis(kContent);
  ASSERT_TRUE(kept) << kept.error().message;
  ASSERT_TRUE(*kept);
  expect_same(**kept, full_analysis(1));
}

TEST(LibraryAnalyses, ALaterOneTakesThePlaceOfTheEarlier) {
  LibraryFolder music;
  model::TrackAnalysis early = full_analysis(1);
  early.version = 1;
  early.is_final = false;
  ASSERT_TRUE(music.library().put_analysis(kContent, early));
  EXPECT_EQ(music.library().analysis(kContent).value()->version, 1) << "the caller decides whether it is good enough";
  model::TrackAnalysis late = full_analysis(2);
  late.waveform.detail.resize(100);
  ASSERT_TRUE(music.library().put_analysis(kContent, late));
  expect_same(*music.library().analysis(kContent).value(), late);
}

TEST(LibraryAnalyses, TracksOfOtherCataloguesAreToldWithWhatIsKnownOfThem) {
  LibraryFolder music;
  Library& library = music.library();
  model::TrackAnalysis analysis = full_analysis(1);
  analysis.rhythm.bpm = 127.98;
  analysis.tonality.key = model::Key{9, true};
  ASSERT_TRUE(library.put_analysis(kContent, analysis));
  ASSERT_TRUE(library.set_content("segue://navi/1", kContent));
  ASSERT_TRUE(library.set_content("segue://navi/2", kContent));
  model::TrackMarks marks;
  marks.grid = model::BeatGrid{{{0.5, 64}}, 4};
  marks.rating = 4;
  marks.color = 0xff8800;
  ASSERT_TRUE(library.put_marks("segue://navi/2", marks, ""));
  std::vector<Entry> entries(3);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].uri = "segue://navi/" + std::to_string(i + 1);
    entries[i].bpm = 130;
    entries[i].key = "C";
  }
  ASSERT_TRUE(library.tell_known(entries));
  EXPECT_EQ(entries[0].bpm, 127.98);
  EXPECT_EQ(entries[0].key, "Am");
  EXPECT_EQ(entries[0].rating, 0);
  EXPECT_EQ(entries[1].bpm, 64) << "the user's wins";
  EXPECT_EQ(entries[1].key, "Am");
  EXPECT_EQ(entries[1].rating, 4);
  EXPECT_EQ(entries[1].color, 0xff8800U);
  EXPECT_EQ(entries[2].bpm, 130) << "else what the catalogue says";
  EXPECT_EQ(entries[2].key, "C");
}

TEST(LibraryAnalyses, KeysThatAreNoneAreRefused) {
  LibraryFolder music;
  for (const std::string& key : {std::string(), std::string("a b"), std::string(200, 'a'), std::string("a\0b", 3)}) {
    const auto put = music.library().put_analysis(key, {});
    ASSERT_FALSE(put) << key;
    EXPECT_EQ(put.error().reason, "CONTENT_KEY_INVALID");
    EXPECT_EQ(music.library().analysis(key).error().reason, "CONTENT_KEY_INVALID");
    EXPECT_EQ(music.library().set_content("file:///a", key).error().reason, "CONTENT_KEY_INVALID");
  }
}

// Damages what is kept, with the library closed.
void damage(LibraryFolder& music, const std::string& sql) {
  music.close();
  const auto database = store::Database::open({.path = music.database()});
  const auto done = (*database)->run(sql);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_GT((*database)->changes(), 0) << sql;
}

TEST(LibraryAnalyses, ADamagedOneIsNoneAndCountedAndTheNextIsKept) {
  for (const char* sql : {"UPDATE analysis_piece SET packed = substr(packed, 1, 40) WHERE piece = 0",
                          "UPDATE analysis_piece SET packed = x'' WHERE piece = 1",
                          "UPDATE analysis_piece SET packed = randomblob(500) WHERE piece = 2",
                          "DELETE FROM analysis_piece WHERE piece = 1", "DELETE FROM analysis_piece WHERE piece = 0",
                          "UPDATE analysis_piece SET piece = 1000000000 WHERE piece = 2"}) {
    SCOPED_TRACE(sql);
    LibraryFolder music;
    ASSERT_TRUE(music.library().put_analysis(kContent, full_analysis(1)));
    ASSERT_TRUE(music.library().put_analysis("other", full_analysis(2)));
    damage(music, std::string(sql) + (std::string(sql).find("WHERE") == std::string::npos ? " WHERE" : " AND") +
                      " analysis = (SELECT id FROM analysis WHERE content = '" + kContent + "')");
    music.reopen();
    const auto kept = music.library().analysis(kContent);
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_FALSE(*kept);
    EXPECT_EQ(music.library().damaged_analyses(), 1);
    EXPECT_TRUE(music.library().analysis("other").value()) << "the others are whole";
    ASSERT_TRUE(music.library().put_analysis(kContent, full_analysis(1)));
    EXPECT_TRUE(music.library().analysis(kContent).value());
  }
}

// However many tracks the folders hold, those outside have their own room.
TEST(LibraryAnalyses, TheOldestOfTracksInNoFolderMakeRoom) {
  const auto database = std::move(store::Database::open({.path = ""}).value());
  ASSERT_TRUE(store::migrate(*database, library_migrations(), kLibraryApplication));
  ASSERT_TRUE(database->run("INSERT INTO root(provider, path) VALUES('music', '/music')"));
  constexpr std::int64_t kRoom = 20;
  const auto put = [&](const std::string& provider, int number) {
    const std::string key = provider + std::to_string(number);
    ASSERT_TRUE(write_analysis(*database, key, {}, kRoom));
    ASSERT_TRUE(write_content(*database, "segue://" + provider + "/" + std::to_string(number), key));
  };
  for (int i = 0; i < 50; ++i) put("music", i);
  for (int i = 0; i < 100; ++i) {
    put("web", i);
    EXPECT_TRUE(read_analysis(*database, "web" + std::to_string(i)).value().analysis) << "the newest stays";
  }
  const auto count = [&](const std::string& like) {
    return database->number("SELECT count(*) FROM analysis WHERE content LIKE '" + like + "'").value();
  };
  EXPECT_EQ(count("music%"), 50);
  EXPECT_LE(count("web%"), kRoom + 1);
  EXPECT_GE(count("web%"), kRoom - kRoom / 10);
  EXPECT_FALSE(read_analysis(*database, "web0").value().analysis);
}

TEST(LibraryAnalyses, OneOfTwoDaysIsKeptWithoutWhatIsTooLong) {
  LibraryFolder music;
  model::TrackAnalysis analysis = full_analysis(1);
  std::mt19937 random(4);
  for (double at_s = 0; at_s < 172'800; at_s += 0.02 + static_cast<double>(random() % 1'000'000) * 1e-7) {
    analysis.onsets_s.push_back(at_s);
  }
  ASSERT_TRUE(music.library().put_analysis(kContent, analysis));
  const auto kept = music.library().analysis(kContent);
  ASSERT_TRUE(kept.value());
  EXPECT_TRUE((*kept)->onsets_s.empty());
  test::expect_same_rhythm((*kept)->rhythm, analysis.rhythm);
}

TEST(LibraryAnalyses, TempoAndKeyOfATrackAreTheUsersElseTheAnalysisElseTheTags) {
  LibraryFolder music;
  music.write("a.flac", flac_file({{"TITLE", "Blue"}, {"BPM", "130"}, {"INITIALKEY", "Dm"}}));
  music.write("b.flac", flac_file({{"TITLE", "Green"}, {"BPM", "99"}, {"INITIALKEY", "C"}}));
  music.scan();
  const std::string uri = music.only("blue").uri;
  EXPECT_EQ(music.only("blue").bpm, 130);
  ASSERT_TRUE(music.library().put_analysis(kContent, full_analysis(1)));
  ASSERT_TRUE(music.library().set_content("file://" + music.path("a.flac"), kContent)) << "whichever way it is named";
  EXPECT_EQ(music.library().content_of(uri).value(), kContent);
  EXPECT_EQ(music.only("blue").bpm, 128.0137);
  EXPECT_EQ(music.only("blue").key, "Am");
  model::TrackMarks marks;
  marks.grid = model::BeatGrid{.markers = {{0.5, 64}}};
  marks.key = model::Key{10, false};
  marks.rating = 4;
  marks.color = 0xff8800;
  ASSERT_TRUE(music.library().put_marks(uri, marks, ""));
  for (const Entry& entry : {music.only("blue"), music.library().find_uri(uri).value(),
                             music.library().get("local", music.only("blue").id).value(),
                             music.library().browse("local", "", "").value().entries.front()}) {
    EXPECT_EQ(entry.bpm, 64);
    EXPECT_EQ(entry.key, "Bb");
    EXPECT_EQ(entry.rating, 4);
    EXPECT_EQ(entry.color, 0xff8800U);
  }
  EXPECT_EQ(music.only("green").bpm, 99) << "nobody else's";
  EXPECT_EQ(music.only("green").rating, 0);
}

TEST(LibraryAnalyses, TracksOfTheSameContentShareOne) {
  LibraryFolder music;
  music.write("a.flac", flac_file({{"TITLE", "Blue"}}));
  music.scan();
  ASSERT_TRUE(music.library().put_analysis(kContent, full_analysis(1)));
  ASSERT_TRUE(music.library().set_content(music.only("blue").uri, kContent));
  Entry far;
  far.uri = "segue://navi/tr-1";
  far.provider = "navi";
  far.id = "tr-1";
  far.title = "Far";
  ASSERT_TRUE(music.library().remember({far}));
  ASSERT_TRUE(music.library().set_content(far.uri, kContent));
  EXPECT_EQ(music.only("blue").key, "Am");
  EXPECT_EQ(music.library().find_uri(far.uri).value().key, "Am");
  ASSERT_TRUE(music.library().set_content(far.uri, "other"));
  EXPECT_EQ(music.library().find_uri(far.uri).value().key, "") << "another quality, not yet analysed";
}

}  // namespace
}  // namespace segue::catalog
