// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/catalogue.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "engine/base/log.h"
#include "engine/base/text.h"
#include "engine/catalog/catalogue_search.h"
#include "engine/catalog/library.h"
#include "engine/catalog/worker.h"
#include "engine/net/url.h"

namespace segue::catalog {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTrackPatience{15'000};  // connecting, first byte (3 s and 8 s of net::HttpLimits) and a retry
constexpr milliseconds kPatienceMax{600'000};   // more is a slip of the hand
constexpr milliseconds kEndPatience{100};       // for threads inside their providers
constexpr std::string_view kFileScheme = "file://";

bool is_web_uri(const std::string& uri) { return uri.starts_with("http://") || uri.starts_with("https://"); }

Result<std::string> path_of_file_uri(const std::string& uri) {
  std::string_view rest = std::string_view(uri).substr(kFileScheme.size());
  if (rest.starts_with("localhost/")) rest.remove_prefix(std::string_view("localhost").size());
  auto path = net::percent_decode(rest);
  if (path && path->starts_with('/')) return *path;
  return fail(Code::kInvalidArgument, "URI_INVALID", printable(uri) + ": not file:///path");
}

Result<model::MediaRef> plain_file(const std::string& uri) {
  auto path = path_of_file_uri(uri);
  if (!path) return tl::unexpected(path.error());
  model::MediaRef ref;
  ref.cache_key = uri;
  ref.label = *path;
  ref.path = *std::move(path);
  return ref;
}

// An address that no provider looks after: it was typed by the operator, and nothing of it goes to the disk.
Result<model::MediaRef> plain_address(const std::string& uri) {
  const auto url = net::parse_url(uri);
  if (!url) return tl::unexpected(url.error());
  model::MediaRef ref;
  ref.cache_key = url->origin() + url->path;
  ref.label = url->label();
  ref.url = uri;
  ref.may_be_private = true;
  ref.may_store = false;
  return ref;
}

// What an address alone says of a track.
Entry entry_of_ref(const std::string& uri, const model::MediaRef& ref) {
  Entry entry;
  entry.uri = uri;
  entry.id = uri;
  const std::string_view label = ref.label;
  entry.title = label.substr(label.find_last_of('/') + 1);
  if (entry.title.empty()) entry.title = ref.label;
  entry.is_live = ref.live;
  return entry;
}

void note_metadata(const Entry& entry, model::MediaRef& ref) {
  ref.provider = entry.provider;
  ref.title = entry.title;
  ref.artist = entry.artist;
  ref.album = entry.album;
  ref.duration_s = entry.duration_s;
}

class Front final : public Catalogue {
 public:
  explicit Front(Members members);
  ~Front() override;

  void search(Search search, std::function<void(SearchNews)> tell, const std::stop_token& stop) override;
  std::vector<ProviderStatus> providers() const override;
  Result<void> with(const std::string& provider, milliseconds patience, const std::stop_token& stop,
                    Call call) override;
  void ask(const std::string& provider, milliseconds patience, const std::stop_token& stop, Call call,
           Answer<void> done) override {
    ask_worker(find(provider), provider, {std::move(call), std::move(done), patience, stop, false});
  }
  void refresh(const std::string& provider, const std::stop_token& stop, Answer<void> done) override;
  Result<model::MediaRef> resolve(const std::string& uri, const std::stop_token& stop) override {
    return wait<model::MediaRef>([&](auto done) { resolve(uri, stop, std::move(done)); });
  }
  Result<Entry> track(const std::string& uri, const std::stop_token& stop) override {
    return wait<Entry>([&](auto done) { track(uri, stop, std::move(done)); });
  }
  CacheName cache_name(const std::string& uri) const override;
  void resolve(const std::string& uri, const std::stop_token& stop, Answer<model::MediaRef> done) override;
  void track(const std::string& uri, const std::stop_token& stop, Answer<Entry> done) override;

 private:
  // A provider and what it calls the track.
  struct Place {
    std::shared_ptr<Worker> worker;  // null: there is none
    std::string provider;
    std::string id;
  };

  std::shared_ptr<Worker> find(const std::string& provider) const;
  std::shared_ptr<Worker> find_type(const std::string& type) const;
  void ask_worker(const std::shared_ptr<Worker>& worker, const std::string& provider, Worker::Ask ask);
  void soon(std::function<void()> call) {
    alarms_->soon([call = std::move(call)](Alarms::Why) { call(); });
  }
  // Blocks until what `begin` started calls its argument.
  template <typename T, typename Begin>
  static Result<T> wait(Begin begin);
  // Runs `task` on the place's worker and hands its value over.
  template <typename T>
  void ask_value(const Place& place, const std::stop_token& stop,
                 std::function<Result<T>(Provider&, const std::stop_token&)> task, Answer<T> done);
  Result<Place> place_of(const std::string& uri) const;
  template <typename T, typename Plain, typename Known>
  void look_up_file(const std::string& uri, const std::stop_token& stop, Answer<T> done, Plain plain, Known known);

  const Clock& clock_;
  Library* const library_;
  const std::shared_ptr<Alarms> alarms_;
  std::vector<std::shared_ptr<Worker>> workers_;
};

Front::Front(Members members)
    : clock_(members.clock), library_(members.library), alarms_(std::make_shared<Alarms>(members.clock)) {
  for (auto& provider : members.providers) {
    workers_.push_back(Worker::start({.provider = std::move(provider),
                                      .keep = members.keep,
                                      .alarms = alarms_,
                                      .clock = clock_,
                                      .on_health = members.on_health,
                                      .check_every = members.check_every}));
  }
}

Front::~Front() {
  alarms_->stop();
  for (const auto& worker : workers_) worker->close();
  const auto deadline = std::chrono::steady_clock::now() + kEndPatience;
  for (const auto& worker : workers_) {
    const int hung = worker->wait_ended(deadline);
    if (hung > 0) log::warning("provider_left_behind", {{"provider", worker->provider().name()}, {"calls", hung}});
  }
}

std::shared_ptr<Worker> Front::find(const std::string& provider) const {
  const auto found = std::find_if(workers_.begin(), workers_.end(),
                                  [&](const auto& worker) { return worker->provider().name() == provider; });
  return found == workers_.end() ? nullptr : *found;
}

std::shared_ptr<Worker> Front::find_type(const std::string& type) const {
  const auto found =
      std::find_if(workers_.begin(), workers_.end(), [&](const auto& worker) { return worker->is_of_type(type); });
  return found == workers_.end() ? nullptr : *found;
}

void Front::ask_worker(const std::shared_ptr<Worker>& worker, const std::string& provider, Worker::Ask ask) {
  ask.patience = std::clamp(ask.patience, milliseconds(0), kPatienceMax);
  if (worker) return worker->ask(std::move(ask));
  soon([done = std::move(ask.done), provider] {
    done(fail(Code::kNotFound, "PROVIDER_MISSING", printable(provider, 64) + ": there is no such provider"));
  });
}

template <typename T, typename Begin>
Result<T> Front::wait(Begin begin) {
  struct Slot {
    std::mutex mutex;
    std::condition_variable settled;
    std::optional<Result<T>> result;  // guarded by mutex
  };
  const auto slot = std::make_shared<Slot>();
  begin([slot](Result<T> result) {
    const std::lock_guard lock(slot->mutex);
    slot->result = std::move(result);
    slot->settled.notify_one();
  });
  std::unique_lock lock(slot->mutex);
  slot->settled.wait(lock, [&] { return slot->result.has_value(); });
  return std::move(*slot->result);
}

Result<void> Front::with(const std::string& provider, milliseconds patience, const std::stop_token& stop, Call call) {
  return wait<void>([&](auto done) { ask(provider, patience, stop, std::move(call), std::move(done)); });
}

void Front::refresh(const std::string& provider, const std::stop_token& stop, Answer<void> done) {
  Worker::Ask ask{.task = nullptr, .done = std::move(done), .patience = kTrackPatience, .stop = stop};
  ask.is_check = true;
  ask.task = [](Provider& asked, const std::stop_token& stopped) -> Result<void> {
    auto let_in = asked.login(stopped);
    if (!let_in && let_in.error().code != Code::kUnimplemented) return let_in;
    return asked.check(stopped);
  };
  ask_worker(find(provider), provider, std::move(ask));
}

std::vector<ProviderStatus> Front::providers() const {
  std::vector<ProviderStatus> all;
  all.reserve(workers_.size());
  for (const auto& worker : workers_) all.push_back(worker->status());
  return all;
}

void Front::search(Search search, std::function<void(SearchNews)> tell, const std::stop_token& stop) {
  std::vector<std::string> names = search.providers;
  std::set<std::string> local;
  for (const auto& worker : workers_) {
    if (worker->is_of_type("local")) local.insert(worker->provider().name());
    if (search.providers.empty() && worker->provider().describe().can_search)
      names.push_back(worker->provider().name());
  }
  SearchRun::Options options{std::move(tell), local, names.size(), clock_};
  if (names.empty()) {
    return soon([options = std::move(options)] { SearchRun::start(options); });
  }
  const auto run = SearchRun::start(std::move(options));
  for (const std::string& name : names) {
    const auto found = std::make_shared<std::vector<Entry>>();
    Library* const library = local.contains(name) ? nullptr : library_;
    auto task = [search, found, library](Provider& provider, const std::stop_token& stopped) -> Result<void> {
      auto entries = provider.search(search.text, search.offset, search.limit, stopped);
      if (!entries) return tl::unexpected(entries.error());
      *found = *std::move(entries);
      if (library != nullptr) (void)library->tell_known(*found);  // without it they are what the catalogue says
      return {};
    };
    auto done = [run, name, found](Result<void> outcome) {
      if (!outcome) return run->enter(name, tl::unexpected(outcome.error()));
      run->enter(name, std::move(*found));
    };
    ask_worker(find(name), name, {std::move(task), std::move(done), search.patience, stop, false});
  }
}

// Where a track that is no local file is looked for.
Result<Front::Place> Front::place_of(const std::string& uri) const {
  if (const auto known = parse_uri(uri)) return Place{find(known->provider), known->provider, known->id};
  if (is_web_uri(uri)) return Place{find_type("http"), "", uri};
  return fail(Code::kInvalidArgument, "URI_UNSUPPORTED",
              printable(uri) + ": none of segue://PROVIDER/ID, file:///path, http(s)://…");
}

Catalogue::CacheName Front::cache_name(const std::string& uri) const {
  const auto place = place_of(uri);
  if (!place || !place->worker) return {};
  const Provider& provider = place->worker->provider();
  return {provider.name(), provider.cache_key(place->id)};
}

template <typename T>
void Front::ask_value(const Place& place, const std::stop_token& stop,
                      std::function<Result<T>(Provider&, const std::stop_token&)> task, Answer<T> done) {
  const auto value = std::make_shared<std::optional<T>>();
  Worker::Ask ask;
  ask.task = [value, task = std::move(task)](Provider& provider, const std::stop_token& stopped) -> Result<void> {
    auto result = task(provider, stopped);
    if (!result) return tl::unexpected(result.error());
    *value = *std::move(result);
    return {};
  };
  ask.done = [value, done = std::move(done)](const Result<void>& outcome) {
    if (!outcome) return done(tl::unexpected(outcome.error()));
    done(std::move(**value));
  };
  ask.patience = kTrackPatience;
  ask.stop = stop;
  ask.is_urgent = true;
  ask_worker(place.worker, place.provider, std::move(ask));
}

// The library is read on a thread of a local provider's. What it does not know is answered from the address.
template <typename T, typename Plain, typename Known>
void Front::look_up_file(const std::string& uri, const std::stop_token& stop, Answer<T> done, Plain plain,
                         Known known) {
  const auto local = find_type("local");
  if (!local || library_ == nullptr) return soon([done = std::move(done), result = plain()] { done(result); });
  const auto task = [uri, library = library_, plain, known](Provider&, const std::stop_token&) -> Result<T> {
    const auto entry = library->find_uri(uri);
    return entry ? known(*entry) : plain();
  };
  ask_value<T>({local, local->provider().name(), uri}, stop, task, std::move(done));
}

void Front::resolve(const std::string& uri, const std::stop_token& stop, Answer<model::MediaRef> done) {
  if (uri.starts_with(kFileScheme)) {
    const auto plain = [uri] { return plain_file(uri); };
    const auto known = [uri](const Entry& entry) {
      auto ref = plain_file(uri);
      if (ref) note_metadata(entry, *ref);
      return ref;
    };
    return look_up_file<model::MediaRef>(uri, stop, std::move(done), plain, known);
  }
  const auto place = place_of(uri);
  if (!place || (!place->worker && is_web_uri(uri))) {
    auto answer = place ? plain_address(uri) : Result<model::MediaRef>(tl::unexpected(place.error()));
    return soon([done = std::move(done), answer = std::move(answer)] { done(answer); });
  }
  const auto task = [id = place->id](Provider& provider, const std::stop_token& stopped) {
    return provider.resolve(id, stopped);
  };
  ask_value<model::MediaRef>(*place, stop, task, std::move(done));
}

void Front::track(const std::string& uri, const std::stop_token& stop, Answer<Entry> done) {
  if (uri.starts_with(kFileScheme)) {
    const auto plain = [uri]() -> Result<Entry> {
      const auto ref = plain_file(uri);
      if (!ref) return tl::unexpected(ref.error());
      return entry_of_ref(uri, *ref);
    };
    return look_up_file<Entry>(uri, stop, std::move(done), plain,
                               [](const Entry& entry) { return Result<Entry>(entry); });
  }
  const auto place = place_of(uri);
  if (!place || (!place->worker && is_web_uri(uri))) {
    Result<Entry> answer;
    const auto ref = plain_address(uri);
    if (!place) {
      answer = tl::unexpected(place.error());
    } else if (!ref) {
      answer = tl::unexpected(ref.error());
    } else {
      answer = entry_of_ref(ref->label, *ref);
    }
    return soon([done = std::move(done), answer = std::move(answer)] { done(answer); });
  }
  const auto task = [id = place->id, library = library_](Provider& provider, const std::stop_token& stopped) {
    auto entry = provider.get(id, stopped);
    std::vector<Entry> one;
    if (entry) one.push_back(*entry);
    if (entry && library != nullptr && library->tell_known(one)) entry = std::move(one.front());
    return entry;
  };
  ask_value<Entry>(*place, stop, task, std::move(done));
}

}  // namespace

std::unique_ptr<Catalogue> Catalogue::create(Members members) { return std::make_unique<Front>(std::move(members)); }

}  // namespace segue::catalog
