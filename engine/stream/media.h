// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/media_ref.h"
#include "engine/stream/byte_source.h"

namespace segue::stream {

// What the network part says of one track's bytes. Plain values.
struct FetchStatus {
  enum class State { kLocal, kConnecting, kFetching, kWaiting, kComplete, kFailed };  // kWaiting: for a next attempt
  State state = State::kLocal;
  std::int64_t size = -1;       // bytes in all; −1: not known
  std::int64_t present = 0;     // bytes that are there
  double bytes_per_s = 0;       // of late
  std::uint64_t attempts = 0;   // requests sent
  std::uint64_t resumed = 0;    // times it went on after a failure
  std::string provider;         // MediaRef::provider
  std::string quality;          // MediaRef::quality
  bool is_from_disk = false;    // all of it was in the cache when it was opened
  std::optional<Error> trouble; // why nothing comes at present; absent while all is well
};

// An opened track: its bytes, and what is known of where they come from.
struct OpenedMedia {
  std::unique_ptr<ByteSource> source;
  model::MediaRef ref;
  // Any thread, for as long as it is kept; null for local files.
  std::function<FetchStatus()> status;
  // Live sources: the title the station sent last, "" before. Any thread; null otherwise.
  std::function<std::string()> live_title;
  // Live sources: opens the next connection after the source ended or broke; blocks with back-off until there is one
  // or `stop`. Null otherwise.
  std::function<Result<std::unique_ptr<ByteSource>>(const std::stop_token& stop)> reconnect;
};

// Opens what a URI stands for. Loader threads call it; may block.
class MediaOpener {
 public:
  virtual ~MediaOpener() = default;
  // Fails with what the file, the provider or the network says: INVALID_ARGUMENT URI_INVALID or URI_UNSUPPORTED,
  // NOT_FOUND, UNAVAILABLE, UNAUTHENTICATED …; the message names the URI without secrets. Returns soon after `stop`.
  virtual Result<OpenedMedia> open(const std::string& uri, const std::stop_token& stop) = 0;
};

// Opens file:///… only: what a loader without an opener does.
Result<OpenedMedia> open_file_uri(const std::string& uri);

}  // namespace segue::stream
