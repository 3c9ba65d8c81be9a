// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstring>
#include <sstream>

#include <pugixml.hpp>

#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/formats.h"
#include "engine/catalog/import/location.h"
#include "engine/model/config.h"

namespace segue::catalog {
namespace {

std::string text_of(const pugi::xml_node& node, const char* name) { return tidy(node.child(name).child_value()); }

// Text that may be empty is not written.
void write(pugi::xml_node node, const char* name, const std::string& text) {
  const std::string line = tidy(text, model::kUriBytesMax);
  if (!line.empty()) node.append_child(name).text().set(line.c_str());
}

}  // namespace

// pugixml reads neither document types nor what they define, so nothing expands, and our reading goes three levels
// down whatever the file's depth is.
Result<TrackList> read_xspf(std::string_view text, const std::string& base) {
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8))
    return fail(Code::kInvalidArgument, "PLAYLIST_INVALID", "the playlist is no valid XML");
  const pugi::xml_node root = document.document_element();
  if (std::strcmp(root.name(), "playlist") != 0)
    return fail(Code::kInvalidArgument, "PLAYLIST_INVALID", "the playlist is XML, but no XSPF");
  TrackList list;
  list.title = text_of(root, "title");
  for (const pugi::xml_node& node : root.child("trackList").children("track")) {
    ListedTrack track;
    track.title = text_of(node, "title");
    track.artist = text_of(node, "creator");
    track.album = text_of(node, "album");
    const double seconds = node.child("duration").text().as_double() / 1000.0;
    if (std::isfinite(seconds) && seconds > 0 && seconds <= model::kTrackSecondsMax) track.duration_s = seconds;
    std::optional<std::string> found;
    if (list.entries.size() < kTrackListEntriesMax)
      found = locate(tidy(node.child("location").child_value(), model::kUriBytesMax), base, true);
    if (!found) {
      ++list.skipped;
      continue;
    }
    track.location = std::move(*found);
    list.entries.push_back(std::move(track));
  }
  return list;
}

std::string write_xspf(const TrackList& list) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("playlist");
  root.append_attribute("version") = "1";
  root.append_attribute("xmlns") = "http://xspf.org/ns/0/";
  write(root, "title", list.title);
  pugi::xml_node tracks = root.append_child("trackList");
  for (const ListedTrack& track : list.entries) {
    if (track.location.empty()) continue;
    pugi::xml_node node = tracks.append_child("track");
    write(node, "location", track.location);
    write(node, "title", track.title);
    write(node, "creator", track.artist);
    write(node, "album", track.album);
    if (track.duration_s > 0) {
      const auto ms = static_cast<unsigned long long>(std::llround(track.duration_s * 1000.0));
      node.append_child("duration").text().set(ms);
    }
  }
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace segue::catalog
