// SPDX-License-Identifier: GPL-3.0-or-later
#include <future>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "segue/v1/engine_service.grpc.pb.h"
#include "segue/v1/system_service.grpc.pb.h"
#include "tests/support/daemon/fake_engine.h"
#include "tests/support/daemon/live_server.h"

namespace segue::daemon {
namespace {

using segue::testing::FakeEngine;
using segue::testing::LiveServer;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void limit_to_five_seconds(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
}

v1::ExecuteRequest fader_request() {
  v1::ExecuteRequest request;
  auto* fader = request.add_commands()->mutable_set_fader();
  fader->set_channel(1);
  fader->set_level(0.5);
  return request;
}

grpc::Status execute(const std::shared_ptr<grpc::Channel>& channel, const v1::ExecuteRequest& request,
                     v1::ExecuteResponse& response) {
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  return v1::EngineService::NewStub(channel)->Execute(&context, request, &response);
}

std::string reason_of(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo reason;
  if (!details.ParseFromString(status.error_details()) || details.details_size() != 1) return "no details";
  return details.details(0).UnpackTo(&reason) ? reason.reason() : "no reason";
}

// One message there and one back, of a service whose stubs are not ours.
std::string raw_call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& sent) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  const auto step = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  EXPECT_TRUE(step());
  const grpc::Slice slice(sent);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  EXPECT_TRUE(step());
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  EXPECT_TRUE(step());
  grpc::Status status;
  call->Finish(&status, nullptr);
  EXPECT_TRUE(step());
  EXPECT_TRUE(status.ok()) << status.error_message();
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(answer.Dump(&slices).ok());
  std::string received;
  for (const auto& part : slices) received.append(reinterpret_cast<const char*>(part.begin()), part.size());
  return received;
}

class Services : public ::testing::Test {
 protected:
  FakeEngine engine_;
  LiveServer server_{engine_, {.heartbeat = milliseconds(50), .write_pending_max = milliseconds(200)}, true};
  std::shared_ptr<grpc::Channel> channel_ = server_.connect();
};

TEST_F(Services, ExecuteReachesTheEngineWithItsOrigin) {
  auto request = fader_request();
  request.set_request_id("r1");
  v1::ExecuteResponse response;
  ASSERT_TRUE(execute(channel_, request, response).ok());
  EXPECT_EQ(response.epoch(), "fake-epoch");
  EXPECT_EQ(response.results_size(), 1);
  const auto asked = engine_.asked();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].request.request_id(), "r1");
  EXPECT_EQ(asked[0].request.commands(0).set_fader().level(), 0.5);
  EXPECT_EQ(asked[0].origin.principal, "uid:" + std::to_string(geteuid()));
  EXPECT_TRUE(asked[0].origin.may_use_any_file);
}

