// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/stream/decoder.h"

namespace segue::stream {

// Which part of an MP4 track's media is to be played, in ticks of the track's time scale; all 0 if not said. Read here
// because FFmpeg rounds the end to the film's coarser time scale and leaves packets out by it.
struct Mp4Timing {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t ticks_per_second = 0;
};

// Of the track with this id, in the file that begins at `base`.
Mp4Timing read_mp4_timing(ByteSource& source, std::int64_t base, std::uint32_t track_id);

// The film's description stands before its media and is complete: nobody has to look at the end.
bool is_streamable_mp4(ByteSource& source, std::int64_t base);

// Where the type of a cover picture's box stands if the picture is larger than any that is worth reading, else −1.
// FFmpeg would load it whole.
std::int64_t find_huge_cover(ByteSource& source, std::int64_t base);

}  // namespace segue::stream
