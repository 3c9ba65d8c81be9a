// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "engine/base/text.h"
#include "engine/catalog/provider.h"
#include "engine/catalog/providers/http.h"
#include "engine/catalog/providers/local.h"
#include "engine/catalog/providers/opensubsonic.h"

namespace segue::catalog {
namespace {

// Every type of provider there is; the one place that names them all.
constexpr std::array<ProviderType, 3> kTypes = {{
    {"local", make_local},
    {"http", make_http},
    {"opensubsonic", make_opensubsonic},
}};

}  // namespace

Result<std::unique_ptr<Provider>> make_provider(const model::ProviderConfig& config, const ProviderParts& parts) {
  std::string known;
  for (const ProviderType& row : kTypes) {
    if (config.type == row.type) return row.make(config, parts);
    if (!known.empty()) known += ", ";
    known += row.type;
  }
  return fail(Code::kInvalidArgument, "PROVIDER_UNKNOWN_TYPE",
              "provider " + printable(config.name, 64) + ": type \"" + printable(config.type, 64) +
                  "\" is unknown; there are " + known);
}

}  // namespace segue::catalog
