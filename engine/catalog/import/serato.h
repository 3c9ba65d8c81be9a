// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/catalog/import/foreign_library.h"

namespace segue::catalog {

// What Serato has written into a file's tags, as the bytes it means; empty what it has not.
struct SeratoObjects {
  std::string markers2;   // "Serato Markers2": cues, loops, names, the track's colour
  std::string markers;    // "Serato Markers_": the first five cues and nine loops; Serato believes it first
  std::string beat_grid;  // "Serato BeatGrid"
  std::string autotags;   // "Serato Autotags": tempo and gain
  bool is_mp4 = false;    // whose Markers_ has a layout of its own

  bool empty() const { return markers2.empty() && markers.empty() && beat_grid.empty() && autotags.empty(); }
};

// From GEOB frames (MP3, AIFF, WAV), Vorbis comments (FLAC, Ogg) and atoms of MP4. Blocks. Fails with DATA_LOSS
// FILE_UNREADABLE.
Result<SeratoObjects> read_serato_objects(const std::string& path);

// Puts what they say into the track's marks, bpm and name of nothing else; what cannot be taken over is counted in
// `report`. Hot cues are pads 1 to 8, saved loops pads 9 to 17: Serato numbers them apart.
void read_serato_marks(const SeratoObjects& objects, ForeignTrack& track, ForeignLibrary& report);

// One track for each of the files that Serato has tagged, with title, artist and album from the tags too. `library`
// becomes one of DecoderProfile::kSerato. Files without Serato's tags are left out silently, unreadable ones counted.
void add_serato_file(ForeignLibrary& library, const std::string& path);

// Base64 as Serato writes it: without padding, with line feeds, one letter too many or too few at the end, and zeros
// behind. Nothing if there is anything else in it.
std::optional<std::string> decode_loose_base64(std::string_view text);

}  // namespace segue::catalog
