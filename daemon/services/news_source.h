// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/services/message_stream.h"
#include "engine/engine.h"

namespace segue::daemon {

// What Watch sends: the watcher's news, and a heartbeat after each idle period.
class NewsSource final : public MessageSource<v1::WatchResponse> {
 public:
  // `engine` outlives the source.
  NewsSource(const Engine& engine, std::unique_ptr<Watcher> watcher, std::chrono::milliseconds heartbeat)
      : engine_(engine), watcher_(std::move(watcher)), heartbeat_(heartbeat) {}

  bool next(v1::WatchResponse& message, TimePoint now, TimePoint& due) override;

 private:
  const Engine& engine_;
  const std::unique_ptr<Watcher> watcher_;
  const std::chrono::milliseconds heartbeat_;
  TimePoint last_sent_ = TimePoint::max();  // max: nothing yet
  std::uint64_t revision_ = 0;              // the last message's: a heartbeat must not claim what was not sent
  std::string epoch_;
};

// What WatchMeters sends: the newest levels, `rate_hz` times a second. Those a slow reader misses are gone.
class MeterSource final : public MessageSource<v1::WatchMetersResponse> {
 public:
  MeterSource(const Engine& engine, std::uint32_t rate_hz)
      : engine_(engine), period_(std::chrono::nanoseconds(std::chrono::seconds(1)) / rate_hz) {}

  bool next(v1::WatchMetersResponse& message, TimePoint now, TimePoint& due) override;

 private:
  const Engine& engine_;
  const std::chrono::nanoseconds period_;
  TimePoint next_at_ = TimePoint::min();
};

}  // namespace segue::daemon
