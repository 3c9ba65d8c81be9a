// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "tests/bench/report.h"

// Holds the audio thread of every engine in this program to realtime rules: a linker option (--wrap, see
// CMakeLists.txt) puts a source into the null driver that counts what the callback must not do.
namespace segue::bench {

// Blocks that were watched so far.
std::uint64_t watched_blocks();
// What was caught so far, by kind, and how many blocks were watched.
void report_audio_thread(Report& report);

}  // namespace segue::bench
