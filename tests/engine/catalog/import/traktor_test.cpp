// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/traktor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/catalog/same_marks.h"

namespace segue::catalog {
namespace {

using model::CuePoint;
using ::testing::ElementsAre;

std::string collection(const std::string& entries, const std::string& nodes = "") {
  return R"(<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<NML VERSION="19"><HEAD COMPANY="www.native-instruments.com" PROGRAM="Traktor"></HEAD>
<COLLECTION ENTRIES="3">)" +
         entries + R"(</COLLECTION><PLAYLISTS><NODE TYPE="FOLDER" NAME="$ROOT"><SUBNODES COUNT="77">)" + nodes +
         "</SUBNODES></NODE></PLAYLISTS></NML>";
}

ForeignLibrary read(const std::string& text) {
  auto library = read_traktor(text);
  EXPECT_TRUE(library) << library.error().message;
  return library ? *library : ForeignLibrary{};
}

const std::string kEntry = R"(<ENTRY TITLE="Ночь &amp; Day" ARTIST="Two">
<LOCATION DIR="/:Users/:dj/:My Music/:" FILE="a #1.mp3" VOLUME="Macintosh HD" VOLUMEID="x"></LOCATION>
<ALBUM TITLE="LP"></ALBUM>
<INFO GENRE="Techno" COMMENT="late" KEY="10m" PLAYCOUNT="3" PLAYTIME="300" PLAYTIME_FLOAT="299.5" RANKING="153"
  LAST_PLAYED="2019/10/18" COLOR="1"></INFO>
<TEMPO BPM="124.999" BPM_QUALITY="100"></TEMPO><MUSICAL_KEY VALUE="12"></MUSICAL_KEY>
<CUE_V2 NAME="AutoGrid" TYPE="4" START="52.1" LEN="0" REPEATS="-1" HOTCUE="0"></CUE_V2>
<CUE_V2 NAME="n.n." TYPE="0" START="30052.5" LEN="0" HOTCUE="1"></CUE_V2>
<CUE_V2 NAME="Loop" TYPE="5" START="60000" LEN="3840.03" HOTCUE="-1"></CUE_V2>
<CUE_V2 NAME="in" TYPE="1" START="1000" LEN="0" HOTCUE="-1"></CUE_V2>
<CUE_V2 NAME="load" TYPE="3" START="500" LEN="0" HOTCUE="-1"></CUE_V2></ENTRY>)";

TEST(Traktor, ReadsWhatATrackHas) {
  const ForeignLibrary library = read(collection(kEntry));
  EXPECT_EQ(library.profile, DecoderProfile::kTraktor);
  EXPECT_EQ(library.skipped_count, 0);
  ASSERT_EQ(library.tracks.size(), 1U);
  const ForeignTrack& track = library.tracks[0];
  EXPECT_EQ(track.location, "file:///Users/dj/My%20Music/a%20%231.mp3");
  EXPECT_EQ(track.title, "Ночь & Day");
  EXPECT_EQ(track.album, "LP");
  EXPECT_EQ(track.duration_s, 299.5);
  EXPECT_EQ(track.key, (model::Key{0, true}));
  model::TrackMarks wanted;
  wanted.grid = model::BeatGrid{.markers = {{0.0521, 124.999}}};
  wanted.cues = {{CuePoint::Kind::kCue, 1, 0.0521, 0, "", 0, 0},
                 {CuePoint::Kind::kCue, 2, 30.0525, 0, "", 0, 0},
                 {CuePoint::Kind::kLoop, 0, 60, 63.84003, "Loop", 0, 0},
                 {CuePoint::Kind::kFadeIn, 0, 1, 0, "in", 0, 0},
                 {CuePoint::Kind::kLoad, 0, 0.5, 0, "load", 0, 0}};
  wanted.rating = 3;
  wanted.color = 0xff0000;
  wanted.comment = "late";
  wanted.play_count = 3;
  wanted.last_played_s = 1'571'356'800;
  test::expect_same_marks(track.marks, wanted, 1e-9);
}

TEST(Traktor, ADriveOfWindowsIsPartOfTheLocation) {
  const ForeignLibrary library =
      read(collection(R"(<ENTRY TITLE="x"><LOCATION DIR="/:Music/:" FILE="x.mp3" VOLUME="D:"/></ENTRY>)"));
  ASSERT_EQ(library.tracks.size(), 1U);
  EXPECT_EQ(library.tracks[0].location, "file:///D:/Music/x.mp3");
}

TEST(Traktor, KeysAreCountedFromCMajorAndCMinor) {
  for (int value = 0; value < 24; ++value) {
    const auto library = read(collection(R"(<ENTRY><LOCATION DIR="/:" FILE="x"/><MUSICAL_KEY VALUE=")" +
                                         std::to_string(value) + "\"/></ENTRY>"));
    EXPECT_EQ(library.tracks.at(0).key, (model::Key{value % 12, value >= 12})) << value;
  }
}

TEST(Traktor, PlaylistsNameTracksByVolumeFoldersAndFile) {
  const ForeignLibrary library =
      read(collection(kEntry,
                      R"(<NODE TYPE="FOLDER" NAME="Gigs"><SUBNODES COUNT="0"><NODE TYPE="PLAYLIST" NAME="One">
<PLAYLIST ENTRIES="9" TYPE="LIST"><ENTRY><PRIMARYKEY TYPE="TRACK" KEY="Macintosh HD/:Users/:dj/:My Music/:a #1.mp3"/></ENTRY>
<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="gone"/></ENTRY></PLAYLIST></NODE></SUBNODES></NODE>
<NODE TYPE="SMARTLIST" NAME="Fast"/>)"));
  ASSERT_EQ(library.playlists.size(), 1U);
  EXPECT_THAT(library.playlists[0].folders, ElementsAre("Gigs"));
  EXPECT_THAT(library.playlists[0].tracks, ElementsAre(0));
  ASSERT_EQ(library.skipped_count, 2);
  EXPECT_EQ(library.skipped[0].what, "playlist entry");
  EXPECT_EQ(library.skipped[1].name, "Fast");
}

TEST(Traktor, FaultsAreSkippedAndNamed) {
  const ForeignLibrary library = read(collection(R"(<ENTRY TITLE="nowhere"/>
<ENTRY TITLE="odd"><LOCATION DIR="/:" FILE="x.mp3"/><MUSICAL_KEY VALUE="99"/><TEMPO BPM="inf"/>
<CUE_V2 TYPE="4" START="5"/><CUE_V2 TYPE="7" START="5"/><CUE_V2 TYPE="0" START="1e300"/><CUE_V2 TYPE="5" START="5" LEN="-1"/>
<CUE_V2 TYPE="0" START="x"/></ENTRY>)"));
  ASSERT_EQ(library.tracks.size(), 1U);
  EXPECT_TRUE(library.tracks[0].marks.cues.empty());
  EXPECT_FALSE(library.tracks[0].marks.grid);
  EXPECT_EQ(library.skipped_count, 8);
  EXPECT_FALSE(read_traktor("<DJ_PLAYLISTS/>"));
}

}  // namespace
}  // namespace segue::catalog
