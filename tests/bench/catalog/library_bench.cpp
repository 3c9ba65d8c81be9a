// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <ctime>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/base/thread.h"
#include "engine/catalog/library.h"
#include "tests/bench/report.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/tagged/music_folder.h"

// A library of 100,000 small tagged files (SEGUE_BENCH_TRACKS): scanned from a warm disk, scanned again, searched.
namespace segue::bench {
namespace {

constexpr int kTracks = 100'000;
constexpr int kQueries = 1'000;
constexpr std::uint64_t kSeed = 7;

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Resident memory that no file stands behind.
double anonymous_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    double kib = 0;
    status >> kib;
    return kib / 1024;
  }
  return 0;
}

// CPU time of all threads: while a scan runs, of those that scan.
double process_cpu_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// What people type while a word gets longer: 1 letter, 2, 3, a word, two words, a word and a letter.
std::string query(int number) {
  const std::string word = test::seeded_word(kSeed, 2 * number), other = test::seeded_word(kSeed, 2 * number + 1);
  switch (number % 6) {
    case 0: return word.substr(0, 1);
    case 1: return word.substr(0, 2);
    case 2: return word.substr(0, 3);
    case 3: return word;
    case 4: return word + " " + other.substr(0, 2);
    default: return word.substr(0, 2) + " " + other.substr(0, 1);
  }
}

void measure_search(catalog::Library& library, Report& report) {
  std::vector<double> all, cpu, by_kind[6];
  std::size_t found = 0;
  for (int i = 0; i < kQueries; ++i) {
    const long long cpu_began = thread_cpu_ns();
    const double began = now_s();
    const auto entries = library.search("local", query(i), 0, 50);
    const double ms = (now_s() - began) * 1'000;
    cpu.push_back((static_cast<double>(thread_cpu_ns() - cpu_began) - thread_cpu_clock_cost_ns()) * 1e-6);
    if (!entries) std::abort();
    found += entries->size();
    all.push_back(ms);
    by_kind[i % 6].push_back(ms);
  }
  static constexpr const char* kKinds[] = {"one_letter", "two_letters",       "three_letters",
                                           "word",       "word_and_a_prefix", "two_prefixes"};
  report.add("library.search.p50", percentile(all, 50), "ms");
  report.add("library.search.p99", percentile(all, 99), "ms", Goal::at_most(20));
  report.add("library.search.cpu.p99", percentile(cpu, 99), "ms");
  report.add("library.search.max", percentile(all, 100), "ms");
  for (int i = 0; i < 6; ++i) {
    report.add(std::string("library.search.") + kKinds[i] + ".p99", percentile(by_kind[i], 99), "ms");
  }
  report.add("library.search.found", static_cast<double>(found) / kQueries, "tracks");
}

template <typename Call>
void measure(Report& report, const std::string& name, Call call) {
  std::vector<double> all;
  for (int i = 0; i < 200; ++i) {
    const double began = now_s();
    call();
    all.push_back((now_s() - began) * 1'000);
  }
  report.add(name + ".p99", percentile(all, 99), "ms");
}

void run(int tracks) {
  const segue::testing::TempDir folder;
  const std::string music = folder.path("music");
  test::make_music_folder(music, kSeed, tracks);
  Report report;
  const double before_mib = anonymous_mib();
  auto opened = catalog::Library::open({.path = folder.path("library.db"), .on_scan = nullptr});
  if (!opened) std::abort();
  catalog::Library& library = **opened;
  double cpu_began_s = process_cpu_s();
  if (!library.add_folders("local", {music})) std::abort();
  library.wait_for_scan("local");
  const double first_cpu_s = process_cpu_s() - cpu_began_s;
  const catalog::ScanProgress first = library.scan_progress("local");
  if (library.count("local").value() != tracks) std::abort();
  report.add("library.scan.first", static_cast<double>(tracks) / first.seconds, "files/s", Goal::at_least(2'000));
  report.add("library.scan.first.cpu", static_cast<double>(tracks) / first_cpu_s, "files/CPU s");
  cpu_began_s = process_cpu_s();
  library.rescan("local");
  library.wait_for_scan("local");
  const double again_cpu_s = process_cpu_s() - cpu_began_s;
  const catalog::ScanProgress again = library.scan_progress("local");
  if (again.added + again.changed + again.removed != 0) std::abort();
  report.add("library.scan.unchanged", static_cast<double>(tracks) / again.seconds, "files/s");
  report.add("library.scan.unchanged.cpu", static_cast<double>(tracks) / again_cpu_s, "files/CPU s");
  report.add("library.memory", anonymous_mib() - before_mib, "MiB");
  report.add("library.database", static_cast<double>(std::filesystem::file_size(folder.path("library.db"))) / tracks,
             "bytes/track");
  measure_search(library, report);
  measure(report, "library.count", [&] { (void)library.count("local").value(); });
  const auto root = library.browse("local", "", "").value();
  measure(report, "library.browse.root", [&] { (void)library.browse("local", "", "").value(); });
  const std::string genre = root.nodes.front().id;
  measure(report, "library.browse.genre", [&] { (void)library.browse("local", genre, "").value(); });
  const auto track = library.search("local", "so", 0, 1).value();
  measure(report, "library.get", [&] { (void)library.get("local", track.front().id).value(); });
}

}  // namespace
}  // namespace segue::bench

int main() {
  const char* tracks = std::getenv("SEGUE_BENCH_TRACKS");
  segue::bench::run(tracks == nullptr ? segue::bench::kTracks : std::atoi(tracks));
}
