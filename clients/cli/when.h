// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "clients/cli/failure.h"
#include "segue/v1/when.pb.h"

namespace segue::cli {

// The value of --at: "now", "+2.5s", "frame:480000" or an RFC 3339 time.
Result<v1::When> parse_when(std::string_view text);

}  // namespace segue::cli
