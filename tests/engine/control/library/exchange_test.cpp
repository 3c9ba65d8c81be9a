// SPDX-License-Identifier: GPL-3.0-or-later
// A library goes out as a rekordbox collection and comes back.
#include "engine/control/library/exchange.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "engine/catalog/import/foreign_library.h"
#include "engine/catalog/library.h"
#include "tests/engine/catalog/library_folder.h"
#include "tests/engine/catalog/same_marks.h"

namespace segue::control {
namespace {

using ::segue::test::flac_file;
using ::segue::test::LibraryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kElsewhere = "segue://navi/9";

class LibraryExchangeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"one", "two", "three"}) {
      music_.write(std::string(name) + ".flac", flac_file({{"TITLE", name}, {"ARTIST", "A"}}));
    }
    music_.scan();
  }
  std::string uri(const std::string& title) { return music_.only(title).uri; }
  // As the worker that heard it does.
  void put_analysis(const std::string& title, double bpm) {
    const catalog::Entry entry = music_.only(title);
    model::TrackAnalysis analysis;
    analysis.version = model::kAnalysisVersion;
    analysis.is_final = true;
    analysis.rhythm.bpm = bpm;
    analysis.rhythm.grid = {{{0.25, bpm}}, 4};
    analysis.tonality.key = model::Key{9, true};
    const std::string content = std::to_string(entry.size_bytes) + "-" + title;
    ASSERT_TRUE(library().put_analysis(content, analysis));
    ASSERT_TRUE(library().set_content(entry.uri, content));
  }
  // Marks that the format has a place for.
  static model::TrackMarks marks() {
    model::TrackMarks marks = ::segue::test::full_marks();
    marks.gain_db.reset();
    marks.cue_s.reset();
    marks.correction_s = 0;
    for (model::CuePoint& cue : marks.cues) cue.correction_s = 0;
    marks.last_played_s -= marks.last_played_s % 86'400;  // it knows days
    return marks;
  }
  std::string exported() {
    const auto response = export_library(library(), {});
    EXPECT_TRUE(response) << response.error().message;
    return response ? response->content() : "";
  }
  v1::ImportLibraryResponse::Report import(const std::string& text) {
    v1::ImportLibraryRequest request;
    request.set_content(text);
    v1::ImportLibraryResponse::Report report;
    const auto done = import_library(library(), "local", request, {}, [&](const v1::ImportLibraryResponse& piece) {
      if (piece.has_report()) report = piece.report();
    });
    EXPECT_TRUE(done) << done.error().message;
    return report;
  }
  // The same files, and nothing that the user has said of them.
  void forget_everything() {
    music_.close();
    std::filesystem::remove(music_.database());
    music_.reopen();
    music_.scan();
  }
  catalog::Library& library() { return music_.library(); }
  LibraryFolder music_;
};

TEST_F(LibraryExchangeTest, AnExportOfALibraryThatIsLostBringsItBack) {
  put_analysis("two", 128);
  ASSERT_TRUE(library().put_marks(uri("one"), marks(), ""));
  ASSERT_TRUE(library().put_marks(kElsewhere, marks(), ""));
  ASSERT_TRUE(library().create_playlist("local", "Gigs/Late", {uri("two"), kElsewhere, uri("one"), uri("two")}));
  const std::string text = exported();
  const std::string one = uri("one"), two = uri("two");
  forget_everything();
  const auto report = import(text);
  EXPECT_EQ(report.skipped_count(), 0U) << report.DebugString();
  EXPECT_EQ(report.matched(), 4U);
  EXPECT_EQ(report.playlists(), 1U);
  for (const std::string& marked : {one, std::string(kElsewhere)}) {
    SCOPED_TRACE(marked);
    const auto kept = library().marks(marked);
    ASSERT_TRUE(kept);
    ::segue::test::expect_same_marks(kept->marks, marks(), 0.6e-6);
  }
  const auto lists = library().playlists("local");
  ASSERT_TRUE(lists);
  ASSERT_EQ(lists->size(), 1U);
  EXPECT_EQ(lists->front().name, "Gigs/Late");
  std::vector<std::string> uris;
  const auto list = library().playlist("local", lists->front().id);
  ASSERT_TRUE(list);
  for (const catalog::Entry& entry : list->entries) uris.push_back(entry.uri);
  EXPECT_THAT(uris, ElementsAre(two, kElsewhere, one, two));
}

TEST_F(LibraryExchangeTest, MarksOfTracksElsewhereGoOutThoughNoPlaylistNamesThem) {
  ASSERT_TRUE(library().put_marks(kElsewhere, marks(), ""));
  const std::string text = exported();
  EXPECT_THAT(text, HasSubstr("Location=\"segue://navi/9\""));
  forget_everything();
  EXPECT_EQ(import(text).changed(), 1U);
  const auto kept = library().marks(kElsewhere);
  ASSERT_TRUE(kept);
  ::segue::test::expect_same_marks(kept->marks, marks(), 1e-3);
}

