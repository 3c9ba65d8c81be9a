// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/rt/track_pages.h"
#include "engine/stream/decoder.h"
#include "engine/stream/resampler_cache.h"
#include "engine/stream/sources/guarded_source.h"

namespace segue::stream {

// The pages of a source without an end, one after the other, over as many connections as it takes. Where a connection
// ends, its last 5 ms fade away and the next connection's sound fades in over 5 ms right behind it; each
// may have a format and a rate of its own. A source that sends faster than it sounds is slowed down. One thread at a
// time; waits for bytes and for connections.
class LiveFeed {
 public:
  struct Line {
    std::shared_ptr<GuardedSource> gate;
    Waits* waits;  // outlives this
    std::stop_token stop;
    std::function<Result<std::unique_ptr<ByteSource>>(const std::stop_token&)> reconnect;  // may be null
    std::string name;                                                                      // for messages
  };
  LiveFeed(Line line, ResamplerCache& resamplers, int rate_hz);

  // Opens a decoder on these bytes: the first connection, or the next.
  Result<void> open(std::unique_ptr<ByteSource> source);
  const Decoder& decoder() const { return *decoder_; }
  // Writes the next page. Fails with CANCELLED, or with UNAVAILABLE STREAM_ENDED if there is no way to connect again.
  Result<void> make(rt::Page& page);

 private:
  bool keep_pace();
  Result<int> play(float* left, float* right, int count);
  Result<void> gather(Frames until);
  Result<void> connect();

  Line line_;
  ResamplerCache& resamplers_;
  const int rate_hz_;
  const int fade_frames_;
  std::unique_ptr<Decoder> decoder_;  // null between connections
  std::shared_ptr<const dsp::Resampler> resampler_;
  bool has_ended_ = false;  // the connection has no more to give than what is in the window
  Frames next_ = 0;         // engine frame of this connection that comes next
  Frames start_ = 0;        // source frame of the window's first
  std::vector<float> left_;
  std::vector<float> right_;
  std::chrono::steady_clock::time_point due_{};  // when a page is made at the earliest
};

}  // namespace segue::stream
