// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "engine/catalog/entry.h"
#include "engine/catalog/providers/opensubsonic/session.h"

namespace segue::catalog::opensubsonic {

// Provider::browse: artists, albums and songs by tags (by folders where a server knows no tags), newest albums,
// genres, playlists and internet radio. A node's id is its kind and the server's id, "album:17". Blocks.
Result<Listing> browse(Session& session, const std::string& node, const std::string& page, const std::stop_token& stop);

}  // namespace segue::catalog::opensubsonic
