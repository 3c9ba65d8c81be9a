// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http/web_media.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/providers/look.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kSeenMax = 256;                  // addresses of an evening
constexpr std::chrono::minutes kSeenFor{5};            // a mount that becomes a file is no everyday thing
constexpr std::chrono::seconds kPlaylistTotalMax{20};  // 8 MiB at 4 Mbit/s
constexpr int kEntriesTriedMax = 4;                    // mirrors of one station; each may take the whole connect time
constexpr int kDepthMax = 2;                           // a PLS that names an M3U

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return out;
}

std::string mime_of(const net::HttpHead& head) {
  const std::string& type = head.header("content-type");
  return lower(tidy(std::string_view(type).substr(0, type.find(';')), 100));
}

bool is_audio(const std::string& mime) {
  return mime.starts_with("audio/") || mime == "application/ogg" || mime == "video/ogg" || mime == "video/mp2t" ||
         mime == "video/x-flv";
}

bool is_icy(const net::HttpHead& head) {
  return std::any_of(head.headers.begin(), head.headers.end(),
                     [](const model::HttpHeader& header) { return header.name.starts_with("icy-"); });
}

std::int64_t number_of(const std::string& text) {
  std::int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Of a 206 "bytes 0-0/1234", else Content-Length.
std::int64_t size_of(const net::HttpHead& head) {
  if (head.status != 206) return number_of(head.header("content-length"));
  const std::string& range = head.header("content-range");
  const std::size_t slash = range.find('/');
  return slash == std::string::npos ? -1 : number_of(range.substr(slash + 1));
}

tl::unexpected<Error> failed(const WebAddress& address, int status) {
  const std::string said = address.label + ": HTTP status " + std::to_string(status);
  if (status == 401)
    return fail(Code::kUnauthenticated, "HTTP_401", said + ", user and password are needed: http://user:password@…");
  if (status == 403) return fail(Code::kPermissionDenied, "HTTP_403", said + ", forbidden");
  if (status == 404 || status == 410) return fail(Code::kNotFound, "HTTP_404", said + ", not there");
  if (status == 429) return fail(Code::kResourceExhausted, "RATE_LIMITED", said + ", too many requests");
  if (status >= 500) return fail(Code::kUnavailable, "HTTP_5XX", said);
  return fail(Code::kUnavailable, "BAD_RESPONSE", said + " makes no sense here");
}

Result<WebContent> content_of(const WebAddress& address, const net::HttpHead& head) {
  WebContent content;
  content.mime = mime_of(head);
  const std::string& mime = content.mime;
  const bool is_document =
      mime.starts_with("text/") || mime == "application/json" || mime.ends_with("/xml") || mime.ends_with("+xml");
  if (is_document && !is_icy(head)) {
    return fail(Code::kFailedPrecondition, "NOT_AUDIO",
                address.label + ": a document (" + mime + ") is there, not audio");
  }
  content.size = size_of(head);
  const bool has_length = head.status == 206 || content.size >= 0;
  if (is_icy(head) || (is_audio(mime) && !has_length)) content.kind = WebContent::Kind::kLive;
  content.station = tidy(head.header("icy-name"));
  content.bitrate_kbps = static_cast<int>(std::clamp<std::int64_t>(number_of(head.header("icy-br")), 0, 5'000));
  return content;
}

}  // namespace

Result<WebContent> WebMedia::look_at(const WebAddress& address, bool may_be_private, const std::stop_token& stop) {
  // Other credentials may see something else; a private address may not be told of through the memory.
  const std::string key = address.digest + (may_be_private ? "+" : "-") + (address.headers.empty() ? "" : "a");
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    if (found != by_key_.end() && found->second->until > clock_.monotonic() && address.headers.empty())
      return found->second->content;
  }
  Result<WebContent> content = ask(address, may_be_private, stop);
  if (content && content->kind != WebContent::Kind::kPlaylist) remember(key, *content);
  return content;
}

void WebMedia::remember(const std::string& key, const WebContent& content) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    seen_.erase(found->second);
    by_key_.erase(found);
  }
  seen_.push_front({key, content, clock_.monotonic() + kSeenFor});
  by_key_[key] = seen_.begin();
  if (seen_.size() <= kSeenMax) return;
  by_key_.erase(seen_.back().digest);
  seen_.pop_back();
}

