// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/catalog/catalogue.h"

namespace segue::catalog {

Result<std::unique_ptr<Catalogue>> Catalogue::create(Options options) {
  Members members{.providers = {},
                  .library = &options.parts.library,
                  .clock = options.clock,
                  .on_health = std::move(options.on_health),
                  .check_every = options.check_every,
                  .keep = std::move(options.keep)};
  for (const model::ProviderConfig& config : options.providers) {
    const bool is_twice = std::any_of(members.providers.begin(), members.providers.end(),
                                      [&](const auto& provider) { return provider->name() == config.name; });
    if (is_twice)
      return fail(Code::kInvalidArgument, "PROVIDER_TWICE", "provider.name: " + config.name + " is there twice");
    auto provider = make_provider(config, options.parts);
    if (!provider) return fail_at("provider " + config.name, provider.error());
    members.providers.push_back(*std::move(provider));
  }
  return create(std::move(members));
}

}  // namespace segue::catalog
