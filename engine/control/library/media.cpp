// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/media.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>

#include "engine/catalog/catalogue.h"
#include "engine/control/analysis/library_store.h"
#include "engine/control/analysis/queue.h"
#include "engine/control/events.h"
#include "engine/control/library/access.h"
#include "engine/control/library/late_http_client.h"
#include "engine/control/library/late_library.h"
#include "engine/control/library/messages.h"
#include "engine/net/http.h"
#include "engine/net/url.h"
#include "engine/stream/live/live_stream.h"
#include "engine/stream/track_loader.h"

namespace segue::control {
namespace {

constexpr std::size_t kOutdatedMax = 4'096;                    // tracks replaced on their servers since the start
constexpr std::chrono::milliseconds kLibraryPatience{100};     // of a load that plays from the cache; a look takes 1 ms
constexpr std::chrono::milliseconds kRememberPatience{5'000};  // a database is waited for 2 s
constexpr std::chrono::milliseconds kTellAnalysisEvery{500};
constexpr std::size_t kEarlyMax = 64;  // events of a start: a state of each provider, of the cache, of scans

// Passes events on until it is closed. Its lock is held for the call, so that none outlives tell_to(nullptr); whoever
// is told only leaves the event somewhere.
class Teller {
 public:
  void tell(v1::Event event) {
    const std::lock_guard lock(mutex_);
    if (tell_) return tell_(std::move(event));
    if (early_ && early_->size() < kEarlyMax) early_->push_back(std::move(event));
  }
  void tell_to(std::function<void(v1::Event)> tell) {
    const std::lock_guard lock(mutex_);
    tell_ = std::move(tell);
    if (tell_ && early_) {
      for (v1::Event& event : *early_) tell_(std::move(event));
    }
    early_.reset();
  }

 private:
  std::mutex mutex_;
  std::function<void(v1::Event)> tell_;  // guarded by mutex_
  // Guarded by mutex_: what came before there was anybody to tell.
  std::optional<std::vector<v1::Event>> early_{std::in_place};
};

// What the disk of the cache is in, as events and a finding.
class DiskWatch {
 public:
  explicit DiskWatch(std::shared_ptr<Teller> teller) : teller_(std::move(teller)) {}
  void enter(const Error& error) {
    const bool is_well = error.reason.empty();
    const bool is_passing = error.reason == "CACHE_CORRUPT";  // one block: fetched again and over
    std::optional<Error> over;
    {
      const std::lock_guard lock(mutex_);
      if (!is_passing) over = std::exchange(trouble_, is_well ? std::nullopt : std::optional(error));
    }
    if (over) teller_->tell(cache_event(false, *over));
    if (is_well) return;
    teller_->tell(cache_event(true, error));
    if (is_passing) teller_->tell(cache_event(false, error));
  }
  std::optional<Error> trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  const std::shared_ptr<Teller> teller_;
  mutable std::mutex mutex_;
  std::optional<Error> trouble_;  // guarded by mutex_
};

// What providers are made of; lives until the last thread has left them.
struct ProviderWorld {
  std::unique_ptr<net::HttpClient> http;
  std::shared_ptr<LateLibrary> library;
};

std::string in_folder(const std::string& folder, const char* name) { return folder.empty() ? "" : folder + "/" + name; }

stream::BlockCache::Options cache_options(const model::Config& config, std::shared_ptr<DiskWatch> watch) {
  stream::BlockCache::Options options;
  if (config.cache.disk_bytes_max > 0) options.folder = in_folder(config.paths.cache_dir, "audio");
  options.disk_bytes_max = config.cache.disk_bytes_max;
  options.ram_bytes_max = config.cache.ram_bytes_max;
  for (const model::ProviderConfig& provider : config.providers) {
    if (provider.cache_bytes_max > 0) options.provider_bytes_max[provider.name] = provider.cache_bytes_max;
  }
  options.on_disk = [watch = std::move(watch)](const Error& error) { watch->enter(error); };
  return options;
}

// Members in the order in which they are made; what one uses comes before it.
class LiveMedia final : public Media {
 public:
  explicit LiveMedia(Options options);
  ~LiveMedia() override;

  Result<void> start(const std::string& version);
  AnalysisQueue::Options analysis_options();
  Result<stream::OpenedMedia> open(const std::string& uri, const std::stop_token& stop) override;
  Result<stream::OpenedMedia> open_resolved(const std::string& uri, const std::stop_token& stop);
  std::optional<model::MediaRef> ref_of_copy(const std::string& uri, bool must_be_whole);
  void check_copy(const std::string& uri, std::int64_t size);
  std::optional<catalog::Entry> known_of(const std::string& uri);
  void remember(const std::string& uri, const model::MediaRef& ref);
  LibraryAccess& access() override { return *access_; }
  AnalysisQueue& analyses() override { return *analyses_; }
  std::vector<std::string> findings() const override;
  void tell_to(std::function<void(v1::Event)> tell) override { teller_->tell_to(std::move(tell)); }

 private:
  const model::Config config_;
  const Clock& clock_;
  const std::shared_ptr<Teller> teller_;
  const std::shared_ptr<DiskWatch> disk_;
  std::string local_;  // a provider on whose threads the library is asked; empty: none, and nothing is known
  std::shared_ptr<ProviderWorld> world_;
  std::unique_ptr<stream::BlockCache> cache_;
  std::unique_ptr<catalog::Catalogue> catalogue_;
  std::unique_ptr<stream::Fetcher> fetcher_;  // asks the catalogue
  std::unique_ptr<AnalysisQueue> analyses_;  // opens tracks here
  std::unique_ptr<LibraryAccess> access_;
  // Addresses of which the catalogue knows another version than the cache; shared with checks under way.
  struct Outdated {
    std::mutex mutex;
    std::set<std::string> uris;  // guarded by mutex
  };
  const std::shared_ptr<Outdated> outdated_ = std::make_shared<Outdated>();
};

// As a guest, what another process may own is left alone.
model::Config adapted(Media::Options& options) {
  if (options.is_guest) {
    options.config.cache.disk_bytes_max = 0;
    for (model::ProviderConfig& provider : options.config.providers) provider.folders.clear();
  }
  return std::move(options.config);
}

LiveMedia::LiveMedia(Options options)
    : config_(adapted(options)),
      clock_(options.clock),
      teller_(std::make_shared<Teller>()),
      disk_(std::make_shared<DiskWatch>(teller_)) {}

LiveMedia::~LiveMedia() { teller_->tell_to(nullptr); }

Result<void> LiveMedia::start(const std::string& version) {
  world_ = std::make_shared<ProviderWorld>();
  net::HttpClient::Options http;
  http.user_agent = "segue/" + version;
  http.background_bytes_per_s = config_.cache.prefetch_bytes_per_s;
  world_->http = std::make_unique<LateHttpClient>(http);
  const auto tell_scan = [teller = teller_](const catalog::ScanProgress& scan) {
    teller->tell(progress_event(to_message(scan)));
  };
  world_->library = std::make_shared<LateLibrary>(
      catalog::Library::Options{in_folder(config_.paths.data_dir, "library.db"), tell_scan});
  cache_ = stream::BlockCache::create(cache_options(config_, disk_));
  for (const model::ProviderConfig& provider : providers_of(config_)) {
    if (local_.empty() && provider.type == "local") local_ = provider.name;
  }
  auto catalogue =
      catalog::Catalogue::create({.parts = {*world_->http, *world_->library},
                                  .providers = providers_of(config_),
                                  .clock = clock_,
                                  .on_health =
                                      [teller = teller_](const std::string& provider, const catalog::Health& health) {
                                        teller->tell(provider_changed(provider, health));
                                      },
                                  .keep = world_});
  if (!catalogue) return tl::unexpected(catalogue.error());
  catalogue_ = *std::move(catalogue);
  fetcher_ = stream::Fetcher::create(
      {.http = *world_->http,
       .cache = *cache_,
       .resolve = [this](const std::string& uri,
                         const std::stop_token& stop) { return catalogue_->resolve(uri, stop); },
       .on_news = [teller = teller_](const stream::FetchNews& news) { teller->tell(fetch_event(news)); },
       .seed = static_cast<std::uint64_t>(clock_.wall().count())});
  analyses_ = std::make_unique<AnalysisQueue>(analysis_options());
  access_ = make_library_access({*catalogue_, *world_->library, *fetcher_, *cache_, *analyses_, config_, clock_,
                                 [teller = teller_](v1::Event event) { teller->tell(std::move(event)); }});
  return {};
}

AnalysisQueue::Options LiveMedia::analysis_options() {
  return {.opener = *this,
          .store = make_library_store(world_->library),
          .threads = config_.analysis.threads,
          .make_analyser = analysis::Analyser::create,
          .on_news =
              [teller = teller_](const AnalysisNews& news) {
                if (auto event = analysis_event(news)) teller->tell(*std::move(event));
              },
          .tell_every = kTellAnalysisEvery};
}

// A whole copy in the cache plays at once, whether its provider answers, is slow or is gone; the provider is asked
// beside that whether it has another version, which the next load then gets. A part of one plays if the provider is
// away, and goes on when it is back.
Result<stream::OpenedMedia> LiveMedia::open(const std::string& uri, const std::stop_token& stop) {
  if (uri.starts_with("file:")) return stream::open_file_uri(uri);
  if (const auto copy = ref_of_copy(uri, true)) {
    auto opened = fetcher_->open(uri, *copy, stop);
    if (opened) {
      check_copy(uri, copy->size);
      return opened;
    }
  }
  auto opened = open_resolved(uri, stop);
  if (opened || (opened.error().code != Code::kUnavailable && opened.error().code != Code::kDeadlineExceeded)) {
    return opened;
  }
  const auto part = ref_of_copy(uri, false);
  return part ? fetcher_->open(uri, *part, stop) : std::move(opened);
}

// What stands for a track of which the cache has bytes: its address is to be resolved when one is needed.
std::optional<model::MediaRef> LiveMedia::ref_of_copy(const std::string& uri, bool must_be_whole) {
  const auto name = catalogue_->cache_name(uri);
  if (name.key.empty()) return std::nullopt;
  {
    const std::lock_guard lock(outdated_->mutex);
    if (must_be_whole && outdated_->uris.contains(uri)) return std::nullopt;
  }
  const auto copy = cache_->find(name.provider, name.key);
  if (copy == nullptr || copy->size() <= 0) return std::nullopt;
  if (must_be_whole && !copy->present().covers({0, copy->size()})) return std::nullopt;
  model::MediaRef ref;
  ref.provider = name.provider;
  ref.cache_key = name.key;
  const auto url = net::parse_url(uri);
  ref.label = url ? url->label() : uri;
  ref.size = copy->size();
  ref.expires_at_s = 1;  // long ago
  if (const auto entry = known_of(uri)) {
    ref.title = entry->title;
    ref.artist = entry->artist;
    ref.album = entry->album;
    ref.duration_s = entry->duration_s;
  }
  return ref;
}

// What the library knows of a track, if it says so at once: a deck does not wait for a disk to learn a title.
std::optional<catalog::Entry> LiveMedia::known_of(const std::string& uri) {
  const auto found = std::make_shared<std::optional<catalog::Entry>>();
  const auto look = [library = world_->library, uri, found](catalog::Provider&, const std::stop_token&) {
    if (auto entry = library->find_uri(uri)) *found = *std::move(entry);
    return Result<void>();
  };
  // A look that is given up may write to what it found still.
  const auto done = catalogue_->with(local_, kLibraryPatience, {}, look);
  return done ? std::move(*found) : std::nullopt;
}

// What the catalogue said, for when it is away. Nobody waits for it.
void LiveMedia::remember(const std::string& uri, const model::MediaRef& ref) {
  const auto known = catalog::parse_uri(uri);
  if (!known || ref.title.empty()) return;
  catalog::Entry entry;
  entry.uri = uri;
  entry.provider = known->provider;
  entry.id = known->id;
  entry.title = ref.title;
  entry.artist = ref.artist;
  entry.album = ref.album;
  entry.duration_s = ref.duration_s;
  const auto write = [library = world_->library, entry](catalog::Provider&, const std::stop_token&) {
    (void)library->remember({entry});
    return Result<void>();
  };
  catalogue_->ask(local_, kRememberPatience, {}, write, [](const Result<void>&) {});
}

void LiveMedia::check_copy(const std::string& uri, std::int64_t size) {
  catalogue_->resolve(uri, {}, [outdated = outdated_, uri, size](const Result<model::MediaRef>& ref) {
    if (!ref || ref->size < 0) return;
    const std::lock_guard lock(outdated->mutex);
    if (ref->size == size) {
      outdated->uris.erase(uri);
    } else if (outdated->uris.size() < kOutdatedMax) {
      outdated->uris.insert(uri);
    }
  });
}

Result<stream::OpenedMedia> LiveMedia::open_resolved(const std::string& uri, const std::stop_token& stop) {
  const auto ref = catalogue_->resolve(uri, stop);
  if (!ref) return tl::unexpected(ref.error());
  if (ref->live) return stream::open_live_stream(*world_->http, *ref, stop);
  if (ref->path.empty()) {
    auto opened = fetcher_->open(uri, *ref, stop);
    if (opened) remember(uri, *ref);
    return opened;
  }
  auto opened = stream::open_file_uri(stream::uri_of_path(ref->path));
  if (opened) opened->ref = *ref;
  return opened;
}

std::vector<std::string> LiveMedia::findings() const {
  std::vector<std::string> findings;
  if (const auto trouble = world_->library->trouble()) findings.push_back("library: " + trouble->message);
  if (const auto trouble = disk_->trouble()) findings.push_back("cache: " + trouble->message);
  for (const auto& status : catalogue_->providers()) {
    if (status.health.error)
      findings.push_back("provider " + status.description.name + ": " + clean_text(status.health.error->message));
  }
  return findings;
}

bool has_provider(const std::vector<model::ProviderConfig>& providers, const std::string& name,
                  const std::string& type) {
  return std::any_of(providers.begin(), providers.end(),
                     [&](const auto& provider) { return provider.name == name || provider.type == type; });
}

}  // namespace

std::vector<model::ProviderConfig> providers_of(const model::Config& config) {
  std::vector<model::ProviderConfig> providers = config.providers;
  for (const auto& [name, type] : {std::pair("local", "local"), std::pair("web", "http")}) {
    if (has_provider(providers, name, type)) continue;
    model::ProviderConfig implicit;
    implicit.name = name;
    implicit.type = type;
    providers.push_back(std::move(implicit));
  }
  return providers;
}

Result<std::unique_ptr<Media>> Media::create(Options options) {
  const std::string version = options.version;
  auto media = std::make_unique<LiveMedia>(std::move(options));
  if (auto started = media->start(version); !started) return tl::unexpected(started.error());
  return media;
}

}  // namespace segue::control
