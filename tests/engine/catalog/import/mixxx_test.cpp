// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/mixxx.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/store/database.h"
#include "tests/support/media/media.h"

namespace segue::catalog {
namespace {

using model::CuePoint;

// --- messages of protobuf, as Mixxx writes them -------------------------------------------------------------------

std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7F) | 0x80);
  return text + static_cast<char>(value);
}

std::string little(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  std::string text;
  for (int shift = 0; shift < 64; shift += 8) text += static_cast<char>(bits >> shift & 0xff);
  return text;
}

std::string message(int field, const std::string& body) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(body.size()) + body;
}

// int32 is written with its sign in ten bytes.
std::string beat(std::int64_t frame, bool is_enabled = true) {
  return varint(1 << 3) + varint(static_cast<std::uint64_t>(frame)) + varint(2 << 3) + varint(is_enabled ? 1 : 0);
}

std::string beat_grid(double bpm, std::int64_t first_frame) {
  return message(1, varint(1 << 3 | 1) + little(bpm) + varint(2 << 3) + varint(0)) + message(2, beat(first_frame));
}

std::string beat_map(const std::vector<double>& frames) {
  std::string map;
  for (const double frame : frames) map += message(1, beat(static_cast<std::int64_t>(std::lround(frame))));
  return map;
}

// --- grids --------------------------------------------------------------------------------------------------------

