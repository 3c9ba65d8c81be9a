// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/catalog/provider.h"

namespace segue::catalog {

// Any http or https address: tracks, internet radio, and playlists (M3U, PLS, XSPF) of either. Ids are the addresses
// without user information. With `url` (http(s):// or file:///) it lists that playlist's entries; without, nothing.
// Fails with INVALID_ARGUMENT if `url` is of another kind. Does not block.
Result<std::unique_ptr<Provider>> make_http(const model::ProviderConfig& config, const ProviderParts& parts);

}  // namespace segue::catalog
