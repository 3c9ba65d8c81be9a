// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/export/rekordbox_file.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <sstream>

#include <pugixml.hpp>

#include "engine/catalog/export/rekordbox_grid.h"
#include "engine/catalog/import/mp3_offset.h"
#include "engine/catalog/import/rekordbox.h"

namespace segue::catalog {
namespace {

using model::CuePoint;
using pugi::xml_node;

// At least three digits behind the point, as the program itself writes, at most six.
std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f", value);
  std::string digits(text);
  while (digits.ends_with('0') && digits[digits.size() - 4] != '.') digits.pop_back();
  return digits;
}

std::string hex(std::uint32_t color) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%06X", color & 0xffffffU);
  return text;
}

std::string day(std::int64_t unix_s) {
  const auto days = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(unix_s)));
  const std::chrono::year_month_day date(days);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

void set(xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}
void set_text(xml_node node, const char* name, const std::string& value) {
  if (!value.empty()) set(node, name, value);
}

// The address with the host that rekordbox wants in it.
std::string location_of(const std::string& uri) {
  if (!uri.starts_with("file:///")) return uri;
  return "file://localhost" + uri.substr(std::string_view("file://").size());
}

// Counts the beats of the grid, as Battito does: two dotted quarters are no 6/8 here.
const char* metro_of(int beats_per_bar) { return beats_per_bar == 2 ? "2/4" : model::time_signature(beats_per_bar); }

void write_grid(xml_node node, const model::BeatGrid& grid) {
  for (const model::BeatGrid::Marker& marker : grid.markers) {
    const auto beat = static_cast<std::int64_t>(std::llround(grid.beat_at(marker.at_s))) - 1;
    const xml_node tempo = node.append_child("TEMPO");
    set(tempo, "Inizio", number(marker.at_s));
    set(tempo, "Bpm", number(marker.bpm));
    set(tempo, "Metro", metro_of(grid.beats_per_bar));
    set(tempo, "Battito", std::to_string(beat % grid.beats_per_bar + 1));
  }
}

std::optional<model::BeatGrid> grid_of(const ForeignTrack& track) {
  if (track.marks.grid && !track.marks.grid->empty()) {
    model::BeatGrid grid = *track.marks.grid;
    bring_into_track(grid);  // no place is before the track there
    return grid;
  }
  return track.heard_grid ? std::optional(rekordbox_grid(*track.heard_grid, track.duration_s)) : std::nullopt;
}

// What is nobody's word, so that reading the file again does not make it the user's. Other programs pass by it.
void write_heard(xml_node node, const ForeignTrack& track) {
  std::string heard;
  if (track.heard_grid && !(track.marks.grid && !track.marks.grid->empty())) heard += kHeardGrid;
  if (track.is_key_heard && track.key) heard += (heard.empty() ? "" : " ") + std::string(kHeardKey);
  if (heard.empty()) return;
  xml_node instruction = node.append_child(pugi::node_pi);
  instruction.set_name(kHeardInstruction);
  instruction.set_value(heard.c_str());
}

int type_of(CuePoint::Kind kind) {
  switch (kind) {
    case CuePoint::Kind::kFadeIn: return 1;
    case CuePoint::Kind::kFadeOut: return 2;
    case CuePoint::Kind::kLoad: return 3;
    case CuePoint::Kind::kLoop: return 4;
    case CuePoint::Kind::kCue:
    case CuePoint::Kind::kJump: return 0;
  }
  return 0;
}

void write_cue(xml_node node, const CuePoint& cue) {
  const xml_node mark = node.append_child("POSITION_MARK");
  set(mark, "Name", cue.label);
  set(mark, "Type", std::to_string(type_of(cue.kind)));
  set(mark, "Start", number(cue.at_s));
  if (cue.kind == CuePoint::Kind::kLoop) set(mark, "End", number(cue.end_s));
  set(mark, "Num", std::to_string(cue.index - 1));
  if (cue.color == 0) return;
  set(mark, "Red", std::to_string(cue.color >> 16 & 0xffU));
  set(mark, "Green", std::to_string(cue.color >> 8 & 0xffU));
  set(mark, "Blue", std::to_string(cue.color & 0xffU));
}

