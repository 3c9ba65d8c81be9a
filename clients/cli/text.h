// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

// The same text with every byte that is not part of a UTF-8 character replaced by U+FFFD.
std::string valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);

// One line of valid UTF-8 without control characters, so that nothing a daemon or a file's tags say steers a terminal.
std::string one_line(std::string_view text);

// Characters, counted as terminal columns. Wide and combining characters count as one: used where a column off does no
// harm.
std::size_t columns_of(std::string_view text);

// At most `columns` wide, the last one an ellipsis if something had to go.
std::string shortened(std::string_view text, std::size_t columns);

// Filled up with spaces to `columns`, on the right or on the left.
std::string padded(std::string_view text, std::size_t columns);
std::string right_aligned(std::string_view text, std::size_t columns);

// The words between runs of spaces.
std::vector<std::string_view> split_words(std::string_view text, char separator = ' ');

}  // namespace segue::cli
