// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::catalog {

inline constexpr std::size_t kTextBytesMax = 256;  // of a title, a name: what a screen can show, and more

// Text from outside as valid UTF-8 on one line: bytes that are no UTF-8 become U+FFFD, control characters and runs of
// white space one space, none at the ends; cut between characters at `bytes_max`.
std::string clean_text(std::string_view text, std::size_t bytes_max = kTextBytesMax);

}  // namespace segue::catalog
