// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/http.h"

#include <algorithm>
#include <charconv>
#include <mutex>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/providers/http/stations.h"
#include "engine/catalog/providers/http/web_media.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kPageMax = 500;  // Provider::browse
constexpr const char* kListId = "stations";

std::string codec_of(const std::string& mime) {
  if (mime == "audio/mpeg" || mime == "audio/mp3") return "mp3";
  if (mime == "audio/aac" || mime == "audio/aacp" || mime == "audio/mp4" || mime == "audio/x-m4a") return "aac";
  if (mime == "audio/flac" || mime == "audio/x-flac") return "flac";
  if (mime == "audio/wav" || mime == "audio/x-wav" || mime == "audio/vnd.wave") return "wav";
  if (mime == "audio/ogg" || mime == "application/ogg") return "ogg";
  if (mime == "audio/opus") return "opus";
  return {};
}

// See make_http. Thread-safe: what it keeps is in `media_` and `stations_`, which lock for themselves.
class HttpProvider final : public Provider {
 public:
  HttpProvider(const model::ProviderConfig& config, net::HttpClient& http)
      : config_(config), media_(http), stations_(config_, media_) {}

  const std::string& name() const override { return config_.name; }

  Description describe() const override {
    Description description;
    description.name = config_.name;
    description.type = "http";
    description.title = stations_.is_configured() ? "Addresses and stations" : "Addresses";
    description.can_search = description.can_browse = description.has_playlists = stations_.is_configured();
    description.has_live = true;
    description.auth = "none";
    return description;
  }

  Result<void> check(const std::stop_token& stop) override {
    if (!stations_.is_configured()) return {};
    const Result<StationList> list = stations_.read(stop);
    return list ? Result<void>() : tl::unexpected(list.error());
  }

  Result<std::vector<Entry>> search(const std::string& text, int offset, int limit,
                                    const std::stop_token& stop) override {
    if (!stations_.is_configured()) return std::vector<Entry>();
    const Result<StationList> list = stations_.read(stop);
    if (!list) return tl::unexpected(list.error());
    return find_stations(list->entries, text, offset, limit);
  }

  Result<Entry> get(const std::string& id, const std::stop_token& stop) override {
    const Result<WebAddress> address = address_of(id, stop);
    if (!address) return tl::unexpected(address.error());
    const Result<WebContent> content = media_.look_at(*address, true, stop);
    if (!content) return fail_at(config_.name, content.error());
    Entry entry;
    if (stations_.is_configured()) {
      // What the list calls it is better than what the address does.
      const Result<StationList> list = stations_.read(stop);
      if (list) {
        const auto found = std::find_if(list->entries.begin(), list->entries.end(),
                                        [&](const Entry& listed) { return listed.id == address->url; });
        if (found != list->entries.end()) entry = *found;
      }
    }
    entry.uri = entry.id = address->url;
    entry.provider = config_.name;
    if (entry.title.empty()) entry.title = content->station;
    if (entry.title.empty()) entry.title = content->list.title;
    if (entry.title.empty()) entry.title = address->file_name();
    entry.codec = codec_of(content->mime);
    entry.bitrate_kbps = content->bitrate_kbps;
    entry.size_bytes = std::max<std::int64_t>(content->size, 0);
    entry.is_live = content->kind == WebContent::Kind::kLive;
    return entry;
  }

  Result<Listing> browse(const std::string& node, const std::string& page, const std::stop_token& stop) override {
    Listing listing;
    if (!node.empty() && node != kListId)
      return fail(Code::kNotFound, "NODE_MISSING",
                  config_.name + ": there is no node \"" + printable(node, 200) + "\"");
    if (!stations_.is_configured()) return listing;
    std::size_t offset = 0;
    const auto [end, fault] = std::from_chars(page.data(), page.data() + page.size(), offset);
    if (!page.empty() && (fault != std::errc() || end != page.data() + page.size()))
      return fail(Code::kInvalidArgument, "PAGE_INVALID", config_.name + ": " + printable(page, 64) + " is no page");
    Result<StationList> list = stations_.read(stop);
    if (!list) return tl::unexpected(list.error());
    const std::size_t count = list->entries.size();
    for (std::size_t i = offset; i < count && i - offset < kPageMax; ++i)
      listing.entries.push_back(std::move(list->entries[i]));
    if (offset < count && count - offset > kPageMax) listing.next = std::to_string(offset + kPageMax);
    return listing;
  }

