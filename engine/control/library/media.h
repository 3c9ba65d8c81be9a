// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/stream/media.h"

namespace segue::control {

class AnalysisQueue;

// Where music comes from: the HTTP client, the cache, the fetcher, the library and the catalogue, introduced to each
// other, and the calls of LibraryAccess over them. Opens tracks for the loader's threads. An unusable database, cache
// folder or provider is a finding, never a failure; only a configuration that is wrong is one. Besides what is
// configured there is a provider "web" of type http and a "local" one for playlists, unless there are others of their
// types. Thread-safe; outlives the loader.
class Media : public stream::MediaOpener {
 public:
  struct Options {
    model::Config config;
    const Clock& clock;  // outlives it
    std::string version;
    // Beside a daemon that may run: reads the library, but scans no folder, and keeps its cache in memory.
    bool is_guest = false;
  };
  // Fails with INVALID_ARGUMENT naming the provider and the key of its configuration.
  static Result<std::unique_ptr<Media>> create(Options options);

  // See LibraryAccess.
  virtual LibraryAccess& access() = 0;
  // Tracks that are to be analysed; what comes of it is in the library, and told as events.
  virtual AnalysisQueue& analyses() = 0;
  // What is wrong at present, a line each.
  virtual std::vector<std::string> findings() const = 0;
  // From now on faults, providers that come and go, and progress are told: on any thread, one call at a time; `tell`
  // must not block or call back. Null: nothing is told any more when this returns.
  virtual void tell_to(std::function<void(v1::Event)> tell) = 0;
};

// The providers there are: those of the configuration, and the implicit ones behind them.
std::vector<model::ProviderConfig> providers_of(const model::Config& config);

}  // namespace segue::control
