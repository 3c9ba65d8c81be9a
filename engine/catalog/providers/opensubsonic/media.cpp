// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/media.h"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "engine/base/text.h"
#include "engine/catalog/provider.h"
#include "engine/catalog/providers/http/web_address.h"
#include "engine/catalog/providers/opensubsonic/songs.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::size_t kKnownMax = 2'048;          // four pages of results
constexpr std::chrono::minutes kKnownFor{10};     // from search to load
constexpr std::chrono::seconds kAgainWithin{30};  // resolved again so soon, the first address has failed

// By the suffix of the file's name, which servers tell more reliably than a type.
std::string mime_of(const std::string& codec) {
  static constexpr std::array<std::pair<std::string_view, const char*>, 9> kTypes = {{
      {"mp3", "audio/mpeg"},
      {"flac", "audio/flac"},
      {"ogg", "audio/ogg"},
      {"oga", "audio/ogg"},
      {"opus", "audio/ogg"},
      {"m4a", "audio/mp4"},
      {"aac", "audio/aac"},
      {"wav", "audio/wav"},
      {"aiff", "audio/aiff"},
  }};
  for (const auto& [suffix, type] : kTypes) {
    if (codec == suffix) return type;
  }
  return {};
}

tl::unexpected<Error> track_missing(const Session& session, const std::string& id) {
  return fail(Code::kNotFound, "TRACK_MISSING",
              session.account().name() + ": there is no track \"" + printable(id, 200) + "\"");
}

// Also an id that is none there: supysonic answers the generic error.
bool is_id_unknown(const Failure& failure) { return failure.code == kNotFound || failure.code == 0; }

}  // namespace

void Media::remember(const std::vector<Entry>& entries) {
  const std::lock_guard lock(mutex_);
  const Nanoseconds until = clock_.monotonic() + kKnownFor;
  for (const Entry& entry : entries) {
    const auto [at, is_new] = known_.try_emplace(entry.id);
    at->second.entry = entry;
    at->second.until = until;
    if (is_new) order_.push_back(entry.id);
    if (order_.size() <= kKnownMax) continue;
    known_.erase(order_.front());
    order_.pop_front();
  }
}

void Media::forget() {
  const std::lock_guard lock(mutex_);
  known_.clear();
  order_.clear();
  way_ = Way::kUnknown;
}

Result<Entry> Media::song(const std::string& id, const std::stop_token& stop) {
  const std::string& name = session_.account().name();
  if (id.starts_with(kStationPrefix)) {
    const Result<Json> json = station(id, stop);
    if (!json) return tl::unexpected(json.error());
    std::optional<Entry> entry = station_of(name, *json);
    return entry ? Result<Entry>(std::move(*entry)) : track_missing(session_, id);
  }
  const Outcome<Json> root = session_.call("getSong", {{"id", id}}, stop);
  if (!root) {
    if (is_id_unknown(root.error())) return track_missing(session_, id);
    return tl::unexpected(root.error().error);
  }
  std::optional<Entry> entry = entry_of(name, part_of(*root, "song"));
  if (!entry) return track_missing(session_, id);
  if (entry->id != id)
    return fail(Code::kDataLoss, "BAD_RESPONSE", name + ": getSong: the answer is about another track");
  remember({*entry});
  return std::move(*entry);
}

Result<Json> Media::station(const std::string& id, const std::stop_token& stop) {
  const Outcome<Json> root = session_.call("getInternetRadioStations", {}, stop);
  if (!root) return tl::unexpected(root.error().error);
  for (const Json* json : list_of(part_of(*root, "internetRadioStations"), "internetRadioStation")) {
    if (kStationPrefix + id_of(*json, "id") == id) return *json;
  }
  return track_missing(session_, id);
}

Result<model::MediaRef> Media::resolve_station(const std::string& id, const std::stop_token& stop) {
  const std::string& name = session_.account().name();
  const Result<Json> json = station(id, stop);
  if (!json) return tl::unexpected(json.error());
  const Result<WebAddress> address = read_web_address(id_of(*json, "streamUrl"));
  if (!address) return fail_at(uri_of(name, id), address.error());
  // The address is the server's word, not the operator's: it leads into the house only if the server is there too.
  const std::string& server = session_.account().url().host;
  const bool is_near = address->host == server || is_house_host(server);
  Result<model::MediaRef> ref = web_.resolve(name, *address, is_near, stop);
  if (!ref) return fail_at(uri_of(name, id), ref.error());
  ref->title = text_of(*json, "name");
  return ref;
}

// Whether downloads are given out is asked for once, with a request for one byte; and again if an address that was
// handed out seems to have failed.
Result<Media::Way> Media::way_for(const std::string& id, const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    const Nanoseconds now = clock_.monotonic();
    bool is_again = false;
    if (const auto known = known_.find(id); known != known_.end()) {
      is_again = known->second.resolved != Nanoseconds{0} && now - known->second.resolved < kAgainWithin;
      known->second.resolved = now;
    }
    if (way_ != Way::kUnknown && !is_again) return way_;
  }
  const Outcome<void> download = session_.probe_file("download", {{"id", id}}, stop);
  Way way = Way::kDownload;
  if (!download) {
    const Failure& failure = download.error();
    if (failure.code == kNotFound) return track_missing(session_, id);
    const bool is_refused = failure.code == kNotAuthorised || failure.is_method_missing() || failure.status == 403;
    if (is_refused) way = Way::kStream;
    // Whoever fetches will meet the same trouble, and can wait it out.
    if (!is_refused && failure.error.code == Code::kUnavailable) return Way::kDownload;
    if (!is_refused) return tl::unexpected(failure.error);
  }
  const std::lock_guard lock(mutex_);
  way_ = way;
  return way;
}

Result<model::MediaRef> Media::resolve(const std::string& id, const std::stop_token& stop) {
  if (id.starts_with(kStationPrefix)) return resolve_station(id, stop);
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(id);
    if (found != known_.end() && clock_.monotonic() < found->second.until) entry = found->second.entry;
  }
  if (entry.id.empty()) {
    Result<Entry> asked = song(id, stop);
    if (!asked) return tl::unexpected(asked.error());
    entry = std::move(*asked);
  }
  const Result<Way> way = way_for(id, stop);
  if (!way) return tl::unexpected(way.error());
  const Parameters raw = {{"id", id}, {"format", "raw"}};
  const Outcome<std::string> url =
      *way == Way::kStream ? session_.address("stream", raw, stop) : session_.address("download", {{"id", id}}, stop);
  if (!url) return tl::unexpected(url.error().error);
  model::MediaRef ref;
  ref.provider = session_.account().name();
  ref.label = uri_of(ref.provider, id);
  ref.cache_key = song_cache_key(ref.provider, id);
  ref.url = *url;
  ref.headers = session_.account().headers();
  ref.may_be_private = true;  // the operator has configured the address
  ref.size = entry.size_bytes > 0 ? entry.size_bytes : -1;
  ref.mime = mime_of(entry.codec);
  ref.quality = quality_of(entry);
  ref.title = entry.title;
  ref.artist = entry.artist;
  ref.album = entry.album;
  ref.duration_s = entry.duration_s;
  return ref;
}

std::string song_cache_key(const std::string& provider, const std::string& id) {
  return uri_of(provider, id).substr(std::string_view("segue://").size());
}

}  // namespace segue::catalog::opensubsonic
