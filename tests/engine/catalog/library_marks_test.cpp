// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_marks.h"

#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/catalog/library.h"
#include "engine/catalog/marks_check.h"
#include "tests/engine/catalog/library_folder.h"
#include "tests/engine/catalog/same_marks.h"

namespace segue::catalog {
namespace {

namespace fs = std::filesystem;
using model::CuePoint;
using test::expect_same_marks;
using test::flac_file;
using test::full_marks;
using test::LibraryFolder;

model::TrackMarks marks_at(LibraryFolder& music, const std::string& uri) {
  const auto kept = music.library().marks(uri);
  EXPECT_TRUE(kept) << kept.error().message;
  return kept ? kept->marks : model::TrackMarks{};
}

TEST(LibraryMarks, AllIsKeptOfEveryKindOfTrack) {
  LibraryFolder music;
  music.write("a.flac", flac_file({{"TITLE", "Blue"}}));
  music.scan();
  for (const std::string uri :
       {"segue://navi/tr%2F1", "https://example.org/a.mp3?x=1", "file:///elsewhere/a%20b.mp3"}) {
    EXPECT_EQ(music.library().marks(uri).value().version, "0");
    ASSERT_EQ(music.library().put_marks(uri, full_marks(), "").value(), "1");
    music.reopen();
    expect_same_marks(marks_at(music, uri), full_marks());
  }
  music.scan();
  const std::string local = music.only("blue").uri;
  ASSERT_TRUE(music.library().put_marks("file://localhost" + music.path("a.flac"), full_marks(), ""));
  expect_same_marks(marks_at(music, local), full_marks());
}

TEST(LibraryMarks, WhatIsTakenAwayIsGone) {
  LibraryFolder music;
  ASSERT_TRUE(music.library().put_marks("segue://navi/1", full_marks(), ""));
  model::TrackMarks few;
  few.rating = 2;
  ASSERT_TRUE(music.library().put_marks("segue://navi/1", few, ""));
  expect_same_marks(marks_at(music, "segue://navi/1"), few);
}

TEST(LibraryMarks, AChangeOfSomethingElseIsRefused) {
  LibraryFolder music;
  Library& library = music.library();
  const std::string uri = "segue://navi/1";
  ASSERT_EQ(library.put_marks(uri, {}, "0").value(), "1");
  const auto late = library.put_marks(uri, full_marks(), "0");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kAborted);
  EXPECT_EQ(late.error().reason, "MARKS_CHANGED");
  expect_same_marks(marks_at(music, uri), {});
  EXPECT_EQ(library.put_marks(uri, full_marks(), "1").value(), "2");
  EXPECT_EQ(library.put_marks(uri, full_marks(), "").value(), "3");
}

TEST(LibraryMarks, FollowAFileThatMovesAndOutliveScansAndEditedTags) {
  LibraryFolder music;
  music.write("a.flac", flac_file({{"TITLE", "Blue"}}));
  music.scan();
  const std::string before = music.only("blue").uri;
  ASSERT_TRUE(music.library().put_marks(before, full_marks(), ""));
  fs::create_directory(music.path("sub"));
  fs::rename(music.path("a.flac"), music.path("sub/renamed.flac"));
  music.rescan();
  const Entry moved = music.only("blue");
  EXPECT_EQ(moved.uri, before);
  EXPECT_EQ(moved.rating, full_marks().rating);
  expect_same_marks(marks_at(music, "file://" + music.path("sub/renamed.flac")), full_marks());
  EXPECT_EQ(music.library().marks("file://" + music.path("a.flac")).value().version, "0") << "nothing is there";
  music.write("sub/renamed.flac", flac_file({{"TITLE", "Azure"}, {"ARTIST", "Longer than before"}}));
  music.rescan();
  EXPECT_EQ(music.only("azure").rating, full_marks().rating);
  expect_same_marks(marks_at(music, music.only("azure").uri), full_marks());
}

TEST(LibraryMarks, AreThereAgainWhenTheFileIsBack) {
  LibraryFolder music;
  const std::string bytes = flac_file({{"TITLE", "Blue"}});
  music.write("a.flac", bytes);
  music.write("b.flac", flac_file({{"TITLE", "Green"}}));
  music.scan();
  ASSERT_TRUE(music.library().put_marks(music.only("blue").uri, full_marks(), ""));
  fs::remove(music.path("a.flac"));
  music.rescan();
  ASSERT_EQ(music.found("blue").size(), 0U);
  music.write("a.flac", bytes);
  music.rescan();
  EXPECT_EQ(music.only("blue").rating, full_marks().rating);
}

TEST(LibraryMarks, OfAPlainFileAreFoundOnceItsFolderIsTheLibrarys) {
  LibraryFolder music;
  music.write("a.flac", flac_file({{"TITLE", "Blue"}}));
  const std::string file = "file://" + music.path("a.flac");
  ASSERT_TRUE(music.library().put_marks(file, full_marks(), ""));
  music.scan();
  const std::string uri = music.only("blue").uri;
  expect_same_marks(marks_at(music, uri), full_marks());
  ASSERT_EQ(music.library().put_marks(uri, full_marks(), "1").value(), "2");
  EXPECT_EQ(music.only("blue").rating, full_marks().rating);
  expect_same_marks(marks_at(music, file), full_marks());
}

TEST(LibraryMarks, AreTakenOverByTheSameContentElsewhereOnceTheirTrackIsGone) {
  LibraryFolder music;
  const std::string bytes = flac_file({{"TITLE", "Blue"}});
  music.write("a.flac", bytes);
  music.write("keep.flac", flac_file({{"TITLE", "Green"}}));
  music.scan();
  const std::string before = music.only("blue").uri;
  ASSERT_TRUE(music.library().put_marks(before, full_marks(), ""));
  ASSERT_TRUE(music.library().set_content(before, "same"));
  music.write("copy.flac", bytes);
  music.rescan();
  const std::string copy = music.library().find_uri("file://" + music.path("copy.flac")).value().uri;
  ASSERT_TRUE(music.library().set_content(copy, "same"));
  EXPECT_EQ(music.library().marks(copy).value().version, "0") << "a copy beside it has its own";
  fs::remove(music.path("a.flac"));
  music.rescan();
  ASSERT_TRUE(music.library().set_content(copy, "same"));
  expect_same_marks(marks_at(music, copy), full_marks());
}

TEST(LibraryMarks, BadOnesAreRefusedByTheirField) {
  const double nan = std::nan("");
  const auto reason_of = [](auto change) {
    model::TrackMarks marks = full_marks();
    change(marks);
    const auto checked = check_marks(marks);
    return checked ? std::string("good") : checked.error().message.substr(0, checked.error().message.find(':'));
  };
  EXPECT_EQ(reason_of([](auto&) {}), "good");
  EXPECT_EQ(reason_of([](auto& m) { m.rating = 6; }), "rating");
  EXPECT_EQ(reason_of([](auto& m) { m.color = 0x1000000; }), "color");
  EXPECT_EQ(reason_of([&](auto& m) { m.gain_db = nan; }), "gain_db");
  EXPECT_EQ(reason_of([](auto& m) { m.cue_s = -1; }), "cue_s");
  EXPECT_EQ(reason_of([](auto& m) { m.key = model::Key{12, false}; }), "key");
  EXPECT_EQ(reason_of([](auto& m) { m.grid->beats_per_bar = 5; }), "grid.beats_per_bar");
  EXPECT_EQ(reason_of([](auto& m) { m.grid->beats_per_bar = 2; }), "good") << "6/8";
  EXPECT_EQ(reason_of([&](auto& m) { m.grid->markers[0].bpm = nan; }), "grid.markers.bpm");
  EXPECT_EQ(reason_of([](auto& m) { m.grid->markers[0].at_s = -0.02; }), "good") << "a downbeat before the track";
  EXPECT_EQ(reason_of([](auto& m) { m.grid->markers[0].at_s = -4'000; }), "grid.markers.at_s");
  EXPECT_EQ(reason_of([](auto& m) { m.grid->markers.resize(30'000); }), "grid.markers");
  EXPECT_EQ(reason_of([](auto& m) { std::swap(m.grid->markers[0], m.grid->markers[1]); }), "grid.markers.at_s");
  EXPECT_EQ(reason_of([&](auto& m) { m.cues[0].at_s = nan; }), "cues.at_s");
  EXPECT_EQ(reason_of([](auto& m) { m.cues[0].index = 65; }), "cues.index");
  EXPECT_EQ(reason_of([](auto& m) { m.cues.push_back(m.cues[0]); }), "cues.index");
  EXPECT_EQ(reason_of([](auto& m) { m.cues[1].end_s = m.cues[1].at_s; }), "cues.end_s");
  EXPECT_EQ(reason_of([](auto& m) { m.cues.resize(400); }), "cues");
  LibraryFolder music;
  model::TrackMarks bad = full_marks();
  bad.rating = 9;
  EXPECT_EQ(music.library().put_marks("segue://navi/1", bad, "").error().reason, "MARKS_INVALID");
  for (const std::string uri : {"", "relative.mp3", "ftp://a/b", "segue://", "file://", "segue://navi/"}) {
    EXPECT_EQ(music.library().marks(uri).error().reason, "URI_INVALID") << uri;
  }
}

TEST(LibraryMarks, AListShowsTheTempoThatAGridHasMostOfTheTime) {
  EXPECT_EQ(shown_bpm({}), 0);
  EXPECT_EQ(shown_bpm({.markers = {{1, 128}}}), 128);
  EXPECT_EQ(shown_bpm({.markers = {{0, 90}, {10, 120}, {100, 90}, {110, 87}}}), 120);
}

}  // namespace
}  // namespace segue::catalog
