// SPDX-License-Identifier: GPL-3.0-or-later
// What the daemon costs beyond the engine: answers over its socket, start, stop and memory.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include <grpcpp/grpcpp.h>

#include "tests/bench/daemon/live_daemon.h"
#include "tests/bench/report.h"

namespace segue::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCalls = 20'000;
constexpr int kWarmUpCalls = 500;
constexpr int kStarts = 20;
constexpr int kTrackSeconds = 300;
constexpr int kDecks = 4;
constexpr int kSettledLooks = 20;  // two seconds without a change at ten looks a second

v1::ExecuteRequest fader_request(int call) {
  v1::ExecuteRequest request;
  auto* fader = request.add_commands()->mutable_set_fader();
  fader->set_channel(1);
  fader->set_level(call % 2 == 0 ? 0.25 : 0.75);
  return request;
}

// What gRPC alone takes for the same messages: a server that answers at once, in a process of its own.
class Echo final : public v1::EngineService::CallbackService {
  grpc::ServerUnaryReactor* Execute(grpc::CallbackServerContext* context, const v1::ExecuteRequest*,
                                    v1::ExecuteResponse* response) override {
    response->add_results()->set_command_id(1);
    response->set_epoch("20260101T000000Z-00000000");
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

int serve_echo(const std::string& path) {
  Echo echo;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + path, grpc::InsecureServerCredentials());
  builder.RegisterService(&echo);
  const auto server = builder.BuildAndStart();
  std::fputs("ready\n", stderr);
  server->Wait();
  return 0;
}

// Each call's round trip in microseconds.
std::vector<double> time_calls(v1::EngineService::Stub& stub) {
  std::vector<double> took_us;
  took_us.reserve(kCalls);
  for (int call = 0; call < kWarmUpCalls + kCalls; ++call) {
    const auto request = fader_request(call);
    v1::ExecuteResponse response;
    grpc::ClientContext context;
    const auto begin = Clock::now();
    const auto status = stub.Execute(&context, request, &response);
    const double us = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    if (!status.ok()) {
      std::fprintf(stderr, "daemon_bench: %s\n", status.error_message().c_str());
      std::exit(1);
    }
    if (call >= kWarmUpCalls) took_us.push_back(us);
  }
  return took_us;
}

void measure_calls(Report& report) {
  const testing::TempDir directory;
  testing::Process echo({"/proc/self/exe", "--echo", directory.path("echo.sock")});
  if (!echo.wait_for_error_line("ready")) std::exit(1);
  const auto bare = v1::EngineService::NewStub(
      grpc::CreateChannel("unix:" + directory.path("echo.sock"), grpc::InsecureChannelCredentials()));
  const auto bare_us = time_calls(*bare);
  report.add("daemon.grpc_echo.p50", percentile(bare_us, 50) / 1e3, "ms");
  report.add("daemon.grpc_echo.p99", percentile(bare_us, 99) / 1e3, "ms");

  LiveDaemon daemon;
  const auto us = time_calls(daemon.engine());
  report.add("daemon.execute.p50", percentile(us, 50) / 1e3, "ms", Goal::at_most(0.12));
  report.add("daemon.execute.p99", percentile(us, 99) / 1e3, "ms", Goal::at_most(0.5));
}

void measure_life(Report& report) {
  std::vector<double> starts;
  std::vector<double> stops;
  for (int i = 0; i < kStarts; ++i) {
    LiveDaemon daemon;
    starts.push_back(daemon.start_ms());
    stops.push_back(daemon.stop_ms());
  }
  report.add("daemon.start_to_ready.p50", percentile(starts, 50), "ms", Goal::at_most(100));
  report.add("daemon.start_to_ready.max", percentile(starts, 100), "ms");
  report.add("daemon.stop.max", percentile(stops, 100), "ms", Goal::at_most(1'000));
}

// Looks at the state for as long as two seconds.
void idle(LiveDaemon& daemon) {
  int looks = 0;
  daemon.watch_until([&](const v1::State&) { return ++looks > kSettledLooks; });
}

void measure_idle(Report& report) {
  LiveDaemon daemon;
  idle(daemon);
  report.add("daemon.idle.rss", daemon.memory_mb("VmRSS"), "MB", Goal::at_most(40));
  report.add("daemon.idle.pss", daemon.memory_mb("Pss"), "MB");
}

std::string make_track(int number) {
  const std::string path = std::string(SEGUE_BENCH_DIR) + "/five_minutes_" + std::to_string(number) + ".mp3";
  if (std::filesystem::exists(path)) return path;
  std::filesystem::create_directories(SEGUE_BENCH_DIR);
  const std::string command =
      "ffmpeg -loglevel error -nostdin -y -f lavfi -i \"anoisesrc=color=pink:amplitude=0.2:seed=" +
      std::to_string(number) + ":duration=" + std::to_string(kTrackSeconds) + "\" -ac 2 -ar 44100 -b:a 192k -f mp3 '" +
      path + ".part' && mv '" + path + ".part' '" + path + "'";
  if (std::system(command.c_str()) != 0) {
    std::fprintf(stderr, "daemon_bench: ffmpeg could not make %s\n", path.c_str());
    std::exit(1);
  }
  return path;
}

// All decks loaded and playing, and nothing more to come.
void play_four(LiveDaemon& daemon) {
  for (int deck = 1; deck <= kDecks; ++deck) {
    v1::Command command;
    command.mutable_load()->set_deck(static_cast<std::uint32_t>(deck));
    command.mutable_load()->set_uri("file://" + make_track(deck));
    command.mutable_load()->set_play(true);
    daemon.execute(command);
  }
  double loaded_before = -1;
  int looks_alike = 0;
  daemon.watch_until([&](const v1::State& state) {
    double loaded = 0;
    for (const auto& deck : state.decks()) loaded += deck.loaded();
    looks_alike = loaded == loaded_before ? looks_alike + 1 : 0;
    loaded_before = loaded;
    return loaded >= kDecks || looks_alike >= kSettledLooks;
  });
  idle(daemon);
}

void measure_loaded(Report& report) {
  {
    LiveDaemon whole({}, "[pages]\nbudget_mib = 1024\n");
    play_four(whole);
    report.add("daemon.four_tracks.whole.rss", whole.memory_mb("VmRSS"), "MB", Goal::at_most(520));
    report.add("daemon.four_tracks.whole.peak", whole.memory_mb("VmHWM"), "MB");
  }
  LiveDaemon bounded({}, "[pages]\nbudget_mib = 128\n");
  play_four(bounded);
  report.add("daemon.four_tracks.128_mib.rss", bounded.memory_mb("VmRSS"), "MB", Goal::at_most(200));
  report.add("daemon.four_tracks.128_mib.peak", bounded.memory_mb("VmHWM"), "MB");
}

}  // namespace
}  // namespace segue::bench

int main(int argc, char** argv) {
  using namespace segue::bench;
  if (argc == 3 && std::string(argv[1]) == "--echo") return serve_echo(argv[2]);
  Report report;
  measure_calls(report);
  measure_life(report);
  measure_idle(report);
  measure_loaded(report);
  return 0;
}
