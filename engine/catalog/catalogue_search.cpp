// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/catalogue_search.h"

namespace segue::catalog {

std::shared_ptr<SearchRun> SearchRun::start(Options options) {
  auto run = std::make_shared<SearchRun>(std::move(options));
  if (run->left_ == 0) run->tell({.kind = SearchNews::Kind::kDone});
  return run;
}

SearchRun::SearchRun(Options options)
    : options_(std::move(options)),
      began_(options_.clock.monotonic()),
      merge_(options_.local),
      left_(options_.providers) {}

void SearchRun::enter(std::string provider, Result<std::vector<Entry>> found) {
  const auto shared = std::make_shared<Result<std::vector<Entry>>>(std::move(found));
  turns_.post([self = shared_from_this(), provider = std::move(provider), shared] {
    using Kind = SearchNews::Kind;
    if (*shared) {
      auto matches = self->merge_.add(std::move(**shared));
      if (!matches.empty()) self->tell({.kind = Kind::kMatches, .provider = provider, .matches = std::move(matches)});
      self->tell({.kind = Kind::kProviderDone, .provider = provider});
    } else {
      self->tell({.kind = Kind::kProviderFailed, .provider = provider, .error = shared->error()});
    }
    if (--self->left_ == 0) self->tell({.kind = Kind::kDone});
  });
}

void SearchRun::tell(SearchNews news) const {
  news.seconds = std::chrono::duration<double>(options_.clock.monotonic() - began_).count();
  options_.tell(std::move(news));
}

}  // namespace segue::catalog
