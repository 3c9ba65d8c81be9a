// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "clients/cli/failure.h"
#include "clients/cli/grammar.h"
#include "clients/cli/invocation.h"

namespace segue::cli {

// Reads the options every command takes; what else is there is left in `words`.
Result<Invocation> read_command_line(const std::vector<std::string>& arguments);

// Takes the row's own options out of the words that follow the command, and checks how many words are left; the answer
// is those. `invocation` gets the options.
Result<std::vector<std::string>> read_arguments(const Row& row, Invocation& invocation);

// The format asked for in a command line that could not be read, so that its failure is told in it.
Format format_hint(const std::vector<std::string>& arguments);

}  // namespace segue::cli
