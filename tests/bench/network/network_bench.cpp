// SPDX-License-Identifier: GPL-3.0-or-later
// What a network costs the music: the whole engine in real time, its tracks over HTTP from a server with a shaped line.
// Arguments choose scenes; without any, all of them.
#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include "engine/base/log.h"
#include "tests/bench/network/audio_watch.h"
#include "tests/bench/network/scenes.h"
#include "tests/support/realtime/trap.h"

int main(int count, char** arguments) {
  using namespace segue::bench;
  constexpr std::pair<std::string_view, void (*)(Report&)> kScenes[] = {{"loads", bench_loads},
                                                                        {"twelve", bench_twelve_decks},
                                                                        {"again", bench_again},
                                                                        {"restart", bench_restart},
                                                                        {"seeks", bench_seeks},
                                                                        {"stall", bench_stall},
                                                                        {"unfetched", bench_unfetched_seeks},
                                                                        {"storm", bench_storm},
                                                                        {"cpu", bench_cpu}};
  segue::log::set_level("off");
  segue::test::RealtimeTrap::reset();
  Report report;
  const auto is_chosen = [&](std::string_view name) {
    return count < 2 || std::find(arguments + 1, arguments + count, name) != arguments + count;
  };
  for (const auto& [name, run] : kScenes) {
    if (is_chosen(name)) run(report);
  }
  report_audio_thread(report);
  return 0;
}
