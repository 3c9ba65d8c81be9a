// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/catalog/analysis_blob.h"
#include "engine/catalog/export/rekordbox_file.h"
#include "engine/catalog/import/foreign_formats.h"
#include "engine/catalog/import/mixxx.h"
#include "engine/catalog/import/serato.h"
#include "engine/catalog/import/take_marks.h"
#include "engine/catalog/import/track_list.h"
#include "engine/catalog/marks_check.h"
#include "engine/catalog/providers/digest.h"
#include "tests/engine/catalog/clean_text.h"
#include "tests/fuzz/target.h"

namespace segue::fuzz {
namespace {

using std::string_literals::operator""s;
using catalog::ForeignLibrary;
using catalog::test::is_clean;

// --- what must hold -----------------------------------------------------------------------------------------------

void require_sound(const ForeignLibrary& library) {
  for (const auto& track : library.tracks) {
    require(is_clean(track.location) && is_clean(track.title) && is_clean(track.artist) && is_clean(track.album),
            "texts of a track are clean");
    require(std::isfinite(track.bpm) && std::isfinite(track.duration_s) && track.duration_s >= 0, "numbers are finite");
    ForeignLibrary report;
    const auto marks = catalog::check_marks(catalog::taken_marks({}, track, true, report));
    require(marks.has_value(), "marks may be stored", marks ? "" : marks.error().message);
  }
  for (const auto& playlist : library.playlists) {
    require(is_clean(playlist.name), "names are clean");
    for (const std::size_t place : playlist.tracks) require(place < library.tracks.size(), "entries are tracks");
  }
  require(library.skipped.size() <= catalog::kForeignSkippedNamedMax, "reports are bounded");
}

// --- other programs' libraries ------------------------------------------------------------------------------------

// What was read can be written, and is then the same number of tracks.
void read_library(const char* format, std::string_view bytes) {
  auto library = catalog::read_foreign_library(format, {.path = "", .bytes = std::string(bytes)});
  if (!library) return;
  require_sound(*library);
  const std::size_t tracks = library->tracks.size();
  const auto again = catalog::read_foreign_library("rekordbox", {.path = "", .bytes = write_rekordbox(*library, "1")});
  require(again.has_value() && again->tracks.size() == tracks, "a library survives being written");
}

void rekordbox(std::string_view bytes) { read_library("rekordbox", bytes); }
void traktor(std::string_view bytes) { read_library("traktor", bytes); }
void serato_database(std::string_view bytes) { read_library("serato", bytes); }

std::string rekordbox_seed() {
  return R"(<?xml version="1.0" encoding="UTF-8"?><DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox" Version="6"/>
<COLLECTION Entries="2"><TRACK TrackID="1" Name="a" Artist="b" Album="c" Genre="d" Size="9" TotalTime="200" Year="2020"
AverageBpm="128.00" DateAdded="2020-01-01" BitRate="320" SampleRate="44100" Comments="e" PlayCount="3" Rating="204"
Location="file://localhost/C:/a%20b.mp3" Tonality="8A" Colour="0xFF0000"><TEMPO Inizio="0.025" Bpm="128.00" Metro="4/4"
Battito="1"/><TEMPO Inizio="60.025" Bpm="129.00" Metro="4/4" Battito="3"/><POSITION_MARK Name="x" Type="0" Start="1.5"
Num="0" Red="40" Green="226" Blue="20"/><POSITION_MARK Name="" Type="4" Start="9.5" End="11.5" Num="-1"/></TRACK>
<TRACK TrackID="2" Name="f" Location="file://localhost/f.flac"/></COLLECTION><PLAYLISTS><NODE Type="0" Name="ROOT">
<NODE Name="P" Type="1" KeyType="0" Entries="2"><TRACK Key="1"/><TRACK Key="2"/></NODE></NODE></PLAYLISTS>
</DJ_PLAYLISTS>)";
}

std::string traktor_seed() {
  return R"(<?xml version="1.0" encoding="UTF-8" standalone="no" ?><NML VERSION="19"><HEAD PROGRAM="Traktor"/><COLLECTION
ENTRIES="1"><ENTRY TITLE="a" ARTIST="b"><LOCATION DIR="/:Users/:c/:" FILE="a.mp3" VOLUME="D:" VOLUMEID="x"/><ALBUM
TITLE="d"/><INFO BITRATE="320000" GENRE="e" COMMENT="f" KEY="8d" PLAYCOUNT="3" PLAYTIME="200" PLAYTIME_FLOAT="200.1"
RANKING="204" COLOR="4" FILESIZE="900" LAST_PLAYED="2020/1/2"/><TEMPO BPM="128.000" BPM_QUALITY="100"/><LOUDNESS
PEAK_DB="-1" PERCEIVED_DB="-3" ANALYZED_DB="-3"/><MUSICAL_KEY VALUE="12"/><CUE_V2 NAME="AutoGrid" TYPE="4"
START="52.36" LEN="0" HOTCUE="0"><GRID BPM="128.0"/></CUE_V2><CUE_V2 NAME="n" TYPE="5" START="1000.5" LEN="2000"
REPEATS="-1" HOTCUE="1"/></ENTRY></COLLECTION><PLAYLISTS><NODE TYPE="FOLDER" NAME="$ROOT"><SUBNODES COUNT="1"><NODE
TYPE="PLAYLIST" NAME="P"><PLAYLIST ENTRIES="1" TYPE="LIST"><ENTRY><PRIMARYKEY TYPE="TRACK" KEY="D:/:Users/:c/:a.mp3"/>
</ENTRY></PLAYLIST></NODE></SUBNODES></NODE></PLAYLISTS></NML>)";
}

