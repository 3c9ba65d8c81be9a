// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "tests/bench/report.h"
#include "tests/support/net/fault_server.h"

namespace segue::bench {

// A five-minute track of the bench, encoded once.
struct BenchTrack {
  const char* name;
  const char* format;  // of tests/support/media
  const char* mime;
};
const BenchTrack& bench_track(const std::string& name);
std::string file_of(const BenchTrack& track, double seconds = 300);
// Serves it as /NAME and returns that address.
std::string serve(test::FaultServer& server, const BenchTrack& track, double seconds = 300);
// A provider's request for one byte, to see what is there.
bool is_look(const test::Exchange& exchange);

// loads.cpp: how long until a track can sound, twelve decks at once, loading again, what a loaded minute costs.
void bench_loads(Report& report);
void bench_twelve_decks(Report& report);
void bench_again(Report& report);
void bench_cpu(Report& report);
// trouble.cpp: seeks, an outage, a stall, and a storm of failing loads.
void bench_seeks(Report& report);
void bench_unfetched_seeks(Report& report);
void bench_stall(Report& report);
void bench_storm(Report& report);
// cached.cpp: a restart and a damaged cache.
void bench_restart(Report& report);

}  // namespace segue::bench
