// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/access.h"

#include <mutex>

#include "engine/catalog/catalogue.h"
#include "engine/catalog/library.h"
#include "engine/control/library/analyses.h"
#include "engine/control/library/exchange_calls.h"
#include "engine/control/library/gathering.h"
#include "engine/control/library/messages.h"
#include "engine/control/library/prefetch_queue.h"
#include "engine/control/library/requests.h"

namespace segue::control {
namespace {

using catalog::Provider;
using std::chrono::milliseconds;

constexpr milliseconds kCountPatience{500};         // of a library's disk; counting 100,000 tracks takes 10 ms
constexpr milliseconds kPatience{15'000};           // of a call that is no search: connecting, a first byte, a retry
constexpr std::size_t kSearchBytesMax = 256 << 10;  // of one piece of a search: read while the next is made
constexpr std::size_t kArtworkBytesMax = 2U << 20;  // as the schema states
constexpr std::size_t kRememberedMax = 500;         // of one change to a playlist: a minute of a slow provider
constexpr std::size_t kAnswerTracksMax = 10'000;    // of one playlist: 6 MB, below what a message may hold

template <typename T>
using Answer = LibraryAccess::Answer<T>;

using Parts = std::shared_ptr<const LibraryParts>;  // what callbacks hold, as they may outlive Access

// Calls of LibraryAccess on the catalogue. Values are shared with calls that may outlive their answer.
class Access final : public LibraryAccess {
 public:
  explicit Access(LibraryParts parts)
      : parts_(std::make_shared<const LibraryParts>(std::move(parts))),
        prefetches_(std::make_shared<PrefetchQueue>(PrefetchQueue::Options{
            parts_->catalogue, parts_->fetcher, parts_->clock, parts_->config.cache.prefetch_parallel, parts_->tell})),
        analyses_({parts_->analyses, parts_->library, parts_->catalogue}) {}
  ~Access() override { prefetches_->close(); }

  void search(const v1::SearchRequest& request, const std::stop_token& stop,
              std::function<void(v1::SearchResponse)> tell, std::function<void(Result<void>)> done) override;
  void browse(v1::BrowseRequest request, std::stop_token stop, Answer<v1::BrowseResponse> answer) override;
  void get_track(v1::GetTrackRequest request, std::stop_token stop, Answer<v1::GetTrackResponse> answer) override;
  void get_artwork(v1::GetArtworkRequest request, std::stop_token stop, Answer<v1::GetArtworkResponse> answer) override;
  void list_playlists(v1::ListPlaylistsRequest request, std::stop_token stop,
                      Answer<v1::ListPlaylistsResponse> answer) override;
  void get_playlist(v1::GetPlaylistRequest request, std::stop_token stop,
                    Answer<v1::GetPlaylistResponse> answer) override;
  void create_playlist(v1::CreatePlaylistRequest request, std::stop_token stop,
                       Answer<v1::CreatePlaylistResponse> answer) override;
  void edit_playlist(v1::EditPlaylistRequest request, std::stop_token stop,
                     Answer<v1::EditPlaylistResponse> answer) override;
  void delete_playlist(v1::DeletePlaylistRequest request, std::stop_token stop,
                       Answer<v1::DeletePlaylistResponse> answer) override;
  void prefetch(v1::PrefetchRequest request, Answer<v1::PrefetchResponse> answer) override;
  void list_prefetches(v1::ListPrefetchesRequest request, Answer<v1::ListPrefetchesResponse> answer) override;
  void cancel_prefetch(v1::CancelPrefetchRequest request, Answer<v1::CancelPrefetchResponse> answer) override;
  void analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
               std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done) override;
  void get_analysis(v1::GetAnalysisRequest request, std::stop_token stop,
                    Answer<v1::GetAnalysisResponse> answer) override;
  void get_waveform(v1::GetWaveformRequest request, std::stop_token stop,
                    Answer<v1::GetWaveformResponse> answer) override;
  void list_analyses(v1::ListAnalysesRequest request, Answer<v1::ListAnalysesResponse> answer) override;
  void list_providers(v1::ListProvidersRequest request, Answer<v1::ListProvidersResponse> answer) override;
  void refresh_provider(v1::RefreshProviderRequest request, std::stop_token stop,
                        Answer<v1::RefreshProviderResponse> answer) override;
  void get_network(v1::GetNetworkRequest request, Answer<v1::GetNetworkResponse> answer) override;
  void import_library(const v1::ImportLibraryRequest& request, const Origin& origin, const std::stop_token& stop,
                      std::function<void(v1::ImportLibraryResponse)> tell,
                      std::function<void(Result<void>)> done) override {
    call_import(parts_, request, origin, stop, std::move(tell), std::move(done));
  }
  void export_library(v1::ExportLibraryRequest request, const Origin& origin, std::stop_token stop,
                      Answer<v1::ExportLibraryResponse> answer) override {
    call_export(parts_, std::move(request), origin, stop, std::move(answer));
  }
  void get_marks(v1::GetMarksRequest request, std::stop_token stop, Answer<v1::GetMarksResponse> answer) override {
    call_get_marks(parts_, request, stop, std::move(answer));
  }
  void set_marks(v1::SetMarksRequest request, std::stop_token stop, Answer<v1::SetMarksResponse> answer) override {
    call_set_marks(parts_, std::move(request), stop, std::move(answer));
  }

 private:
  const Parts parts_;
  const std::shared_ptr<PrefetchQueue> prefetches_;
  Analyses analyses_;
};

// Runs `call` on a thread of the provider and makes a message of its value.
template <typename T, typename Response>
void ask(const Parts& parts, const std::string& provider, const std::stop_token& stop,
         std::function<Result<T>(Provider&, const std::stop_token&)> call, std::function<Response(const T&)> convert,
         Answer<Response> answer) {
  const auto value = std::make_shared<std::optional<T>>();
  auto task = [value, call = std::move(call)](Provider& asked, const std::stop_token& stopped) -> Result<void> {
    auto result = call(asked, stopped);
    if (!result) return tl::unexpected(result.error());
    *value = *std::move(result);
    return {};
  };
  auto done = [value, convert = std::move(convert), answer = std::move(answer)](const Result<void>& outcome) {
    if (!outcome) return answer(tl::unexpected(outcome.error()));
    answer(convert(**value));
  };
  parts->catalogue.ask(provider, kPatience, stop, std::move(task), std::move(done));
}

// Asks providers what tracks are called and has the library remember it, one after the other, so that a playlist names
// them while their provider is away. Nobody waits for it; what cannot be asked keeps its address alone. Written on the
// threads of the provider that keeps the library, because that may wait for a disk.
class Remembering : public std::enable_shared_from_this<Remembering> {
 public:
  Remembering(Parts parts, std::vector<std::string> uris)
      : parts_(std::move(parts)), uris_(std::move(uris)), keeper_(keeper_of(*parts_)) {}
  void go_on() {
    while (next_ < uris_.size() && !uris_[next_].starts_with("segue://")) ++next_;
    if (next_ >= std::min(uris_.size(), kRememberedMax)) return;
    parts_->catalogue.track(uris_[next_++], {}, [self = shared_from_this()](const Result<catalog::Entry>& entry) {
      if (!entry) return self->go_on();
      self->write(*entry);
    });
  }