TEST(MixxxBeats, ConstantGridHasItsTempoAndFirstBeat) {
  const auto grid = read_mixxx_beats(beat_grid(127.96, 22'050), "BeatGrid-2.0", 44'100);
  ASSERT_TRUE(grid);
  ASSERT_EQ(grid->markers.size(), 1U);
  EXPECT_DOUBLE_EQ(grid->markers[0].bpm, 127.96);
  EXPECT_DOUBLE_EQ(grid->markers[0].at_s, 0.5);
}

TEST(MixxxBeats, FirstBeatBeforeTheTrackMovesByWholeBars) {
  const auto grid = read_mixxx_beats(beat_grid(120, -11'025), "BeatGrid-2.0", 44'100);
  ASSERT_TRUE(grid);
  EXPECT_DOUBLE_EQ(grid->markers[0].at_s, 1.75);
}

TEST(MixxxBeats, OldestFormIsTwoNumbers) {
  const auto grid = read_mixxx_beats(little(99.5) + little(88'200), "BeatGrid-1.0", 44'100);
  ASSERT_TRUE(grid);
  EXPECT_DOUBLE_EQ(grid->markers[0].bpm, 99.5);
  EXPECT_DOUBLE_EQ(grid->markers[0].at_s, 2.0);
}

TEST(MixxxBeats, MapOfOneTempoIsOneMarker) {
  std::vector<double> frames;
  for (int i = 0; i < 700; ++i) frames.push_back(10'000.3 + i * 44'100 * 60 / 127.3);
  const auto grid = read_mixxx_beats(beat_map(frames), "BeatMap-1.0", 44'100);
  ASSERT_TRUE(grid);
  ASSERT_EQ(grid->markers.size(), 1U) << "frames are whole, which is no change of tempo";
  EXPECT_NEAR(grid->markers[0].bpm, 127.3, 0.001);
  EXPECT_NEAR(grid->seconds_of_beat(700), frames.back() / 44'100, 0.0001);
}

TEST(MixxxBeats, MapOfMovingTempoKeepsEachBeatInItsPlace) {
  std::vector<double> frames = {4'410};
  for (int i = 0; i < 400; ++i)
    frames.push_back(frames.back() + 44'100 * 60 / (i < 100 ? 120.0 : 120.0 + (i - 100) * 0.02));
  const auto grid = read_mixxx_beats(beat_map(frames), "BeatMap-1.0", 44'100);
  ASSERT_TRUE(grid);
  EXPECT_GT(grid->markers.size(), 10U);
  EXPECT_LT(grid->markers.size(), 305U);
  double worst_s = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    worst_s = std::max(worst_s, std::fabs(grid->seconds_of_beat(static_cast<double>(i + 1)) - frames[i] / 44'100));
  }
  EXPECT_LT(worst_s * 44'100, 2.5) << "frames";
}

TEST(MixxxBeats, ImpossibleOnesAreNone) {
  EXPECT_FALSE(read_mixxx_beats("", "BeatGrid-2.0", 44'100));
  EXPECT_FALSE(read_mixxx_beats(beat_grid(0, 0), "BeatGrid-2.0", 44'100));
  EXPECT_FALSE(read_mixxx_beats(beat_grid(120, 0), "BeatGrid-2.0", 0));
  EXPECT_FALSE(read_mixxx_beats(beat_grid(120, 0), "BeatGrid-2.0", NAN));
  EXPECT_FALSE(read_mixxx_beats(beat_grid(120, 0), "SomethingElse-1.0", 44'100));
  EXPECT_FALSE(read_mixxx_beats(beat_grid(NAN, 0), "BeatGrid-2.0", 44'100));
  EXPECT_FALSE(read_mixxx_beats(beat_map({1'000}), "BeatMap-1.0", 44'100)) << "one beat has no tempo";
  EXPECT_FALSE(read_mixxx_beats(beat_map({1'000, 1'010}), "BeatMap-1.0", 44'100)) << "265,000 BPM";
  EXPECT_FALSE(read_mixxx_beats("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "BeatMap-1.0", 44'100));
}

TEST(MixxxBeats, NoBytesWhateverMakeAnImpossibleGrid) {
  const int rounds = std::getenv("SEGUE_SOAK") != nullptr ? 300'000 : 5'000;
  std::mt19937 random(5);
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = round % 2 == 0 ? beat_grid(128, 5'000) : beat_map({1'000, 23'050, 45'100, 67'150});
    for (auto i = random() % 5; i > 0; --i) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const auto grid = read_mixxx_beats(bytes, round % 2 == 0 ? "BeatGrid-2.0" : "BeatMap-1.0", 44'100);
    if (!grid) continue;
    ASSERT_FALSE(grid->markers.empty());
    for (const auto& marker : grid->markers) {
      EXPECT_TRUE(is_mark_time(marker.at_s) && is_grid_bpm(marker.bpm)) << marker.at_s << " " << marker.bpm;
    }
  }
}

// --- the database -------------------------------------------------------------------------------------------------

constexpr const char* kSchema = R"(
  CREATE TABLE track_locations (id INTEGER PRIMARY KEY AUTOINCREMENT, location varchar(512) UNIQUE,
    filename varchar(512), directory varchar(512), filesize INTEGER, fs_deleted INTEGER, needs_verification INTEGER);
  CREATE TABLE library (id INTEGER PRIMARY KEY AUTOINCREMENT, artist varchar(64), title varchar(64),
    album varchar(64), year varchar(16), genre varchar(64), location INTEGER,
    comment varchar(256), duration FLOAT, samplerate INTEGER, bpm FLOAT, mixxx_deleted INTEGER,
    timesplayed INTEGER DEFAULT 0, rating INTEGER DEFAULT 0, key varchar(8) DEFAULT '', beats BLOB,
    beats_version TEXT, key_id INTEGER DEFAULT 0, color INTEGER, last_played_at DATETIME);
  CREATE TABLE Playlists (id INTEGER PRIMARY KEY, name varchar(48), position INTEGER,
    hidden INTEGER DEFAULT 0 NOT NULL);
  CREATE TABLE PlaylistTracks (id INTEGER PRIMARY KEY, playlist_id INTEGER, track_id INTEGER, position INTEGER);
  CREATE TABLE cues (id INTEGER PRIMARY KEY AUTOINCREMENT, track_id INTEGER NOT NULL, type INTEGER DEFAULT 0 NOT NULL,
    position INTEGER DEFAULT -1 NOT NULL, length INTEGER DEFAULT 0 NOT NULL, hotcue INTEGER DEFAULT -1 NOT NULL,
    label TEXT DEFAULT '' NOT NULL, color INTEGER DEFAULT 4294901760 NOT NULL);
  CREATE TABLE crates (id INTEGER PRIMARY KEY AUTOINCREMENT, name varchar(48) UNIQUE NOT NULL);
  CREATE TABLE crate_tracks (crate_id INTEGER NOT NULL, track_id INTEGER NOT NULL);
)";

constexpr const char* kRows = R"(
  INSERT INTO track_locations(id, location, filesize) VALUES
    (1, '/music/a song.flac', 1000), (2, '/music/other.mp3', 2000), (3, '/music/gone.mp3', 3000), (4, 'relative', 1);
  INSERT INTO library(id, location, artist, title, album, genre, year, duration, samplerate, bpm, key_id, key, rating,
                      color, comment, timesplayed, last_played_at, mixxx_deleted) VALUES
    (11, 1, 'Band', 'Song', 'Record', 'House', '2019-05-01', 240.5, 44100, 127.96, 22, 'Am', 4, 16711680, 'nice', 7,
     '2020-09-13T12:26:40.000Z', 0),
    (12, 2, 'Other', 'Second', '', '', '', 100, 48000, 0, 0, 'F#m', 9, NULL, NULL, 0, NULL, 0),
    (13, 3, 'X', 'Deleted', '', '', '', 100, 44100, 0, 0, '', 0, NULL, '', 0, NULL, 1),
    (14, 4, 'X', 'Nowhere', '', '', '', 100, 44100, 0, 0, '', 0, NULL, '', 0, NULL, 0);
  INSERT INTO cues(track_id, type, position, length, hotcue, label, color) VALUES
    (11, 2, 88200, 0, -1, '', 0),
    (11, 1, 176400, 0, 0, 'Drop', 4278255360),
    (11, 4, 882000, 705600, 3, 'Loop', 255),
    (11, 1, 264600, 0, 1, 'old', 0), (11, 1, 352800, 0, 1, 'new', 0),
    (11, 6, 0, 88200, -1, 'intro', 0),
    (11, 1, -2000, 0, 5, 'before', 0),
    (12, 2, -1, 0, -1, '', 0),
    (13, 1, 1000, 0, 0, 'of a deleted one', 0);
  INSERT INTO Playlists(id, name, position, hidden) VALUES (1, 'Set', 1, 0), (2, 'Auto DJ', 0, 1), (3, 'Earlier', 0, 0);
  INSERT INTO PlaylistTracks(playlist_id, track_id, position) VALUES
    (1, 12, 2), (1, 11, 1), (1, 13, 3), (2, 11, 1), (3, 12, 1);
  INSERT INTO crates(id, name) VALUES (1, 'Peak time');
  INSERT INTO crate_tracks(crate_id, track_id) VALUES (1, 11), (1, 99);
)";

class Mixxx : public testing::Test {
 protected:
  // A database with these statements run, and the grid of the first track set.
  std::string make(const std::string& statements, const std::string& beats = "") {
    const std::string path = folder_.path("mixxxdb.sqlite");
    auto database = store::Database::open({.path = path});
    EXPECT_TRUE(database) << database.error().message;
    const auto done = (*database)->run("PRAGMA journal_mode=DELETE;" + statements);
    EXPECT_TRUE(done) << done.error().message;
    if (!beats.empty()) {
      const auto set = (*database)->execute(
          "UPDATE library SET beats = ?, beats_version = 'BeatGrid-2.0' WHERE id = 11", store::Blob{beats});
      EXPECT_TRUE(set) << set.error().message;
    }
    return path;
  }

  test::MediaFolder folder_;
};

TEST_F(Mixxx, TracksHaveAllThatMixxxKnows) {
  const auto library = read_mixxx(make(std::string(kSchema) + kRows, beat_grid(127.96, 22'050)));
  ASSERT_TRUE(library) << library.error().message;
  EXPECT_EQ(library->program, "Mixxx");
  EXPECT_EQ(library->profile, DecoderProfile::kMixxx);
  ASSERT_EQ(library->tracks.size(), 2U) << "the deleted one and the one nowhere are not there";
  const ForeignTrack& track = library->tracks[0];
  EXPECT_EQ(track.location, "file:///music/a%20song.flac");
  EXPECT_EQ(track.title, "Song");
  EXPECT_EQ(track.artist, "Band");
  EXPECT_EQ(track.album, "Record");
  EXPECT_EQ(track.genre, "House");
  EXPECT_EQ(track.year, 2019);
  EXPECT_DOUBLE_EQ(track.duration_s, 240.5);
  EXPECT_DOUBLE_EQ(track.bpm, 127.96);
  EXPECT_EQ(track.key, (model::Key{.tonic = 9, .is_minor = true}));
  EXPECT_EQ(track.size_bytes, 1000);
  EXPECT_EQ(track.marks.rating, 4);
  EXPECT_EQ(track.marks.color, 0xFF0000U);
  EXPECT_EQ(track.marks.comment, "nice");
  EXPECT_EQ(track.marks.play_count, 7);
  EXPECT_EQ(track.marks.last_played_s, 1'600'000'000);
  ASSERT_TRUE(track.marks.grid);
  EXPECT_DOUBLE_EQ(track.marks.grid->markers[0].at_s, 0.5);
  EXPECT_EQ(library->tracks[1].key, (model::Key{.tonic = 6, .is_minor = true})) << "by name where there is no number";
  EXPECT_EQ(library->tracks[1].marks.rating, 5);
}

TEST_F(Mixxx, CuesAndLoopsAreInSeconds) {
  const auto library = read_mixxx(make(std::string(kSchema) + kRows));
  ASSERT_TRUE(library) << library.error().message;
  ASSERT_EQ(library->tracks.size(), 2U);
  const model::TrackMarks& marks = library->tracks[0].marks;
  ASSERT_TRUE(marks.cue_s);
  EXPECT_DOUBLE_EQ(*marks.cue_s, 1.0);
  ASSERT_EQ(marks.cues.size(), 3U);
  EXPECT_EQ(marks.cues[0].index, 1);
  EXPECT_DOUBLE_EQ(marks.cues[0].at_s, 2.0);
  EXPECT_EQ(marks.cues[0].label, "Drop");
  EXPECT_EQ(marks.cues[0].color, 0x00FF00U);
  EXPECT_EQ(marks.cues[1].kind, CuePoint::Kind::kLoop);
  EXPECT_EQ(marks.cues[1].index, 4);
  EXPECT_DOUBLE_EQ(marks.cues[1].at_s, 10.0);
  EXPECT_DOUBLE_EQ(marks.cues[1].end_s, 18.0);
  EXPECT_EQ(marks.cues[2].label, "new") << "the later row of a pad";
  EXPECT_FALSE(library->tracks[1].marks.cue_s) << "−1 is no place";
}

TEST_F(Mixxx, PlaylistsAndCratesKeepTheirOrder) {
  const auto library = read_mixxx(make(std::string(kSchema) + kRows));
  ASSERT_TRUE(library) << library.error().message;
  ASSERT_EQ(library->playlists.size(), 3U);
  EXPECT_EQ(library->playlists[0].name, "Earlier");
  EXPECT_EQ(library->playlists[1].name, "Set");
  EXPECT_EQ(library->playlists[1].tracks, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(library->playlists[2].name, "Peak time");
  EXPECT_EQ(library->playlists[2].folders, std::vector<std::string>{"Crates"});
  EXPECT_EQ(library->playlists[2].tracks, std::vector<std::size_t>{0});
}

TEST_F(Mixxx, WhatIsLeftOutIsCountedAndNamed) {
  const auto library = read_mixxx(make(std::string(kSchema) + kRows, "\x0a\x01"));
  ASSERT_TRUE(library) << library.error().message;
  std::vector<std::string> left_out;
  for (const ForeignSkip& skip : library->skipped) left_out.push_back(skip.what + " " + skip.name);
  EXPECT_EQ(left_out, (std::vector<std::string>{"grid Song", "track Nowhere", "cue Song", "playlist entry Set",
                                                "playlist entry Peak time"}));
}

TEST_F(Mixxx, AnOlderDatabaseLacksColumns) {
  const auto library = read_mixxx(make(R"(
    CREATE TABLE track_locations (id INTEGER PRIMARY KEY, location TEXT, filesize INTEGER);
    CREATE TABLE library (id INTEGER PRIMARY KEY, artist TEXT, title TEXT, location INTEGER, samplerate INTEGER);
    CREATE TABLE Playlists (id INTEGER PRIMARY KEY, name TEXT, position INTEGER, hidden INTEGER);
    CREATE TABLE PlaylistTracks (id INTEGER PRIMARY KEY, playlist_id INTEGER, track_id INTEGER, position INTEGER);
    CREATE TABLE cues (id INTEGER PRIMARY KEY, track_id INTEGER, type INTEGER, position INTEGER, length INTEGER,
                       hotcue INTEGER);
    CREATE TABLE crates (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE crate_tracks (crate_id INTEGER, track_id INTEGER);
    INSERT INTO track_locations VALUES (1, '/a.mp3', 5);
    INSERT INTO library VALUES (1, 'Band', 'Song', 1, 44100);
    INSERT INTO cues VALUES (1, 1, 1, 88200, 0, 2);)"));
  ASSERT_TRUE(library) << library.error().message;
  ASSERT_EQ(library->tracks.size(), 1U);
  EXPECT_EQ(library->tracks[0].title, "Song");
  ASSERT_EQ(library->tracks[0].marks.cues.size(), 1U);
  EXPECT_EQ(library->tracks[0].marks.cues[0].index, 3);
}

TEST_F(Mixxx, WhatIsNoSuchDatabaseIsRefused) {
  const auto reason_of = [](const std::string& path) {
    const auto library = read_mixxx(path);
    return library ? std::string("none") : library.error().reason;
  };
  EXPECT_EQ(reason_of(folder_.path("not there")), "LIBRARY_FILE_UNREADABLE");
  EXPECT_EQ(reason_of(folder_.write("noise.sqlite", std::string(5'000, 'x'))), "LIBRARY_FILE_INVALID");
  EXPECT_EQ(reason_of(make("CREATE TABLE other (x)")), "LIBRARY_INVALID");
}

// A view in place of a table would compute for as long as it likes.
TEST_F(Mixxx, AViewInPlaceOfATableIsRefused) {
  const std::string path = make(std::string(kSchema) + R"(
    DROP TABLE cues;
    CREATE VIEW cues AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
      SELECT x AS id, 1 AS track_id, 1 AS type, x AS position, 0 AS length, 0 AS hotcue FROM n WHERE x < 0;)");
  const auto library = read_mixxx(path);
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().reason, "LIBRARY_INVALID");
}

TEST_F(Mixxx, ADamagedDatabaseFailsOrIsReadAndEnds) {
  const std::string path = make(std::string(kSchema) + kRows, beat_grid(120, 100));
  const auto good = test::read_file(path);
  const int rounds = std::getenv("SEGUE_SOAK") != nullptr ? 5'000 : 150;
  std::mt19937 random(17);
  int failed = 0;
  for (int round = 0; round < rounds; ++round) {
    auto bytes = good;
    for (int i = 0; i < 40; ++i) bytes[100 + random() % (bytes.size() - 100)] = static_cast<std::uint8_t>(random());
    if (round % 5 == 0) bytes.resize(random() % bytes.size());
    test::write_file(path, bytes);
    const auto library = read_mixxx(path);
    failed += library ? 0 : 1;
    EXPECT_TRUE(library || !library.error().reason.empty());
    EXPECT_TRUE(!library || library->tracks.size() <= 4) << library->tracks.size();
  }
  EXPECT_GT(failed, 0) << "of " << rounds;
}

}  // namespace
}  // namespace segue::catalog
