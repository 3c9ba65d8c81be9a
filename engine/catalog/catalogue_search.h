// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "engine/base/clock.h"
#include "engine/catalog/catalogue.h"
#include "engine/catalog/merge.h"
#include "engine/catalog/turns.h"

namespace segue::catalog {

// One search under way: merges what providers answer and tells it, in turn, and that it is done after the last of
// them. Kept by the calls it waits for. Thread-safe.
class SearchRun : public std::enable_shared_from_this<SearchRun> {
 public:
  struct Options {
    std::function<void(SearchNews)> tell;
    std::set<std::string> local;  // providers whose tracks are on this machine
    std::size_t providers = 0;    // outcomes to wait for; with none it is done at once, on the calling thread
    const Clock& clock;
  };
  static std::shared_ptr<SearchRun> start(Options options);
  explicit SearchRun(Options options);

  // What a provider has found, or why it has not. Once for each.
  void enter(std::string provider, Result<std::vector<Entry>> found);

 private:
  void tell(SearchNews news) const;

  const Options options_;
  const Nanoseconds began_;
  Turns turns_;
  Merge merge_;           // in turn
  std::size_t left_ = 0;  // in turn: outcomes still to come
};

}  // namespace segue::catalog
