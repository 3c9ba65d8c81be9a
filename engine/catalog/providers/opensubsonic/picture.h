// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "engine/catalog/entry.h"
#include "engine/catalog/providers/opensubsonic/session.h"

namespace segue::catalog::opensubsonic {

// Provider::artwork. Fails with NOT_FOUND ARTWORK_MISSING, also where the server answers the generic error, as
// supysonic does for tracks without a picture, and for bytes that are no picture. Blocks.
Result<Artwork> read_picture(Session& session, const std::string& id, int size_px, const std::stop_token& stop);

}  // namespace segue::catalog::opensubsonic
