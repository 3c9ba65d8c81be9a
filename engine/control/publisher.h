// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/control/objects.h"
#include "engine/control/state.h"
#include "engine/engine.h"

namespace segue::control {

// Tells watchers the news: which objects changed, and what happened. Control touches and announces, then flushes;
// watchers fetch at their own pace. A watcher holds a set of changed objects and a place in the shared ring of
// kEventRingMax events, so a slow one costs nothing; one that the ring has overtaken is told to resync.
//
// The resume token is the revision of the last state delivered. Events that share it are told again after a resume:
// none is lost, and a repetition shows by its frame, kind, deck and command.
class Publisher {
 public:
  explicit Publisher(const StateBook& book);
  ~Publisher();

  // --- control
  void touch(Objects objects);
  void announce(v1::Event event);
  // Wakes the watchers that wait and have news.
  void flush();

  // --- any thread. Null if kWatchersMax are open; see Engine::watch.
  std::unique_ptr<Watcher> watch(const v1::WatchRequest& request, std::function<void()> wake);

 private:
  struct Reader;
  class Handle;
  struct PastEvent {
    std::uint64_t revision;
    v1::Event event;
  };
  bool next(Reader& reader, v1::WatchResponse& news);
  bool has_news(const Reader& reader) const;
  void begin(Reader& reader, const v1::WatchRequest& request);
  void stamp(v1::WatchResponse& news, std::uint64_t revision) const;
  void tell_change(Reader& reader, v1::WatchResponse& news);
  void tell_event(Reader& reader, v1::WatchResponse& news);
  void remove(const Reader* reader);

  const StateBook& book_;
  std::mutex mutex_;  // guards everything below
  std::vector<std::shared_ptr<Reader>> readers_;
  std::deque<PastEvent> ring_;
  std::uint64_t ring_begin_ = 0;          // sequence of ring_.front()
  std::uint64_t forgotten_revision_ = 0;  // newest revision of an event that left the ring
  Objects ever_touched_ = 0;
  std::array<std::uint64_t, 64> touched_{};  // revision at which each of these last changed
  bool is_fresh_ = false;                    // something was touched or announced since the last flush
};

}  // namespace segue::control
