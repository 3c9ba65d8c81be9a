// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "engine/engine.h"
#include "engine/stream/cache/block_cache.h"
#include "engine/stream/fetch/fetcher.h"

namespace segue::catalog {
class Catalogue;
class Library;
}  // namespace segue::catalog

namespace segue::control {

class AnalysisQueue;

// What LibraryAccess is made over; all outlive it. It has no threads of its own: answers come on catalogue threads.
struct LibraryParts {
  catalog::Catalogue& catalogue;
  catalog::Library& library;
  stream::Fetcher& fetcher;
  stream::BlockCache& cache;
  AnalysisQueue& analyses;
  const model::Config& config;
  const Clock& clock;
  std::function<void(v1::Event)> tell;  // progress of prefetches; any thread; must not block; may be null
};

// When it goes, the prefetch queue is emptied; answers that are owed come from the catalogue, as long as that lives.
std::unique_ptr<LibraryAccess> make_library_access(LibraryParts parts);

}  // namespace segue::control
