// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace segue::cli {

// The files of music in the folder and all below it, by name; links are not followed. Just the word itself if it is no
// folder of this machine's.
std::vector<std::string> music_files(const std::string& word, const std::string& working_dir);

}  // namespace segue::cli
