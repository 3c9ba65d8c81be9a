// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/control/inbox.h"
#include "engine/render/renderer.h"
#include "engine/stream/track_loader.h"

namespace segue::control {

using Track = std::shared_ptr<const stream::LoadedTrack>;

// Opens tracks through the loader and keeps alive what render has. A track sent to render is held here until render
// retires it. Control thread; the loader's answers arrive through the inbox.
class Tracks {
 public:
  Tracks(stream::TrackLoader& loader, rt::RetireQueue<const rt::TrackPages>::Reader retired,
         std::shared_ptr<Inbox> inbox);

  // --- loads
  void begin(std::uint64_t load_id, const std::string& uri);
  // Null while the load is unfinished (or unknown).
  const Result<Track>* outcome(std::uint64_t load_id) const;
  // Nobody asks for its outcome any more; an unfinished one is cancelled.
  void forget(std::uint64_t load_id);
  int unfinished() const { return unfinished_; }

  // --- custody
  // False if render holds too many tracks already. True: the track is held until render gives it back.
  bool send(const Track& track);
  // Undoes send: render was not given it after all.
  void take_back(const Track& track);
  // Lets go of what render has retired.
  void collect();

  // --- pages. What a deck needs of a track; collected over all decks, then told to the loader at once.
  void want(const Track& track, stream::WantedRange range);
  bool has_wants() const { return !wanted_.empty(); }
  void tell_wants();
  // Offline: waits until the range is there or never will be.
  void wait_for(const Track& track, stream::WantedRange range) { loader_.wait_for(*track, range); }

 private:
  struct Held {
    Track track;
    int times = 0;  // how often render has it
  };
  struct Wanted {
    Track track;
    std::vector<stream::WantedRange> ranges;
  };

  void let_go(const rt::TrackPages* pages);

  stream::TrackLoader& loader_;
  rt::RetireQueue<const rt::TrackPages>::Reader retired_;
  const std::shared_ptr<Inbox> inbox_;  // late answers of the loader may outlive this
  std::shared_ptr<Tracks*> self_;       // what late answers of the loader reach; expires with this
  std::unordered_map<std::uint64_t, std::optional<Result<Track>>> loads_;
  std::unordered_map<const rt::TrackPages*, Held> held_;
  std::vector<Wanted> wanted_;
  int unfinished_ = 0;
};

}  // namespace segue::control