TEST_F(LibraryExchangeTest, AFileThatBreaksOffIsTakenUpToThereAndSaysSo) {
  ASSERT_TRUE(library().put_marks(uri("one"), marks(), ""));
  ASSERT_TRUE(library().put_marks(uri("two"), marks(), ""));
  const std::string text = exported();
  const std::size_t last = text.rfind("<TRACK", text.find("</COLLECTION>"));
  forget_everything();
  const auto report = import(text.substr(0, last + 40));
  EXPECT_EQ(report.tracks(), 2U);
  EXPECT_EQ(report.error().code(), "DATA_LOSS");
  EXPECT_EQ(report.error().reason(), "LIBRARY_FILE_DAMAGED");
  EXPECT_THAT(report.error().message(), HasSubstr("damaged at byte "));
  EXPECT_GE(report.changed(), 1U) << "what was read stays";
}

TEST_F(LibraryExchangeTest, ManyTracksComeInBatchesAndPlaylistsStillNameThem) {
  std::string tracks, entries;
  const std::size_t count = catalog::kForeignTracksAtOnce + 10;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = std::to_string(i);
    tracks += "<TRACK TrackID=\"" + id + "\" Name=\"t\" Location=\"/nowhere/" + id + ".mp3\"/>";
  }
  for (const char* title : {"one", "two"}) {
    const std::string id = std::string(title) == "one" ? "first" : "last";
    const std::string track = "<TRACK TrackID=\"" + id + "\" Name=\"" + title + "\" Rating=\"255\" Location=\"" +
                              music_.path(std::string(title) + ".flac") + "\"/>";
    tracks = id == "first" ? track + tracks : tracks + track;
    entries += "<TRACK Key=\"" + id + "\"/>";
  }
  const auto report = import("<DJ_PLAYLISTS><COLLECTION>" + tracks + "</COLLECTION><PLAYLISTS><NODE Type=\"0\">" +
                             "<NODE Type=\"1\" Name=\"Both\">" + entries + "</NODE></NODE></PLAYLISTS></DJ_PLAYLISTS>");
  EXPECT_EQ(report.tracks(), count + 2);
  EXPECT_EQ(report.matched(), 2U);
  EXPECT_EQ(report.changed(), 2U);
  EXPECT_FALSE(report.has_error());
  EXPECT_EQ(report.program(), "rekordbox") << "a file that does not name its program";
  const auto lists = library().playlists("local");
  ASSERT_TRUE(lists && lists->size() == 1);
  const auto both = library().playlist("local", lists->front().id);
  ASSERT_TRUE(both && both->entries.size() == 2);
  EXPECT_EQ(both->entries[0].title, "one");
  EXPECT_EQ(both->entries[1].title, "two");
}

TEST_F(LibraryExchangeTest, WhatIsThereAlreadyIsNotTouched) {
  put_analysis("two", 128);
  ASSERT_TRUE(library().put_marks(uri("one"), marks(), ""));
  const auto report = import(exported());
  EXPECT_EQ(report.changed(), 0U);
  EXPECT_EQ(report.skipped_count(), 0U) << report.DebugString();
  const auto kept = library().marks(uri("two"));
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->marks.grid) << "an analysis is nobody's word";
  EXPECT_FALSE(kept->marks.key);
}

TEST_F(LibraryExchangeTest, OnlyFilesAreReplaced) {
  namespace fs = std::filesystem;
  const std::string folder = fs::path(music_.database()).parent_path().string();
  v1::ExportLibraryRequest request;
  request.set_overwrite(true);
  request.set_path(folder + "/pipe");
  ASSERT_EQ(mkfifo(request.path().c_str(), 0600), 0);
  const auto refused = export_library(library(), request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "NOT_A_FILE");
  EXPECT_TRUE(fs::is_fifo(request.path()));
  std::ofstream(folder + "/file.xml") << "old";
  fs::create_symlink("file.xml", folder + "/link.xml");
  request.set_path(folder + "/link.xml");
  EXPECT_TRUE(export_library(library(), request));
  EXPECT_TRUE(fs::is_symlink(request.path()));
  EXPECT_GT(fs::file_size(folder + "/file.xml"), 3U) << "what the link names is written";
}

TEST_F(LibraryExchangeTest, AnalysedGridsGoOutWhereTheUserHasNone) {
  put_analysis("one", 128);
  put_analysis("two", 171.5);
  model::TrackMarks own;
  own.grid = model::BeatGrid{{{1.5, 90}}, 4};
  ASSERT_TRUE(library().put_marks(uri("one"), own, ""));
  const std::string text = exported();
  EXPECT_THAT(text, HasSubstr("Inizio=\"1.500\" Bpm=\"90.000\""));
  EXPECT_THAT(text, Not(HasSubstr("Bpm=\"128.000\" Metro")));
  EXPECT_THAT(text, HasSubstr("Inizio=\"0.250\" Bpm=\"171.500\""));
  EXPECT_THAT(text, HasSubstr("Tonality=\"Am\""));
}

TEST_F(LibraryExchangeTest, AnAnalysisOfWhatTheFileHeldBeforeDoesNotGoOut) {
  put_analysis("one", 128);
  ASSERT_TRUE(library().set_content(uri("one"), "1-other"));
  ASSERT_TRUE(library().put_analysis("1-other", {}));
  EXPECT_THAT(exported(), Not(HasSubstr("<TEMPO")));
}

}  // namespace
}  // namespace segue::control
