// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/entry.h"
#include "engine/catalog/library_exchange.h"
#include "engine/catalog/library_marks.h"
#include "engine/model/analysis.h"

namespace segue::catalog {

// How a scan gets on. Also a watched folder's small scans.
struct ScanProgress {
  std::string provider;
  bool is_running = false;
  std::int64_t seen = 0;       // files looked at
  std::int64_t expected = -1;  // files there are, once counted; −1 before
  std::int64_t added = 0;
  std::int64_t changed = 0;
  std::int64_t removed = 0;
  std::int64_t unreadable = 0;
  double seconds = 0;
  std::string problem{};  // why it could not write all that it saw: a full disk; empty: it could
};

// The user's own database: local tracks, the sources a track may come from, playlists, full-text search, analyses and
// marks; later parts add history by migrations. SQLite in WAL mode. Thread-safe: readers do not wait for the writer.
class Library {
 public:
  struct Options {
    std::string path;  // the database; its folder is made with mode 0700. Empty: in memory
    std::function<void(const ScanProgress&)> on_scan = nullptr;  // on a scanner thread, at most 4 times a second
    int watches_max = 1 << 20;  // folders watched, of each provider; the system's own limit holds as well
    // Looks at everything again where folders cannot be watched, and after a failure.
    std::chrono::milliseconds rescan_every = std::chrono::minutes(1);
  };
  // Fails with DATA_LOSS LIBRARY_CORRUPT (the file is kept, its name is told), FAILED_PRECONDITION LIBRARY_TOO_NEW or
  // UNAVAILABLE LIBRARY_UNUSABLE (disk full, read-only, locked by another process).
  static Result<std::unique_ptr<Library>> open(const Options& options);
  virtual ~Library() = default;  // ends scans

  // --- local folders: scanned at once and watched from then on, each under its provider's name
  virtual Result<void> add_folders(const std::string& provider, const std::vector<std::string>& folders) = 0;
  // Looks at everything again; returns at once.
  virtual void rescan(const std::string& provider) = 0;
  virtual ScanProgress scan_progress(const std::string& provider) const = 0;
  // Blocks until no scan of the provider runs and every change seen in its folders is in the database. For tests.
  virtual void wait_for_scan(const std::string& provider) = 0;

  // --- tracks
  // Words of title, artist, album, genre, file name; each is a prefix, all must match; accents and case do not count.
  virtual Result<std::vector<Entry>> search(const std::string& provider, const std::string& text, int offset,
                                            int limit) = 0;
  virtual Result<Entry> get(const std::string& provider, const std::string& id) = 0;
  virtual Result<Entry> find_uri(const std::string& uri) = 0;
  // Tree of folders; see Provider::browse.
  virtual Result<Listing> browse(const std::string& provider, const std::string& node, const std::string& page) = 0;
  // The file of a local track.
  virtual Result<std::string> path_of(const std::string& provider, const std::string& id) = 0;
  virtual Result<std::int64_t> count(const std::string& provider) = 0;
  // Remembers what a provider said of tracks, so that playlists and history can name them when it is away.
  virtual Result<void> remember(const std::vector<Entry>& entries) = 0;
  // Puts what the user and analyses say of tracks into what another catalogue has answered.
  virtual Result<void> tell_known(std::vector<Entry>& entries) = 0;

  // --- playlists of the user, whose entries may come from any provider
  virtual Result<std::vector<Playlist>> playlists(const std::string& provider) = 0;
  virtual Result<PlaylistContent> playlist(const std::string& provider, const std::string& id) = 0;
  virtual Result<Playlist> create_playlist(const std::string& provider, const std::string& name,
                                           const std::vector<std::string>& uris) = 0;
  virtual Result<Playlist> edit_playlist(const std::string& provider, const std::string& id,
                                         const PlaylistEdit& edit) = 0;
  virtual Result<void> delete_playlist(const std::string& provider, const std::string& id) = 0;

  // --- analyses: of content. `content_key` is the caller's hash of a track's bytes, 1 to 128 visible ASCII characters:
  // another quality has another key, a file that moves keeps it, several tracks may share one.
  // The one kept, of whatever analyser version, with its waveform; nothing if there is none or it is damaged (counted
  // and logged).
  virtual Result<std::optional<model::TrackAnalysis>> analysis(const std::string& content_key) = 0;
  // Replaces the one kept; also an estimate, which is not final.
  virtual Result<void> put_analysis(const std::string& content_key, const model::TrackAnalysis& analysis) = 0;
  // What the track with this address holds: tempo and key of that analysis are shown by get, find_uri, search, browse
  // and playlists, unless its marks say others. Empty: not known.
  virtual Result<void> set_content(const std::string& uri, const std::string& content_key) = 0;
  virtual Result<std::string> content_of(const std::string& uri) = 0;
  virtual std::int64_t damaged_analyses() const = 0;  // met since the start

  // --- marks: what the user says of a track; they win over analyses and outlive scans, moves and analysing again.
  // `uri` may be any address of the track, also a plain file's; a track that nobody knows may be marked as well. They
  // fail with INVALID_ARGUMENT URI_INVALID or MARKS_INVALID.
  virtual Result<KeptMarks> marks(const std::string& uri) = 0;
  // Replaces all; the new version comes back. ABORTED MARKS_CHANGED unless they are at `version` (empty: at any).
  virtual Result<std::string> put_marks(const std::string& uri, const model::TrackMarks& marks,
                                        const std::string& version) = 0;

  // --- other programs' libraries: library_exchange.h
  virtual Result<std::vector<TrackMatch>> match(const std::vector<ForeignTrack>& tracks) = 0;
  virtual Result<std::vector<std::size_t>> put_changes(const std::vector<MarksChange>& changes) = 0;
  virtual Result<ForeignLibrary> collect() = 0;
};

}  // namespace segue::catalog
