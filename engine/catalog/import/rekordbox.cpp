// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/rekordbox.h"

#include <cmath>
#include <cstring>
#include <sstream>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_cues.h"
#include "engine/catalog/import/foreign_grid.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/xml_file.h"
#include "engine/model/config.h"

namespace segue::catalog {
namespace {

using model::CuePoint;
using pugi::xml_node;

constexpr std::size_t kFoldersDeepMax = 32;

struct Reading {
  ForeignLibrary library;
  bool is_ours = false;  // we wrote it
  ForeignPlaces by_id, by_location;
};

std::string shown_name(const ForeignTrack& track) { return track.title.empty() ? track.location : track.title; }

// "4/4": what comes before the stroke, if we know such bars. Two beats are dotted quarters if we wrote them.
int beats_per_bar_of(std::string_view metro, bool is_ours) {
  if (is_ours && metro.starts_with("2/")) return 2;
  if (metro.starts_with("3/")) return 3;
  return metro.starts_with("6/") ? 6 : 4;
}

void read_grid(const xml_node& node, ForeignTrack& track, Reading& reading) {
  std::vector<ForeignMarker> markers;
  int beats_per_bar = 0;
  const std::string name = shown_name(track);
  for (const xml_node& tempo : node.children("TEMPO")) {
    const auto at_s = number_of(tempo, "Inizio", reading.library, "grid marker", name);
    const auto bpm = number_of(tempo, "Bpm", reading.library, "grid marker", name);
    if (!at_s || !bpm) continue;
    if (!is_grid_bpm(*bpm) || !is_mark_time(std::abs(*at_s))) {
      reading.library.skip("grid marker", name,
                           "its tempo is not within 20 to 400 BPM, or its place not within a track");
      continue;
    }
    if (markers.size() >= kForeignMarkersMax) {
      reading.library.skip("grid marker", name, "the grid has 20,000 already");
      continue;
    }
    if (beats_per_bar == 0) beats_per_bar = beats_per_bar_of(tempo.attribute("Metro").as_string(), reading.is_ours);
    markers.push_back({*at_s, *bpm, tempo.attribute("Battito").as_int(1)});
  }
  if (markers.empty()) return;
  if (!reading.is_ours) {
    track.marks.grid = fitted_grid(std::move(markers), beats_per_bar);
    return;
  }
  model::BeatGrid grid{.markers = {}, .beats_per_bar = beats_per_bar};
  for (const ForeignMarker& marker : markers) {
    if (marker.at_s >= 0 && (grid.markers.empty() || marker.at_s > grid.markers.back().at_s))
      grid.markers.push_back({marker.at_s, marker.bpm});
  }
  if (!grid.markers.empty()) track.marks.grid = std::move(grid);
}

std::uint32_t color_of_mark(const xml_node& mark) {
  const auto part = [&mark](const char* name) {
    return static_cast<std::uint32_t>(std::min(255U, mark.attribute(name).as_uint(0)));
  };
  return part("Red") << 16 | part("Green") << 8 | part("Blue");
}

std::optional<CuePoint::Kind> kind_of(std::int64_t type) {
  using Kind = CuePoint::Kind;
  constexpr Kind kKinds[] = {Kind::kCue, Kind::kFadeIn, Kind::kFadeOut, Kind::kLoad, Kind::kLoop};
  if (type < 0 || type >= static_cast<std::int64_t>(std::size(kKinds))) return std::nullopt;
  return kKinds[type];
}

void read_cues(const xml_node& node, ForeignTrack& track, Reading& reading) {
  const std::string name = shown_name(track);
  for (const xml_node& mark : node.children("POSITION_MARK")) {
    const auto type = whole_of(mark, "Type", reading.library, "cue", name);
    const auto at_s = number_of(mark, "Start", reading.library, "cue", name);
    if (!at_s || !type) {
      if (mark.attribute("Start").empty() || mark.attribute("Type").empty())
        reading.library.skip("cue", name, "it has no place or no type");
      continue;
    }
    const auto kind = kind_of(*type);
    if (!kind) {
      reading.library.skip("cue", name, "its type " + std::to_string(*type) + " is not known");
      continue;
    }
    const auto end_s = number_of(mark, "End", reading.library, "cue", name);
    const auto pad = whole_of(mark, "Num", reading.library, "cue", name).value_or(-1);
    CuePoint cue;
    cue.kind = *kind;
    cue.index = pad >= 0 && pad < model::kHotCuesMax ? static_cast<int>(pad) + 1 : 0;
    cue.at_s = *at_s;
    cue.end_s = end_s.value_or(0);
    cue.label = text_of(mark, "Name");
    cue.color = color_of_mark(mark);
    add_cue(track, std::move(cue), reading.library);
  }
  if (!reading.is_ours) drop_doubled_cues(track.marks);
}

void read_facts(const xml_node& node, ForeignTrack& track, Reading& reading) {
  const std::string name = shown_name(track);
  const auto number = [&](const char* attribute) {
    return number_of(node, attribute, reading.library, "track value", name).value_or(0);
  };
  const auto whole = [&](const char* attribute) {
    return whole_of(node, attribute, reading.library, "track value", name).value_or(0);
  };
  const double duration_s = number("TotalTime"), bpm = number("AverageBpm");
  if (duration_s > 0 && is_mark_time(duration_s)) track.duration_s = duration_s;
  if (is_grid_bpm(bpm)) track.bpm = bpm;
  const std::int64_t year = whole("Year");
  if (year > 0 && year < 10'000) track.year = static_cast<int>(year);
  track.size_bytes = std::max<std::int64_t>(0, whole("Size"));
  const std::string key = text_of(node, "Tonality");
  track.key = model::key_from(key);
  if (!track.key && !key.empty()) reading.library.skip("key", name, "\"" + printable(key, 40) + "\" is no key");
  track.marks.rating = stars_of(whole("Rating"));
  track.marks.color = color_of(node.attribute("Colour").as_string());
  track.marks.comment = text_of(node, "Comments");
  track.marks.play_count = std::max<std::int64_t>(0, whole("PlayCount"));
  track.marks.last_played_s = day_of(node.attribute("LastPlayed").as_string(), '-');
}

// What a file of ours says is an analysis's: nobody's word, and found again by listening.
bool is_heard(const xml_node& node, const Reading& reading, std::string_view what) {
  if (!reading.is_ours) return false;
  const std::string_view heard = node.child(kHeardInstruction).value();
  return heard.find(what) != std::string_view::npos;
}

void read_track(const xml_node& node, Reading& reading) {
  ForeignTrack track;
  track.title = text_of(node, "Name");
  const std::string_view written = node.attribute("Location").as_string();
  std::optional<std::string> location = foreign_location(written);
  if (!location) {
    return reading.library.skip("track", track.title, "its location \"" + printable(written, 100) + "\" names no file");
  }
  track.location = std::move(*location);
  track.artist = text_of(node, "Artist");
  track.album = text_of(node, "Album");
  track.genre = text_of(node, "Genre");
  read_facts(node, track, reading);
  if (!is_heard(node, reading, kHeardGrid)) read_grid(node, track, reading);
  track.is_key_heard = is_heard(node, reading, kHeardKey);
  read_cues(node, track, reading);
  reading.by_id.add(node.attribute("TrackID").as_string(), reading.library.count());
  reading.by_location.add(written, reading.library.count());
  reading.library.add(std::move(track));
}

// The playlist the walk is at.
void read_playlist(XmlWalk& walk, const std::vector<std::string>& folders, Reading& reading) {
  ForeignLibrary& library = reading.library;
  const xml_node node = walk.tag();
  ForeignPlaylist playlist{folders, text_of(node, "Name"), {}};
  if (library.playlists.size() >= kForeignPlaylistsMax)
    return library.skip("playlist", playlist.name, "there are 10,000 already");
  const ForeignPlaces& places = node.attribute("KeyType").as_int(0) == 1 ? reading.by_location : reading.by_id;
  walk.enter();
  while (walk.next()) {
    const xml_node entry = walk.tag();
    if (std::strcmp(entry.name(), "TRACK") != 0) continue;
    const std::string_view key = entry.attribute("Key").as_string();
    library.add_entry(playlist, places.find(key), key);
  }
  library.playlists.push_back(std::move(playlist));
}

// The nodes of the folder the walk is in; their counts are not believed.
void read_nodes(XmlWalk& walk, std::vector<std::string>& folders, Reading& reading) {
  while (walk.next()) {
    const xml_node node = walk.tag();
    if (std::strcmp(node.name(), "NODE") != 0) continue;
    if (node.attribute("Type").as_int(-1) == 1) {
      read_playlist(walk, folders, reading);
    } else if (folders.size() >= kFoldersDeepMax) {
      reading.library.skip("playlist folder", text_of(node, "Name"), "it lies more than 32 folders deep");
    } else {
      folders.push_back(text_of(node, "Name"));
      walk.enter();
      read_nodes(walk, folders, reading);
      folders.pop_back();
    }
  }
}

void read_product(const xml_node& product, Reading& reading) {
  reading.library.program = tidy(text_of(product, "Name") + " " + text_of(product, "Version"));
  reading.is_ours = text_of(product, "Name") == kOwnProduct;
}

void read_section(XmlWalk& walk, Reading& reading) {
  const std::string name = walk.tag().name();
  if (name == "PRODUCT") return read_product(walk.tag(), reading);
  if (name != "COLLECTION" && name != "PLAYLISTS") return;
  walk.enter();
  while (walk.next()) {
    if (name == "COLLECTION" && std::strcmp(walk.tag().name(), "TRACK") == 0) {
      if (const xml_node track = walk.whole()) read_track(track, reading);
      if (reading.library.is_over()) return;
    } else if (name == "PLAYLISTS" && std::strcmp(walk.tag().name(), "NODE") == 0) {
      // The outermost node is the root, which nobody named.
      walk.enter();
      std::vector<std::string> folders;
      read_nodes(walk, folders, reading);
    }
  }
}

}  // namespace

Result<ForeignLibrary> read_rekordbox(std::istream& in, ForeignLibrary::Take take) {
  Reading reading;
  reading.library.take = std::move(take);
  reading.library.profile = DecoderProfile::kRekordbox;
  XmlWalk walk(in);
  if (const auto root = find_root(walk, "DJ_PLAYLISTS", "rekordbox collection"); !root)
    return tl::unexpected<Error>(root.error());
  walk.enter();
  while (!reading.library.is_over() && walk.next()) read_section(walk, reading);
  note_fault(walk, reading.library);
  if (reading.library.program.empty()) reading.library.program = "rekordbox";
  return std::move(reading.library);
}

Result<ForeignLibrary> read_rekordbox(const std::string& text) {
  std::istringstream in(text);
  return read_rekordbox(in, nullptr);
}

}  // namespace segue::catalog
