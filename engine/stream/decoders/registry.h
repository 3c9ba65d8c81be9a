// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/stream/decoder.h"

namespace segue::stream {

// A decoder that open_decoder tries. `open` takes the source only when it succeeds or when the bytes are its own but
// unusable (INVALID_MEDIA, NO_AUDIO); for UNSUPPORTED_MEDIA it leaves it to the next.
struct DecoderEntry {
  const char* name;
  Result<std::unique_ptr<Decoder>> (*open)(std::unique_ptr<ByteSource>& source, const std::string& name,
                                           Purpose purpose);
};

// Every decoder there is, in order of priority.
std::span<const DecoderEntry> decoders();

}  // namespace segue::stream
