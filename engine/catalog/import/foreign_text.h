// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::catalog {

inline constexpr std::size_t kForeignTextBytesMax = 1024;  // a title that fills a terminal ten times

bool is_utf8(std::string_view text);
// Every byte is a character: it cannot fail.
std::string utf8_of_latin1(std::string_view text);
// A name somebody else has written, fit for one line: UTF-8 (else it is taken for ISO 8859-1), control characters as
// spaces, none at the ends, cut between characters at `bytes_max`.
std::string tidy(std::string_view text, std::size_t bytes_max = kForeignTextBytesMax);

}  // namespace segue::catalog
