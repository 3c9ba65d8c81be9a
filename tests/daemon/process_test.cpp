// SPDX-License-Identifier: GPL-3.0-or-later
// segued as a process, with the real engine on the null driver.
#include "tests/support/daemon/process.h"

#include <csignal>
#include <cstdint>
#include <fstream>

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "daemon/descriptor.h"
#include "segue/v1/engine_service.grpc.pb.h"
#include "segue/v1/system_service.grpc.pb.h"
#include "tests/support/daemon/notify_socket.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

using segue::testing::NotifySocket;
using segue::testing::Process;
using segue::testing::TempDir;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Segued : public ::testing::Test {
 protected:
  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{SEGUED,
                                   "--config",
                                   config_,
                                   "--output",
                                   "null",
                                   "--socket",
                                   socket_path(),
                                   "--grpc",
                                   "off",
                                   "--data-dir",
                                   directory_.path("data"),
                                   "--cache-dir",
                                   directory_.path("cache")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string socket_path() const { return directory_.path("run/segued.sock"); }
  std::shared_ptr<grpc::Channel> connect() const {
    return grpc::CreateChannel("unix:" + socket_path(), grpc::InsecureChannelCredentials());
  }
  static grpc::Status execute(const std::shared_ptr<grpc::Channel>& channel, const v1::Command& command,
                              v1::ExecuteResponse& response) {
    v1::ExecuteRequest request;
    *request.add_commands() = command;
    request.set_wait(v1::ExecuteRequest::COMMITTED);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    return v1::EngineService::NewStub(channel)->Execute(&context, request, &response);
  }
  static v1::Command fader(double level) {
    v1::Command command;
    command.mutable_set_fader()->set_channel(1);
    command.mutable_set_fader()->set_level(level);
    return command;
  }

  TempDir directory_;
  const std::string config_ = directory_.write("segued.toml", "");
};

TEST_F(Segued, CarriesOutCommandsAndTellsItsState) {
  Process segued(command());
  ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
  const auto channel = connect();
  const auto stub = v1::EngineService::NewStub(channel);
  grpc::ClientContext watching;
  const auto news = stub->Watch(&watching, {});
  v1::WatchResponse first;
  ASSERT_TRUE(news->Read(&first));
  ASSERT_TRUE(first.has_snapshot());
  EXPECT_EQ(first.snapshot().channels(0).fader(), 1.0);

  v1::ExecuteResponse response;
  const auto status = execute(channel, fader(0.25), response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(response.results(0).committed());
  v1::WatchResponse change;
  do {
    ASSERT_TRUE(news->Read(&change));
  } while (!change.has_change() || change.change().channels_size() == 0);
  EXPECT_EQ(change.change().channels(0).fader(), 0.25);
  EXPECT_GT(change.revision(), first.revision());
  watching.TryCancel();

  v1::GetStateResponse state;
  grpc::ClientContext asking;
  ASSERT_TRUE(stub->GetState(&asking, {}, &state).ok());
  EXPECT_EQ(state.state().channels(0).fader(), 0.25);
  EXPECT_EQ(state.state().engine().output(), "null");
  EXPECT_EQ(state.state().engine().epoch(), response.epoch());

  grpc::ClientContext metering;
  const auto meters = stub->WatchMeters(&metering, {});
  v1::WatchMetersResponse earlier;
  v1::WatchMetersResponse later;
  ASSERT_TRUE(meters->Read(&earlier));
  ASSERT_TRUE(meters->Read(&later));
  EXPECT_GT(later.frame(), earlier.frame()) << "the null driver pulls the engine";
  metering.TryCancel();
}

TEST_F(Segued, RefusesBadCommandsByNameAndStaysAsItWas) {
  Process segued(command());
  ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
  const auto channel = connect();
  v1::ExecuteResponse response;
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  for (const double level : {-0.1, 1.1, no_number}) {
    const auto status = execute(channel, fader(level), response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << level;
    EXPECT_THAT(status.error_message(), HasSubstr("level"));
  }
  v1::Command unknown_deck;
  unknown_deck.mutable_play()->set_deck(99);
  EXPECT_EQ(execute(channel, unknown_deck, response).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::Command unknown_enum;
  unknown_enum.mutable_assign()->set_channel(1);
  unknown_enum.mutable_assign()->set_side(static_cast<v1::Assign::Side>(77));
  EXPECT_EQ(execute(channel, unknown_enum, response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  v1::GetStateResponse state;
  grpc::ClientContext asking;
  ASSERT_TRUE(v1::EngineService::NewStub(channel)->GetState(&asking, {}, &state).ok());
  EXPECT_EQ(state.state().channels(0).fader(), 1.0);
  EXPECT_EQ(state.state().engine().revision(), 0U);
}

TEST_F(Segued, TellsTheServiceManagerAndEndsInASecondWithItsRecordingClosed) {
  NotifySocket manager(directory_.path("notify"));
  Process segued(command(), {"NOTIFY_SOCKET=" + manager.path()});
  EXPECT_THAT(manager.next(), StartsWith("READY=1\nSTATUS=serving " + socket_path()));
  const auto channel = connect();
  const std::string recording = directory_.path("mix.wav");
  v1::Command start;
  start.mutable_start_recording()->set_path(recording);
  v1::ExecuteResponse response;
  const auto status = execute(channel, start, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  grpc::ClientContext watching;
  const auto news = v1::EngineService::NewStub(channel)->Watch(&watching, {});
  v1::WatchResponse first;
  ASSERT_TRUE(news->Read(&first));

  const auto began = std::chrono::steady_clock::now();
  segued.signal(SIGTERM);
  EXPECT_EQ(manager.next(), "STOPPING=1");
  EXPECT_EQ(segued.wait(milliseconds(1'000)), 0);
  const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  EXPECT_LT(took.count(), 1'000);
  EXPECT_FALSE(std::filesystem::exists(socket_path()));

  const std::string wav = text_of(recording);
  ASSERT_GE(wav.size(), 44U);
  EXPECT_TRUE(wav.starts_with("RIFF")) << "a recording below 4 GiB";
  std::uint32_t riff_bytes = 0;
  wav.copy(reinterpret_cast<char*>(&riff_bytes), sizeof riff_bytes, 4);
  EXPECT_EQ(riff_bytes + 8, wav.size()) << "the header names the size the file has";
}

TEST_F(Segued, FeedsTheWatchdog) {
  NotifySocket manager(directory_.path("notify"));
  Process segued(command(), {"NOTIFY_SOCKET=" + manager.path(), "WATCHDOG_USEC=200000"});
  EXPECT_THAT(manager.next(), StartsWith("READY=1"));
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
}

TEST_F(Segued, EndsByACall) {
  Process segued(command());
  ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
  v1::ShutdownResponse response;
  grpc::ClientContext context;
  EXPECT_TRUE(v1::SystemService::NewStub(connect())->Shutdown(&context, {}, &response).ok());
  EXPECT_EQ(segued.wait(milliseconds(1'000)), 0);
}

TEST_F(Segued, ASecondOneOnTheSameSocketDoesNotStart) {
  Process first(command());
  ASSERT_TRUE(first.wait_for_error_line("info ready")) << first.errors();
  Process second(command());
  EXPECT_EQ(second.wait(), 6);
  EXPECT_THAT(second.errors(), HasSubstr("another segued runs there"));
  v1::GetVersionResponse version;
  grpc::ClientContext context;
  EXPECT_TRUE(v1::SystemService::NewStub(connect())->GetVersion(&context, {}, &version).ok());
  EXPECT_EQ(version.pid(), static_cast<std::uint32_t>(first.pid()));
}

TEST_F(Segued, StartsAfterItWasKilled) {
  {
    Process killed(command());
    ASSERT_TRUE(killed.wait_for_error_line("info ready")) << killed.errors();
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  }
  ASSERT_TRUE(std::filesystem::exists(socket_path()));
  Process again(command());
  EXPECT_TRUE(again.wait_for_error_line("info ready")) << again.errors();
}

// A connection that speaks no HTTP/2 of its own accord.
Descriptor connect_raw(const std::string& path) {
  Descriptor connection(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return connection;
}

bool answers(const std::shared_ptr<grpc::Channel>& channel) {
  v1::GetVersionResponse version;
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  return v1::SystemService::NewStub(channel)->GetVersion(&context, {}, &version).ok();
}

// The highest of the descriptors it holds in reserve; below them there is hardly a free number.
rlim_t highest_reserved(pid_t pid) {
  rlim_t highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    if (std::filesystem::read_symlink(entry.path()) != "/dev/null") continue;
    highest = std::max(highest, static_cast<rlim_t>(std::stoul(entry.path().filename())));
  }
  return highest;
}

TEST_F(Segued, GoesOnAfterItsDescriptorsRanOut) {
  Process segued(command());
  ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
  rlimit before{};
  ASSERT_EQ(prlimit(segued.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  const rlimit none_left{highest_reserved(segued.pid()) + 1, before.rlim_max};
  ASSERT_EQ(prlimit(segued.pid(), RLIMIT_NOFILE, &none_left, nullptr), 0);
  {
    std::vector<Descriptor> crowd;
    for (int i = 0; i < 32; ++i) crowd.push_back(connect_raw(socket_path()));
    EXPECT_TRUE(segued.wait_for_error_line("connection_refused why=descriptors"));
  }
  ASSERT_EQ(prlimit(segued.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  EXPECT_TRUE(answers(connect()));
}

TEST_F(Segued, OutlivesClientsThatSendNonsense) {
  Process segued(command());
  ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::string& nonsense :
       {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::string(100'000, '\xff'), preface + std::string(64, '\0'),
        preface + std::string("\xff\xff\xff\x01\x04\x00\x00\x00\x01", 9) + std::string(1'000, 'x')}) {
    const Descriptor connection = connect_raw(socket_path());
    // What is not taken, because the other side has hung up already, need not be.
    send(connection.get(), nonsense.data(), nonsense.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  EXPECT_TRUE(answers(connect()));
}

TEST_F(Segued, ServesLoopbackOnAPortTheSystemChooses) {
  Process segued(command({"--grpc", "127.0.0.1:0"}));
  ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
  segued.signal(SIGINT);
  EXPECT_EQ(segued.wait(milliseconds(1'000)), 0);
  EXPECT_THAT(segued.errors(), HasSubstr("grpc=127.0.0.1:"));
  EXPECT_THAT(segued.errors(), ::testing::Not(HasSubstr("grpc=127.0.0.1:0 ")));
}

TEST_F(Segued, ServesNoAddressBeyondTheMachine) {
  Process segued(command({"--grpc", "0.0.0.0:7421"}));
  EXPECT_EQ(segued.wait(), 2);
  EXPECT_THAT(segued.errors(), HasSubstr("--grpc: daemon.grpc: \"0.0.0.0\" is not served"));
}

TEST_F(Segued, ChecksItsConfiguration) {
  Process good({SEGUED, "--config", directory_.write("good.toml", "[engine]\ndecks = 2\n"), "--check-config"});
  EXPECT_EQ(good.wait(), 0);
  EXPECT_EQ(good.output() + good.errors(), "");
  const std::string path = directory_.write("bad.toml", "[engine]\ndecks = 2\n\nbock_frames = 1\n");
  Process bad({SEGUED, "--config", path, "--check-config"});
  EXPECT_EQ(bad.wait(), 2);
  EXPECT_EQ(bad.errors(), path + ":4: engine.bock_frames: unknown key; segued --print-config lists all\n");
  Process missing({SEGUED, "--config", "/nonexistent.toml", "--check-config"});
  EXPECT_EQ(missing.wait(), 2);
}

TEST_F(Segued, ChecksWhatItPrints) {
  Process printing({SEGUED, "--print-config"});
  EXPECT_EQ(printing.wait(), 0);
  Process checking({SEGUED, "--config", directory_.write("printed.toml", printing.output()), "--check-config"});
  EXPECT_EQ(checking.wait(), 0) << checking.errors();
}

TEST_F(Segued, RendersAScriptAndReportsInOneLineOfJson) {
  const std::string script =
      directory_.write("set.jsonl", "{\"at\": \"0.1s\", \"do\": {\"setFader\": {\"channel\": 1, \"level\": 0.5}}}\n");
  const std::string out = directory_.path("mix.wav");
  Process render({SEGUED, "--config", config_, "render", script, "--out", out, "--seconds", "0.5"});
  ASSERT_EQ(render.wait(), 0) << render.errors();
  const std::string report = render.output();
  EXPECT_THAT(report, StartsWith("{\"frames\":24000,\"seconds\":0.5,\"cpu_seconds\":"));
  EXPECT_THAT(report, HasSubstr("\"underruns\":0,\"commands\":1,\"late_commands\":0,\"peak_dbtp\":"));
  EXPECT_EQ(std::count(report.begin(), report.end(), '\n'), 1);
  EXPECT_GT(std::filesystem::file_size(out), 24'000U * 8U);
}

TEST_F(Segued, NamesTheBadLineOfAScript) {
  const std::string script = directory_.write(
      "set.jsonl",
      "{\"at\": \"0s\", \"do\": {\"setMaster\": {\"db\": 0}}}\n{\"at\": \"0s\", \"do\": {\"dance\": {}}}\n");
  const std::string out = directory_.path("mix.wav");
  Process render({SEGUED, "--config", config_, "render", script, "--out", out});
  EXPECT_EQ(render.wait(), 2);
  EXPECT_THAT(render.errors(), HasSubstr("2"));
  EXPECT_EQ(render.output(), "");
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(Segued, ExportsWhatItDidAsAScript) {
  {
    Process segued(command());
    ASSERT_TRUE(segued.wait_for_error_line("info ready")) << segued.errors();
    v1::ExecuteResponse response;
    ASSERT_TRUE(execute(connect(), fader(0.75), response).ok());
    segued.signal(SIGTERM);
    ASSERT_EQ(segued.wait(), 0);
  }
  const std::string script = directory_.path("set.jsonl");
  Process exporting(command({"journal", "export", "--out", script}));
  ASSERT_EQ(exporting.wait(), 0) << exporting.errors();
  EXPECT_THAT(text_of(script), HasSubstr("setFader"));
  EXPECT_THAT(text_of(script), HasSubstr("0.75"));
  Process unknown(command({"journal", "export", "--epoch", "no-such-epoch", "--out", script}));
  EXPECT_EQ(unknown.wait(), 3) << unknown.errors();
}

}  // namespace
}  // namespace segue::daemon
