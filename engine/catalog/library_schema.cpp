// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_schema.h"

#include <array>

namespace segue::catalog {
namespace {

// track: what is known of a recording. `file` is the name of its file for search and null if it is not local.
// source: where a recording is: a file (folder and name, bytes as the disk has them) or what a provider said.
// root: a folder the user named; `reason` says why none of its files is there. folder: one below a root, or itself.
constexpr const char* kTracks = R"sql(
CREATE TABLE track(
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL, artist TEXT NOT NULL, album TEXT NOT NULL, album_artist TEXT NOT NULL, genre TEXT NOT NULL,
  file TEXT,
  year INTEGER NOT NULL, track_number INTEGER NOT NULL, duration_s REAL NOT NULL, bpm REAL NOT NULL,
  key TEXT NOT NULL, isrc TEXT NOT NULL, musicbrainz_id TEXT NOT NULL, added_at_s INTEGER NOT NULL
);
CREATE TABLE root(
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL, path BLOB NOT NULL, reason TEXT NOT NULL DEFAULT '',
  UNIQUE(provider, path)
);
CREATE TABLE folder(
  id INTEGER PRIMARY KEY,
  root INTEGER NOT NULL REFERENCES root(id) ON DELETE CASCADE,
  parent INTEGER REFERENCES folder(id) ON DELETE CASCADE,
  path BLOB NOT NULL, name TEXT NOT NULL, cover BLOB,
  UNIQUE(root, path)
);
CREATE INDEX folder_parent ON folder(parent, name);
CREATE TABLE source(
  id INTEGER PRIMARY KEY,
  track INTEGER NOT NULL REFERENCES track(id) ON DELETE CASCADE,
  provider TEXT NOT NULL, key TEXT NOT NULL, uri TEXT,
  folder INTEGER REFERENCES folder(id) ON DELETE CASCADE,
  name BLOB,
  mtime_ns INTEGER NOT NULL DEFAULT 0, inode INTEGER NOT NULL DEFAULT 0, size_bytes INTEGER NOT NULL,
  codec TEXT NOT NULL, bitrate_kbps INTEGER NOT NULL, sample_rate_hz INTEGER NOT NULL, bits INTEGER NOT NULL,
  is_live INTEGER NOT NULL DEFAULT 0, artwork TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
  seen_at_s INTEGER NOT NULL DEFAULT 0,
  UNIQUE(provider, key)
);
CREATE UNIQUE INDEX source_uri ON source(uri) WHERE uri IS NOT NULL;
CREATE UNIQUE INDEX source_file ON source(folder, name) WHERE folder IS NOT NULL;
CREATE INDEX source_track ON source(track);
CREATE INDEX source_moved ON source(size_bytes, mtime_ns) WHERE folder IS NOT NULL;
CREATE INDEX source_seen ON source(seen_at_s) WHERE folder IS NULL;
CREATE TRIGGER source_gone AFTER DELETE ON source BEGIN
  DELETE FROM track WHERE id = old.track AND NOT EXISTS (SELECT 1 FROM source WHERE track = old.track);
END;
CREATE TABLE playlist(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  provider TEXT NOT NULL, name TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1, changed_at_s INTEGER NOT NULL
);
CREATE INDEX playlist_provider ON playlist(provider, name);
CREATE TABLE playlist_entry(
  playlist INTEGER NOT NULL REFERENCES playlist(id) ON DELETE CASCADE,
  position INTEGER NOT NULL, uri TEXT NOT NULL,
  title TEXT NOT NULL, artist TEXT NOT NULL, duration_s REAL NOT NULL,
  PRIMARY KEY(playlist, position)
) WITHOUT ROWID;
CREATE INDEX playlist_entry_uri ON playlist_entry(uri);
)sql";

// The index holds no text of its own. Its writer keeps it in step with track (library_index.h): triggers cannot, for
// SQLite lets no schema that is not trusted write to a virtual table.
constexpr const char* kSearch = R"sql(
CREATE VIRTUAL TABLE track_text USING fts5(
  title, artist, album, genre, file, content='', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
INSERT INTO track_text(rowid, title, artist, album, genre, file)
  SELECT id, title, artist, album, genre, file FROM track WHERE file IS NOT NULL;
)sql";

// analysis: of some bytes, whose hash is `content`; its values are the pieces, 0 all but the waveform, 1 its overview,
// then its detail. track_content: which bytes a track had when it was last heard.
// marks: what the user has said of the track with that address, kept whether there is such a track or not; `grid` is
// pairs of doubles, place in s and BPM, of the machine's own byte order, `bpm` what a list shows of it (0: no grid).
constexpr const char* kKnowledge = R"sql(
CREATE TABLE analysis(
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
  bpm REAL NOT NULL, key TEXT NOT NULL, made_at_s INTEGER NOT NULL
);
CREATE INDEX analysis_made ON analysis(made_at_s);
CREATE TABLE analysis_piece(
  analysis INTEGER NOT NULL REFERENCES analysis(id) ON DELETE CASCADE,
  piece INTEGER NOT NULL, packed BLOB NOT NULL,
  PRIMARY KEY(analysis, piece)
);
CREATE TABLE track_content(uri TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX track_content_uses ON track_content(content);
CREATE TABLE marks(
  id INTEGER PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, changed_at_s INTEGER NOT NULL,
  bpm REAL NOT NULL, grid BLOB, beats_per_bar INTEGER NOT NULL, correction_s REAL NOT NULL,
  key TEXT NOT NULL, gain_db REAL, cue_s REAL, rating INTEGER NOT NULL, color INTEGER NOT NULL,
  comment TEXT NOT NULL, play_count INTEGER NOT NULL, last_played_s INTEGER NOT NULL
);
CREATE TABLE mark_cue(
  marks INTEGER NOT NULL REFERENCES marks(id) ON DELETE CASCADE,
  place INTEGER NOT NULL, kind INTEGER NOT NULL, pad INTEGER NOT NULL, at_s REAL NOT NULL, end_s REAL NOT NULL,
  label TEXT NOT NULL, color INTEGER NOT NULL, correction_s REAL NOT NULL,
  PRIMARY KEY(marks, place)
) WITHOUT ROWID;
)sql";

constexpr std::array<store::Migration, 3> kSteps = {{{1, kTracks}, {2, kSearch}, {3, kKnowledge}}};

}  // namespace

std::span<const store::Migration> library_migrations() { return kSteps; }

}  // namespace segue::catalog
