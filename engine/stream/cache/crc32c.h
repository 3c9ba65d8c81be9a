// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace segue::stream {

// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected 0x82F63B78, as RFC 3720 section 12.1 and appendix B.4 state
// it. By the processor's instruction where there is one (SSE4.2), else by table; both give the same.
std::uint32_t crc32c(std::span<const std::byte> bytes);
// The table alone, for machines without the instruction and to check it against.
std::uint32_t crc32c_by_table(std::span<const std::byte> bytes);

}  // namespace segue::stream
