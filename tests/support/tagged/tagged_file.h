// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace segue::test {

// Names and values of tags as Vorbis comments name them: {"TITLE", "…"}. MP3 files get the ID3v2 frames for them.
using Tags = std::vector<std::pair<std::string, std::string>>;

// The bytes of a file of 0.1 s of silence that a decoder plays, with the tags and, unless empty, a picture in it.
std::string flac_file(const Tags& tags, const std::string& picture = "");
std::string mp3_file(const Tags& tags, const std::string& picture = "");
std::string opus_file(const Tags& tags);

// A PNG of one pixel.
std::string small_png();

}  // namespace segue::test