void write_facts(xml_node node, const ForeignTrack& track) {
  set(node, "Name", track.title);
  set_text(node, "Artist", track.artist);
  set_text(node, "Album", track.album);
  set_text(node, "Genre", track.genre);
  if (track.size_bytes > 0) set(node, "Size", std::to_string(track.size_bytes));
  if (track.duration_s > 0) set(node, "TotalTime", std::to_string(std::llround(track.duration_s)));
  if (track.year > 0) set(node, "Year", std::to_string(track.year));
  const bool has_grid = track.marks.grid && !track.marks.grid->empty();
  const double bpm = track.bpm > 0 || !has_grid ? track.bpm : track.marks.grid->markers.front().bpm;
  if (bpm > 0) set(node, "AverageBpm", number(bpm));
  set_text(node, "Comments", track.marks.comment);
  if (track.marks.play_count > 0) set(node, "PlayCount", std::to_string(track.marks.play_count));
  if (track.marks.last_played_s > 0) set(node, "LastPlayed", day(track.marks.last_played_s));
  set(node, "Rating", std::to_string(track.marks.rating * 51));
  set(node, "Location", location_of(track.location));
  if (track.key) set(node, "Tonality", model::name_of(*track.key));
  if (track.marks.color != 0) set(node, "Colour", hex(track.marks.color));
}

void note_losses(const ForeignTrack& track, ForeignLibrary& library) {
  const std::string& name = track.title.empty() ? track.location : track.title;
  for (const CuePoint& cue : track.marks.cues) {
    if (cue.kind == CuePoint::Kind::kJump) library.skip("cue", name, "the format has no jumps; written as a plain cue");
  }
  if (track.marks.gain_db) library.skip("trim", name, "the format has no place for it");
  if (track.marks.cue_s) library.skip("main cue", name, "the format has no place for it");
}

// The folder's folder of that name, made if need be.
xml_node folder_in(xml_node folder, const std::string& name) {
  for (const xml_node& node : folder.children("NODE")) {
    if (node.attribute("Type").as_int() == 0 && name == node.attribute("Name").as_string()) return node;
  }
  const xml_node made = folder.append_child("NODE");
  set(made, "Name", name);
  set(made, "Type", "0");
  return made;
}

void write_playlists(xml_node top, const ForeignLibrary& library) {
  for (const ForeignPlaylist& playlist : library.playlists) {
    xml_node folder = top;
    for (const std::string& name : playlist.folders) folder = folder_in(folder, name);
    xml_node node = folder.append_child("NODE");
    set(node, "Name", playlist.name);
    set(node, "Type", "1");
    set(node, "KeyType", "0");
    set(node, "Entries", std::to_string(playlist.tracks.size()));
    for (const std::size_t place : playlist.tracks) set(node.append_child("TRACK"), "Key", std::to_string(place + 1));
  }
}

// Folders say how many nodes they have.
void write_counts(xml_node folder) {
  int count = 0;
  for (const xml_node& node : folder.children("NODE")) {
    ++count;
    if (node.attribute("Type").as_int() == 0) write_counts(node);
  }
  set(folder, "Count", std::to_string(count));
}

}  // namespace

std::string write_rekordbox(ForeignLibrary& library, const std::string& version) {
  pugi::xml_document document;
  const xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  xml_node root = document.append_child("DJ_PLAYLISTS");
  set(root, "Version", "1.0.0");
  const xml_node product = root.append_child("PRODUCT");
  set(product, "Name", kOwnProduct);
  set(product, "Version", version);
  set(product, "Company", "");
  xml_node collection = root.append_child("COLLECTION");
  set(collection, "Entries", std::to_string(library.tracks.size()));
  for (std::size_t i = 0; i < library.tracks.size(); ++i) {
    const ForeignTrack& track = library.tracks[i];
    const xml_node node = collection.append_child("TRACK");
    set(node, "TrackID", std::to_string(i + 1));
    write_facts(node, track);
    write_heard(node, track);
    if (const auto grid = grid_of(track)) write_grid(node, *grid);
    for (const CuePoint& cue : track.marks.cues) write_cue(node, cue);
    note_losses(track, library);
  }
  const xml_node top = folder_in(root.append_child("PLAYLISTS"), "ROOT");
  write_playlists(top, library);
  write_counts(top);
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace segue::catalog
