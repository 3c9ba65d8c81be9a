// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace segue::cli {

struct MusicFiles {
  std::vector<std::string> files;       // by name
  std::vector<std::string> unreadable;  // folders that could not be looked into, and why: "/music/x: Permission denied"
};

// The files of music in the folder and all below it; links are not followed. Just the word itself if it is no folder of
// this machine's.
MusicFiles music_files(const std::string& word, const std::string& working_dir);

}  // namespace segue::cli
