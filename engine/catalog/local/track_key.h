// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace segue::catalog {

// The id of a local track: 16 hexadecimal digits of the path where it was first seen. It stays with the track when the
// file moves, and comes out the same if the database is made anew; `salt` > 0 gives others for the same path.
std::string track_key(std::string_view path, int salt);

}  // namespace segue::catalog
