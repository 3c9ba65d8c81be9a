// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/catalog/entry.h"
#include "engine/catalog/provider.h"

namespace segue::catalog {

// One track of a search, whichever providers have it.
struct Match {
  Entry entry;                // of the best source: available, then local, then the better quality
  std::vector<Entry> others;  // the same track elsewhere (ISRC, MusicBrainz id, else artist, title and duration ±2 s)
};

// What a search tells, in order, on catalogue threads, one call at a time.
struct SearchNews {
  enum class Kind { kMatches, kProviderDone, kProviderFailed, kDone };
  Kind kind = Kind::kMatches;
  std::string provider = {};        // kMatches and the provider kinds
  std::vector<Match> matches = {};  // new ones, or ones told before that have got another source
  std::optional<Error> error = {};  // kProviderFailed
  double seconds = 0;               // since the search began
};

struct Search {
  std::string text;
  std::vector<std::string> providers = {};  // empty: all
  int limit = 50;                           // per provider, 1 to 500
  int offset = 0;
  std::chrono::milliseconds patience{5'000};  // a provider that takes longer is reported as failed
};

// How a provider is, by its last calls and a check a minute.
struct Health {
  enum class State { kUnknown, kUp, kDown, kRefused };  // kRefused: it is there and does not let us in
  State state = State::kUnknown;
  std::optional<Error> error;
  std::int64_t since_s = 0;  // Unix time of the last change
  double latency_ms = 0;     // of the last call, smoothed
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
};

struct ProviderStatus {
  Description description;
  Health health;
  Quota quota;
};

// All providers behind one front. Each has threads of its own (at most 4), so that one that hangs holds nobody else
// up; what waits behind it is bounded (64) and refused with RESOURCE_EXHAUSTED PROVIDER_BUSY. Calls without a callback
// block the caller, on threads the caller owns; all of them end soon after `stop`. Callbacks come on catalogue threads,
// exactly once, and must not block. Thread-safe.
class Catalogue {
 public:
  using Call = std::function<Result<void>(Provider&, const std::stop_token&)>;
  template <typename T>
  using Answer = std::function<void(Result<T>)>;

  struct Options {
    ProviderParts parts;
    std::vector<model::ProviderConfig> providers;
    const Clock& clock;
    // A provider's health has changed; on a catalogue thread; must not block; may be null.
    std::function<void(const std::string& provider, const Health& health)> on_health;
    std::chrono::seconds check_every{60};
    // Owns `parts`; let go of when the last thread has left them. Without it they must outlive threads that hang.
    std::shared_ptr<void> keep;
  };
  // Fails if a provider's configuration is wrong, or two have one name.
  static Result<std::unique_ptr<Catalogue>> create(Options options);

  // As Options, with providers that are there already.
  struct Members {
    std::vector<std::unique_ptr<Provider>> providers;
    Library* library = nullptr;  // knows local files; null: nothing is known of them
    const Clock& clock;
    std::function<void(const std::string& provider, const Health& health)> on_health;
    std::chrono::seconds check_every{60};
    std::shared_ptr<void> keep = {};
  };
  static std::unique_ptr<Catalogue> create(Members members);

  // Settles every open call with CANCELLED, stops everything within 100 ms; a thread that hangs in its provider longer
  // is left behind with it. No callback comes after it.
  virtual ~Catalogue() = default;

  // `tell` is called until kDone, which comes once and last; after stop soon, with what there is. Returns at once.
  // Without names, the providers that can search are asked; a name that is not known is told as failed.
  virtual void search(Search search, std::function<void(SearchNews)> tell, const std::stop_token& stop) = 0;

  virtual std::vector<ProviderStatus> providers() const = 0;
  // Runs `call` on a thread of that provider and returns when it has, at `patience` or `stop` whichever is first; in
  // the latter cases `call` may go on for a while, so it shares what it writes to. Fails with NOT_FOUND
  // PROVIDER_MISSING, RESOURCE_EXHAUSTED PROVIDER_BUSY, DEADLINE_EXCEEDED PROVIDER_TIMEOUT, CANCELLED CALL_CANCELLED.
  virtual Result<void> with(const std::string& provider, std::chrono::milliseconds patience,
                            const std::stop_token& stop, Call call) = 0;
  // As with, and returns at once.
  virtual void ask(const std::string& provider, std::chrono::milliseconds patience, const std::stop_token& stop,
                   Call call, Answer<void> done) = 0;

  // Asks a provider for access anew and checks it; its health is up to date when `done` is called. Returns at once.
  virtual void refresh(const std::string& provider, const std::stop_token& stop, Answer<void> done) = 0;

  // segue://, file:// and http(s):// alike. http(s):// goes to the provider of type "http", and without one is
  // answered as a plain address; file:// is looked up among the local tracks. Before other calls of its provider.
  virtual Result<model::MediaRef> resolve(const std::string& uri, const std::stop_token& stop) = 0;
  // Under which provider and key the bytes of a track would be in a cache; empty if nobody can say without asking.
  // Returns at once.
  struct CacheName {
    std::string provider;
    std::string key;
  };
  virtual CacheName cache_name(const std::string& uri) const = 0;
  virtual Result<Entry> track(const std::string& uri, const std::stop_token& stop) = 0;
  // The same, and return at once.
  virtual void resolve(const std::string& uri, const std::stop_token& stop, Answer<model::MediaRef> done) = 0;
  virtual void track(const std::string& uri, const std::stop_token& stop, Answer<Entry> done) = 0;
};

}  // namespace segue::catalog