  Result<std::vector<Playlist>> playlists(const std::stop_token& stop) override {
    if (!stations_.is_configured()) return std::vector<Playlist>();
    Result<PlaylistContent> content = playlist(kListId, stop);
    if (!content) return tl::unexpected(content.error());
    return std::vector<Playlist>{std::move(content->playlist)};
  }

  Result<PlaylistContent> playlist(const std::string& id, const std::stop_token& stop) override {
    if (id != kListId || !stations_.is_configured())
      return fail(Code::kNotFound, "PLAYLIST_MISSING",
                  config_.name + ": there is no playlist \"" + printable(id, 200) + "\"");
    Result<StationList> list = stations_.read(stop);
    if (!list) return tl::unexpected(list.error());
    PlaylistContent content;
    content.playlist.id = kListId;
    content.playlist.provider = config_.name;
    content.playlist.name = list->title;
    content.playlist.tracks = static_cast<int>(list->entries.size());
    content.playlist.version = list->version;
    content.entries = std::move(list->entries);
    return content;
  }

  Result<Playlist> create_playlist(const std::string&, const std::vector<std::string>&,
                                   const std::stop_token&) override {
    return cannot("keep playlists");
  }
  Result<Playlist> edit_playlist(const std::string&, const PlaylistEdit&, const std::stop_token&) override {
    return cannot("change its list of stations");
  }
  Result<void> delete_playlist(const std::string&, const std::stop_token&) override {
    return cannot("change its list of stations");
  }
  Result<Artwork> artwork(const std::string&, int, const std::stop_token&) override { return cannot("show pictures"); }

  std::string cache_key(const std::string& id) const override {
    const auto address = read_web_address(id);
    return address ? web_cache_key(config_.name, *address) : std::string();
  }
  Result<model::MediaRef> resolve(const std::string& id, const std::stop_token& stop) override {
    const Result<WebAddress> address = address_of(id, stop);
    if (!address) return tl::unexpected(address.error());
    Result<model::MediaRef> ref = media_.resolve(config_.name, *address, true, stop);
    if (!ref) return fail_at(config_.name, ref.error());
    return ref;
  }

  Result<void> report(const std::vector<Report>&, const std::stop_token&) override { return cannot("take plays"); }
  Result<Quota> quota(const std::stop_token&) override { return Quota{}; }
  Result<void> login(const std::stop_token& stop) override {
    stations_.forget();
    return check(stop);
  }

 private:
  tl::unexpected<Error> cannot(const std::string& what) const {
    return fail(Code::kUnimplemented, "NOT_POSSIBLE", config_.name + ": a provider of addresses cannot " + what);
  }
  // Ids have no user information; what the list of stations says beside the address is added again.
  Result<WebAddress> address_of(const std::string& id, const std::stop_token& stop) {
    Result<WebAddress> address = read_web_address(id);
    if (!address) return fail_at(config_.name, address.error());
    if (address->headers.empty() && stations_.is_configured())
      address->headers = stations_.headers_of(address->url, stop);
    return address;
  }

  const model::ProviderConfig config_;
  WebMedia media_;
  Stations stations_;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_http(const model::ProviderConfig& config, const ProviderParts& parts) {
  if (!config.url.empty() && !path_of_file_uri(config.url)) {
    const Result<WebAddress> address = read_web_address(config.url);
    if (!address)
      return fail(Code::kInvalidArgument, "PROVIDER_CONFIG",
                  "provider " + config.name + ": `url`, a playlist of stations: " + address.error().message);
  }
  return std::make_unique<HttpProvider>(config, parts.http);
}

}  // namespace segue::catalog