TEST_F(Services, ExecuteWorksOverLoopback) {
  v1::ExecuteResponse response;
  const auto status = execute(server_.connect(server_.tcp_address()), fader_request(), response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(engine_.asked().at(0).origin.principal, "uid:" + std::to_string(geteuid()));
}

TEST_F(Services, AnErrorArrivesWithCodeMessageAndReason) {
  engine_.fail_with({Code::kFailedPrecondition, "DECK_EMPTY", "deck 1: has no track"});
  v1::ExecuteResponse response;
  const auto status = execute(channel_, fader_request(), response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "deck 1: has no track");
  EXPECT_EQ(reason_of(status), "DECK_EMPTY");
}

TEST_F(Services, AnErrorOfTheLongestUriStillArrives) {
  std::string uri;
  while (uri.size() < 8'192) uri += "é";
  engine_.fail_with({Code::kNotFound, "FILE_MISSING", "deck 1: " + uri});
  v1::ExecuteResponse response;
  const auto status = execute(channel_, fader_request(), response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << status.error_message();
  EXPECT_EQ(reason_of(status), "FILE_MISSING");
}

TEST_F(Services, AnOversizeRequestIsRefusedBeforeTheEngine) {
  auto request = fader_request();
  request.set_request_id(std::string((1 << 20) + 1, 'x'));
  v1::ExecuteResponse response;
  EXPECT_EQ(execute(channel_, request, response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(engine_.asked().empty());
  EXPECT_TRUE(execute(channel_, fader_request(), response).ok()) << "the connection goes on";
}

TEST_F(Services, AnAnswerMayComeLater) {
  engine_.hold_answers();
  auto answered = std::async(std::launch::async, [&] {
    v1::ExecuteResponse response;
    return execute(channel_, fader_request(), response);
  });
  engine_.wait_asked(1);
  engine_.pay();
  EXPECT_TRUE(answered.get().ok());
}

TEST_F(Services, AnAnswerAfterTheClientHasGoneIsDropped) {
  engine_.hold_answers();
  grpc::ClientContext context;
  auto answered = std::async(std::launch::async, [&] {
    v1::ExecuteResponse response;
    return v1::EngineService::NewStub(channel_)->Execute(&context, fader_request(), &response);
  });
  engine_.wait_asked(1);
  context.TryCancel();
  EXPECT_EQ(answered.get().error_code(), grpc::StatusCode::CANCELLED);
  engine_.pay();
  v1::GetStateResponse state;
  grpc::ClientContext after;
  EXPECT_TRUE(v1::EngineService::NewStub(channel_)->GetState(&after, {}, &state).ok());
}

TEST_F(Services, GetStateTellsTheEnginesState) {
  engine_.set_frame(4'711);
  v1::GetStateResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(v1::EngineService::NewStub(channel_)->GetState(&context, {}, &response).ok());
  EXPECT_EQ(response.state().engine().frame(), 4'711);
  EXPECT_EQ(response.state().decks_size(), 4);
}

// The next message that is not a heartbeat.
bool read_news(grpc::ClientReader<v1::WatchResponse>& reader, v1::WatchResponse& news) {
  while (reader.Read(&news)) {
    if (!news.has_heartbeat()) return true;
  }
  return false;
}

TEST_F(Services, WatchTellsTheSnapshotThenTheNewsInOrder) {
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  const auto stub = v1::EngineService::NewStub(channel_);
  const auto reader = stub->Watch(&context, {});
  v1::WatchResponse news;
  ASSERT_TRUE(read_news(*reader, news));
  EXPECT_TRUE(news.has_snapshot());
  for (std::uint64_t revision = 2; revision <= 200; ++revision) {
    v1::WatchResponse next;
    next.set_revision(revision);
    next.mutable_event()->set_kind(v1::Event::TRACK_LOADED);
    engine_.publish(next);
  }
  for (std::uint64_t revision = 2; revision <= 200; ++revision) {
    ASSERT_TRUE(read_news(*reader, news));
    ASSERT_EQ(news.revision(), revision);
  }
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(Services, AnIdleWatchHasAHeartbeatAtTheRevisionLastSent) {
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  const auto stub = v1::EngineService::NewStub(channel_);
  const auto reader = stub->Watch(&context, {});
  v1::WatchResponse news;
  ASSERT_TRUE(reader->Read(&news));
  EXPECT_TRUE(news.has_snapshot());
  engine_.set_frame(99);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(reader->Read(&news));
    EXPECT_TRUE(news.has_heartbeat());
    EXPECT_EQ(news.revision(), 1U);
    EXPECT_EQ(news.epoch(), "fake-epoch");
  }
  EXPECT_EQ(news.frame(), 99);
  context.TryCancel();
}

TEST_F(Services, AWatcherGoesWithItsClient) {
  const auto stub = v1::EngineService::NewStub(channel_);
  engine_.allow_watchers(1);
  {
    grpc::ClientContext context;
    limit_to_five_seconds(context);
    const auto reader = stub->Watch(&context, {});
    v1::WatchResponse news;
    ASSERT_TRUE(reader->Read(&news));
    context.TryCancel();
    reader->Finish();
  }
  // The place is free as soon as the server has heard of it, which the next tries wait for.
  grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "");
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED && std::chrono::steady_clock::now() < give_up) {
    grpc::ClientContext context;
    limit_to_five_seconds(context);
    const auto reader = stub->Watch(&context, {});
    v1::WatchResponse news;
    if (reader->Read(&news)) context.TryCancel();
    status = reader->Finish();
  }
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(Services, MoreWatchersThanMayBeAreRefused) {
  engine_.allow_watchers(0);
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  const auto stub = v1::EngineService::NewStub(channel_);
  const auto reader = stub->Watch(&context, {});
  v1::WatchResponse news;
  EXPECT_FALSE(reader->Read(&news));
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(reason_of(status), "TOO_MANY_WATCHERS");
}

TEST_F(Services, AReaderThatReadsNothingIsCutOff) {
  grpc::ChannelArguments arguments;
  // A window that does not grow, so that the stall shows soon.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16'384);
  const auto stub = v1::EngineService::NewStub(server_.connect("", arguments));
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  const auto reader = stub->Watch(&context, {});
  v1::WatchResponse news;
  ASSERT_TRUE(reader->Read(&news));
  v1::WatchResponse large;
  large.mutable_event()->set_text(std::string(100'000, 'x'));
  for (int i = 0; i < 100; ++i) engine_.publish(large);
  // The watcher is given back although nobody reads.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (engine_.watchers() > 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_EQ(engine_.watchers(), 0U);
  while (reader->Read(&news)) {
  }
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_EQ(reason_of(status), "SLOW_CONSUMER");
}

TEST_F(Services, WatchMetersSendsAtTheRateAskedFor) {
  grpc::ClientContext context;
  limit_to_five_seconds(context);
  v1::WatchMetersRequest request;
  request.set_rate_hz(30);
  const auto stub = v1::EngineService::NewStub(channel_);
  const auto reader = stub->WatchMeters(&context, request);
  v1::WatchMetersResponse meters;
  ASSERT_TRUE(reader->Read(&meters));
  const auto began = std::chrono::steady_clock::now();
  std::int64_t frame = meters.frame();
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(reader->Read(&meters));
    EXPECT_GT(meters.frame(), frame) << "the newest each time";
    frame = meters.frame();
  }
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(450));
  context.TryCancel();
}

TEST_F(Services, WatchMetersRefusesARateBeyondThirty) {
  grpc::ClientContext context;
  v1::WatchMetersRequest request;
  request.set_rate_hz(31);
  const auto stub = v1::EngineService::NewStub(channel_);
  const auto reader = stub->WatchMeters(&context, request);
  v1::WatchMetersResponse meters;
  EXPECT_FALSE(reader->Read(&meters));
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("rate_hz"));
}

TEST_F(Services, SystemTellsVersionAndHealth) {
  const auto stub = v1::SystemService::NewStub(channel_);
  v1::GetVersionResponse version;
  grpc::ClientContext first;
  ASSERT_TRUE(stub->GetVersion(&first, {}, &version).ok());
  EXPECT_EQ(version.version(), "1.2.3");
  EXPECT_THAT(version.api_versions(), ElementsAre("segue.v1"));
  EXPECT_EQ(version.epoch(), "fake-epoch");
  EXPECT_EQ(version.pid(), static_cast<std::uint32_t>(getpid()));

  v1::GetHealthResponse health;
  grpc::ClientContext second;
  ASSERT_TRUE(stub->GetHealth(&second, {}, &health).ok());
  EXPECT_EQ(health.status(), v1::GetHealthResponse::SERVING);
  engine_.set_findings({"no sound device"}, true);
  grpc::ClientContext third;
  ASSERT_TRUE(stub->GetHealth(&third, {}, &health).ok());
  EXPECT_EQ(health.status(), v1::GetHealthResponse::DEGRADED);
  EXPECT_THAT(health.findings(), ElementsAre("no sound device"));
  engine_.set_findings({}, false);
  grpc::ClientContext fourth;
  ASSERT_TRUE(stub->GetHealth(&fourth, {}, &health).ok());
  EXPECT_EQ(health.status(), v1::GetHealthResponse::NOT_SERVING);
}

TEST_F(Services, ShutdownAnswersAndAsksForTheEnd) {
  auto asked = server_.shut_down_asked();
  v1::ShutdownResponse response;
  grpc::ClientContext context;
  EXPECT_TRUE(v1::SystemService::NewStub(channel_)->Shutdown(&context, {}, &response).ok());
  EXPECT_EQ(asked.wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

TEST_F(Services, HealthIsServed) {
  // HealthCheckRequest{service}, HealthCheckResponse{status: SERVING}.
  const std::string service = "segue.v1.EngineService";
  const std::string request = std::string("\x0a") + static_cast<char>(service.size()) + service;
  EXPECT_EQ(raw_call(channel_, "/grpc.health.v1.Health/Check", request), "\x08\x01");
}

TEST_F(Services, ReflectionListsTheServices) {
  // ServerReflectionRequest{list_services: ""}.
  const std::string listed =
      raw_call(channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", std::string("\x3a\x00", 2));
  EXPECT_THAT(listed, HasSubstr("segue.v1.EngineService"));
  EXPECT_THAT(listed, HasSubstr("segue.v1.SystemService"));
}

TEST_F(Services, StopEndsStreamsAndOwedAnswersSoon) {
  const auto stub = v1::EngineService::NewStub(channel_);
  grpc::ClientContext context;
  const auto reader = stub->Watch(&context, {});
  v1::WatchResponse news;
  ASSERT_TRUE(reader->Read(&news));
  engine_.hold_answers();
  auto answered = std::async(std::launch::async, [&] {
    v1::ExecuteResponse response;
    return execute(channel_, fader_request(), response);
  });
  engine_.wait_asked(1);

  const auto began = std::chrono::steady_clock::now();
  server_.server().stop(milliseconds(100));
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(600));
  while (reader->Read(&news)) {
  }
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  EXPECT_EQ(reason_of(status), "SHUTTING_DOWN");
  EXPECT_FALSE(answered.get().ok());
  engine_.pay();  // to nobody
}

}  // namespace
}  // namespace segue::daemon
