// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_marks.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "engine/base/text.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/library_tracks.h"
#include "engine/catalog/local/clean_text.h"
#include "engine/catalog/marks_check.h"
#include "engine/catalog/provider.h"
#include "engine/model/config.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

using store::Blob;
using store::Statement;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Row {
  std::int64_t id = 0;  // 0: none
  std::int64_t version = 0;
};

Result<Row> row_at(store::Database& database, const std::string& address) {
  Row found;
  auto read =
      each_row(database.query("SELECT id, version FROM marks WHERE uri = ?", address), [&](const Statement& row) {
        found = {row.integer(0), row.integer(1)};
      });
  if (!read) return tl::unexpected<Error>(read.error());
  return found;
}

// file:///… of the file that a local track is at present; empty for others.
std::string file_of(store::Database& database, const std::string& address) {
  const std::optional<ProviderUri> uri = parse_uri(address);
  if (!uri) return {};
  const Result<std::string> path = path_of_track(database, uri->provider, uri->id);
  return path ? file_uri_of(*path) : std::string();
}

// The row of the track, or the one its file had before it lay in a provider's folders.
Result<Row> find_row(store::Database& database, const std::string& address) {
  Result<Row> row = row_at(database, address);
  if (!row || row->id != 0) return row;
  const std::string file = file_of(database, address);
  return file.empty() ? row : row_at(database, file);
}

static_assert(sizeof(model::BeatGrid::Marker) == 2 * sizeof(double));

std::string packed_grid(const model::BeatGrid& grid) {
  std::string bytes(grid.markers.size() * sizeof(model::BeatGrid::Marker), '\0');
  if (!bytes.empty()) std::memcpy(bytes.data(), grid.markers.data(), bytes.size());
  return bytes;
}

model::BeatGrid unpacked_grid(std::string_view bytes, int beats_per_bar) {
  model::BeatGrid grid;
  grid.beats_per_bar = beats_per_bar;
  grid.markers.resize(bytes.size() / sizeof(model::BeatGrid::Marker));
  if (!grid.markers.empty()) std::memcpy(grid.markers.data(), bytes.data(), grid.markers.size() * 16);
  return grid;
}

model::TrackMarks marks_of(const Statement& row) {
  const auto real = [&row](int column) {
    return row.is_null(column) ? std::nullopt : std::optional<double>(row.real(column));
  };
  model::TrackMarks marks;
  if (!row.is_null(0)) marks.grid = unpacked_grid(row.text(0), static_cast<int>(row.integer(1)));
  marks.correction_s = row.real(2);
  marks.key = model::key_from(row.text(3));
  marks.gain_db = real(4);
  marks.cue_s = real(5);
  marks.rating = static_cast<int>(row.integer(6));
  marks.color = static_cast<std::uint32_t>(row.integer(7));
  marks.comment = row.text(8);
  marks.play_count = row.integer(9);
  marks.last_played_s = row.integer(10);
  return marks;
}

model::CuePoint cue_of(const Statement& row) {
  model::CuePoint cue;
  cue.kind = static_cast<model::CuePoint::Kind>(
      std::clamp<std::int64_t>(row.integer(0), 0, static_cast<int>(model::CuePoint::Kind::kFadeOut)));
  cue.index = static_cast<int>(row.integer(1));
  cue.at_s = row.real(2);
  cue.end_s = row.real(3);
  cue.label = row.text(4);
  cue.color = static_cast<std::uint32_t>(row.integer(5));
  cue.correction_s = row.real(6);
  return cue;
}

// Absent ones go in as NULL.
Result<void> set_optional(store::Database& database, std::int64_t id, const model::TrackMarks& marks) {
  Result<void> done;
  if (marks.grid) done = database.execute("UPDATE marks SET grid = ? WHERE id = ?", Blob{packed_grid(*marks.grid)}, id);
  if (done && marks.gain_db) done = database.execute("UPDATE marks SET gain_db = ? WHERE id = ?", *marks.gain_db, id);
  if (done && marks.cue_s) done = database.execute("UPDATE marks SET cue_s = ? WHERE id = ?", *marks.cue_s, id);
  return done;
}

Result<void> insert_cues(store::Database& database, std::int64_t id, const std::vector<model::CuePoint>& cues) {
  for (std::size_t i = 0; i < cues.size(); ++i) {
    const model::CuePoint& cue = cues[i];
    auto done =
        database.execute("INSERT INTO mark_cue VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", id, static_cast<std::int64_t>(i),
                         static_cast<int>(cue.kind), cue.index, cue.at_s, cue.end_s, clean_text(cue.label),
                         static_cast<std::int64_t>(cue.color), cue.correction_s);
    if (!done) return done;
  }
  return {};
}

// Everything but the version, which goes up.
Result<void> write_row(store::Database& database, std::int64_t id, const std::string& address,
                       const model::TrackMarks& marks) {
  auto done = database.execute(
      "UPDATE marks SET uri = ?, version = version + 1, changed_at_s = ?, bpm = ?, grid = NULL, beats_per_bar = ?, "
      "correction_s = ?, key = ?, gain_db = NULL, cue_s = NULL, rating = ?, color = ?, comment = ?, play_count = ?, "
      "last_played_s = ? WHERE id = ?",
      address, now_s(), marks.grid ? shown_bpm(*marks.grid) : 0.0, marks.grid ? marks.grid->beats_per_bar : 4,
      marks.correction_s, marks.key ? model::name_of(*marks.key) : "", marks.rating,
      static_cast<std::int64_t>(marks.color), clean_text(marks.comment, kCommentBytesMax), marks.play_count,
      marks.last_played_s, id);
  if (done) done = set_optional(database, id, marks);
  if (done) done = database.execute("DELETE FROM mark_cue WHERE marks = ?", id);
  return done ? insert_cues(database, id, marks.cues) : done;
}

