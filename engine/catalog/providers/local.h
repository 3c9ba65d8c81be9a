// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/catalog/provider.h"

namespace segue::catalog {

// The user's own files in `config.folders` and the user's own playlists, as the Library holds them. Making it hands the
// folders to the library, which scans them on a thread of its own. Fails with INVALID_ARGUMENT
// FOLDER_INVALID or what the library fails with.
Result<std::unique_ptr<Provider>> make_local(const model::ProviderConfig& config, const ProviderParts& parts);

}  // namespace segue::catalog
