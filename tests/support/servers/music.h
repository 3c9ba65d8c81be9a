// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace segue::test {

// A file of music with tags, for servers that scan a folder.
struct MusicFile {
  std::string name;  // within the folder: "Artist/01 Title.mp3"; its extension decides the format
  std::string title;
  std::string artist;
  std::string album;
  int seconds = 20;
  std::uint64_t seed = 1;  // another seed, other music
};

// Made once per build and copied.
Result<void> make_music(const std::string& folder, const MusicFile& file);

}  // namespace segue::test
