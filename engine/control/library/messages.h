// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/catalog/catalogue.h"
#include "engine/catalog/library.h"
#include "engine/stream/cache/block_cache.h"
#include "engine/stream/fetch/fetcher.h"
#include "segue/v1/library_service.pb.h"
#include "segue/v1/provider_service.pb.h"
#include "segue/v1/state.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// The one place where what catalogues say becomes messages. Text of theirs is made valid UTF-8 on one line: messages
// carry nothing else, and tags and servers say anything. Pure.
v1::Track to_message(const catalog::Entry& entry);
v1::Playlist to_message(const catalog::Playlist& playlist);
v1::BrowseResponse to_message(const catalog::Listing& listing);
v1::SearchResponse::Result to_message(const catalog::Match& match);
// Adds the provider of a search's news that is done or has failed.
v1::SearchResponse::ProviderOutcome outcome_of(const std::string& provider, const Error* error, double seconds);
v1::Progress to_message(const catalog::ScanProgress& scan);
// Without scan and cached bytes.
v1::Provider to_message(const catalog::ProviderStatus& status);
v1::GetNetworkResponse to_message(const stream::FetchCounters& fetches, const stream::CacheCounters& cache);

// Events.
v1::Event provider_changed(const std::string& provider, const catalog::Health& health);
v1::Event fetch_event(const stream::FetchNews& news);
v1::Event cache_event(bool has_begun, const Error& error);
v1::Event progress_event(v1::Progress progress);

// Valid UTF-8 on one line: control characters become spaces, broken bytes U+FFFD.
std::string clean_text(const std::string& text);

}  // namespace segue::control