 private:
  void write(const catalog::Entry& entry) {
    auto task = [parts = parts_, entry](Provider&, const std::stop_token&) { return parts->library.remember({entry}); };
    parts_->catalogue.ask(keeper_, kPatience, {}, std::move(task),
                          [self = shared_from_this()](const Result<void>&) { self->go_on(); });
  }

  const Parts parts_;
  const std::vector<std::string> uris_;
  const std::string keeper_;  // a provider whose threads wait for the library
  std::size_t next_ = 0;
};

v1::Provider provider_message(const LibraryParts& parts, const catalog::ProviderStatus& status) {
  v1::Provider provider = to_message(status);
  const std::string& name = status.description.name;
  provider.set_cached_bytes(parts.cache.bytes_of(name));
  if (status.description.type != "local") return provider;
  *provider.mutable_scan() = to_message(parts.library.scan_progress(name));
  return provider;
}

// Messages of providers on their way. Thread-safe.
struct Described {
  std::function<void(std::vector<v1::Provider>)> done;
  std::mutex mutex;
  std::vector<v1::Provider> providers;  // guarded by mutex
  std::size_t left = 0;                 // guarded by mutex: outcomes still to come

  void enter(std::size_t at, const std::optional<std::int64_t>& tracks) {
    {
      const std::lock_guard lock(mutex);
      if (tracks) providers[at].set_tracks(*tracks);
      if (--left > 0) return;
    }
    done(std::move(providers));
  }
};

// How many tracks a library has, its disk says, on a thread of the provider's; the last check's number stands for that
// of one that hangs.
void describe(const Parts& parts, const std::vector<catalog::ProviderStatus>& all,
              std::function<void(std::vector<v1::Provider>)> done) {
  const auto described = std::make_shared<Described>();
  described->done = std::move(done);
  described->left = all.size();
  for (const auto& status : all) described->providers.push_back(provider_message(*parts, status));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& name = all[i].description.name;
    if (all[i].description.type != "local") {
      described->enter(i, std::nullopt);
      continue;
    }
    const auto value = std::make_shared<std::optional<std::int64_t>>();
    auto task = [value, name, library = &parts->library](Provider&, const std::stop_token&) -> Result<void> {
      if (const auto tracks = library->count(name)) *value = *tracks;
      return {};
    };
    parts->catalogue.ask(name, kCountPatience, {}, std::move(task), [described, value, i](const Result<void>& outcome) {
      described->enter(i, outcome ? *value : std::nullopt);
    });
  }
}

// A piece of news in messages of bounded size.
void tell_matches(const std::vector<catalog::Match>& matches, const std::function<void(v1::SearchResponse)>& tell) {
  v1::SearchResponse piece;
  std::size_t bytes = 0;
  for (const catalog::Match& match : matches) {
    auto& result = *piece.add_results();
    result = to_message(match);
    bytes += result.ByteSizeLong();
    if (bytes < kSearchBytesMax) continue;
    tell(std::exchange(piece, {}));
    bytes = 0;
  }
  if (piece.results_size() > 0) tell(std::move(piece));
}

void Access::search(const v1::SearchRequest& request, const std::stop_token& stop,
                    std::function<void(v1::SearchResponse)> tell, std::function<void(Result<void>)> done) {
  auto search = search_of(request);
  if (!search) return done(tl::unexpected(search.error()));
  auto hear = [tell = std::move(tell), done = std::move(done), stop](const catalog::SearchNews& news) {
    using Kind = catalog::SearchNews::Kind;
    if (news.kind == Kind::kMatches) return tell_matches(news.matches, tell);
    if (news.kind == Kind::kDone) {
      if (stop.stop_requested())
        return done(fail(Code::kCancelled, "CANCELLED", "search: nobody waits for it any more"));
      return done({});
    }
    v1::SearchResponse piece;
    *piece.add_outcomes() = outcome_of(news.provider, news.error ? &*news.error : nullptr, news.seconds);
    tell(std::move(piece));
  };
  parts_->catalogue.search(*std::move(search), std::move(hear), stop);
}

void Access::browse(v1::BrowseRequest request, std::stop_token stop, Answer<v1::BrowseResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  if (!request.provider().empty()) {
    return ask<catalog::Listing, v1::BrowseResponse>(
        parts_, request.provider(), stop,
        [request, library = &parts_->library](Provider& provider, const std::stop_token& stopped) {
          auto listing = provider.browse(request.node(), request.page(), stopped);
          if (listing) (void)library->tell_known(listing->entries);
          return listing;
        },
        [](const catalog::Listing& listing) { return to_message(listing); }, std::move(answer));
  }
  v1::BrowseResponse response;
  for (const auto& status : parts_->catalogue.providers()) {
    if (!status.description.can_browse) continue;
    auto& node = *response.add_nodes();
    node.set_id(status.description.name);
    node.set_title(clean_text(status.description.title));
    node.set_kind("provider");
    if (status.quota.tracks > 0) node.set_tracks(static_cast<std::uint32_t>(status.quota.tracks));
  }
  answer(std::move(response));
}

void Access::get_track(v1::GetTrackRequest request, std::stop_token stop, Answer<v1::GetTrackResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  const std::string uri = request.uri();
  parts_->catalogue.track(
      uri, stop, [parts = parts_, uri, stop, answer = std::move(answer)](const Result<catalog::Entry>& entry) {
        if (!entry) return answer(tl::unexpected(entry.error()));
        v1::GetTrackResponse response;
        *response.mutable_track() = to_message(*entry);
        if (uri.starts_with("file:")) return answer(std::move(response));
        // What is in the cache goes by a key that only the provider knows.
        parts->catalogue.resolve(uri, stop, [parts, response, answer](const Result<model::MediaRef>& ref) mutable {
          if (ref && ref->path.empty() && !ref->live) {
            if (const auto content = parts->cache.find(ref->provider, ref->cache_key))
              response.set_cached_bytes(content->present().count());
          }
          answer(std::move(response));
        });
      });
}

void Access::get_artwork(v1::GetArtworkRequest request, std::stop_token stop, Answer<v1::GetArtworkResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  const std::string uri = request.uri();
  const int size_px = static_cast<int>(request.size_px());
  auto take = [parts = parts_, uri, size_px, stop, answer = std::move(answer)](const Result<catalog::Entry>& entry) {
    if (!entry) return answer(tl::unexpected(entry.error()));
    if (entry->artwork.empty())
      return answer(fail(Code::kNotFound, "ARTWORK_MISSING", clean_text(uri) + ": has no picture"));
    ask<catalog::Artwork, v1::GetArtworkResponse>(
        parts, entry->provider, stop,
        [id = entry->artwork, size_px](Provider& provider, const std::stop_token& stopped) -> Result<catalog::Artwork> {
          auto artwork = provider.artwork(id, size_px, stopped);
          if (artwork && artwork->bytes.size() > kArtworkBytesMax)
            return fail(Code::kResourceExhausted, "ARTWORK_TOO_LARGE", provider.name() + ": a picture over 2 MiB");
          return artwork;
        },
        [](const catalog::Artwork& artwork) {
          v1::GetArtworkResponse response;
          response.set_mime(artwork.mime);
          response.set_picture(artwork.bytes);
          return response;
        },
        answer);
  };
  parts_->catalogue.track(uri, stop, std::move(take));
}

void Access::list_playlists(v1::ListPlaylistsRequest request, std::stop_token stop,
                            Answer<v1::ListPlaylistsResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  std::vector<std::string> names;
  if (!request.provider().empty()) names.push_back(request.provider());
  for (const auto& status : parts_->catalogue.providers()) {
    if (request.provider().empty() && status.description.has_playlists) names.push_back(status.description.name);
  }
  const auto gathering = std::make_shared<PlaylistGathering>(names, parts_->clock, std::move(answer));
  if (names.empty()) return gathering->answer_empty();
  for (const std::string& name : names) {
    const auto value = std::make_shared<std::vector<catalog::Playlist>>();
    auto task = [value](Provider& provider, const std::stop_token& stopped) -> Result<void> {
      auto playlists = provider.playlists(stopped);
      if (!playlists) return tl::unexpected(playlists.error());
      *value = *std::move(playlists);
      return {};
    };
    auto done = [gathering, name, value](const Result<void>& outcome) {
      // What has not answered may write to the value still.
      gathering->enter(name, outcome, outcome ? std::move(*value) : std::vector<catalog::Playlist>());
    };
    parts_->catalogue.ask(name, kPatience, stop, std::move(task), std::move(done));
  }
}

void Access::get_playlist(v1::GetPlaylistRequest request, std::stop_token stop,
                          Answer<v1::GetPlaylistResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  ask<catalog::PlaylistContent, v1::GetPlaylistResponse>(
      parts_, request.provider(), stop,
      [id = request.id(), library = &parts_->library](Provider& provider, const std::stop_token& stopped) {
        auto content = provider.playlist(id, stopped);
        if (content) (void)library->tell_known(content->entries);
        return content;
      },
      [parts = parts_](const catalog::PlaylistContent& content) {
        std::vector<std::string> nameless;
        for (const catalog::Entry& entry : content.entries) {
          if (entry.title.empty()) nameless.push_back(entry.uri);
        }
        std::make_shared<Remembering>(parts, std::move(nameless))->go_on();  // the next look has their names
        v1::GetPlaylistResponse response;
        *response.mutable_playlist() = to_message(content.playlist);
        const std::size_t count = std::min(content.entries.size(), kAnswerTracksMax);
        for (std::size_t i = 0; i < count; ++i) *response.add_tracks() = to_message(content.entries[i]);
        return response;
      },
      std::move(answer));
}

template <typename Response>
std::function<Response(const catalog::Playlist&)> playlist_in() {
  return [](const catalog::Playlist& playlist) {
    Response response;
    *response.mutable_playlist() = to_message(playlist);
    return response;
  };
}

void Access::create_playlist(v1::CreatePlaylistRequest request, std::stop_token stop,
                             Answer<v1::CreatePlaylistResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  std::string provider = request.provider();
  for (const auto& status : parts_->catalogue.providers()) {
    if (provider.empty() && status.description.type == "local") provider = status.description.name;
  }
  const std::vector<std::string> uris(request.uris().begin(), request.uris().end());
  std::make_shared<Remembering>(parts_, uris)->go_on();
  ask<catalog::Playlist, v1::CreatePlaylistResponse>(
      parts_, provider, stop,
      [name = request.name(), uris](Provider& asked, const std::stop_token& stopped) {
        return asked.create_playlist(name, uris, stopped);
      },
      playlist_in<v1::CreatePlaylistResponse>(), std::move(answer));
}

void Access::edit_playlist(v1::EditPlaylistRequest request, std::stop_token stop,
                           Answer<v1::EditPlaylistResponse> answer) {
  auto edit = edit_of(request);
  if (!edit) return answer(tl::unexpected(edit.error()));
  if (edit->kind == catalog::PlaylistEdit::Kind::kAdd) std::make_shared<Remembering>(parts_, edit->uris)->go_on();
  ask<catalog::Playlist, v1::EditPlaylistResponse>(
      parts_, request.provider(), stop,
      [id = request.id(), edit = *std::move(edit)](Provider& provider, const std::stop_token& stopped) {
        return provider.edit_playlist(id, edit, stopped);
      },
      playlist_in<v1::EditPlaylistResponse>(), std::move(answer));
}

void Access::delete_playlist(v1::DeletePlaylistRequest request, std::stop_token stop,
                             Answer<v1::DeletePlaylistResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  parts_->catalogue.ask(
      request.provider(), kPatience, stop,
      [id = request.id()](Provider& provider, const std::stop_token& stopped) {
        return provider.delete_playlist(id, stopped);
      },
      [answer = std::move(answer)](const Result<void>& outcome) {
        if (!outcome) return answer(tl::unexpected(outcome.error()));
        answer(v1::DeletePlaylistResponse());
      });
}

void Access::prefetch(v1::PrefetchRequest request, Answer<v1::PrefetchResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  const auto added = prefetches_->add({request.uris().begin(), request.uris().end()}, request.priority());
  if (!added) return answer(tl::unexpected(added.error()));
  v1::PrefetchResponse response;
  response.set_added(static_cast<std::uint32_t>(*added));
  answer(std::move(response));
}

void Access::list_prefetches(v1::ListPrefetchesRequest /*request*/, Answer<v1::ListPrefetchesResponse> answer) {
  v1::ListPrefetchesResponse response;
  for (auto& item : prefetches_->list()) *response.add_items() = std::move(item);
  response.set_rate_cap_bytes_per_s(parts_->config.cache.prefetch_bytes_per_s);
  answer(std::move(response));
}

void Access::cancel_prefetch(v1::CancelPrefetchRequest request, Answer<v1::CancelPrefetchResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  v1::CancelPrefetchResponse response;
  response.set_removed(static_cast<std::uint32_t>(prefetches_->cancel({request.uris().begin(), request.uris().end()})));
  answer(std::move(response));
}

void Access::analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
                     std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done) {
  if (auto good = check(request); !good) return done(tl::unexpected(good.error()));
  analyses_.analyze(request, stop, std::move(tell), std::move(done));
}

