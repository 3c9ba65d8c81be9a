// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <vector>

#include <unistd.h>

#include "engine/engine.h"
#include "tests/bench/report.h"
#include "tests/support/audio/wav.h"
#include "tests/support/tracks/song.h"

namespace segue {
namespace {

namespace fs = std::filesystem;

// Two songs, and a script that mixes them with key lock and equaliser.
void make_set(const fs::path& folder, double seconds) {
  int index = 0;
  for (const char* name : {"a.wav", "b.wav"}) {
    test::SongPlan plan;
    plan.bpm = 124.0 + 2.0 * index++;
    plan.phrase_bars = 32;
    const auto song = test::make_song(plan);
    if (!song) return;
    (void)test::write_wav(folder / name, {song->audio.left, song->audio.right}, {44'100, 16, false});
  }
  std::ofstream script(folder / "set.jsonl");
  for (int deck = 1; deck <= 2; ++deck) {
    const std::string d = std::to_string(deck);
    const std::string uri = "file://" + (folder / (deck == 1 ? "a.wav" : "b.wav")).string();
    script << R"({"at": "0s", "do": {"load": {"deck": )" << d << R"(, "uri": ")" << uri << "\"}}}\n";
    script << R"({"at": "0s", "do": {"setKeylock": {"deck": )" << d << R"(, "on": true}}})"
           << "\n";
    script << R"({"at": "0s", "do": {"setTempo": {"deck": )" << d << R"(, "percent": )" << (deck == 1 ? "3" : "-3")
           << "}}}\n";
    script << R"({"at": "0s", "do": {"setEq": {"channel": )" << d << R"(, "band": "LOW", "db": -6}}})"
           << "\n";
    script << R"({"at": "0.1s", "do": {"play": {"deck": )" << d << "}}}\n";
  }
  for (int i = 1; i < static_cast<int>(seconds); ++i) {
    script << R"({"at": ")" << i << R"(s", "do": {"setFader": {"channel": )" << 1 + i % 2 << R"(, "level": )"
           << 0.5 + 0.01 * (i % 50) << "}}}\n";
  }
}

void measure_offline(bench::Report& report, const fs::path& folder) {
  constexpr double kSeconds = 240;
  make_set(folder, kSeconds);
  RenderRequest request;
  request.script_path = folder / "set.jsonl";
  request.out_path = folder / "mix.wav";
  request.seconds = kSeconds;
  const auto rendered = render_script(model::Config{}, request);
  if (!rendered) return report.add("offline.failed", 1, rendered.error().message, bench::Goal::exactly(0));
  report.add("offline.two_decks_keylock_eq.realtime_factor", rendered->realtime_factor, "x",
             bench::Goal::at_least(150));
  report.add("offline.two_decks_keylock_eq.cpu", rendered->cpu_seconds, "s");
  report.add("offline.two_decks_keylock_eq.underruns", static_cast<double>(rendered->underruns), "",
             bench::Goal::exactly(0));
}

// Time from execute() to its answer, in the process: what control adds to the network's.
void measure_execute(bench::Report& report, Engine& engine) {
  constexpr int kRounds = 5000;
  const SystemClock clock;
  std::vector<double> times_us;
  for (int i = 0; i < kRounds; ++i) {
    v1::ExecuteRequest request;
    request.add_commands()->mutable_set_fader()->set_channel(1);
    std::promise<void> answered;
    const auto begun = clock.monotonic();
    engine.execute(std::move(request), {"bench", true}, [&answered](const auto&) { answered.set_value(); });
    answered.get_future().wait();
    times_us.push_back(static_cast<double>((clock.monotonic() - begun).count()) / 1000.0);
  }
  report.add("control.execute.p50", bench::percentile(times_us, 50), "us", bench::Goal::at_most(60));
  report.add("control.execute.p99", bench::percentile(times_us, 99), "us", bench::Goal::at_most(400));
}

void measure_live(bench::Report& report, const fs::path& folder) {
  const SystemClock clock;
  model::Config config;
  config.output.kind = model::OutputKind::kNull;
  config.paths.data_dir = folder;
  const auto begun = clock.monotonic();
  auto engine = Engine::create(config, clock, "bench");
  if (!engine) return;
  report.add("engine.create", static_cast<double>((clock.monotonic() - begun).count()) / 1e6, "ms",
             bench::Goal::at_most(50));
  measure_execute(report, **engine);
  const auto stopping = clock.monotonic();
  engine->reset();
  report.add("engine.stop", static_cast<double>((clock.monotonic() - stopping).count()) / 1e6, "ms",
             bench::Goal::at_most(1000));
}

}  // namespace
}  // namespace segue

int main() {
  const auto folder = std::filesystem::temp_directory_path() / ("segue-control-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  segue::bench::Report report;
  segue::measure_live(report, folder);
  segue::measure_offline(report, folder);
  std::filesystem::remove_all(folder);
  return 0;
}
