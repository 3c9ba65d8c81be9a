// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace segue::catalog {

// What an entry of a playlist at `base` (file:///… or http(s)://…) means: an absolute file://, http(s):// or segue://
// address. Paths may be written as addresses or plainly, with backslashes too. Nothing if it means nothing here: an
// unknown scheme, a path of Windows, a local file named by a list from the network, control characters, over 8 KiB.
// `is_encoded`: plain paths are addresses with percent escapes, as in XSPF.
std::optional<std::string> locate(std::string_view text, const std::string& base, bool is_encoded);

// file:///… of an absolute path, and back; nothing for other addresses.
std::string file_uri_of(std::string_view path);
std::optional<std::string> path_of_file_uri(std::string_view uri);

}  // namespace segue::catalog
