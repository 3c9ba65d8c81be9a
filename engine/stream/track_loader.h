// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/model/track.h"
#include "engine/rt/block_clock.h"
#include "engine/rt/track_pages.h"
#include "engine/stream/media.h"

namespace segue::stream {

// A loaded track: its facts and its pages. Whoever holds it keeps the pages alive; when the last holder lets go the
// loader stops decoding it and takes the pages back (let go only once render is done with it).
class LoadedTrack {
 public:
  virtual ~LoadedTrack() = default;
  virtual const model::TrackFacts& facts() const = 0;
  virtual const rt::TrackPages& pages() const = 0;
  // What has gone wrong with reading the file since it was opened, first of all: DATA_LOSS FILE_CHANGED (it became
  // shorter) or FILE_UNREADABLE. What could not be read is silence; the length stays. Any thread; takes a short lock.
  virtual std::optional<Error> trouble() const { return std::nullopt; }
  // Where its bytes are and how fast they come. Any thread; takes a short lock.
  virtual FetchStatus fetch() const { return {}; }
  // Internet radio: it has no end, its pages are kept for timeshift_s behind the newest, and its length is where the
  // newest ends.
  virtual bool is_live() const { return false; }
  // Live: what the station said last of what it plays; empty if nothing. Any thread.
  virtual std::string live_title() const { return {}; }
};

// Track frames at the engine rate that a deck will need soon: [from, to).
struct WantedRange {
  Frames from = 0;
  Frames to = 0;
};

// Opens tracks and fills their pages in the background: the whole track while the budget lasts, past it the wanted
// ranges (pinned, and 2 s before them), least recently wanted pages reclaimed first. Decoding is by a few threads of
// its own; control calls everything here, nothing here blocks except wait_for. A page's bits depend on the track
// position alone.
class TrackLoader {
 public:
  struct Options {
    int sample_rate_hz = 48'000;
    std::int64_t budget_bytes = 0;  // > 0
    int threads = 2;
    bool evicts = true;             // offline rendering never evicts
    MediaOpener* opener = nullptr;  // outlives the loader; null: file:///… only
    double timeshift_s = 120;       // of a live source kept behind its newest page
  };
  // Called once per load, on a loader thread: the track, when its first 16 pages or its whole are there, or why not.
  // Not called any more once the loader is being destroyed.
  using Ready = std::function<void(std::uint64_t load_id, Result<std::shared_ptr<LoadedTrack>>)>;

  virtual ~TrackLoader() = default;
  // Starts to open `uri`, whatever the opener knows. Loads run at the same time, up to the number of threads; one that
  // waits for the network is no thread's business: others go on meanwhile.
  virtual void load(std::uint64_t load_id, const std::string& uri, Ready ready) = 0;
  // Nobody will take this load any more: opening it ends soon, also in the middle of a read, and `ready` is called with
  // CANCELLED LOAD_CANCELLED, on a loader thread, unless it has been called already. Unknown ids are ignored.
  virtual void cancel(std::uint64_t load_id) { (void)load_id; }
  // What decks need of this track, most urgent first; replaces what was said before. At most 8 ranges count.
  virtual void want(const LoadedTrack& track, std::span<const WantedRange> ranges) = 0;
  // Blocks until every frame of the range is there or never will be. For offline rendering only.
  virtual void wait_for(const LoadedTrack& track, WantedRange range) = 0;
  // Pages in use, in bytes.
  virtual std::int64_t bytes_used() const = 0;

  // `clock` is the one that render marks its blocks with; it outlives the loader.
  static std::unique_ptr<TrackLoader> create(const Options& options, const rt::BlockClock& clock);
};

// Turns file:///… into a path. Fails with INVALID_ARGUMENT URI_INVALID or URI_UNSUPPORTED.
Result<std::string> path_of_uri(const std::string& uri);
// Turns an absolute path into file:///…, percent-encoding what needs it.
std::string uri_of_path(const std::string& path);

}  // namespace segue::stream