constexpr const char* kNewRow =
    "INSERT INTO marks(uri, version, changed_at_s, bpm, beats_per_bar, correction_s, key, rating, color, comment, "
    "play_count, last_played_s) VALUES(?, 0, 0, 0, 4, 0, '', 0, 0, '', 0, 0)";

}  // namespace

Result<std::string> address_of(store::Database& database, const std::string& uri) {
  if (const std::optional<ProviderUri> own = parse_uri(uri)) return uri_of(own->provider, own->id);
  if (uri.size() <= model::kUriBytesMax && uri.starts_with("file://")) {
    if (const std::optional<std::string> path = path_of_file_uri(uri)) {
      const std::string plain = file_uri_of(*path);
      const Result<Entry> entry = find_track(database, plain);
      if (entry) return entry->uri;
      if (entry.error().code != Code::kNotFound) return tl::unexpected<Error>(entry.error());
      return plain;
    }
  }
  if (uri.size() <= model::kUriBytesMax && uri.starts_with("http")) {
    if (const Result<net::Url> url = net::parse_url(uri)) return url->bare();
  }
  return fail(Code::kInvalidArgument, "URI_INVALID",
              printable(net::label_of(uri), 200) + ": write segue://PROVIDER/ID, file:///… or http(s)://…");
}

Result<KeptMarks> read_marks(store::Database& database, const std::string& uri) {
  const Result<std::string> address = address_of(database, uri);
  if (!address) return tl::unexpected<Error>(address.error());
  const Result<Row> found = find_row(database, *address);
  if (!found) return tl::unexpected<Error>(found.error());
  KeptMarks kept{{}, std::to_string(found->version)};
  auto read =
      each_row(database.query("SELECT grid, beats_per_bar, correction_s, key, gain_db, cue_s, rating, color, comment, "
                              "play_count, last_played_s, version FROM marks WHERE id = ?",
                              found->id),
               [&](const Statement& row) {
                 kept = {marks_of(row), std::to_string(row.integer(11))};
               });
  if (read) {
    read = each_row(database.query("SELECT kind, pad, at_s, end_s, label, color, correction_s FROM mark_cue "
                                   "WHERE marks = ? ORDER BY place",
                                   found->id),
                    [&](const Statement& row) { kept.marks.cues.push_back(cue_of(row)); });
  }
  if (!read) return tl::unexpected<Error>(read.error());
  return kept;
}

Result<std::string> replace_marks(store::Database& database, const std::string& uri, const model::TrackMarks& marks,
                                  const std::string& version) {
  if (auto good = check_marks(marks); !good) return tl::unexpected<Error>(good.error());
  const Result<std::string> address = address_of(database, uri);
  if (!address) return address;
  Result<Row> row = find_row(database, *address);
  if (!row) return tl::unexpected<Error>(row.error());
  if (!version.empty() && version != std::to_string(row->version)) {
    return fail(Code::kAborted, "MARKS_CHANGED",
                "the marks are at version " + std::to_string(row->version) + ", not " + printable(version, 64) +
                    ": read them again and repeat the change");
  }
  if (row->id == 0) {
    if (auto done = database.execute(kNewRow, *address); !done) return library_error(done.error());
    row->id = database.last_row();
  }
  if (auto done = write_row(database, row->id, *address, marks); !done) return library_error(done.error());
  return std::to_string(row->version + 1);
}

Result<std::string> write_marks(store::Database& database, const std::string& uri, const model::TrackMarks& marks,
                                const std::string& version) {
  auto transaction = store::Transaction::begin(database);
  if (!transaction) return library_error(transaction.error());
  Result<std::string> written = replace_marks(database, uri, marks, version);
  if (!written) return written;
  if (auto done = transaction->commit(); !done) return library_error(done.error());
  return written;
}

Result<void> adopt_marks(store::Database& database, const std::string& address, const std::string& content_key) {
  const Result<Row> own = find_row(database, address);
  if (!own || own->id != 0) return own.map([](const Row&) {});
  std::string from;
  std::vector<std::string> others;
  auto read =
      each_row(database.query("SELECT c.uri FROM track_content c JOIN marks k ON k.uri = c.uri WHERE c.content = ? "
                              "ORDER BY k.changed_at_s DESC",
                              content_key),
               [&](const Statement& row) { others.emplace_back(row.text(0)); });
  if (!read) return read;
  for (const std::string& other : others) {
    // A provider's track that was never remembered is not gone; a local one without a row is.
    const std::optional<ProviderUri> uri = parse_uri(other);
    if (!uri) continue;
    bool is_gone = false;
    read = each_row(database.query("SELECT 1 FROM root WHERE provider = ?1 AND NOT EXISTS (SELECT 1 FROM source "
                                   "WHERE provider = ?1 AND key = ?2) LIMIT 1",
                                   uri->provider, uri->id),
                    [&](const Statement&) { is_gone = true; });
    if (!read) return read;
    if (is_gone) from = other;
    if (is_gone) break;
  }
  if (from.empty()) return {};
  const Result<KeptMarks> kept = read_marks(database, from);
  if (!kept) return tl::unexpected<Error>(kept.error());
  return replace_marks(database, address, kept->marks, "").map([](const std::string&) {});
}

}  // namespace segue::catalog
