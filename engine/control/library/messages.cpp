// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/messages.h"

#include <algorithm>
#include <cstdio>

#include "engine/control/state.h"

namespace segue::control {
namespace {

std::uint32_t count_of(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 1U << 31));
}

// Length of the UTF-8 sequence at `at`, 0 if it is none (RFC 3629: no overlong forms, no surrogates).
std::size_t sequence_bytes(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(at);
  const unsigned second = byte(at + 1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool is_wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F);
    return !is_wrong && is_tail(at + 1) && is_tail(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool is_wrong = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return !is_wrong && is_tail(at + 1) && is_tail(at + 2) && is_tail(at + 3) ? 4 : 0;
  }
  return 0;
}

v1::Error clean_error(const Error& error) {
  v1::Error message = to_message(error);
  message.set_message(clean_text(message.message()));
  return message;
}

void add_capabilities(const catalog::Description& description, v1::Provider& provider) {
  const std::pair<bool, const char*> all[] = {
      {description.can_search, "search"},       {description.can_browse, "browse"},
      {description.has_playlists, "playlists"}, {description.can_edit_playlists, "playlist_edit"},
      {description.has_artwork, "artwork"},     {description.has_live, "live"},
      {description.can_report, "report"},
  };
  for (const auto& [has, name] : all) {
    if (has) provider.add_capabilities(name);
  }
}

v1::Event event_of(v1::Event::Kind kind, std::string text) {
  v1::Event event;
  event.set_kind(kind);
  event.set_text(clean_text(text));
  return event;
}

std::string for_seconds(double seconds) {
  char text[48];
  std::snprintf(text, sizeof text, "well again after %.1f s: ", seconds);
  return text;
}

}  // namespace

std::string clean_text(const std::string& text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = sequence_bytes(text, at);
    if (bytes == 0) {
      clean += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    const auto first = static_cast<unsigned char>(text[at]);
    if (bytes == 1 && (first < 0x20 || first == 0x7F)) {
      clean += ' ';
    } else {
      clean.append(text, at, bytes);
    }
    at += bytes;
  }
  return clean;
}

v1::Track to_message(const catalog::Entry& entry) {
  v1::Track track;
  track.set_uri(clean_text(entry.uri));
  track.set_title(clean_text(entry.title));
  track.set_artist(clean_text(entry.artist));
  track.set_album(clean_text(entry.album));
  track.set_album_artist(clean_text(entry.album_artist));
  track.set_provider(entry.provider);
  track.set_available(entry.is_available);
  track.set_reason(clean_text(entry.reason));
  track.set_duration_s(entry.duration_s);
  track.set_bpm(entry.bpm);
  track.set_key(clean_text(entry.key));
  track.set_genre(clean_text(entry.genre));
  track.set_year(count_of(entry.year));
  track.set_track_number(count_of(entry.track_number));
  track.set_isrc(clean_text(entry.isrc));
  track.set_musicbrainz_id(clean_text(entry.musicbrainz_id));
  track.set_quality(clean_text(catalog::quality_of(entry)));
  track.set_codec(clean_text(entry.codec));
  track.set_bitrate_kbps(count_of(entry.bitrate_kbps));
  track.set_sample_rate_hz(count_of(entry.sample_rate_hz));
  track.set_bits(count_of(entry.bits));
  track.set_size_bytes(std::max<std::int64_t>(entry.size_bytes, 0));
  track.set_live(entry.is_live);
  track.set_has_artwork(!entry.artwork.empty());
  track.set_rating(count_of(entry.rating));
  track.set_color(entry.color);
  return track;
}

v1::Playlist to_message(const catalog::Playlist& playlist) {
  v1::Playlist message;
  message.set_provider(playlist.provider);
  message.set_id(clean_text(playlist.id));
  message.set_name(clean_text(playlist.name));
  message.set_comment(clean_text(playlist.comment));
  message.set_owner(clean_text(playlist.owner));
  message.set_tracks(count_of(playlist.tracks));
  message.set_duration_s(playlist.duration_s);
  message.set_editable(playlist.is_editable);
  message.set_version(clean_text(playlist.version));
  return message;
}

v1::BrowseResponse to_message(const catalog::Listing& listing) {
  v1::BrowseResponse response;
  for (const catalog::Node& node : listing.nodes) {
    auto& message = *response.add_nodes();
    message.set_id(clean_text(node.id));
    message.set_title(clean_text(node.title));
    message.set_kind(clean_text(node.kind));
    message.set_tracks(count_of(node.tracks));
  }
  for (const catalog::Entry& entry : listing.entries) *response.add_tracks() = to_message(entry);
  response.set_next_page(clean_text(listing.next));
  return response;
}

