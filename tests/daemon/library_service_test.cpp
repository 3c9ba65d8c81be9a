// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/services/library_service.h"

#include <future>

#include <gmock/gmock.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "segue/v1/provider_service.grpc.pb.h"
#include "tests/support/daemon/fake_engine.h"
#include "tests/support/daemon/live_server.h"

namespace segue::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FakeEngine;
using testing::LiveServer;

std::string reason_of(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo reason;
  if (!details.ParseFromString(status.error_details()) || details.details_size() != 1) return "no details";
  return details.details(0).UnpackTo(&reason) ? reason.reason() : "no reason";
}

v1::SearchResponse piece_of(const std::string& title) {
  v1::SearchResponse piece;
  piece.add_results()->mutable_track()->set_title(title);
  return piece;
}

class LibraryServices : public ::testing::Test {
 protected:
  // A call that ends within ten seconds at the latest.
  std::unique_ptr<grpc::ClientContext> context(std::chrono::milliseconds limit = seconds(10)) {
    auto made = std::make_unique<grpc::ClientContext>();
    made->set_deadline(std::chrono::system_clock::now() + limit);
    return made;
  }

  FakeEngine engine_;
  testing::FakeLibrary& fake_ = engine_.library();
  LiveServer server_{engine_, {.heartbeat = milliseconds(50), .write_pending_max = milliseconds(200)}};
  std::shared_ptr<grpc::Channel> channel_ = server_.connect();
  std::unique_ptr<v1::LibraryService::Stub> library_ = v1::LibraryService::NewStub(channel_);
  std::unique_ptr<v1::ProviderService::Stub> providers_ = v1::ProviderService::NewStub(channel_);
};

// Makes a call with one field set by text and expects it to arrive and its answer to come back.
template <typename Stub, typename Request, typename Response>
void expect_passes(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                   testing::FakeLibrary& fake, const Request& request, const Response& response) {
  fake.put(response);
  const auto before = fake.asked().size();
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + seconds(10));
  Response got;
  const auto status = (stub.*method)(&context, request, &got);
  EXPECT_TRUE(status.ok()) << request.GetTypeName() << ": " << status.error_message();
  EXPECT_EQ(got.ShortDebugString(), response.ShortDebugString());
  EXPECT_EQ(fake.asked().at(before), request.GetDescriptor()->name() + " {" + request.ShortDebugString() + "}");
}

TEST_F(LibraryServices, EachCallOfTheLibraryArrivesAndIsAnswered) {
  using Stub = v1::LibraryService::Stub;
  Stub& stub = *library_;
  v1::BrowseRequest browse;
  browse.set_node("n");
  v1::BrowseResponse level;
  level.set_next_page("2");
  expect_passes(stub, &Stub::Browse, fake_, browse, level);
  v1::GetTrackRequest get_track;
  get_track.set_uri("segue://a/1");
  v1::GetTrackResponse track;
  track.set_cached_bytes(7);
  expect_passes(stub, &Stub::GetTrack, fake_, get_track, track);
  v1::GetArtworkRequest get_artwork;
  get_artwork.set_size_px(64);
  v1::GetArtworkResponse artwork;
  artwork.set_picture(std::string(2U << 20, 'p'));
  expect_passes(stub, &Stub::GetArtwork, fake_, get_artwork, artwork);
  v1::ListPlaylistsRequest list;
  list.set_provider("a");
  v1::ListPlaylistsResponse playlists;
  playlists.add_playlists()->set_name("x");
  expect_passes(stub, &Stub::ListPlaylists, fake_, list, playlists);
  v1::GetPlaylistRequest get_playlist;
  get_playlist.set_id("1");
  v1::GetPlaylistResponse playlist;
  playlist.add_tracks()->set_title("t");
  expect_passes(stub, &Stub::GetPlaylist, fake_, get_playlist, playlist);
  v1::CreatePlaylistRequest create;
  create.set_name("x");
  v1::CreatePlaylistResponse created;
  created.mutable_playlist()->set_id("2");
  expect_passes(stub, &Stub::CreatePlaylist, fake_, create, created);
  v1::EditPlaylistRequest edit;
  edit.mutable_move()->set_to(3);
  v1::EditPlaylistResponse edited;
  edited.mutable_playlist()->set_version("v2");
  expect_passes(stub, &Stub::EditPlaylist, fake_, edit, edited);
  v1::DeletePlaylistRequest remove;
  remove.set_id("1");
  expect_passes(stub, &Stub::DeletePlaylist, fake_, remove, v1::DeletePlaylistResponse());
  v1::PrefetchRequest prefetch;
  prefetch.set_priority(-3);
  v1::PrefetchResponse queued;
  queued.set_added(4);
  expect_passes(stub, &Stub::Prefetch, fake_, prefetch, queued);
  v1::ListPrefetchesResponse queue;
  queue.add_items()->set_bytes(9);
  expect_passes(stub, &Stub::ListPrefetches, fake_, v1::ListPrefetchesRequest(), queue);
  v1::CancelPrefetchRequest cancel;
  cancel.add_uris("file:///a");
  v1::CancelPrefetchResponse cancelled;
  cancelled.set_removed(1);
  expect_passes(stub, &Stub::CancelPrefetch, fake_, cancel, cancelled);
  v1::GetAnalysisRequest get_analysis;
  get_analysis.set_uri("segue://a/1");
  v1::GetAnalysisResponse analysis;
  analysis.mutable_analysis()->mutable_rhythm()->set_bpm(124);
  expect_passes(stub, &Stub::GetAnalysis, fake_, get_analysis, analysis);
  v1::GetWaveformRequest get_waveform;
  get_waveform.set_resolution(v1::GetWaveformRequest::DETAIL);
  v1::GetWaveformResponse waveform;
  waveform.set_data(std::string(2U << 20, 'w'));
  expect_passes(stub, &Stub::GetWaveform, fake_, get_waveform, waveform);
  v1::ListAnalysesResponse analyses;
  analyses.add_items()->set_progress(0.5);
  expect_passes(stub, &Stub::ListAnalyses, fake_, v1::ListAnalysesRequest(), analyses);
}

