// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/catalog/import/foreign_library.h"

// Where an MP3 begins is a matter of opinion: encoders put silence and a frame of facts in front, decoders leave out
// none, one or both, and so one program's marks are a frame (26 ms) late in another.
namespace segue::catalog {

// What the first frame of an MP3 says of itself.
enum class Mp3Header {
  kNotMp3,
  kPlain,       // music: no Xing or Info header
  kXing,        // a Xing or Info header, without an encoder's tag behind it
  kTagDamaged,  // with a tag, whose checksum is wrong
  kTagged,      // with a tag
};

// `head`: the file from behind its ID3v2 tags on, a few KiB.
Mp3Header mp3_header_of(std::string_view head);
// Of a file; kNotMp3 if it cannot be read as well. Reads some KiB; may block.
Mp3Header mp3_header_of_file(const std::string& path);

// Seconds to be added to that program's times to make them ours, whose decoder is FFmpeg's: 0 or −0.026.
double decoder_correction_s(DecoderProfile profile, Mp3Header header);

// Moves grid, cues and main cue, and notes by how much: a place before the track becomes its start, and a grid's
// first marker a later downbeat. without_correction() takes it back.
void correct(model::TrackMarks& marks, double correction_s);
model::TrackMarks without_correction(model::TrackMarks marks);

// Moves a grid that is constant up to its first marker so that this lies within the track, on a downbeat.
void bring_into_track(model::BeatGrid& grid);

}  // namespace segue::catalog
