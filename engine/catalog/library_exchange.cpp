// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_exchange.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "engine/catalog/analysis_blob.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/library_marks.h"
#include "engine/catalog/library_playlists.h"
#include "engine/catalog/library_tracks.h"
#include "engine/catalog/playlist_rows.h"
#include "engine/catalog/provider.h"

namespace segue::catalog {
namespace {

using store::Statement;
using Places = std::unordered_map<std::string, std::size_t>;

ForeignTrack track_of(const Entry& entry, const std::string& location) {
  ForeignTrack track;
  track.location = location;
  track.title = entry.title;
  track.artist = entry.artist;
  track.album = entry.album;
  track.genre = entry.genre;
  track.year = entry.year;
  track.duration_s = entry.duration_s;
  track.bpm = entry.bpm;
  track.key = model::key_from(entry.key);
  track.size_bytes = entry.size_bytes;
  return track;
}

// The tracks in folders, and where each is in the list.
Result<void> collect_tracks(store::Database& database, ForeignLibrary& library, Places& places) {
  static const std::string kSql = std::string("SELECT ") + kEntryColumns + ", f.path, s.name FROM source s" +
                                  kEntryJoins + "WHERE s.folder IS NOT NULL ORDER BY f.path, s.name";
  return each_row(database.query(kSql), [&](const Statement& row) {
    const Entry entry = entry_of(row);
    const std::string path =
        std::string(row.text(kEntryColumnCount)) + "/" + std::string(row.text(kEntryColumnCount + 1));
    if (library.tracks.size() >= kForeignTracksMax)
      return library.skip("track", entry.title, "there are 1,000,000 already");
    places.emplace(entry.uri, library.tracks.size());
    library.tracks.push_back(track_of(entry, file_uri_of(path)));
  });
}

// A marked track that neither lies in a folder nor is in a playlist: what is known of it, and where; nothing for a file
// that is gone from the folders, whose address says nothing to anybody else.
Result<std::optional<ForeignTrack>> track_elsewhere(store::Database& database, const std::string& uri) {
  const Result<Entry> entry = find_track(database, uri);
  if (entry) return track_of(*entry, uri);
  if (entry.error().code != Code::kNotFound) return tl::unexpected<Error>(entry.error());
  const std::optional<ProviderUri> own = parse_uri(uri);
  bool is_gone = false;
  if (own) {
    auto read = each_row(database.query("SELECT 1 FROM root WHERE provider = ? LIMIT 1", own->provider),
                         [&](const Statement&) { is_gone = true; });
    if (!read) return tl::unexpected<Error>(read.error());
  }
  if (is_gone) return std::optional<ForeignTrack>();
  ForeignTrack track;
  track.location = uri;
  return track;
}

// A statement of its own for each row would cost as much as all the rest: only what is marked is looked at.
Result<void> collect_marks(store::Database& database, ForeignLibrary& library, Places& places) {
  std::vector<std::string> marked;
  auto read = each_row(database.query("SELECT uri FROM marks"),
                       [&](const Statement& row) { marked.emplace_back(row.text(0)); });
  if (!read) return read;
  for (const std::string& uri : marked) {
    auto place = places.find(uri);
    if (place == places.end()) {
      auto track = track_elsewhere(database, uri);
      if (!track) return tl::unexpected<Error>(track.error());
      if (!*track) continue;
      place = places.emplace(uri, library.tracks.size()).first;
      library.tracks.push_back(std::move(**track));
    }
    Result<KeptMarks> kept = read_marks(database, uri);
    if (!kept) return tl::unexpected<Error>(kept.error());
    library.tracks[place->second].marks = std::move(kept->marks);
  }
  return {};
}

// Grids of analyses, where the user has none; of what a track holds now, as far as its length says.
Result<void> collect_grids(store::Database& database, ForeignLibrary& library, const Places& places) {
  const char* sql =
      "SELECT c.uri, c.content, p.packed FROM track_content c JOIN analysis a ON a.content = c.content "
      "JOIN analysis_piece p ON p.analysis = a.id WHERE p.piece = 0";
  return each_row(database.query(sql), [&](const Statement& row) {
    const auto place = places.find(std::string(row.text(0)));
    if (place == places.end()) return;
    ForeignTrack& track = library.tracks[place->second];
    const bool is_other = track.size_bytes > 0 && !row.text(1).starts_with(std::to_string(track.size_bytes) + "-");
    if (is_other || (track.marks.grid && !track.marks.grid->empty())) return;
    auto analysis = unpacked_analysis(row.text(2));
    if (analysis && !analysis->rhythm.grid.empty()) track.heard_grid = std::move(analysis->rhythm.grid);
  });
}

// "a/b/c" as folders a, b and the list c.
ForeignPlaylist named(const std::string& name) {
  ForeignPlaylist playlist;
  std::size_t at = 0;
  for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', at)) {
    if (slash > at) playlist.folders.push_back(name.substr(at, slash - at));
    at = slash + 1;
  }
  playlist.name = name.substr(at);
  return playlist;
}

Result<void> collect_playlist(store::Database& database, const Playlist& kept, ForeignLibrary& library,
                              Places& places) {
  const Result<std::vector<PlaylistRow>> rows = read_rows(database, std::stoll(kept.id));
  if (!rows) return tl::unexpected<Error>(rows.error());
  ForeignPlaylist playlist = named(kept.name);
  for (const PlaylistRow& row : *rows) {
    const Result<std::string> address = address_of(database, row.uri);
    const std::string& uri = address ? *address : row.uri;
    const auto [place, is_new] = places.emplace(uri, library.tracks.size());
    if (is_new) library.tracks.push_back(track_of(entry_of_row(database, row), row.uri));
    playlist.tracks.push_back(place->second);
  }
  library.playlists.push_back(std::move(playlist));
  return {};
}

}  // namespace

Result<std::vector<std::size_t>> write_changes(store::Database& database, const std::vector<MarksChange>& changes) {
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  std::vector<std::size_t> left_out;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto written = replace_marks(database, changes[i].uri, changes[i].marks, changes[i].version);
    if (!written && written.error().code != Code::kAborted && written.error().code != Code::kInvalidArgument)
      return tl::unexpected<Error>(written.error());
    if (!written) left_out.push_back(i);
  }
  if (auto done = transaction->commit(); !done) return library_error(done.error());
  return left_out;
}

Result<ForeignLibrary> collect_library(store::Database& database) {
  ForeignLibrary library;
  library.program = "Segue";
  Places places;
  auto done = collect_tracks(database, library, places);
  if (!done) return tl::unexpected<Error>(done.error());
  std::vector<std::string> providers;
  done = each_row(database.query("SELECT DISTINCT provider FROM playlist ORDER BY provider"),
                  [&](const Statement& row) { providers.emplace_back(row.text(0)); });
  if (!done) return tl::unexpected<Error>(done.error());
  for (const std::string& provider : providers) {
    const Result<std::vector<Playlist>> playlists = list_playlists(database, provider);
    if (!playlists) return tl::unexpected<Error>(playlists.error());
    for (const Playlist& playlist : *playlists) {
      if (auto read = collect_playlist(database, playlist, library, places); !read)
        return tl::unexpected<Error>(read.error());
    }
  }
  // Tracks of other catalogues that a playlist names are marked as well.
  done = collect_marks(database, library, places);
  if (done) done = collect_grids(database, library, places);
  if (!done) return tl::unexpected<Error>(done.error());
  return library;
}

}  // namespace segue::catalog
