// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/control/inbox.h"
#include "engine/control/tracks.h"
#include "engine/render/renderer.h"

namespace segue::control {

// What a stretcher is to be primed for.
struct PrimeJob {
  render::StretcherKind kind = render::StretcherKind::kSoundtouch;
  Track track;
  render::StretchTarget target;
  Frames frame = 0;

  // Primed for one, a stretcher sounds the other.
  bool is_same(const PrimeJob& other) const;
};

// A pool of warmed stretchers and the thread that primes them, which takes a millisecond or two each. Owns every
// stretcher; one is free, being primed, or out at render until retired. Control thread, but for the worker.
class Stretchers {
 public:
  // Called on the control thread with a stretcher to send on or to release().
  using Primed = std::function<void(render::Stretcher*)>;
  // Live, `warm` are made in the background; offline (`inbox` null) there is no worker and priming happens in prime().
  struct Options {
    int sample_rate_hz = 48'000;
    int warm = 0;
    bool has_worker = true;
  };

  Stretchers(const Options& options, rt::RetireQueue<render::Stretcher>::Reader retired, Inbox& inbox);
  ~Stretchers();

  // False, and nothing happens, if too many are out at render already. Else `primed` is called later, or before this
  // returns where there is no worker.
  bool prime(PrimeJob job, Primed primed);
  // Takes back a primed stretcher that was not sent.
  void release(render::Stretcher* stretcher);
  // Takes back what render has retired.
  void collect();

 private:
  struct Work {
    PrimeJob job;
    Primed primed;
  };
  std::unique_ptr<render::Stretcher> make() const;
  void run(const std::stop_token& stop);
  render::Stretcher* take_free();

  const Options options_;
  rt::RetireQueue<render::Stretcher>::Reader retired_;
  Inbox& inbox_;
  std::mutex mutex_;  // guards the three below
  std::condition_variable_any arrived_;
  std::deque<Work> works_;
  std::vector<std::unique_ptr<render::Stretcher>> all_;
  std::vector<render::Stretcher*> free_;
  std::jthread worker_;
};

}  // namespace segue::control