void Access::get_analysis(v1::GetAnalysisRequest request, std::stop_token stop,
                          Answer<v1::GetAnalysisResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  analyses_.get(request, stop, std::move(answer));
}

void Access::get_waveform(v1::GetWaveformRequest request, std::stop_token stop,
                          Answer<v1::GetWaveformResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  analyses_.get_waveform(request, stop, std::move(answer));
}

void Access::list_analyses(v1::ListAnalysesRequest /*request*/, Answer<v1::ListAnalysesResponse> answer) {
  answer(analyses_.list());
}

void Access::list_providers(v1::ListProvidersRequest /*request*/, Answer<v1::ListProvidersResponse> answer) {
  const auto all = parts_->catalogue.providers();
  if (all.empty()) return answer(v1::ListProvidersResponse());
  describe(parts_, all, [answer = std::move(answer)](std::vector<v1::Provider> providers) {
    v1::ListProvidersResponse response;
    for (auto& provider : providers) *response.add_providers() = std::move(provider);
    answer(std::move(response));
  });
}

void Access::refresh_provider(v1::RefreshProviderRequest request, std::stop_token stop,
                              Answer<v1::RefreshProviderResponse> answer) {
  if (auto good = check(request); !good) return answer(tl::unexpected(good.error()));
  const std::string name = request.name();
  auto done = [parts = parts_, name, answer = std::move(answer)](const Result<void>& outcome) {
    for (const auto& status : parts->catalogue.providers()) {
      if (status.description.name != name) continue;
      if (!outcome && outcome.error().code == Code::kCancelled) break;
      // A library that does not answer is not waited for once more.
      const bool is_hung = !outcome && outcome.error().code == Code::kDeadlineExceeded;
      if (status.description.type == "local" && !is_hung) parts->library.rescan(name);
      // How it is now is the answer, also when it is away.
      return describe(parts, {status}, [answer](std::vector<v1::Provider> providers) {
        v1::RefreshProviderResponse response;
        *response.mutable_provider() = std::move(providers.front());
        answer(std::move(response));
      });
    }
    answer(tl::unexpected(outcome ? Error{Code::kNotFound, "PROVIDER_MISSING", name} : outcome.error()));
  };
  parts_->catalogue.refresh(name, stop, std::move(done));
}

void Access::get_network(v1::GetNetworkRequest /*request*/, Answer<v1::GetNetworkResponse> answer) {
  v1::GetNetworkResponse response = to_message(parts_->fetcher.counters(), parts_->cache.counters());
  response.set_cache_disk_bytes_max(parts_->config.cache.disk_bytes_max);
  answer(std::move(response));
}

}  // namespace

std::unique_ptr<LibraryAccess> make_library_access(LibraryParts parts) {
  return std::make_unique<Access>(std::move(parts));
}

}  // namespace segue::control