// The first byte is enough to know what it is; an answer without a range is left after its head. What is a playlist by
// its name is asked for as a whole at once, what turns out to be one by its type in a second request.
Result<WebContent> WebMedia::ask(const WebAddress& address, bool may_be_private, const std::stop_token& stop) {
  std::optional<ListFormat> format = list_format_of_path(address.url);
  net::HttpRequest request;
  request.url = address.url;
  request.label = address.label;
  request.headers = address.headers;
  request.headers.push_back({"Icy-MetaData", "1"});
  request.may_be_private = may_be_private;
  request.limits.total_max = kPlaylistTotalMax;
  request.limits.body_bytes_max = kTrackListBytesMax;
  for (bool is_whole = format.has_value();; is_whole = true) {
    request.from = request.to = is_whole ? std::nullopt : std::optional<std::int64_t>(0);
    bool is_list = false;
    const auto wants_body = [&](const net::HttpHead& head) {
      const std::optional<ListFormat> told = list_format_of_mime(head.header("content-type"));
      if (told) format = told;
      is_list = told || (format && !is_audio(mime_of(head)) && !is_icy(head));
      return head.status == 206 || (is_list && head.status == 200);
    };
    const Result<net::HttpResponse> response = look(http_, request, wants_body, stop);
    if (!response) return tl::unexpected(response.error());
    const int status = response->head.status;
    if (status != 200 && status != 206) return failed(address, status);
    if (!is_list) return content_of(address, response->head);
    if (status == 206 && !is_whole) continue;
    Result<TrackList> list = read_track_list(response->body, *format, response->head.final_url);
    if (!list) return fail_at(address.label, list.error());
    return WebContent{WebContent::Kind::kPlaylist, mime_of(response->head), "", 0, -1, std::move(*list)};
  }
}

Result<model::MediaRef> WebMedia::resolve(const std::string& provider, const WebAddress& address, bool may_be_private,
                                          const std::stop_token& stop) {
  return resolve_below(provider, address, may_be_private, 0, stop);
}

Result<model::MediaRef> WebMedia::resolve_below(const std::string& provider, const WebAddress& address,
                                                bool may_be_private, int depth, const std::stop_token& stop) {
  Result<WebContent> content = look_at(address, may_be_private, stop);
  if (!content) return tl::unexpected(content.error());
  if (content->kind == WebContent::Kind::kPlaylist) {
    if (depth >= kDepthMax)
      return fail(Code::kFailedPrecondition, "NOT_AUDIO", address.label + ": a playlist of playlists of playlists");
    Error error{Code::kNotFound, "PLAYLIST_EMPTY", address.label + ": the playlist names nothing that can be played"};
    int tried = 0;
    for (const ListedTrack& track : content->list.entries) {
      const Result<WebAddress> entry = read_web_address(track.location);
      if (!entry || ++tried > kEntriesTriedMax || stop.stop_requested()) continue;
      // A list from the internet does not open what only the house can reach.
      const bool is_near = may_be_private && (entry->host == address.host || is_house_host(address.host));
      Result<model::MediaRef> ref = resolve_below(provider, *entry, is_near, depth + 1, stop);
      if (ref && ref->title.empty()) ref->title = track.title;
      if (ref) return ref;
      error = ref.error();
    }
    return tl::unexpected(std::move(error));
  }
  model::MediaRef ref;
  ref.provider = provider;
  ref.cache_key = web_cache_key(provider, address);
  ref.label = address.label;
  ref.url = address.url;
  ref.headers = address.headers;
  ref.may_be_private = may_be_private;
  ref.mime = content->mime;
  ref.live = content->kind == WebContent::Kind::kLive;
  ref.seekable = !ref.live;
  ref.may_store = !ref.live;
  if (!ref.live) ref.size = content->size;
  if (ref.live) ref.title = content->station;
  if (content->bitrate_kbps > 0) ref.quality = std::to_string(content->bitrate_kbps) + " kbit/s";
  return ref;
}

}  // namespace segue::catalog
