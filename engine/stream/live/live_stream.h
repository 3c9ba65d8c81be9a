// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/base/result.h"
#include "engine/model/media_ref.h"
#include "engine/net/http.h"
#include "engine/stream/media.h"

namespace segue::stream {

// Connects to an endless HTTP source: Icecast or ICY radio, or anything without an end. Metadata interleaved by
// icy-metaint is taken out exactly, so that a decoder gets the encoder's bytes; what it says is live_title. The source
// is sequential, holds up to 4 MiB of bytes not yet read, and ends (0) when the connection does; `reconnect` of the
// result then makes the next one, with full jitter back-off. Blocks until the head of the answer is there. Fails as
// Fetcher::open does.
Result<OpenedMedia> open_live_stream(net::HttpClient& http, const model::MediaRef& ref, const std::stop_token& stop);

}  // namespace segue::stream
