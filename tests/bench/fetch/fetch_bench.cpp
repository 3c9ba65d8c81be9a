// SPDX-License-Identifier: GPL-3.0-or-later
// What fetching a track over HTTP costs: the time to its first byte, to a jump's request, and CPU.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <unistd.h>

#include "engine/base/log.h"
#include "tests/bench/report.h"
#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using bench::Goal;
using bench::Report;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kTrackBytes = 8'000'000;  // 3 min 20 s of MP3 at 320 kbit/s
constexpr std::int64_t kTwentyMbit = 20'000'000 / 8;

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// CPU time of the threads of a fetch, which all are called segue-…; the server in this process has other threads.
double fetch_cpu_ms() {
  double sum_ms = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    double ns = 0;
    std::ifstream(task.path() / "schedstat") >> ns;
    if (name.starts_with("segue-")) sum_ms += ns * 1e-6;
  }
  return sum_ms;
}

void bench_first_byte(Report& report, const std::string& name, test::Link link, double goal_ms) {
  std::vector<double> times_ms;
  for (int round = 0; round < 15; ++round) {
    test::FaultServer server({.link = link});
    server.serve("/t", track_bytes(kTrackBytes));
    Rig rig;
    const auto begun = Clock::now();
    auto media = rig.open(Rig::ref(server.url("/t")));
    if (!media || !read_some(*media->source, 0, 4'096)) return;
    times_ms.push_back(ms_between(begun, Clock::now()));
  }
  report.add("fetch.first_byte." + name + ".p95", bench::percentile(times_ms, 95), "ms", Goal::at_most(goal_ms));
}

void bench_cached(Report& report) {
  const auto folder = std::filesystem::temp_directory_path() / ("segue_fetch_bench_" + std::to_string(getpid()));
  test::FaultServer server;
  server.serve("/t", track_bytes(kTrackBytes));
  model::MediaRef ref = Rig::ref(server.url("/t"));
  ref.size = kTrackBytes;
  Rig::Options options;
  options.folder = folder;
  std::vector<double> times_ms;
  for (int round = 0; round < 15; ++round) {
    Rig rig(options);
    const auto begun = Clock::now();
    auto media = rig.open(ref);
    if (!media || !read_some(*media->source, 0, 4'096)) return;
    if (round > 0) times_ms.push_back(ms_between(begun, Clock::now()));
    if (!read_all(*media->source)) return;
  }
  std::filesystem::remove_all(folder);
  report.add("fetch.first_byte.cached.p95", bench::percentile(times_ms, 95), "ms", Goal::at_most(5));
  report.add("fetch.requests.after_restart", static_cast<double>(server.log().size()) - 1, "", Goal::exactly(0));
}

// From the read that jumps to the new request at the server, which sends 2 MB/s meanwhile.
void bench_jump(Report& report) {
  std::vector<double> times_ms;
  for (int round = 0; round < 20; ++round) {
    test::FaultServer server({.link = {.rate_bytes_per_s = 2'000'000}});
    server.serve("/t", track_bytes(kTrackBytes));
    Rig rig;
    auto media = rig.open(Rig::ref(server.url("/t")));
    if (!media || !read_some(*media->source, 0, 100'000)) return;
    const auto begun = Clock::now();
    if (!read_some(*media->source, kTrackBytes / 2, 1'000)) return;
    const auto log = server.log();
    if (log.size() >= 2) times_ms.push_back(ms_between(begun, log[1].arrived));
  }
  report.add("fetch.jump_to_request.p95", bench::percentile(times_ms, 95), "ms", Goal::at_most(10));
}

void bench_parallel(Report& report) {
  test::FaultServer server({.link = {.rtt = std::chrono::milliseconds(1)}});
  server.serve("/t", track_bytes(kTrackBytes));
  Rig rig;
  std::vector<std::future<Result<OpenedMedia>>> opens;
  for (int i = 0; i < 12; ++i) {
    opens.push_back(std::async(std::launch::async, [&] { return rig.open(Rig::ref(server.url("/t"))); }));
  }
  std::vector<OpenedMedia> opened;
  for (auto& open : opens) {
    auto media = open.get();
    if (!media || !read_all(*media->source)) return;
    opened.push_back(std::move(*media));
  }
  report.add("fetch.requests.12_opens", static_cast<double>(server.log().size()), "", Goal::exactly(1));
}

void bench_cpu(Report& report) {
  constexpr std::int64_t kBytes = 100'000'000;
  test::FaultServer server;
  server.serve("/t", track_bytes(kBytes));
  Rig rig;
  const double before_ms = fetch_cpu_ms();
  const auto begun = Clock::now();
  auto media = rig.open(Rig::ref(server.url("/t")));
  if (!media || !read_some(*media->source, kBytes - 1, 1)) return;
  while (media->status().state != FetchStatus::State::kComplete) media->source->is_ready(0, 1);
  report.add("fetch.throughput", kBytes / 1e6 / (ms_between(begun, Clock::now()) / 1e3), "MB/s");
  report.add("fetch.cpu_per_10_mb", (fetch_cpu_ms() - before_ms) * 1e7 / kBytes, "ms", Goal::at_most(20));
}

}  // namespace
}  // namespace segue::stream

int main() {
  using namespace std::chrono_literals;
  segue::log::set_level("off");
  segue::bench::Report report;
  segue::stream::bench_cached(report);
  segue::stream::bench_first_byte(report, "1_ms", {.rtt = 1ms, .rate_bytes_per_s = segue::stream::kTwentyMbit}, 50);
  segue::stream::bench_first_byte(report, "50_ms", {.rtt = 50ms, .rate_bytes_per_s = segue::stream::kTwentyMbit}, 200);
  segue::stream::bench_jump(report);
  segue::stream::bench_parallel(report);
  segue::stream::bench_cpu(report);
  return 0;
}
