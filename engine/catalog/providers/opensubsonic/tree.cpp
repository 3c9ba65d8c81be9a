// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/tree.h"

#include <array>
#include <charconv>

#include "engine/base/text.h"
#include "engine/catalog/providers/opensubsonic/songs.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::size_t kPageMax = 500;  // Provider::browse; also the most that getAlbumList2 gives
constexpr std::size_t kPageOffsetMax = 10'000'000;

using Content = Outcome<Listing>;

Node node_of(const char* prefix, const char* kind, const Json& json, const char* count) {
  Node node;
  const std::string id = id_of(json, "id");
  if (id.empty()) return node;
  node.id = prefix + id;
  node.kind = kind;
  node.title = text_of(json, "name");
  if (node.title.empty()) node.title = text_of(json, "title");
  if (node.title.empty()) node.title = id;
  const std::string artist = text_of(json, "artist");
  if (node.kind == "album" && !artist.empty()) node.title = artist + " - " + node.title;
  if (count != nullptr && json.contains(count)) node.tracks = static_cast<int>(integer_of(json, count, 1'000'000));
  return node;
}

void add(Listing& listing, Node node) {
  if (!node.id.empty()) listing.nodes.push_back(std::move(node));
}

Listing root() {
  Listing listing;
  listing.nodes = {{"artists", "Artists", "folder"},
                   {"newest", "Newest albums", "folder"},
                   {"genres", "Genres", "folder"},
                   {"playlists", "Playlists", "folder"},
                   {"stations", "Internet radio", "stations"}};
  return listing;
}

void add_indexes(Listing& listing, const Json& indexes, const char* prefix) {
  for (const Json* index : list_of(indexes, "index")) {
    for (const Json* artist : list_of(*index, "artist")) add(listing, node_of(prefix, "artist", *artist, nullptr));
  }
}

Content artists(Session& session, const std::stop_token& stop) {
  Listing listing;
  Outcome<Json> root = session.call("getArtists", {}, stop);
  if (root) {
    add_indexes(listing, part_of(*root, "artists"), "artist:");
    return listing;
  }
  if (!root.error().is_method_missing()) return tl::unexpected(root.error());
  root = session.call("getIndexes", {}, stop);
  if (!root) return tl::unexpected(root.error());
  const Json& indexes = part_of(*root, "indexes");
  add_indexes(listing, indexes, "dir:");
  listing.entries = entries_of(session.account().name(), list_of(indexes, "child"));
  return listing;
}

Content artist(Session& session, const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getArtist", {{"id", id}}, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  for (const Json* album : list_of(part_of(*root, "artist"), "album"))
    add(listing, node_of("album:", "album", *album, "songCount"));
  return listing;
}

Content album(Session& session, const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getAlbum", {{"id", id}}, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  listing.entries = entries_of(session.account().name(), list_of(part_of(*root, "album"), "song"));
  return listing;
}

Content directory(Session& session, const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getMusicDirectory", {{"id", id}}, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  const std::vector<const Json*> children = list_of(part_of(*root, "directory"), "child");
  for (const Json* child : children) {
    if (flag_of(*child, "isDir", false)) add(listing, node_of("dir:", "folder", *child, nullptr));
  }
  listing.entries = entries_of(session.account().name(), children);
  return listing;
}

Content genres(Session& session, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getGenres", {}, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  for (const Json* genre : list_of(part_of(*root, "genres"), "genre")) {
    const std::string name = text_of(*genre, "value");
    const int tracks = genre->contains("songCount") ? static_cast<int>(integer_of(*genre, "songCount", 1'000'000)) : -1;
    if (!name.empty()) listing.nodes.push_back({"genre:" + name, name, "genre", tracks});
  }
  return listing;
}

Content playlists(Session& session, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getPlaylists", {}, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  for (const Json* playlist : list_of(part_of(*root, "playlists"), "playlist"))
    add(listing, node_of("playlist:", "playlist", *playlist, "songCount"));
  return listing;
}

Content playlist(Session& session, const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getPlaylist", {{"id", id}}, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  listing.entries = entries_of(session.account().name(), list_of(part_of(*root, "playlist"), "entry"));
  return listing;
}

