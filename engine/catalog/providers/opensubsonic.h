// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/catalog/provider.h"

namespace segue::catalog {

// A server that speaks the Subsonic or OpenSubsonic protocol: Navidrome, gonic, Ampache, Supysonic and others.
// Fails with INVALID_ARGUMENT if `url` is no http(s) address, or neither `api_key_file` nor `user` with a password is
// there. Does not block; the server is asked with the first call.
Result<std::unique_ptr<Provider>> make_opensubsonic(const model::ProviderConfig& config, const ProviderParts& parts);

}  // namespace segue::catalog
