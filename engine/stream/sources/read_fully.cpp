// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/read_fully.h"

namespace segue::stream {

Result<std::size_t> read_fully(ByteSource& source, std::int64_t offset, std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const Result<std::size_t> got = source.read(offset + static_cast<std::int64_t>(filled), buffer.subspan(filled));
    if (!got) return got;
    if (*got == 0) break;
    filled += *got;
  }
  return filled;
}

}  // namespace segue::stream
