// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace segue::cli {

// Completion scripts, made from the grammar: commands, choices, options and files. They ask no daemon.
std::string bash_completion();
std::string zsh_completion();

}  // namespace segue::cli