TEST_F(LibraryServices, EachCallAboutMarksAndExportsArrivesAndIsAnswered) {
  using Stub = v1::LibraryService::Stub;
  Stub& stub = *library_;
  v1::GetMarksRequest get_marks;
  get_marks.set_uri("file:///a");
  v1::GetMarksResponse marks;
  marks.mutable_marks()->set_rating(4);
  expect_passes(stub, &Stub::GetMarks, fake_, get_marks, marks);
  v1::SetMarksRequest set_marks;
  set_marks.set_version("3");
  v1::SetMarksResponse set;
  set.set_version("4");
  expect_passes(stub, &Stub::SetMarks, fake_, set_marks, set);
  v1::ExportLibraryRequest export_library;
  export_library.set_path("/x.xml");
  v1::ExportLibraryResponse exported;
  exported.set_tracks(7);
  expect_passes(stub, &Stub::ExportLibrary, fake_, export_library, exported);
}

TEST_F(LibraryServices, AnImportStreamsUntilItsReport) {
  v1::ImportLibraryResponse told;
  told.mutable_report()->set_matched(3);
  fake_.put(told);
  v1::ImportLibraryRequest request;
  request.set_path("/x.xml");
  const auto called = context();
  const auto reader = library_->ImportLibrary(called.get(), request);
  v1::ImportLibraryResponse piece;
  ASSERT_TRUE(reader->Read(&piece));
  EXPECT_EQ(piece.report().matched(), 3U);
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(LibraryServices, EachCallOfTheProvidersArrivesAndIsAnswered) {
  using Stub = v1::ProviderService::Stub;
  v1::ListProvidersResponse providers;
  providers.add_providers()->set_name("home");
  expect_passes(*providers_, &Stub::ListProviders, fake_, v1::ListProvidersRequest(), providers);
  v1::RefreshProviderRequest refresh;
  refresh.set_name("home");
  v1::RefreshProviderResponse refreshed;
  refreshed.mutable_provider()->set_health(v1::Provider::UP);
  expect_passes(*providers_, &Stub::RefreshProvider, fake_, refresh, refreshed);
  v1::GetNetworkResponse network;
  network.set_requests(12);
  expect_passes(*providers_, &Stub::GetNetwork, fake_, v1::GetNetworkRequest(), network);
}

TEST_F(LibraryServices, AnErrorArrivesWithCodeMessageAndReason) {
  fake_.fail_with({Code::kAborted, "PLAYLIST_CHANGED", "home: the playlist has changed"});
  v1::EditPlaylistResponse response;
  const auto status = library_->EditPlaylist(context().get(), {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(status.error_message(), "home: the playlist has changed");
  EXPECT_EQ(reason_of(status), "PLAYLIST_CHANGED");
}

TEST_F(LibraryServices, ACallIsStoppedWhenItsClientGoes) {
  fake_.hang();
  const auto called = context();
  auto answered = std::async(std::launch::async, [&] {
    v1::GetTrackResponse response;
    return library_->GetTrack(called.get(), {}, &response);
  });
  fake_.wait_asked(1);
  called->TryCancel();
  EXPECT_EQ(answered.get().error_code(), grpc::StatusCode::CANCELLED);
  fake_.wait_stopped(1);
}

TEST_F(LibraryServices, ACallIsStoppedAtItsDeadline) {
  fake_.hang();
  v1::RefreshProviderResponse response;
  const auto status = providers_->RefreshProvider(context(milliseconds(100)).get(), {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  fake_.wait_stopped(1);
}

TEST_F(LibraryServices, SearchStreamsPiecesAsTheyComeAndEnds) {
  const auto called = context();
  v1::SearchRequest request;
  request.set_text("love");
  const auto reader = library_->Search(called.get(), request);
  fake_.wait_asked(1);
  EXPECT_THAT(fake_.asked(), ElementsAre("SearchRequest {text: \"love\"}"));
  v1::SearchResponse piece;
  for (int i = 0; i < 300; ++i) fake_.tell(piece_of(std::to_string(i)));
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(reader->Read(&piece));
    ASSERT_EQ(piece.results(0).track().title(), std::to_string(i));
  }
  fake_.tell(piece_of("last"));
  fake_.end();
  ASSERT_TRUE(reader->Read(&piece)) << "what was told before the end is sent before it";
  EXPECT_EQ(piece.results(0).track().title(), "last");
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(LibraryServices, AnalyzeStreamsPiecesAsTheyComeAndEnds) {
  const auto called = context();
  v1::AnalyzeRequest request;
  request.add_uris("file:///a.wav");
  const auto reader = library_->Analyze(called.get(), request);
  fake_.wait_asked(1);
  EXPECT_THAT(fake_.asked(), ElementsAre("AnalyzeRequest {uris: \"file:///a.wav\"}"));
  for (int i = 1; i <= 3; ++i) {
    v1::AnalyzeResponse told;
    told.set_progress(i / 4.0);
    fake_.tell(told);
  }
  fake_.end_analyze();
  v1::AnalyzeResponse piece;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(reader->Read(&piece));
    EXPECT_EQ(piece.progress(), i / 4.0);
  }
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(LibraryServices, AnAnalyzeIsStoppedWhenItsClientCancels) {
  const auto called = context();
  const auto reader = library_->Analyze(called.get(), {});
  fake_.wait_asked(1);
  fake_.tell(v1::AnalyzeResponse());
  v1::AnalyzeResponse piece;
  ASSERT_TRUE(reader->Read(&piece));
  called->TryCancel();
  fake_.wait_stopped(1);
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(LibraryServices, AnIdleSearchSendsNothing) {
  const auto called = context(milliseconds(300));
  const auto reader = library_->Search(called.get(), {});
  v1::SearchResponse piece;
  EXPECT_FALSE(reader->Read(&piece)) << "no heartbeat";
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  fake_.wait_stopped(1);
}

TEST_F(LibraryServices, ASearchThatFailsEndsWithItsReason) {
  fake_.fail_with({Code::kInvalidArgument, "FIELD_INVALID", "text: not set"});
  const auto called = context();
  const auto reader = library_->Search(called.get(), {});
  v1::SearchResponse piece;
  EXPECT_FALSE(reader->Read(&piece));
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(reason_of(status), "FIELD_INVALID");
}

TEST_F(LibraryServices, AHangingSearchIsStoppedWhenItsClientCancels) {
  const auto called = context();
  const auto reader = library_->Search(called.get(), {});
  fake_.wait_asked(1);
  fake_.tell(piece_of("one"));
  v1::SearchResponse piece;
  ASSERT_TRUE(reader->Read(&piece));
  called->TryCancel();
  fake_.wait_stopped(1);
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  fake_.tell(piece_of("to nobody"));
  fake_.end();
}

TEST_F(LibraryServices, ASearchNobodyReadsIsStoppedBeforeItTakesMuchMemory) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16'384);
  const auto stub = v1::LibraryService::NewStub(server_.connect("", arguments));
  const auto called = context();
  const auto reader = stub->Search(called.get(), {});
  fake_.wait_asked(1);
  for (int i = 0; i < 200; ++i) fake_.tell(piece_of(std::string(100'000, 'x')));
  fake_.wait_stopped(1);
  v1::SearchResponse piece;
  while (reader->Read(&piece)) {
  }
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_EQ(reason_of(status), "SLOW_CONSUMER");
}

TEST_F(LibraryServices, StopEndsASearchAndOwedAnswersSoon) {
  const auto searched = context();
  const auto reader = library_->Search(searched.get(), {});
  fake_.wait_asked(1);
  fake_.hang();
  auto answered = std::async(std::launch::async, [&] {
    v1::BrowseResponse response;
    return library_->Browse(context().get(), {}, &response);
  });
  fake_.wait_asked(2);
  const auto began = std::chrono::steady_clock::now();
  server_.server().stop(milliseconds(100));
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(600));
  v1::SearchResponse piece;
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_EQ(reason_of(reader->Finish()), "SHUTTING_DOWN");
  EXPECT_FALSE(answered.get().ok());
  fake_.wait_stopped(2);
}

}  // namespace
}  // namespace segue::daemon