std::string big(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string field(const char* name, const std::string& body) { return name + big(body.size(), 4) + body; }

std::string serato_database_seed() {
  return field("vrsn", "\0"s + "2\0.\0"s) +
         field("otrk", field("pfil", "\0M\0/\0a\0.\0m\0p\0003"s) + field("tsng", "\0a"s) + field("tbpm", "\0001"s));
}

// --- lists --------------------------------------------------------------------------------------------------------

// The first byte says of which kind.
void track_list(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto format = static_cast<catalog::ListFormat>(static_cast<unsigned char>(bytes[0]) % 4);
  const auto list = catalog::read_track_list(bytes.substr(1), format, "http://host.example/a.m3u");
  if (!list) return;
  for (const auto& track : list->entries) {
    require(is_clean(track.location) && is_clean(track.title) && track.duration_s >= 0, "entries are clean");
    require(!track.location.starts_with("file:"), "a list of the network names no file");
  }
  const auto again = catalog::read_track_list(write_m3u8(*list), catalog::ListFormat::kM3u8, "file:///music/a.m3u");
  require(again.has_value() && again->entries.size() == list->entries.size(), "a list survives being written");
}

std::string m3u_seed() { return "\1#EXTM3U\n#PLAYLIST:P\n#EXTINF:213,A - B\nsub/b.mp3\n#EXTINF:-1,C\nhttp://a/l\n"; }
std::string pls_seed() { return "\2[playlist]\nFile1=http://a.example/\nTitle1=A - B\nLength1=-1\nVersion=2\n"; }
std::string xspf_seed() {
  return "\3<playlist version=\"1\"><title>T</title><trackList><track><location>a%20b.mp3</location><title>&#x41;"
         "</title><duration>1000</duration></track></trackList></playlist>";
}

// --- tags and cells -----------------------------------------------------------------------------------------------

// The first byte says which object the rest is.
void serato_objects(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto which = static_cast<unsigned char>(bytes[0]) % 6;
  const std::string body(bytes.substr(1));
  catalog::SeratoObjects objects;
  switch (which) {
    case 0: objects.markers2 = "\1\1" + catalog::base64(body); break;
    case 1: objects.markers2 = body; break;
    case 2: objects.beat_grid = body; break;
    case 3: objects.autotags = body; break;
    default: objects.markers = body; break;
  }
  objects.is_mp4 = which == 5;
  ForeignLibrary library;
  catalog::ForeignTrack track;
  read_serato_marks(objects, track, library);
  library.tracks.push_back(std::move(track));
  require_sound(library);
}

std::string entry(const std::string& type, const std::string& body) { return type + '\0' + big(body.size(), 4) + body; }
std::string markers2_seed() {
  return "\0\1\1"s + entry("COLOR", "\0\xff\x99\x99"s) + entry("CUE", "\0\1"s + big(1'000, 4) + "\0\xcc\0\0\0\0a\0"s) +
         entry("LOOP", "\0\1"s + big(9'000, 4) + big(12'000, 4) + "\xff\xff\xff\xff\0\x27\xaa\xe1\0\0h\0"s) + '\0';
}
std::string float32(float value) { return big(std::bit_cast<std::uint32_t>(value), 4); }
std::string beat_grid_seed() {
  return "\2\1\0"s + big(2, 4) + float32(0.5F) + big(64, 4) + float32(32.5F) + float32(120) + "\x37";
}
std::string markers_seed() {
  const std::string unset = "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\0\x7f\x7f\x7f\x7f\x7f\0\0\0\0\3\0"s;
  std::string object = "\4\2\5"s + big(14, 4);
  for (int i = 0; i < 14; ++i) object += unset;
  return object + "\7\x7f\x7f\x7f";
}

// The first byte says of which version.
void mixxx_beats(std::string_view bytes) {
  if (bytes.empty()) return;
  constexpr const char* kVersions[] = {"BeatGrid-1.0", "BeatGrid-2.0", "BeatMap-1.0"};
  const char* version = kVersions[static_cast<unsigned char>(bytes[0]) % 3];
  const auto grid = catalog::read_mixxx_beats(bytes.substr(1), version, 44'100);
  if (!grid) return;
  model::TrackMarks marks;
  marks.grid = *grid;
  const auto checked = catalog::check_marks(marks);
  require(checked.has_value(), "a grid may be stored", checked ? "" : checked.error().message);
}

std::string mixxx_grid_seed() { return "\1\x0a\x0b\x09\0\0\0\0\0\0\x60\x40\x10\0\x12\4\x08\xe8\x07\x10\1"s; }
std::string mixxx_map_seed() {
  return "\2\x0a\4\x08\xe8\x07\x10\1\x0a\5\x08\x92\xb4\1\x10\1\x0a\5\x08\xac\xe0\2\x10\1"s;
}

// What is read of damaged bytes can be kept again, and is then the same.
void analysis_blob(std::string_view bytes) {
  const auto analysis = catalog::unpacked_analysis(bytes);
  if (!analysis) return;
  const std::string packed = catalog::packed_analysis(*analysis);
  const auto again = catalog::unpacked_analysis(packed);
  require(again.has_value() && catalog::packed_analysis(*again) == packed, "an analysis survives being kept");
}

std::string analysis_seed() {
  model::TrackAnalysis analysis;
  analysis.is_final = true;
  analysis.duration_s = 60;
  analysis.rhythm.bpm = 120;
  analysis.rhythm.grid.markers = {{0.5, 120}};
  analysis.rhythm.beats_s = {0.5, 1, 1.5};
  return catalog::packed_analysis(analysis);
}

constexpr Target kTargets[] = {
    {"rekordbox", rekordbox, {rekordbox_seed}},
    {"traktor", traktor, {traktor_seed}},
    {"serato_database", serato_database, {serato_database_seed}},
    {"serato_objects", serato_objects, {markers2_seed, beat_grid_seed, markers_seed}},
    {"mixxx_beats", mixxx_beats, {mixxx_grid_seed, mixxx_map_seed}},
    {"track_list", track_list, {m3u_seed, pls_seed, xspf_seed}},
    {"analysis_blob", analysis_blob, {analysis_seed}},
};

}  // namespace

std::span<const Target> targets() { return kTargets; }

}  // namespace segue::fuzz
