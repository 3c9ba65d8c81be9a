// SPDX-License-Identifier: GPL-3.0-or-later
// What a million callbacks do that a callback must not, while seeded storms of every command blow.
#include <array>
#include <cstdio>

#include "engine/render/renderer.h"
#include "tests/bench/report.h"
#include "tests/engine/render/realtime/storm.h"
#include "tests/support/realtime/confinement.h"
#include "tests/support/realtime/thread_usage.h"
#include "tests/support/realtime/trap.h"

namespace segue::bench {
namespace {

constexpr int kBlock = 64;

// One callback, held to the rules.
void call_back(render::Renderer& renderer, std::array<float, kBlock>& left, std::array<float, kBlock>& right) {
  const test::RealtimeScope scope;
  renderer.render({left.data(), right.data(), kBlock}, 0);
}

void run(Report& report) {
  constexpr long kCallbacks = 1'000'000;
  auto tracks = test::storm_tracks(16, 6 * 48'000, 0.3, 7);
  auto [renderer, wiring] = render::Renderer::create({.sample_rate_hz = 48'000, .decks = 4});
  test::Storm storm({.seed = 23}, wiring, tracks);
  std::array<float, kBlock> left{};
  std::array<float, kBlock> right{};
  storm.begin();
  test::RealtimeTrap::reset();
  test::ThreadUsage in_callbacks;
  for (long i = 0; i < kCallbacks; ++i) {
    const auto before = test::ThreadUsage::now();
    call_back(*renderer, left, right);
    const auto used = test::ThreadUsage::now().since(before);
    in_callbacks.voluntary_switches += used.voluntary_switches;
    in_callbacks.major_faults += used.major_faults;
    in_callbacks.minor_faults += used.minor_faults;
    if (i % 8 == 0) storm.step();
  }
  for (int kind = 0; kind < test::kForbiddenKinds; ++kind) {
    const auto forbidden = static_cast<test::Forbidden>(kind);
    report.add("realtime.million_callbacks." + std::string(to_string(forbidden)),
               static_cast<double>(test::RealtimeTrap::violations(forbidden)), "calls", Goal::exactly(0));
  }
  if (test::RealtimeTrap::violations() > 0) std::fputs(test::RealtimeTrap::report().c_str(), stderr);
  report.add("realtime.million_callbacks.waits", static_cast<double>(in_callbacks.voluntary_switches), "times",
             Goal::exactly(0));
  report.add("realtime.million_callbacks.major_faults", static_cast<double>(in_callbacks.major_faults), "pages",
             Goal::exactly(0));
  report.add("realtime.million_callbacks.minor_faults", static_cast<double>(in_callbacks.minor_faults), "pages");
  report.add("realtime.million_callbacks.storm", static_cast<double>(storm.sent()), "actions", Goal::at_least(100'000));

  // And the kernel's word for it, over a part: no step of the storm here, but what it left under way.
  const auto confined = test::run_confined([&, &render = *renderer] {
    for (int i = 0; i < 20'000; ++i) call_back(render, left, right);
  });
  if (confined.is_supported) {
    report.add("realtime.confined_callbacks.system_calls", static_cast<double>(confined.refused), "calls",
               Goal::exactly(0));
  }
  if (confined.refused > 0) std::fputs(confined.report().c_str(), stderr);
}

}  // namespace
}  // namespace segue::bench

int main() {
  segue::bench::Report report;
  segue::bench::run(report);
  return 0;
}
