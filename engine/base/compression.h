// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace segue {

// Bytes as a zlib stream (RFC 1950), what HTTP calls Content-Encoding: deflate.
std::string compress(const std::vector<std::uint8_t>& bytes);
// The inverse. Fails with INVALID_ARGUMENT COMPRESSION_INVALID for what is no such stream, is cut short or has
// something behind its end, and with RESOURCE_EXHAUSTED TOO_LARGE for what has more than `bytes_max`, which is as much
// as it ever takes.
Result<std::vector<std::uint8_t>> decompress(std::string_view packed, std::size_t bytes_max);

}  // namespace segue