v1::SearchResponse::Result to_message(const catalog::Match& match) {
  v1::SearchResponse::Result result;
  *result.mutable_track() = to_message(match.entry);
  for (const catalog::Entry& other : match.others) *result.add_others() = to_message(other);
  return result;
}

v1::SearchResponse::ProviderOutcome outcome_of(const std::string& provider, const Error* error, double seconds) {
  v1::SearchResponse::ProviderOutcome outcome;
  outcome.set_provider(clean_text(provider));
  if (error != nullptr) *outcome.mutable_error() = clean_error(*error);
  outcome.set_seconds(seconds);
  return outcome;
}

v1::Progress to_message(const catalog::ScanProgress& scan) {
  v1::Progress progress;
  progress.set_task("scan of " + scan.provider);
  progress.set_done(scan.seen);
  progress.set_total(std::max<std::int64_t>(scan.expected, 0));
  progress.set_unit("files");
  progress.set_provider(scan.provider);
  progress.set_ended(!scan.is_running);
  return progress;
}

v1::Provider to_message(const catalog::ProviderStatus& status) {
  using State = catalog::Health::State;
  v1::Provider provider;
  provider.set_name(status.description.name);
  provider.set_type(status.description.type);
  provider.set_title(clean_text(status.description.title));
  provider.set_auth(status.description.auth);
  add_capabilities(status.description, provider);
  const catalog::Health& health = status.health;
  provider.set_health(health.state == State::kUp        ? v1::Provider::UP
                      : health.state == State::kDown    ? v1::Provider::DOWN
                      : health.state == State::kRefused ? v1::Provider::REFUSED
                                                        : v1::Provider::HEALTH_UNSPECIFIED);
  if (health.error) *provider.mutable_error() = clean_error(*health.error);
  if (health.since_s != 0) provider.mutable_since()->set_seconds(health.since_s);
  provider.set_latency_ms(health.latency_ms);
  provider.set_calls(health.calls);
  provider.set_failures(health.failures);
  if (status.quota.tracks >= 0) provider.set_tracks(status.quota.tracks);
  if (status.quota.requests_left >= 0) provider.set_requests_left(status.quota.requests_left);
  if (status.quota.resets_at_s != 0) provider.mutable_quota_resets()->set_seconds(status.quota.resets_at_s);
  return provider;
}

v1::GetNetworkResponse to_message(const stream::FetchCounters& fetches, const stream::CacheCounters& cache) {
  v1::GetNetworkResponse response;
  response.set_requests(fetches.requests);
  response.set_bytes(fetches.bytes);
  response.set_contents(fetches.contents);
  response.set_contents_from_disk(fetches.contents_from_disk);
  response.set_resumed(fetches.resumed);
  response.set_resolved_again(fetches.resolved_again);
  for (const auto& [reason, count] : fetches.faults) {
    auto& fault = *response.add_faults();
    fault.set_reason(clean_text(reason));
    fault.set_count(count);
  }
  response.set_cache_disk_bytes(cache.disk_bytes);
  response.set_cache_ram_bytes(cache.ram_bytes);
  response.set_cache_hits(cache.blocks_hit);
  response.set_cache_corrupt(cache.blocks_corrupt);
  response.set_cache_evicted(cache.blocks_evicted);
  response.set_cache_disk_failures(cache.disk_failures);
  return response;
}

v1::Event provider_changed(const std::string& provider, const catalog::Health& health) {
  const bool is_up = health.state == catalog::Health::State::kUp;
  v1::Event event =
      event_of(v1::Event::PROVIDER_CHANGED,
               provider + (is_up ? ": is there" : ": " + (health.error ? health.error->message : "is away")));
  event.set_provider(provider);
  if (health.error) *event.mutable_error() = clean_error(*health.error);
  return event;
}

v1::Event fetch_event(const stream::FetchNews& news) {
  const bool has_begun = news.kind == stream::FetchNews::Kind::kBegan;
  v1::Event event = event_of(has_begun ? v1::Event::FAULT_BEGAN : v1::Event::FAULT_ENDED,
                             (has_begun ? "" : for_seconds(news.seconds)) + news.error.message);
  event.set_uri(clean_text(news.uri));
  event.set_provider(news.provider);
  *event.mutable_error() = clean_error(news.error);
  return event;
}

v1::Event cache_event(bool has_begun, const Error& error) {
  v1::Event event = event_of(has_begun ? v1::Event::FAULT_BEGAN : v1::Event::FAULT_ENDED, error.message);
  *event.mutable_error() = clean_error(error);
  return event;
}

v1::Event progress_event(v1::Progress progress) {
  v1::Event event = event_of(v1::Event::PROGRESS, progress.task());
  event.set_uri(progress.uri());
  event.set_provider(progress.provider());
  *event.mutable_progress() = std::move(progress);
  return event;
}

}  // namespace segue::control
