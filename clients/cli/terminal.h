// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "clients/cli/failure.h"

namespace segue::cli {

// The reason of a write to a reader who has gone, as in `segue watch | head`. Not worth a word: main ends quietly.
inline constexpr std::string_view kReasonReaderGone = "READER_GONE";

// Writes to standard output at once, whole.
Result<void> print(std::string_view text);

// Writes to standard error; what cannot be written there has nowhere else to go.
void print_message(std::string_view text);

enum class Colour { kPlain, kDim, kBold, kGreen, kYellow, kRed, kCyan };

// The text in a colour, or as it is.
std::string painted(std::string_view text, Colour colour, bool has_color);

}  // namespace segue::cli
