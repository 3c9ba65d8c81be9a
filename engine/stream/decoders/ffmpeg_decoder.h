// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/stream/decoder.h"

namespace segue::stream {

// As DecoderEntry::open: everything libavformat and libavcodec are allowed to read here (see container.cpp).
Result<std::unique_ptr<Decoder>> open_ffmpeg_decoder(std::unique_ptr<ByteSource>& source, const std::string& name,
                                                     Purpose purpose);

}  // namespace segue::stream
