// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/mixxx.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <unordered_map>

#include "engine/catalog/import/foreign_text.h"
#include "engine/model/config.h"
#include "engine/store/database.h"

namespace segue::catalog {
namespace {

constexpr std::int64_t kCuesMax = 2'000'000;  // ten for each of the most tracks
constexpr std::int64_t kPlaylistEntriesMax = 2'000'000;
constexpr int kSamplesPerFrame = 2;  // places of cues count the samples of both channels

// Of cues.type.
enum CueType { kHotCue = 1, kMainCue = 2, kLoop = 4, kJump = 5, kIntro = 6, kOutro = 7 };

using model::CuePoint;
using store::Database;
using store::Statement;

tl::unexpected<Error> invalid(const std::string& what) {
  return fail(Code::kInvalidArgument, "LIBRARY_INVALID", "not a library of Mixxx: " + what);
}

// A failure of the store in words for whoever named the file.
tl::unexpected<Error> unreadable(const Error& error) {
  if (!error.reason.starts_with("STORE_")) return tl::unexpected(error);
  if (error.reason == "STORE_CORRUPT")
    return fail(Code::kInvalidArgument, "LIBRARY_FILE_INVALID", "it is no SQLite database, or a damaged one");
  if (error.reason == "STORE_BUSY")
    return fail(Code::kUnavailable, "LIBRARY_FILE_BUSY", "another program is writing to it; try again");
  return fail(error.code, "LIBRARY_FILE_UNREADABLE", "the database cannot be read");
}

// Columns of a table that is one: a view could compute for ever.
Result<std::set<std::string>> columns_of(Database& database, const std::string& table) {
  auto kind = database.query("SELECT type, sql FROM sqlite_schema WHERE name = ? COLLATE NOCASE", table);
  if (!kind) return tl::unexpected(kind.error());
  const Result<bool> found = kind->step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return invalid("it has no table " + table);
  if (kind->text(0) != "table" || !tidy(kind->text(1)).starts_with("CREATE TABLE")) {
    return invalid(table + " is no plain table");
  }
  std::set<std::string> columns;
  auto names = database.query("SELECT lower(name) FROM pragma_table_info(?)", table);
  if (!names) return tl::unexpected(names.error());
  for (;;) {
    const Result<bool> row = names->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return columns;
    columns.insert(std::string(names->text(0)));
  }
}

// "a.one, NULL, …": a column that is not there is NULL.
std::string selection(const std::string& alias, const std::set<std::string>& columns,
                      std::initializer_list<const char*> names) {
  std::string text;
  for (const char* name : names) {
    if (!text.empty()) text += ", ";
    text += columns.contains(name) ? alias + "." + name : "NULL";
  }
  return text;
}

// 1 to 12: C to B major, 13 to 24 minor.
std::optional<model::Key> key_of(std::int64_t id) {
  if (id < 1 || id > 24) return std::nullopt;
  return model::Key{.tonic = static_cast<int>((id - 1) % 12), .is_minor = id > 12};
}

std::uint32_t color_of(const Statement& row, int column) {
  return row.is_null(column) ? 0 : static_cast<std::uint32_t>(row.integer(column)) & 0xFFFFFF;
}

double within(double value, double most) { return value > 0 && value <= most ? value : 0; }

class MixxxReader {
 public:
  explicit MixxxReader(Database& database) : database_(database) {
    library_.program = "Mixxx";
    library_.profile = DecoderProfile::kMixxx;
  }

  Result<ForeignLibrary> read() {
    for (const auto& part : {&MixxxReader::read_tracks, &MixxxReader::read_cues, &MixxxReader::read_playlists,
                             &MixxxReader::read_crates}) {
      const Result<void> done = (this->*part)();
      if (done) continue;
      if (done.error().reason != "STORE_CORRUPT" || library_.tracks.empty()) return unreadable(done.error());
      library_.fault = Error{Code::kDataLoss, "LIBRARY_FILE_DAMAGED",
                             "the database is damaged; what comes behind the damage was not read"};
      break;
    }
    return std::move(library_);
  }

 private:
  // Calls take(row) for each row until `most`.
  template <typename Take>
  Result<void> each(const std::string& sql, std::int64_t most, Take take) {
    Result<Statement> rows = database_.prepare(sql + " LIMIT " + std::to_string(most));
    if (!rows) return tl::unexpected(rows.error());
    for (;;) {
      const Result<bool> row = rows->step();
      if (!row) return tl::unexpected(row.error());
      if (!*row) return {};
      take(*rows);
    }
  }

  Result<void> read_tracks();
  void take_track(const Statement& row);
  Result<void> read_cues();
  void take_cue(const Statement& row);
  Result<void> read_playlists();
  Result<void> read_crates();
  void take_entry(ForeignPlaylist& playlist, std::int64_t track_id);

