// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/engine/stream/cache/cache_fixture.h"

namespace segue::test {

// What cache_writer writes, and the test that kills it expects.
inline constexpr std::uint64_t kKilledContents = 6;
inline constexpr std::int64_t kKilledBlocks = 12;
inline constexpr std::int64_t kKilledSize = (kKilledBlocks - 1) * kBlockBytes + 999;

}  // namespace segue::test
