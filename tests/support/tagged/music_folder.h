// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/tagged/tagged_file.h"

namespace segue::test {

// What the n-th track of a seeded library is called; the same every time. Words follow Zipf's law, as titles do.
struct SeededTrack {
  std::string path;  // below the folder: "genre/artist/album/07 title.flac"
  Tags tags;
};
SeededTrack seeded_track(std::uint64_t seed, int number);
// A word of the kind the titles are made of.
std::string seeded_word(std::uint64_t seed, int number);

// Writes the bytes, making folders as needed; aborts if it cannot.
void write_bytes(const std::string& path, const std::string& bytes);
// Writes `tracks` files of three formats below `folder`.
void make_music_folder(const std::string& folder, std::uint64_t seed, int tracks);

}  // namespace segue::test
