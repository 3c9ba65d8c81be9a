// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine/stream/track_loader.h"
#include "tests/support/media/media.h"

namespace segue::stream {

using Loaded = Result<std::shared_ptr<LoadedTrack>>;

inline constexpr std::chrono::seconds kPatience{60};  // far beyond what anything here takes
inline constexpr Frames kWhole = Frames{1} << 40;

// Starts a load; the future has its answer.
inline std::future<Loaded> start_load(TrackLoader& loader, const std::string& path, std::uint64_t id = 1) {
  auto promise = std::make_shared<std::promise<Loaded>>();
  loader.load(id, path.starts_with("/") ? uri_of_path(path) : path,
              [promise](std::uint64_t, Loaded loaded) { promise->set_value(std::move(loaded)); });
  return promise->get_future();
}

inline Loaded load(TrackLoader& loader, const std::string& path) {
  std::future<Loaded> future = start_load(loader, path);
  if (future.wait_for(kPatience) != std::future_status::ready) {
    ADD_FAILURE() << path << " is never ready";
    return fail(Code::kDeadlineExceeded, "NEVER_READY", path);
  }
  return future.get();
}

// Looks again and again until it is true or patience ends. For what no thread announces.
template <typename Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

inline std::int64_t page_bytes(std::int64_t pages) { return pages * static_cast<std::int64_t>(sizeof(rt::Page)); }

}  // namespace segue::stream