Content stations(Session& session, const std::stop_token& stop) {
  const Outcome<Json> root = session.call("getInternetRadioStations", {}, stop);
  Listing listing;
  if (!root) return root.error().is_method_missing() ? Content(listing) : tl::unexpected(root.error());
  for (const Json* station : list_of(part_of(*root, "internetRadioStations"), "internetRadioStation")) {
    std::optional<Entry> entry = station_of(session.account().name(), *station);
    if (entry) listing.entries.push_back(std::move(*entry));
  }
  return listing;
}

// Levels that the server itself pages: a full page has a successor.
Content newest(Session& session, std::size_t offset, const std::stop_token& stop) {
  const Parameters parameters = {
      {"type", "newest"}, {"size", std::to_string(kPageMax)}, {"offset", std::to_string(offset)}};
  const char* part = "albumList2";
  const char* prefix = "album:";
  Outcome<Json> root = session.call("getAlbumList2", parameters, stop);
  if (!root && root.error().is_method_missing()) {
    part = "albumList";
    prefix = "dir:";
    root = session.call("getAlbumList", parameters, stop);
  }
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  const std::vector<const Json*> albums = list_of(part_of(*root, part), "album");
  for (const Json* item : albums) add(listing, node_of(prefix, "album", *item, "songCount"));
  if (albums.size() >= kPageMax) listing.next = std::to_string(offset + albums.size());
  return listing;
}

Content genre(Session& session, const std::string& name, std::size_t offset, const std::stop_token& stop) {
  const Parameters parameters = {
      {"genre", name}, {"count", std::to_string(kPageMax)}, {"offset", std::to_string(offset)}};
  const Outcome<Json> root = session.call("getSongsByGenre", parameters, stop);
  if (!root) return tl::unexpected(root.error());
  Listing listing;
  const std::vector<const Json*> songs = list_of(part_of(*root, "songsByGenre"), "song");
  listing.entries = entries_of(session.account().name(), songs);
  if (songs.size() >= kPageMax) listing.next = std::to_string(offset + songs.size());
  return listing;
}

// The part of a complete level that a page shows, nodes first.
Listing page_of(Listing all, std::size_t offset) {
  Listing page;
  const std::size_t nodes = all.nodes.size(), count = nodes + all.entries.size();
  for (std::size_t i = offset; i < count && i < offset + kPageMax; ++i) {
    if (i < nodes) {
      page.nodes.push_back(std::move(all.nodes[i]));
    } else {
      page.entries.push_back(std::move(all.entries[i - nodes]));
    }
  }
  if (offset + kPageMax < count) page.next = std::to_string(offset + kPageMax);
  return page;
}

}  // namespace

Result<Listing> browse(Session& session, const std::string& node, const std::string& page,
                       const std::stop_token& stop) {
  const std::string& name = session.account().name();
  std::size_t offset = 0;
  const auto [end, fault] = std::from_chars(page.data(), page.data() + page.size(), offset);
  if (!page.empty() && (fault != std::errc() || end != page.data() + page.size() || offset > kPageOffsetMax))
    return fail(Code::kInvalidArgument, "PAGE_INVALID", name + ": " + printable(page, 64) + " is no page");
  const auto whole = [offset](Content content) -> Content {
    if (!content) return content;
    return page_of(std::move(*content), offset);
  };
  const std::size_t colon = node.find(':');
  const std::string kind = node.substr(0, colon);
  const std::string id = colon == std::string::npos ? "" : node.substr(colon + 1);
  Content content = tl::unexpected(
      Failure{{Code::kNotFound, "NODE_MISSING", name + ": there is no node \"" + printable(node, 200) + "\""}});
  if (node.empty()) {
    content = root();
  } else if (node == "artists") {
    content = whole(artists(session, stop));
  } else if (node == "newest") {
    content = newest(session, offset, stop);
  } else if (node == "genres") {
    content = whole(genres(session, stop));
  } else if (node == "playlists") {
    content = whole(playlists(session, stop));
  } else if (node == "stations") {
    content = whole(stations(session, stop));
  } else if (id.empty()) {
    return tl::unexpected(content.error().error);
  } else if (kind == "artist") {
    content = whole(artist(session, id, stop));
  } else if (kind == "album") {
    content = whole(album(session, id, stop));
  } else if (kind == "dir") {
    content = whole(directory(session, id, stop));
  } else if (kind == "playlist") {
    content = whole(playlist(session, id, stop));
  } else if (kind == "genre") {
    content = genre(session, id, offset, stop);
  }
  if (!content) return tl::unexpected(content.error().error);
  return std::move(*content);
}

}  // namespace segue::catalog::opensubsonic
