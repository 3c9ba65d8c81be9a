// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/stream/loading_track.h"
#include "engine/stream/resampler_cache.h"

namespace segue::stream {

// What opening a track has brought, to be moved into the LoadingTrack under the loader's lock.
struct OpenedTrack {
  std::unique_ptr<PageMaker> maker;
  std::unique_ptr<LiveFeed> feed;  // instead of the maker
  model::TrackFacts facts;
  std::unique_ptr<rt::TrackPages> pages;
  std::function<FetchStatus()> status;
  std::function<std::string()> live_title;
  bool is_remote = false;
};

// Opens what the track's URI stands for and its decoder; without the loader's lock. Blocks in the opener and in the
// source, counted as waiting unless it is a file. Fails with ABORTED READ_INTERRUPTED if the thread was not to wait or
// was called away: then it may be tried again from the start.
Result<OpenedTrack> open_track(const TrackLoader::Options& options, LoadingTrack& track, ResamplerCache& resamplers);

}  // namespace segue::stream
