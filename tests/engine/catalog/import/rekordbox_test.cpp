// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/rekordbox.h"

#include <cmath>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/catalog/export/rekordbox_file.h"
#include "engine/catalog/export/rekordbox_grid.h"
#include "engine/catalog/import/foreign_grid.h"
#include "engine/catalog/marks_check.h"
#include "tests/engine/catalog/same_marks.h"

namespace segue::catalog {
namespace {

using model::CuePoint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A collection as the program writes one, around these tracks and playlists.
std::string collection(const std::string& tracks, const std::string& playlists = "") {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox" Version="6.7.4" Company="AlphaTheta"/>
<COLLECTION Entries="7777">)" +
         tracks + R"(</COLLECTION><PLAYLISTS><NODE Type="0" Name="ROOT" Count="99">)" + playlists +
         "</NODE></PLAYLISTS></DJ_PLAYLISTS>";
}

ForeignLibrary read(const std::string& text) {
  auto library = read_rekordbox(text);
  EXPECT_TRUE(library) << library.error().message;
  return library ? *library : ForeignLibrary{};
}

std::vector<std::string> skipped(const ForeignLibrary& library) {
  std::vector<std::string> all;
  for (const ForeignSkip& skip : library.skipped) all.push_back(skip.what + " of " + skip.name + ": " + skip.reason);
  return all;
}

TEST(Rekordbox, ReadsWhatATrackHas) {
  const ForeignLibrary library = read(collection(R"(
<TRACK TrackID="7" Name="Bj&#246;rk &amp; &quot;Friends&quot;" Artist="Пётр" Album="音楽" Genre="House" Size="9000000"
  TotalTime="300" Year="2019" AverageBpm="127.98" Comments="peak &lt;time&gt;" PlayCount="12" LastPlayed="2023-11-14"
  Rating="204" Location="file://localhost/Users/dj/A%20%26%20B/%E9%9F%B3.mp3" Tonality="8A" Colour="0xFF007F">
  <TEMPO Inizio="0.025" Bpm="127.98" Metro="4/4" Battito="1"/>
  <POSITION_MARK Name="Drop" Type="0" Start="60.025" Num="1" Red="40" Green="226" Blue="20"/>
  <POSITION_MARK Name="Drop" Type="0" Start="60.025" Num="-1"/>
  <POSITION_MARK Name="" Type="0" Start="90.5" Num="-1"/>
  <POSITION_MARK Name="roll" Type="4" Start="120" End="121.875" Num="2" Red="255" Green="0" Blue="0"/>
</TRACK>)"));
  EXPECT_EQ(library.program, "rekordbox 6.7.4");
  EXPECT_EQ(library.profile, DecoderProfile::kRekordbox);
  EXPECT_THAT(skipped(library), ElementsAre());
  ASSERT_EQ(library.tracks.size(), 1U);
  const ForeignTrack& track = library.tracks[0];
  EXPECT_EQ(track.title, "Björk & \"Friends\"");
  EXPECT_EQ(track.artist, "Пётр");
  EXPECT_EQ(track.album, "音楽");
  EXPECT_EQ(track.location, "file:///Users/dj/A%20%26%20B/%E9%9F%B3.mp3");
  EXPECT_EQ(track.bpm, 127.98);
  EXPECT_EQ(track.key, (model::Key{9, true}));
  model::TrackMarks wanted;
  wanted.grid = model::BeatGrid{.markers = {{0.025, 127.98}}};
  wanted.cues = {{CuePoint::Kind::kCue, 2, 60.025, 0, "Drop", 0x28e214, 0},
                 {CuePoint::Kind::kCue, 0, 90.5, 0, "", 0, 0},
                 {CuePoint::Kind::kLoop, 3, 120, 121.875, "roll", 0xff0000, 0}};
  wanted.rating = 4;
  wanted.color = 0xff007f;
  wanted.comment = "peak <time>";
  wanted.play_count = 12;
  wanted.last_played_s = 1'699'920'000;
  test::expect_same_marks(track.marks, wanted, 1e-9);
}

TEST(Rekordbox, PlaylistsLieInFoldersWhateverTheCountsSay) {
  const ForeignLibrary library = read(collection(
      R"(<TRACK TrackID="1" Name="a" Location="file://localhost/a.mp3"/>
         <TRACK TrackID="2" Name="b" Location="file://localhost/b.mp3"/>)",
      R"(<NODE Type="0" Name="Gigs" Count="0"><NODE Type="0" Name="2023" Count="5">
           <NODE Type="1" Name="Warm up" Entries="1" KeyType="0"><TRACK Key="2"/><TRACK Key="1"/><TRACK Key="9"/></NODE>
         </NODE></NODE>
         <NODE Type="1" Name="by place" Entries="0" KeyType="1"><TRACK Key="file://localhost/b.mp3"/></NODE>
         <NODE Type="1" Name="empty" Entries="3" KeyType="0"/>)"));
  ASSERT_EQ(library.playlists.size(), 3U);
  EXPECT_THAT(library.playlists[0].folders, ElementsAre("Gigs", "2023"));
  EXPECT_EQ(library.playlists[0].name, "Warm up");
  EXPECT_THAT(library.playlists[0].tracks, ElementsAre(1, 0));
  EXPECT_THAT(library.playlists[1].tracks, ElementsAre(1));
  EXPECT_THAT(library.playlists[2].tracks, ElementsAre());
  EXPECT_THAT(skipped(library), ElementsAre("playlist entry of Warm up: track \"9\" is not in the collection"));
}

TEST(Rekordbox, RatingsAreFifthsOf255) {
  const int wanted[] = {0, 1, 2, 3, 4, 5};
  for (const int stars : wanted) {
    const auto library =
        read(collection("<TRACK TrackID=\"1\" Location=\"/a\" Rating=\"" + std::to_string(stars * 51) + "\"/>"));
    EXPECT_EQ(library.tracks.at(0).marks.rating, stars);
  }
}

// Beat by beat in whole milliseconds, as a tempo that was found to vary is written.
std::vector<ForeignMarker> rounded_beats(double first_s, double bpm, int count, double drift = 0) {
  std::vector<ForeignMarker> markers;
  double at_s = first_s;
  for (int i = 0; i < count; ++i) {
    const double now_bpm = bpm + drift * i;
    markers.push_back(
        {std::round(at_s * 1'000) / 1'000, std::round(now_bpm * 100) / 100 + (i % 2 == 0 ? 0.01 : 0), i % 4 + 1});
    at_s += 60 / now_bpm;
  }
  return markers;
}

TEST(ForeignGrid, EqualTempiAreOneWhateverThePlacesSay) {
  std::vector<ForeignMarker> markers;
  for (int i = 0; i < 500; ++i)
    markers.push_back({std::round((0.1 + i * 60 / 173.5) * 1'000) / 1'000, 173.5, i % 4 + 1});
  const auto grid = fitted_grid(markers, 4);
  ASSERT_TRUE(grid);
  ASSERT_EQ(grid->markers.size(), 1U);
  EXPECT_EQ(grid->markers[0].bpm, 173.5);
  EXPECT_EQ(grid->markers[0].at_s, 0.1);
}

TEST(ForeignGrid, RoundedBeatsOfOneTempoAreALine) {
  const double bpm = 127.9713;
  const auto grid = fitted_grid(rounded_beats(0.4321, bpm, 640), 4);
  ASSERT_TRUE(grid);
  ASSERT_EQ(grid->markers.size(), 1U);
  EXPECT_NEAR(grid->markers[0].bpm, bpm, 0.001) << "places alone wobble by up to 0.45 BPM";
  EXPECT_NEAR(grid->markers[0].at_s, 0.4321, 0.0005);
}

TEST(ForeignGrid, ATempoThatMovesStaysWithinTheRoundingOfEveryBeat) {
  const auto beats = rounded_beats(0.25, 118, 600, 0.01);
  const auto grid = fitted_grid(beats, 4);
  ASSERT_TRUE(grid);
  EXPECT_GT(grid->markers.size(), 3U);
  EXPECT_LT(grid->markers.size(), 200U) << "not a marker for each beat";
  for (std::size_t i = 0; i < beats.size(); ++i) {
    ASSERT_NEAR(grid->seconds_of_beat(static_cast<double>(i) + 1), beats[i].at_s, 0.0012) << "beat " << i;
  }
}

TEST(ForeignGrid, BeginsOnADownbeatWithinTheTrack) {
  const auto third = fitted_grid({{10.0, 120, 3}}, 4);
  EXPECT_NEAR(third->markers[0].at_s, 9.0, 1e-9);
  const auto early = fitted_grid({{0.2, 120, 3}}, 4);
  EXPECT_NEAR(early->markers[0].at_s, 1.2, 1e-9) << "the bar before began before the track";
  const auto negative = fitted_grid({{-0.5, 120, 1}}, 4);
  EXPECT_NEAR(negative->markers[0].at_s, 1.5, 1e-9);
}

// A deck holds 4,096 markers; a set of a band marked beat by beat has more.
TEST(ForeignGrid, KeepsTheBeatsOfAGridTooLongForADeck) {
  std::mt19937 random(11);
  std::vector<ForeignMarker> beats;
  double at_s = 1;
  for (int i = 0; i < 12'000; ++i) {
    const double bpm = 120 + static_cast<double>(random() % 1'000) / 250;
    beats.push_back({at_s, bpm, i % 4 + 1});
    at_s += 60 / bpm;
  }
  const auto grid = fitted_grid(beats, 4);
  ASSERT_TRUE(grid);
  EXPECT_LE(grid->markers.size(), 4'096U);
  double worst_s = 0;
  for (std::size_t i = 0; i < beats.size(); ++i) {
    worst_s = std::max(worst_s, std::abs(grid->seconds_of_beat(static_cast<double>(i) + 1) - beats[i].at_s));
  }
  EXPECT_LT(worst_s, 0.03) << "and each is still beat i";
}

TEST(ForeignGrid, NoPlacesMakeAnImpossibleTempo) {
  std::mt19937 random(7);
  const auto between = [&](double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random);
  };
  for (int round = 0; round < 2'000; ++round) {
    std::vector<ForeignMarker> markers;
    const double spread_s = std::pow(10, between(-2, 2));
    for (auto count = 2 + random() % 20; count > 0; --count) {
      markers.push_back({between(-1, 1 + spread_s * 20), round % 5 == 0 ? between(399, 400) : between(20, 400), 1});
    }
    model::TrackMarks marks;
    marks.grid = fitted_grid(markers, 4);
    const auto checked = check_marks(marks);
    ASSERT_TRUE(checked) << "round " << round << ": " << checked.error().message;
  }
}

TEST(ForeignGrid, ChangesOfTempoAreWholeBeatsApart) {
  const auto grid = fitted_grid({{0.1, 120, 1}, {60.1, 126, 1}, {100.0, 124, 1}}, 4);
  ASSERT_TRUE(grid);
  ASSERT_EQ(grid->markers.size(), 3U);
  EXPECT_EQ(grid->markers[0].bpm, 120) << "hits the next marker";
  EXPECT_NEAR(grid->beat_at(100.0), std::round(grid->beat_at(100.0)), 1e-6);
  EXPECT_EQ(grid->markers[2].bpm, 124);
}

ForeignLibrary own_library(std::size_t tracks) {
  ForeignLibrary library;
  const char* const names[] = {"plain", "Ünïcode — тест", "音楽 ♥ \"quoted\" <&>", "עברית", "emoji 🎧"};
  for (std::size_t i = 0; i < tracks; ++i) {
    ForeignTrack track;
    track.location = "file:///music/a%20%231%25/" + std::to_string(i) + ".flac";
    track.title = std::string(names[i % 5]) + " " + std::to_string(i);
    track.artist = names[(i + 1) % 5];
    track.album = names[(i + 2) % 5];
    track.duration_s = 300;
    track.marks = test::full_marks();
    track.marks.key.reset();
    track.key = model::Key{static_cast<int>(i % 12), i % 2 == 0};
    // What the format cannot say.
    track.marks.gain_db.reset();
    track.marks.cue_s.reset();
    track.marks.correction_s = 0;
    for (CuePoint& cue : track.marks.cues) cue.correction_s = 0;
    track.marks.last_played_s = 1'699'920'000;
    track.marks.grid->markers[0].bpm = 60 + static_cast<double>(i % 1'200) / 10 + 0.000123;
    track.marks.rating = static_cast<int>(i % 6);
    library.tracks.push_back(std::move(track));
  }
  library.playlists.push_back({{"Gigs", "2023 / 24"}, "Warm \"up\" & <down>", {0, 2, 1, 0}});
  library.playlists.push_back({{"Gigs"}, "音", {3}});
  library.playlists.push_back({{}, "empty", {}});
  return library;
}

void expect_same_library(const ForeignLibrary& got, const ForeignLibrary& wanted) {
  ASSERT_EQ(got.tracks.size(), wanted.tracks.size());
  for (std::size_t i = 0; i < got.tracks.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(got.tracks[i].location, wanted.tracks[i].location);
    EXPECT_EQ(got.tracks[i].title, wanted.tracks[i].title);
    EXPECT_EQ(got.tracks[i].artist, wanted.tracks[i].artist);
    EXPECT_EQ(got.tracks[i].album, wanted.tracks[i].album);
    EXPECT_EQ(got.tracks[i].key, wanted.tracks[i].key);
    test::expect_same_marks(got.tracks[i].marks, wanted.tracks[i].marks, 0.6e-6);
    if (::testing::Test::HasFailure()) return;
  }
  ASSERT_EQ(got.playlists.size(), wanted.playlists.size());
  for (std::size_t i = 0; i < got.playlists.size(); ++i) {
    EXPECT_EQ(got.playlists[i].folders, wanted.playlists[i].folders);
    EXPECT_EQ(got.playlists[i].name, wanted.playlists[i].name);
    EXPECT_EQ(got.playlists[i].tracks, wanted.playlists[i].tracks);
  }
}

TEST(RekordboxFile, ComesBackWhole) {
  ForeignLibrary library = own_library(10'000);
  const std::string text = write_rekordbox(library, "0.1.0");
  EXPECT_EQ(library.skipped_count, 0);
  const ForeignLibrary back = read(text);
  EXPECT_THAT(skipped(back), ElementsAre());
  expect_same_library(back, library);
}

TEST(RekordboxFile, AGridThatBeginsBeforeTheTrackKeepsItsBeats) {
  ForeignLibrary library;
  library.tracks.resize(1);
  library.tracks[0].location = "file:///a.flac";
  library.tracks[0].marks.grid = model::BeatGrid{{{-0.2, 128}}, 4};
  const ForeignLibrary back = read(write_rekordbox(library, "0.1.0"));
  ASSERT_TRUE(back.tracks[0].marks.grid);
  EXPECT_EQ(back.tracks[0].marks.grid->markers[0].bpm, 128);
  EXPECT_NEAR(back.tracks[0].marks.grid->markers[0].at_s, -0.2 + 4 * 60.0 / 128, 1e-6) << "a bar later";
}

TEST(RekordboxFile, WhatAnAnalysisFoundIsForOthersToReadAndNotTheUsersWord) {
  ForeignLibrary library;
  library.tracks.resize(2);
  for (ForeignTrack& track : library.tracks) {
    track.location = "file:///a.flac";
    track.duration_s = 60;
    track.key = model::Key{9, true};
    track.is_key_heard = true;
    track.heard_grid = model::BeatGrid{{{0.05217, 127.998}}, 4};
  }
  library.tracks[1].marks.grid = model::BeatGrid{{{1.234567, 99.5}}, 4};
  library.tracks[1].is_key_heard = false;
  std::string text = write_rekordbox(library, "0.1.0");
  EXPECT_THAT(text, HasSubstr(R"(<TEMPO Inizio="0.052" Bpm="128.000" Metro="4/4" Battito="1")"));
  const ForeignLibrary ours = read(text);
  EXPECT_FALSE(ours.tracks[0].marks.grid);
  EXPECT_EQ(ours.tracks[0].key, library.tracks[0].key);
  EXPECT_TRUE(ours.tracks[0].is_key_heard);
  ASSERT_TRUE(ours.tracks[1].marks.grid) << "the user's wins";
  EXPECT_NEAR(ours.tracks[1].marks.grid->markers[0].at_s, 1.234567, 1e-9);
  EXPECT_FALSE(ours.tracks[1].is_key_heard);
  library.tracks[1].marks.grid->beats_per_bar = 2;
  EXPECT_EQ(read(write_rekordbox(library, "0.1.0")).tracks[1].marks.grid->beats_per_bar, 2);
  // Of another program's file it is what that program's user sees.
  text.replace(text.find("Name=\"Segue\""), 12, "Name=\"rekordbox\"");
  const ForeignLibrary theirs = read(text);
  ASSERT_TRUE(theirs.tracks[0].marks.grid);
  EXPECT_NEAR(theirs.tracks[0].marks.grid->markers[0].at_s, 0.052, 1e-9);
  EXPECT_FALSE(theirs.tracks[0].is_key_heard);
}

// The largest distance of a beat from where rekordbox has it, which counts from the last anchor.
double farthest_s(const model::BeatGrid& exact, const model::BeatGrid& anchors, double duration_s) {
  double farthest = 0;
  for (double beat = 1; exact.seconds_of_beat(beat) < duration_s; ++beat) {
    const double at_s = exact.seconds_of_beat(beat);
    model::BeatGrid::Marker last = anchors.markers.front();
    for (const auto& anchor : anchors.markers) last = anchor.at_s < at_s + 0.01 ? anchor : last;
    const double beats = std::round((at_s - last.at_s) * last.bpm / 60);
    farthest = std::max(farthest, std::abs(last.at_s + beats * 60 / last.bpm - at_s));
  }
  return farthest;
}

TEST(RekordboxGrid, KeepsBeatsWhereTheyAreThoughTempiAreRounded) {
  const model::BeatGrid exact{{{0.0314159, 173.99499}}, 4};
  const model::BeatGrid grid = rekordbox_grid(exact, 600);
  EXPECT_LT(farthest_s(exact, grid, 600), 0.003);
  EXPECT_GT(grid.markers.size(), 1U);
  EXPECT_LT(grid.markers.size(), 12U);
  for (const auto& marker : grid.markers) {
    EXPECT_NEAR(marker.at_s * 1'000, std::round(marker.at_s * 1'000), 1e-6);
    EXPECT_NEAR(marker.bpm, 173.99, 1e-9);
    EXPECT_NEAR(std::remainder(exact.beat_at(marker.at_s) - 1, 4), 0, 0.01) << "at a bar";
  }
}

TEST(RekordboxGrid, OneAnchorIsEnoughForATempoThatIsOneOfItsOwn) {
  EXPECT_EQ(rekordbox_grid({{{0.5, 128.00001}}, 4}, 600).markers.size(), 1U);
  EXPECT_EQ(rekordbox_grid({{{0.5, 128}, {60.5, 130}}, 4}, 600).markers.size(), 2U);
  EXPECT_TRUE(rekordbox_grid({}, 600).markers.empty());
  // No place lies before the track there: the first whole bar within it.
  EXPECT_NEAR(rekordbox_grid({{{-0.5, 120}}, 4}, 600).markers.at(0).at_s, 1.5, 1e-9);
}

TEST(RekordboxFile, SaysWhatTheFormatHasNoPlaceFor) {
  ForeignLibrary library = own_library(1);
  library.tracks[0].marks.gain_db = -3;
  library.tracks[0].marks.cue_s = 1;
  library.tracks[0].marks.cues.push_back({CuePoint::Kind::kJump, 9, 20, 40, "", 0, 0});
  EXPECT_THAT(write_rekordbox(library, "0.1.0"), HasSubstr("Num=\"8\""));
  EXPECT_EQ(library.skipped_count, 3);
}

TEST(Rekordbox, FaultsAreSkippedAndNamed) {
  const ForeignLibrary library = read(collection(R"(
<TRACK TrackID="1" Name="nowhere"/>
<TRACK TrackID="2" Name="odd" Location="file://localhost/C:/x.mp3" TotalTime="1e400" AverageBpm="nan" Rating="9999"
  Tonality="H#" PlayCount="-3" LastPlayed="2023-02-31">
  <TEMPO Inizio="nan" Bpm="128"/><TEMPO Inizio="0.1" Bpm="1e9"/><TEMPO Inizio="0.1"/>
  <POSITION_MARK Type="0" Start="-3" Num="0"/><POSITION_MARK Type="9" Start="1" Num="0"/>
  <POSITION_MARK Type="4" Start="5" End="4" Num="0"/><POSITION_MARK Name="no place" Type="0" Num="0"/>
  <POSITION_MARK Type="0" Start="1" Num="0"/><POSITION_MARK Type="0" Start="2" Num="0"/>
  <POSITION_MARK Type="0" Start="3" Num="99999999999"/>
</TRACK>)"));
  ASSERT_EQ(library.tracks.size(), 1U);
  const ForeignTrack& track = library.tracks[0];
  EXPECT_EQ(track.location, "file:///C:/x.mp3");
  EXPECT_EQ(track.marks.rating, 5);
  EXPECT_FALSE(track.marks.grid);
  EXPECT_FALSE(track.key);
  EXPECT_EQ(track.marks.play_count, 0);
  EXPECT_EQ(track.marks.last_played_s, 0);
  ASSERT_EQ(track.marks.cues.size(), 3U) << "a pad taken twice gives a memory cue";
  EXPECT_EQ(track.marks.cues[0].index, 1);
  EXPECT_EQ(track.marks.cues[1].index, 0);
  EXPECT_EQ(track.marks.cues[2].index, 0);
  EXPECT_EQ(library.skipped_count, 10) << ::testing::PrintToString(skipped(library));
}

TEST(Rekordbox, AFileThatBreaksOffIsReadUpToThere) {
  const std::string whole = collection(R"(<TRACK TrackID="1" Name="a" Location="/a.mp3"/>
<TRACK TrackID="2" Name="b" Location="/b.mp3"/>)");
  const ForeignLibrary library = read(whole.substr(0, whole.find("TrackID=\"2\"") + 14));
  ASSERT_EQ(library.tracks.size(), 1U) << "half a track is none";
  EXPECT_EQ(library.tracks[0].title, "a");
  ASSERT_TRUE(library.fault);
  EXPECT_EQ(library.fault->reason, "LIBRARY_FILE_DAMAGED");
  EXPECT_THAT(library.fault->message, HasSubstr("the file ends within a tag"));
  EXPECT_FALSE(read(whole).fault);
}

TEST(Rekordbox, AReadingThatIsRefusedEnds) {
  std::string tracks;
  for (std::size_t i = 0; i < 2 * kForeignTracksAtOnce + 5; ++i)
    tracks += "<TRACK Location=\"/" + std::to_string(i) + ".mp3\"/>";
  std::istringstream in(collection(tracks));
  std::vector<std::size_t> taken;
  auto library = read_rekordbox(in, [&](ForeignLibrary& held) -> Result<void> {
    taken.push_back(held.first);
    if (taken.size() == 2) return fail(Code::kCancelled, "CALL_CANCELLED", "enough");
    return {};
  });
  ASSERT_TRUE(library);
  EXPECT_THAT(taken, ElementsAre(0U, kForeignTracksAtOnce));
  const auto finished = library->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().reason, "CALL_CANCELLED");
}

TEST(Rekordbox, WhatIsNoCollectionIsRefused) {
  for (const std::string& text : {std::string(), std::string("hello"), std::string("<NML/>"), std::string(5'000, '\0'),
                                  std::string("<!DOCTYPE a [<!ENTITY x \"y\">]><DJ_PLAYLISTS/>")}) {
    const auto library = read_rekordbox(text);
    ASSERT_FALSE(library) << text.substr(0, 40);
    EXPECT_EQ(library.error().reason, "LIBRARY_FILE_INVALID");
  }
}

TEST(Rekordbox, WhatASmallFileCouldBlowUpToIsBounded) {
  std::string elements, values;
  for (int i = 0; i < 200'000; ++i) elements += "<T/>", values += " a" + std::to_string(i) + "=\"\"";
  for (const std::string& bomb :
       {std::string(9'000'000, '<'), "<COLLECTION><TRACK>" + elements + "</TRACK></COLLECTION></DJ_PLAYLISTS>",
        "<COLLECTION><TRACK" + values + values + values + values + "/></COLLECTION></DJ_PLAYLISTS>",
        "<COLLECTION><TRACK a=\"" + std::string(40'000'000, 'x') + "\"/></COLLECTION></DJ_PLAYLISTS>"}) {
    const auto library = read_rekordbox("<DJ_PLAYLISTS>" + bomb);
    ASSERT_TRUE(library);
    EXPECT_TRUE(library->fault) << bomb.substr(0, 40);
  }
}

TEST(Rekordbox, DepthCostsNoStackAndEndsSomewhere) {
  std::string nodes, ends;
  for (int i = 0; i < 100'000; ++i) nodes += "<NODE Type=\"0\" Name=\"x\">", ends += "</NODE>";
  const ForeignLibrary library = read(collection("", nodes + ends));
  EXPECT_EQ(library.skipped_count, 1);
}

TEST(Rekordbox, BytesTurnedByChanceNeverDoHarm) {
  ForeignLibrary library = own_library(3);
  const std::string good = write_rekordbox(library, "0.1.0");
  std::mt19937 random(11);
  for (int i = 0; i < 2'000; ++i) {
    std::string bad = good;
    for (int j = 0; j < 8; ++j) bad[random() % bad.size()] = static_cast<char>(random());
    const auto read = read_rekordbox(bad);
    if (!read) continue;
    for (const ForeignTrack& track : read->tracks) {
      for (const CuePoint& cue : track.marks.cues) ASSERT_TRUE(is_mark_time(cue.at_s));
      if (!track.marks.grid) continue;
      for (const auto& marker : track.marks.grid->markers) ASSERT_TRUE(marker.bpm > 0 && marker.at_s >= 0);
    }
  }
}

}  // namespace
}  // namespace segue::catalog
