// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace segue::control {

// Tickets name events between control and render. A command's event bears the command's id; others set a flag.
inline constexpr std::uint64_t kCancelTicket = std::uint64_t{1} << 62;   // with the id of the command asked back
inline constexpr std::uint64_t kInstallTicket = std::uint64_t{1} << 61;  // with the deck
inline constexpr std::uint64_t kOwnTicket = std::uint64_t{1} << 60;      // nobody asks what became of it

}  // namespace segue::control
