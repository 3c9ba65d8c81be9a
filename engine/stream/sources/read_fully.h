// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/stream/byte_source.h"

namespace segue::stream {

// Reads until the buffer is full or the source ends: one read may bring less than there is.
Result<std::size_t> read_fully(ByteSource& source, std::int64_t offset, std::span<std::byte> buffer);

}  // namespace segue::stream
