// SPDX-License-Identifier: GPL-3.0-or-later
// What a search over three providers costs while one of them hangs, and what merging long answers costs.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "engine/base/thread.h"
#include "engine/catalog/catalogue.h"
#include "engine/catalog/merge.h"
#include "tests/bench/report.h"
#include "tests/engine/catalog/fake_provider.h"

namespace segue::catalog {
namespace {

using bench::Goal;
using bench::Report;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;
using Kind = SearchNews::Kind;

constexpr int kRounds = 50;
constexpr int kTracks = 200;  // of each provider, half of them the others' too
constexpr milliseconds kPatience{300};

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

std::vector<Entry> entries_of(const std::string& provider, int count) {
  std::vector<Entry> entries;
  for (int i = 0; i < count; ++i) {
    const std::string title = i % 2 == 0 ? "Shared " + std::to_string(i) : provider + " " + std::to_string(i);
    entries.push_back(test::entry_of(provider, std::to_string(i), title));
  }
  return entries;
}

struct Round {
  double first_ms = 0;     // until the first results
  double reported_ms = 0;  // until the hanging provider was reported
  std::set<std::string> uris;
};

Round search(Catalogue& catalogue) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_done = false;
  Round round;
  const auto began = Steady::now();
  catalogue.search({.text = "x", .limit = 500, .patience = kPatience},
                   [&](const SearchNews& news) {
                     const std::lock_guard lock(mutex);
                     if (news.kind == Kind::kMatches && round.first_ms == 0) round.first_ms = ms_since(began);
                     if (news.kind == Kind::kProviderFailed) round.reported_ms = ms_since(began);
                     for (const Match& match : news.matches) {
                       round.uris.insert(match.entry.uri);
                       for (const Entry& other : match.others) round.uris.insert(other.uri);
                     }
                     is_done = news.kind == Kind::kDone;
                     if (is_done) changed.notify_all();
                   },
                   {});
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return is_done; });
  return round;
}

void measure_search(Report& report) {
  const SystemClock clock;
  Catalogue::Members members{.providers = {}, .clock = clock, .on_health = nullptr};
  std::vector<std::shared_ptr<test::Script>> scripts;
  for (const char* name : {"a", "b", "c"}) {
    scripts.push_back(std::make_shared<test::Script>());
    scripts.back()->set_entries(entries_of(name, kTracks));
    members.providers.push_back(std::make_unique<test::FakeProvider>(name, scripts.back()));
  }
  scripts[1]->set(test::Script::Mode::kHang);
  const auto catalogue = Catalogue::create(std::move(members));
  std::vector<double> first_ms, reported_ms;
  std::size_t lost = 0;
  for (int i = 0; i < kRounds; ++i) {
    const Round round = search(*catalogue);
    first_ms.push_back(round.first_ms);
    reported_ms.push_back(round.reported_ms - static_cast<double>(kPatience.count()));
    lost += 2 * kTracks - round.uris.size();
  }
  for (const auto& script : scripts) script->let_go();
  report.add("catalog.search.3_providers_1_hangs.first_results.p50", bench::percentile(first_ms, 50), "ms");
  report.add("catalog.search.3_providers_1_hangs.first_results.max", bench::percentile(first_ms, 100), "ms",
             Goal::at_most(100));
  report.add("catalog.search.3_providers_1_hangs.reported_after_patience.max", bench::percentile(reported_ms, 100),
             "ms", Goal::at_most(100));
  report.add("catalog.search.3_providers_1_hangs.lost", static_cast<double>(lost), "tracks", Goal::exactly(0));
}

void measure_merge(Report& report) {
  std::vector<double> cpu_ms;
  for (int i = 0; i < 10; ++i) {
    std::vector<std::vector<Entry>> all;
    for (int p = 0; p < 8; ++p) all.push_back(entries_of("p" + std::to_string(p), 500));
    Merge merge;
    const long long began = thread_cpu_ns();
    for (auto& entries : all) merge.add(std::move(entries));
    cpu_ms.push_back(static_cast<double>(thread_cpu_ns() - began) / 1e6);
  }
  report.add("catalog.merge.8_providers_500_tracks.cpu.median", bench::percentile(cpu_ms, 50), "ms", Goal::at_most(50));
}

}  // namespace
}  // namespace segue::catalog

int main() {
  segue::bench::Report report;
  segue::catalog::measure_search(report);
  segue::catalog::measure_merge(report);
  return 0;
}
