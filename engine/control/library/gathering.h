// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace segue::catalog {
struct Playlist;
}

namespace segue::control {

// The playlists of several providers on their way into one answer, by provider in the order asked, then by name. A
// provider that fails is part of the answer; if the only one does, the answer is its error. Thread-safe.
class PlaylistGathering {
 public:
  PlaylistGathering(std::vector<std::string> providers, const Clock& clock,
                    LibraryAccess::Answer<v1::ListPlaylistsResponse> answer)
      : providers_(std::move(providers)), clock_(clock), began_(clock.monotonic()), answer_(std::move(answer)) {}

  // What a provider has said. Once for each; the last one answers.
  void enter(const std::string& provider, const Result<void>& outcome, std::vector<catalog::Playlist> playlists);
  // Where no provider is asked.
  void answer_empty() const { answer_(v1::ListPlaylistsResponse()); }

 private:
  struct Part {
    std::vector<v1::Playlist> playlists;
    std::optional<Error> error;
    double seconds = 0;
  };
  Result<v1::ListPlaylistsResponse> response();

  const std::vector<std::string> providers_;
  const Clock& clock_;
  const Nanoseconds began_;
  const LibraryAccess::Answer<v1::ListPlaylistsResponse> answer_;
  std::mutex mutex_;
  std::map<std::string, Part> parts_;  // guarded by mutex_
};

}  // namespace segue::control
