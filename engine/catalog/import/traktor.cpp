// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/traktor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <sstream>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_cues.h"
#include "engine/catalog/import/foreign_grid.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/xml_file.h"

namespace segue::catalog {
namespace {

using model::CuePoint;
using pugi::xml_node;

constexpr std::size_t kFoldersDeepMax = 32;
constexpr int kGridType = 4, kLoopType = 5;

struct Reading {
  ForeignLibrary library;
  ForeignPlaces places;  // by volume, folders and file, as playlists name them
};

std::string shown_name(const ForeignTrack& track) { return track.title.empty() ? track.location : track.title; }

// "/:Users/:dj/:" as "/Users/dj/".
std::string folders_of(std::string_view dir) {
  std::string path;
  for (std::size_t i = 0; i < dir.size(); ++i) {
    path += dir[i];
    if (dir[i] == '/' && i + 1 < dir.size() && dir[i + 1] == ':') ++i;
  }
  return path;
}

// The volume is a drive of Windows, or the name of a disk of a Mac, which its paths do not need.
std::string path_of(const xml_node& location) {
  const std::string volume = location.attribute("VOLUME").as_string();
  const std::string path = folders_of(location.attribute("DIR").as_string()) + location.attribute("FILE").as_string();
  const bool is_drive = volume.size() == 2 && volume[1] == ':';
  return is_drive ? volume + path : path;
}

std::string own_key(const xml_node& location) {
  return std::string(location.attribute("VOLUME").as_string()) + location.attribute("DIR").as_string() +
         location.attribute("FILE").as_string();
}

// 0 to 11 are C to B major, 12 to 23 C to B minor.
std::optional<model::Key> key_of(std::int64_t value) {
  if (value < 0 || value > 23) return std::nullopt;
  return model::Key{static_cast<int>(value % 12), value >= 12};
}

// The seven colours a track may have, as the program shows them.
std::uint32_t track_color_of(int index) {
  constexpr std::array<std::uint32_t, 8> kColors = {0,        0xff0000, 0xff8000, 0xffff00,
                                                    0x00c000, 0x0060ff, 0x8000ff, 0xff00c0};
  return index > 0 && index < static_cast<int>(kColors.size()) ? kColors[static_cast<std::size_t>(index)] : 0;
}

// Names that the program gives by itself say nothing.
std::string label_of_cue(const xml_node& node) {
  std::string label = text_of(node, "NAME");
  if (label == "n.n." || label == "AutoGrid" || label == "Beat Marker") label.clear();
  return label;
}

std::optional<CuePoint::Kind> kind_of(std::int64_t type) {
  using Kind = CuePoint::Kind;
  constexpr std::array<Kind, 6> kKinds = {Kind::kCue,  Kind::kFadeIn, Kind::kFadeOut,
                                          Kind::kLoad, Kind::kCue,    Kind::kLoop};
  if (type < 0 || type >= static_cast<std::int64_t>(kKinds.size())) return std::nullopt;
  return kKinds[static_cast<std::size_t>(type)];
}

// Of a grid cue, whose tempo is its own or that of the track.
void add_marker(const xml_node& node, double at_s, ForeignTrack& track, std::vector<ForeignMarker>& markers,
                ForeignLibrary& library) {
  const auto own = number_of(node.child("GRID"), "BPM", library, "grid marker", shown_name(track));
  const double bpm = own.value_or(track.bpm);
  if (is_grid_bpm(bpm) && is_mark_time(std::abs(at_s)) && markers.size() < kForeignMarkersMax) {
    markers.push_back({at_s, bpm, 1});
  } else {
    library.skip("grid marker", shown_name(track), "there is no tempo within 20 to 400 BPM for it");
  }
}

void read_cues(const xml_node& node, ForeignTrack& track, ForeignLibrary& library) {
  const std::string name = shown_name(track);
  std::vector<ForeignMarker> markers;
  for (const xml_node& mark : node.children("CUE_V2")) {
    const auto type = whole_of(mark, "TYPE", library, "cue", name);
    const auto start_ms = number_of(mark, "START", library, "cue", name);
    if (!type || !start_ms) {
      if (mark.attribute("TYPE").empty() || mark.attribute("START").empty())
        library.skip("cue", name, "it has no place or no type");
      continue;
    }
    const auto kind = kind_of(*type);
    if (!kind) {
      library.skip("cue", name, "its type " + std::to_string(*type) + " is not known");
      continue;
    }
    const double at_s = *start_ms / 1'000, length_s = number_of(mark, "LEN", library, "cue", name).value_or(0) / 1'000;
    const auto pad = whole_of(mark, "HOTCUE", library, "cue", name).value_or(-1);
    if (*type == kGridType) add_marker(mark, at_s, track, markers, library);
    if (*type == kGridType && pad < 0) continue;  // a grid cue can be a hot cue, too
    CuePoint cue;
    cue.kind = *kind;
    cue.index = pad >= 0 && pad < model::kHotCuesMax ? static_cast<int>(pad) + 1 : 0;
    cue.at_s = at_s < 0 && *type == kGridType ? 0 : at_s;
    cue.end_s = *type == kLoopType ? at_s + length_s : 0;
    cue.label = label_of_cue(mark);
    cue.color = color_of(mark.attribute("COLOR").as_string());
    add_cue(track, std::move(cue), library);
  }
  track.marks.grid = fitted_grid(std::move(markers), 4);
  drop_doubled_cues(track.marks);
}

void read_facts(const xml_node& node, ForeignTrack& track, ForeignLibrary& library) {
  const std::string name = shown_name(track);
  const xml_node info = node.child("INFO");
  const auto number = [&](const xml_node& from, const char* attribute) {
    return number_of(from, attribute, library, "track value", name).value_or(0);
  };
  const auto whole = [&](const char* attribute) {
    return whole_of(info, attribute, library, "track value", name).value_or(0);
  };
  double duration_s = number(info, "PLAYTIME_FLOAT");
  if (duration_s <= 0) duration_s = number(info, "PLAYTIME");
  if (duration_s > 0 && is_mark_time(duration_s)) track.duration_s = duration_s;
  const double bpm = number(node.child("TEMPO"), "BPM");
  if (is_grid_bpm(bpm)) track.bpm = bpm;
  track.genre = text_of(info, "GENRE");
  track.marks.comment = text_of(info, "COMMENT");
  track.marks.rating = stars_of(whole("RANKING"));
  track.marks.play_count = std::max<std::int64_t>(0, whole("PLAYCOUNT"));
  track.marks.last_played_s = day_of(info.attribute("LAST_PLAYED").as_string(), '/');
  track.marks.color = track_color_of(info.attribute("COLOR").as_int(0));
  // What the program has found goes before the text somebody else has left in the tags.
  const auto value = whole_of(node.child("MUSICAL_KEY"), "VALUE", library, "key", name);
  if (value) track.key = key_of(*value);
  if (!track.key) track.key = model::key_from(text_of(info, "KEY"));
  if (!track.key && value) library.skip("key", name, std::to_string(*value) + " is no key");
}

void read_entry(const xml_node& node, Reading& reading) {
  ForeignTrack track;
  track.title = text_of(node, "TITLE");
  const xml_node at = node.child("LOCATION");
  const std::string path = path_of(at);
  std::optional<std::string> location = foreign_location(path);
  if (!location) {
    return reading.library.skip("track", track.title, "its location \"" + printable(path, 100) + "\" names no file");
  }
  track.location = std::move(*location);
  track.artist = text_of(node, "ARTIST");
  track.album = text_of(node.child("ALBUM"), "TITLE");
  read_facts(node, track, reading.library);
  read_cues(node, track, reading.library);
  reading.places.add(own_key(at), reading.library.count());
  reading.library.add(std::move(track));
}

// The playlist the walk is at, called `name`: its tracks are a level further down.
void read_playlist(XmlWalk& walk, const std::vector<std::string>& folders, const std::string& name, Reading& reading) {
  ForeignLibrary& library = reading.library;
  ForeignPlaylist playlist{folders, name, {}};
  if (library.playlists.size() >= kForeignPlaylistsMax)
    return library.skip("playlist", playlist.name, "there are 10,000 already");
  walk.enter();
  while (walk.next()) {
    if (std::strcmp(walk.tag().name(), "PLAYLIST") != 0) continue;
    walk.enter();
    while (walk.next()) {
      if (std::strcmp(walk.tag().name(), "ENTRY") != 0) continue;
      const std::string key = walk.whole().child("PRIMARYKEY").attribute("KEY").as_string();
      if (walk.fault().empty()) library.add_entry(playlist, reading.places.find(key), key);
    }
  }
  library.playlists.push_back(std::move(playlist));
}

void read_node(XmlWalk& walk, std::vector<std::string>& folders, Reading& reading);

// The nodes of the folder the walk is at; their counts are not believed.
void read_nodes(XmlWalk& walk, std::vector<std::string>& folders, Reading& reading) {
  walk.enter();
  while (walk.next()) {
    if (std::strcmp(walk.tag().name(), "SUBNODES") != 0) continue;
    walk.enter();
    while (walk.next()) {
      if (std::strcmp(walk.tag().name(), "NODE") == 0) read_node(walk, folders, reading);
    }
  }
}

void read_node(XmlWalk& walk, std::vector<std::string>& folders, Reading& reading) {
  const std::string name = text_of(walk.tag(), "NAME");
  const std::string type = walk.tag().attribute("TYPE").as_string();
  if (type == "PLAYLIST") {
    read_playlist(walk, folders, name, reading);
  } else if (type != "FOLDER") {
    reading.library.skip("playlist", name, "it is no list of tracks but a \"" + printable(type, 40) + "\"");
  } else if (folders.size() >= kFoldersDeepMax) {
    reading.library.skip("playlist folder", name, "it lies more than 32 folders deep");
  } else {
    folders.push_back(name);
    read_nodes(walk, folders, reading);
    folders.pop_back();
  }
}

void read_section(XmlWalk& walk, Reading& reading) {
  const std::string name = walk.tag().name();
  if (name == "HEAD") reading.library.program = text_of(walk.tag(), "PROGRAM");
  if (name != "COLLECTION" && name != "PLAYLISTS") return;
  walk.enter();
  while (walk.next()) {
    if (name == "COLLECTION" && std::strcmp(walk.tag().name(), "ENTRY") == 0) {
      if (const xml_node entry = walk.whole()) read_entry(entry, reading);
      if (reading.library.is_over()) return;
    } else if (name == "PLAYLISTS" && std::strcmp(walk.tag().name(), "NODE") == 0) {
      // The outermost node is the root, which nobody named.
      std::vector<std::string> folders;
      read_nodes(walk, folders, reading);
    }
  }
}

}  // namespace

Result<ForeignLibrary> read_traktor(std::istream& in, ForeignLibrary::Take take) {
  Reading reading;
  reading.library.take = std::move(take);
  reading.library.profile = DecoderProfile::kTraktor;
  XmlWalk walk(in);
  const auto root = find_root(walk, "NML", "Traktor collection");
  if (!root) return tl::unexpected<Error>(root.error());
  const std::string version = text_of(*root, "VERSION");
  walk.enter();
  while (!reading.library.is_over() && walk.next()) read_section(walk, reading);
  note_fault(walk, reading.library);
  reading.library.program = tidy(reading.library.program + " NML " + version);
  return std::move(reading.library);
}

Result<ForeignLibrary> read_traktor(const std::string& text) {
  std::istringstream in(text);
  return read_traktor(in, nullptr);
}

}  // namespace segue::catalog
