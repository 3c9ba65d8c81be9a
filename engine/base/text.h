// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace segue {

// The text on one line, for messages: control characters as \n, \t, \r or \x1b, all other bytes as they are. Longer
// than `bytes_max`, it is cut between characters and ends with "…".
std::string printable(std::string_view text, std::size_t bytes_max = 1024);

// Filled up with spaces on the left to `columns` characters of UTF-8; longer text stays.
std::string right_aligned(std::string_view text, std::size_t columns);

}  // namespace segue