  struct Place {
    std::size_t index = 0;
    double sample_rate_hz = 0;
  };
  Database& database_;
  ForeignLibrary library_;
  std::unordered_map<std::int64_t, Place> places_;  // by library.id
};

Result<void> MixxxReader::read_tracks() {
  const auto columns = columns_of(database_, "library");
  if (!columns) return tl::unexpected(columns.error());
  const auto locations = columns_of(database_, "track_locations");
  if (!locations) return tl::unexpected(locations.error());
  // Written as text, and as a number by some versions.
  const std::string played_at = columns->contains("last_played_at")
                                    ? ", CASE typeof(l.last_played_at) WHEN 'integer' THEN l.last_played_at "
                                      "ELSE CAST(strftime('%s', l.last_played_at) AS INTEGER) END"
                                    : ", NULL";
  const std::string deleted = columns->contains("mixxx_deleted") ? " WHERE coalesce(l.mixxx_deleted, 0) = 0" : "";
  const std::string sql =
      "SELECT l.id, f.location, f.filesize, " +
      selection("l", *columns,
                {"title", "artist", "album", "genre", "year", "duration", "bpm", "samplerate", "key_id", "key",
                 "rating", "color", "comment", "timesplayed", "beats", "beats_version"}) +
      played_at + " FROM library l JOIN track_locations f ON f.id = l.location" + deleted + " ORDER BY l.id";
  return each(sql, static_cast<std::int64_t>(kForeignTracksMax), [this](const Statement& row) { take_track(row); });
}

void MixxxReader::take_track(const Statement& row) {
  enum {
    kId,
    kFile,
    kSize,
    kTitle,
    kArtist,
    kAlbum,
    kGenre,
    kYear,
    kSeconds,
    kBpm,
    kRate,
    kKeyId,
    kKey,
    kRating,
    kColor,
    kComment,
    kPlays,
    kBeats,
    kBeatsVersion,
    kPlayedAt
  };
  const std::optional<std::string> location = foreign_location(row.text(kFile));
  if (!location) return library_.skip("track", row.text(kTitle), "its place is no absolute path");
  ForeignTrack track;
  track.location = *location;
  track.title = tidy(row.text(kTitle));
  track.artist = tidy(row.text(kArtist));
  track.album = tidy(row.text(kAlbum));
  track.genre = tidy(row.text(kGenre));
  if (const auto year = foreign_number(row.text(kYear).substr(0, 4)); year && *year > 0 && *year < 10'000) {
    track.year = static_cast<int>(*year);
  }
  track.duration_s = within(row.real(kSeconds), model::kTrackSecondsMax);
  track.bpm = is_grid_bpm(row.real(kBpm)) ? row.real(kBpm) : 0;
  track.key = key_of(row.integer(kKeyId));
  if (!track.key) track.key = model::key_from(row.text(kKey).substr(0, 16));
  track.size_bytes = std::max<std::int64_t>(row.integer(kSize), 0);
  track.marks.rating = static_cast<int>(std::clamp<std::int64_t>(row.integer(kRating), 0, 5));
  track.marks.color = color_of(row, kColor);
  track.marks.comment = tidy(row.text(kComment));
  track.marks.play_count = std::max<std::int64_t>(row.integer(kPlays), 0);
  track.marks.last_played_s = std::max<std::int64_t>(row.integer(kPlayedAt), 0);
  const double sample_rate_hz = row.real(kRate);
  if (const std::string_view beats = row.text(kBeats); !beats.empty()) {
    track.marks.grid = read_mixxx_beats(beats, row.text(kBeatsVersion), sample_rate_hz);
    if (!track.marks.grid) library_.skip("grid", track.title, "is damaged or impossible");
  }
  places_[row.integer(kId)] = {.index = library_.tracks.size(), .sample_rate_hz = sample_rate_hz};
  library_.tracks.push_back(std::move(track));
}

Result<void> MixxxReader::read_cues() {
  const auto columns = columns_of(database_, "cues");
  if (!columns) return tl::unexpected(columns.error());
  const std::string sql =
      "SELECT " + selection("c", *columns, {"track_id", "type", "position", "length", "hotcue", "label", "color"}) +
      " FROM cues c ORDER BY c.track_id, c.id";
  return each(sql, kCuesMax, [this](const Statement& row) { take_cue(row); });
}

void MixxxReader::take_cue(const Statement& row) {
  enum { kTrack, kType, kPosition, kLength, kPad, kLabel, kColor };
  const auto place = places_.find(row.integer(kTrack));
  if (place == places_.end()) return;
  ForeignTrack& track = library_.tracks[place->second.index];
  const std::int64_t type = row.integer(kType);
  const bool is_main = type == kMainCue;
  if (!is_main && type != kHotCue && type != kLoop && type != kJump) return;  // intro, outro and what is detected
  const double samples_per_s = place->second.sample_rate_hz * kSamplesPerFrame;
  if (!(samples_per_s > 0)) return library_.skip("cue", track.title, "the track's sample rate is not known");
  CuePoint cue;
  cue.kind = type == kLoop ? CuePoint::Kind::kLoop : type == kJump ? CuePoint::Kind::kJump : CuePoint::Kind::kCue;
  cue.at_s = row.real(kPosition) / samples_per_s;
  // Of a jump: from behind, the place it goes to.
  if (type != kHotCue && !is_main) cue.end_s = cue.at_s + row.real(kLength) / samples_per_s;
  const bool has_end = cue.kind != CuePoint::Kind::kCue;
  const bool is_loop_empty = cue.kind == CuePoint::Kind::kLoop && !(cue.end_s > cue.at_s);
  if (!is_mark_time(cue.at_s) || (has_end && !is_mark_time(cue.end_s)) || is_loop_empty) {
    // −1 is Mixxx's word for no place.
    if (!is_main) library_.skip("cue", track.title, "lies outside of any track");
    return;
  }
  if (is_main) {
    track.marks.cue_s = cue.at_s;
    return;
  }
  const std::int64_t pad = row.integer(kPad) + 1;
  cue.index = pad >= 1 && pad <= model::kHotCuesMax ? static_cast<int>(pad) : 0;
  cue.label = tidy(row.text(kLabel));
  cue.color = color_of(row, kColor);
  std::vector<CuePoint>& cues = track.marks.cues;
  if (cue.index == 0) {
    const auto memories = std::count_if(cues.begin(), cues.end(), [](const CuePoint& c) { return c.index == 0; });
    if (memories >= model::kMemoryCuesMax) return library_.skip("cue", track.title, "is one too many");
  } else {
    // The newest row of a pad is the one Mixxx shows.
    std::erase_if(cues, [&](const CuePoint& other) { return other.index == cue.index; });
  }
  cues.push_back(std::move(cue));
}

void MixxxReader::take_entry(ForeignPlaylist& playlist, std::int64_t track_id) {
  const auto place = places_.find(track_id);
  if (place == places_.end()) return library_.skip("playlist entry", playlist.name, "its track is not in the library");
  playlist.tracks.push_back(place->second.index);
}

Result<void> MixxxReader::read_playlists() {
  for (const char* table : {"Playlists", "PlaylistTracks"}) {
    if (const auto columns = columns_of(database_, table); !columns) return tl::unexpected(columns.error());
  }
  std::unordered_map<std::int64_t, std::size_t> lists;
  const auto take_list = [&](const Statement& row) {
    lists[row.integer(0)] = library_.playlists.size();
    library_.playlists.push_back({.folders = {}, .name = tidy(row.text(1)), .tracks = {}});
  };
  // Hidden ones are the auto DJ's queue and the history.
  const auto listed = each("SELECT id, name FROM Playlists WHERE coalesce(hidden, 0) = 0 ORDER BY position, id",
                           static_cast<std::int64_t>(kForeignPlaylistsMax), take_list);
  if (!listed) return listed;
  return each("SELECT playlist_id, track_id FROM PlaylistTracks ORDER BY playlist_id, position, id",
              kPlaylistEntriesMax, [&](const Statement& row) {
                const auto list = lists.find(row.integer(0));
                if (list != lists.end()) take_entry(library_.playlists[list->second], row.integer(1));
              });
}

Result<void> MixxxReader::read_crates() {
  for (const char* table : {"crates", "crate_tracks"}) {
    if (const auto columns = columns_of(database_, table); !columns) return tl::unexpected(columns.error());
  }
  std::unordered_map<std::int64_t, std::size_t> lists;
  const auto room = static_cast<std::int64_t>(kForeignPlaylistsMax - library_.playlists.size());
  const auto listed = each("SELECT id, name FROM crates ORDER BY name", room, [&](const Statement& row) {
    lists[row.integer(0)] = library_.playlists.size();
    library_.playlists.push_back({.folders = {"Crates"}, .name = tidy(row.text(1)), .tracks = {}});
  });
  if (!listed) return listed;
  return each("SELECT crate_id, track_id FROM crate_tracks ORDER BY crate_id, track_id", kPlaylistEntriesMax,
              [&](const Statement& row) {
                const auto list = lists.find(row.integer(0));
                if (list != lists.end()) take_entry(library_.playlists[list->second], row.integer(1));
              });
}

}  // namespace

Result<ForeignLibrary> read_mixxx(const std::string& path) {
  auto database = Database::open({.path = path, .is_reader = true});
  if (!database) return unreadable(database.error());
  return MixxxReader(**database).read();
}

}  // namespace segue::catalog
