// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/stream/decoders/container.h"
#include "engine/stream/decoders/demuxed_packets.h"

namespace segue::stream {

// What a file says of the frames that its encoder added at both ends: LAME's tag, iTunes' tag, edit lists, the packet
// table of Core Audio files, Opus' pre-skip and Ogg's last granule position.
struct Trim {
  Frames delay = 0;     // frames before the first one that is to be played
  StreamTiming timing;  // `timing` as given, with the total if the file says it
};
Trim trim_of(Container& container, ByteSource& source, std::int64_t base, const StreamTiming& timing);

}  // namespace segue::stream
