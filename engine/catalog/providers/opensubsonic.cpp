// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic.h"

#include <algorithm>
#include <unordered_set>

#include "engine/catalog/providers/opensubsonic/media.h"
#include "engine/catalog/providers/opensubsonic/picture.h"
#include "engine/catalog/providers/opensubsonic/playlists.h"
#include "engine/catalog/providers/opensubsonic/plays.h"
#include "engine/catalog/providers/opensubsonic/session.h"
#include "engine/catalog/providers/opensubsonic/songs.h"
#include "engine/catalog/providers/opensubsonic/tree.h"

namespace segue::catalog {
namespace {

using opensubsonic::Account;
using opensubsonic::Json;
using opensubsonic::Outcome;

constexpr int kPageMax = 500;  // songs asked for at once; what most servers give at most

// An empty query is all there is; supysonic finds nothing for the quotes or the star that others take for that.
std::string query_of(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\"*");
  return first == std::string::npos ? "" : text;
}

// See make_opensubsonic. Thread-safe; the parts lock for themselves.
class OpenSubsonicProvider final : public Provider {
 public:
  OpenSubsonicProvider(Account account, net::HttpClient& http)
      : session_(std::move(account), http), media_(session_, http), plays_(session_) {}

  const std::string& name() const override { return session_.account().name(); }

  Description describe() const override {
    const opensubsonic::ServerTraits traits = session_.traits();
    Description description;
    description.name = name();
    description.type = "opensubsonic";
    description.title =
        (traits.software.empty() ? "OpenSubsonic" : traits.software) + " at " + session_.account().url().host;
    description.can_search = description.can_browse = true;
    description.has_playlists = description.can_edit_playlists = true;
    description.has_artwork = description.has_live = description.can_report = true;
    description.needs_login = true;
    description.auth = to_string(traits.auth);
    return description;
  }

  Result<void> check(const std::stop_token& stop) override {
    const Outcome<Json> root = session_.call("ping", {}, stop);
    if (!root) return tl::unexpected(root.error().error);
    return {};
  }

  Result<std::vector<Entry>> search(const std::string& text, int offset, int limit,
                                    const std::stop_token& stop) override {
    std::vector<Entry> found;
    std::unordered_set<std::string> ids;
    for (int first = std::max(offset, 0); static_cast<int>(found.size()) < limit;) {
      const int wanted = std::min(limit - static_cast<int>(found.size()), kPageMax);
      const Outcome<Json> root = session_.call("search3",
                                               {{"query", query_of(text)},
                                                {"artistCount", "0"},
                                                {"albumCount", "0"},
                                                {"songCount", std::to_string(wanted)},
                                                {"songOffset", std::to_string(first)}},
                                               stop);
      if (!root) return tl::unexpected(root.error().error);
      const auto songs = opensubsonic::list_of(opensubsonic::part_of(*root, "searchResult3"), "song");
      const std::size_t before = found.size();
      for (Entry& entry : opensubsonic::entries_of(name(), songs)) {
        if (static_cast<int>(found.size()) < limit && ids.insert(entry.id).second) found.push_back(std::move(entry));
      }
      const int count = static_cast<int>(songs.size());
      first += count;
      // A short page is the last, unless its length looks like the most that this server gives at once. A page
      // without anything new comes from a server that knows no offsets.
      const bool is_last = count < wanted && (count == 0 || count % 10 != 0);
      if (is_last || found.size() == before) break;
    }
    media_.remember(found);
    return found;
  }

  Result<Entry> get(const std::string& id, const std::stop_token& stop) override { return media_.song(id, stop); }

  Result<Listing> browse(const std::string& node, const std::string& page, const std::stop_token& stop) override {
    Result<Listing> listing = opensubsonic::browse(session_, node, page, stop);
    if (listing) media_.remember(listing->entries);
    return listing;
  }

  Result<std::vector<Playlist>> playlists(const std::stop_token& stop) override {
    return opensubsonic::list_playlists(session_, stop);
  }
  Result<PlaylistContent> playlist(const std::string& id, const std::stop_token& stop) override {
    Result<PlaylistContent> content = opensubsonic::read_playlist(session_, id, stop);
    if (content) media_.remember(content->entries);
    return content;
  }
  Result<Playlist> create_playlist(const std::string& name, const std::vector<std::string>& uris,
                                   const std::stop_token& stop) override {
    return opensubsonic::create_playlist(session_, name, uris, stop);
  }
  Result<Playlist> edit_playlist(const std::string& id, const PlaylistEdit& edit,
                                 const std::stop_token& stop) override {
    return opensubsonic::edit_playlist(session_, id, edit, stop);
  }
  Result<void> delete_playlist(const std::string& id, const std::stop_token& stop) override {
    return opensubsonic::delete_playlist(session_, id, stop);
  }

  Result<Artwork> artwork(const std::string& artwork, int size_px, const std::stop_token& stop) override {
    return opensubsonic::read_picture(session_, artwork, size_px, stop);
  }
  std::string cache_key(const std::string& id) const override { return opensubsonic::song_cache_key(name(), id); }
  Result<model::MediaRef> resolve(const std::string& id, const std::stop_token& stop) override {
    return media_.resolve(id, stop);
  }
  Result<void> report(const std::vector<Report>& reports, const std::stop_token& stop) override {
    return plays_.report(reports, stop);
  }

  Result<Quota> quota(const std::stop_token& stop) override {
    Quota quota;
    // Servers without a scanner answer an error; then the number is not known.
    const Outcome<Json> root = session_.call("getScanStatus", {}, stop);
    if (!root && root.error().status == 0 && root.error().error.reason != "RATE_LIMITED")
      return tl::unexpected(root.error().error);
    if (root) {
      const Json& status = opensubsonic::part_of(*root, "scanStatus");
      if (status.contains("count")) quota.tracks = opensubsonic::integer_of(status, "count", 1'000'000'000);
    }
    const opensubsonic::ServerTraits traits = session_.traits();
    quota.requests_left = traits.requests_left;
    quota.resets_at_s = traits.resets_at_s;
    return quota;
  }

  Result<void> login(const std::stop_token& stop) override {
    media_.forget();
    const Outcome<void> done = session_.login(stop);
    if (!done) return tl::unexpected(done.error().error);
    return {};
  }

 private:
  opensubsonic::Session session_;
  opensubsonic::Media media_;
  opensubsonic::Plays plays_;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_opensubsonic(const model::ProviderConfig& config, const ProviderParts& parts) {
  Result<Account> account = Account::create(config);
  if (!account) return tl::unexpected(account.error());
  return std::make_unique<OpenSubsonicProvider>(std::move(*account), parts.http);
}

}  // namespace segue::catalog
