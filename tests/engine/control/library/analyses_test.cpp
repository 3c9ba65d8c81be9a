// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/analyses.h"

#include <algorithm>
#include <fstream>
#include <future>

#include <gmock/gmock.h>

#include "engine/control/analysis/library_store.h"
#include "tests/engine/catalog/fake_provider.h"
#include "tests/engine/control/analysis/fakes.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::control::test {
namespace {

using ::testing::ElementsAre;

constexpr int kRateA = 8'000, kRateB = 11'025;

// What an Analyze has told. Thread-safe.
class Told {
 public:
  void enter(v1::AnalyzeResponse piece) {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(outcome_) << "nothing is told after the end";
    pieces_.push_back(std::move(piece));
    changed_.notify_all();
  }
  void end(Result<void> outcome) {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(outcome_) << "it ends once";
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }
  Result<void> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return outcome_.has_value(); });
    return *outcome_;
  }
  // Blocks until a piece satisfies it, which may be an old one.
  void wait_for(const std::function<bool(const v1::AnalyzeResponse&)>& holds) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::any_of(pieces_.begin(), pieces_.end(), holds); });
  }
  void wait_running() {
    wait_for([](const v1::AnalyzeResponse& piece) { return piece.state() == v1::AnalyzeResponse::RUNNING; });
  }
  bool has_ended() {
    const std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }
  // "a DONE", the last that was told of each.
  std::vector<std::string> ends() {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::string> last;
    for (const auto& piece : pieces_) last[piece.uri()] = v1::AnalyzeResponse::State_Name(piece.state());
    std::vector<std::string> ends;
    for (const auto& [uri, state] : last) ends.push_back(uri + " " + state);
    return ends;
  }
  std::vector<v1::AnalyzeResponse> of(const std::string& uri) {
    const std::lock_guard lock(mutex_);
    std::vector<v1::AnalyzeResponse> pieces;
    for (const auto& piece : pieces_) {
      if (piece.uri() == uri) pieces.push_back(piece);
    }
    return pieces;
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<v1::AnalyzeResponse> pieces_;
  std::optional<Result<void>> outcome_;
};

class AnalysesTest : public ::testing::Test {
 protected:
  AnalysesTest() {
    catalog::Catalogue::Members members{.providers = {}, .clock = clock_, .on_health = nullptr};
    members.providers.push_back(std::make_unique<catalog::test::FakeProvider>("local", script_, "local"));
    catalogue_ = catalog::Catalogue::create(std::move(members));
    AnalysisQueue::Options options{.opener = media_};
    options.make_analyser = make_fakes(heard_);
    options.store = make_library_store(library_);
    queue_ = std::make_unique<AnalysisQueue>(options);
    analyses_ = std::make_unique<Analyses>(Analyses::Parts{*queue_, *library_, *catalogue_});
  }

  std::shared_ptr<Told> analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop = {}) {
    auto told = std::make_shared<Told>();
    analyses_->analyze(
        request, stop, [told](v1::AnalyzeResponse piece) { told->enter(std::move(piece)); },
        [told](Result<void> outcome) { told->end(std::move(outcome)); });
    return told;
  }
  static v1::AnalyzeRequest request_of(const std::vector<std::string>& uris) {
    v1::AnalyzeRequest request;
    for (const std::string& uri : uris) request.add_uris(uri);
    return request;
  }
  Result<v1::GetAnalysisResponse> get(const std::string& uri) {
    std::promise<Result<v1::GetAnalysisResponse>> answered;
    v1::GetAnalysisRequest request;
    request.set_uri(uri);
    analyses_->get(request, {}, [&](auto response) { answered.set_value(std::move(response)); });
    return answered.get_future().get();
  }
  Result<v1::GetWaveformResponse> waveform(const v1::GetWaveformRequest& request) {
    std::promise<Result<v1::GetWaveformResponse>> answered;
    analyses_->get_waveform(request, {}, [&](auto response) { answered.set_value(std::move(response)); });
    return answered.get_future().get();
  }

  catalog::test::ManualClock clock_;
  std::shared_ptr<catalog::test::Script> script_ = std::make_shared<catalog::test::Script>();
  std::shared_ptr<catalog::Library> library_ = *catalog::Library::open({.path = ""});
  MemoryMedia media_;
  const std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
  std::unique_ptr<catalog::Catalogue> catalogue_;
  std::unique_ptr<AnalysisQueue> queue_;
  std::unique_ptr<Analyses> analyses_;
};

TEST_F(AnalysesTest, TellsHowEachTrackGetsOnAndAFailedOneEndsNoOther) {
  media_.add("file:///a", wav_bytes(3, kRateA, 1));
  media_.add("file:///b", wav_bytes(3, kRateB, 2));
  const auto told = analyze(request_of({"file:///a", "file:///gone", "file:///b", "file:///a"}));
  EXPECT_TRUE(told->wait());
  EXPECT_THAT(told->ends(), ElementsAre("file:///a DONE", "file:///b DONE", "file:///gone FAILED"));
  const auto pieces = told->of("file:///a");
  EXPECT_TRUE(pieces.back().analysis().is_final());
  EXPECT_EQ(pieces.back().analysis().rhythm().bpm(), 128);
  EXPECT_EQ(pieces.back().progress(), 1);
  EXPECT_FALSE(pieces.back().is_from_library());
  EXPECT_NE(told->of("file:///gone").back().error().reason(), "");
  EXPECT_EQ(heard_->begun[kRateA], 1) << "named twice, heard once";
}

TEST_F(AnalysesTest, WhatTheLibraryHasIsToldAtOnceAndAHintOrForceListensAnew) {
  media_.add("file:///a", wav_bytes(3, kRateA));
  EXPECT_TRUE(analyze(request_of({"file:///a"}))->wait());
  const auto again = analyze(request_of({"file:///a"}));
  EXPECT_TRUE(again->wait());
  EXPECT_TRUE(again->of("file:///a").back().is_from_library());
  EXPECT_EQ(heard_->begun[kRateA], 1);
  v1::AnalyzeRequest hinted = request_of({"file:///a"});
  hinted.mutable_hint()->set_bpm(64);
  EXPECT_TRUE(analyze(hinted)->wait());
  EXPECT_EQ(heard_->begun[kRateA], 2);
  v1::AnalyzeRequest forced = request_of({"file:///a"});
  forced.set_force(true);
  EXPECT_TRUE(analyze(forced)->wait());
  EXPECT_EQ(heard_->begun[kRateA], 3);
}

TEST_F(AnalysesTest, AStoppedCallWithdrawsWhatNobodyElseWants) {
  heard_->stops_at = kRateA;
  media_.add("file:///a", wav_bytes(5, kRateA, 1));
  media_.add("file:///b", wav_bytes(5, kRateB, 2)).present = 10;  // or it might be the first to be ready
  std::stop_source stop;
  const auto stopped = analyze(request_of({"file:///a", "file:///b"}), stop.get_token());
  stopped->wait_running();
  const auto other = analyze(request_of({"file:///a"}));
  EXPECT_EQ(analyses_->list().items_size(), 2);
  EXPECT_EQ(analyses_->list().items(0).urgency(), v1::ListAnalysesResponse::ASKED);
  stop.request_stop();
  EXPECT_EQ(stopped->wait().error().code, Code::kCancelled);
  ASSERT_EQ(analyses_->list().items_size(), 1) << "the other call still wants one of them";
  EXPECT_EQ(analyses_->list().items(0).uri(), "file:///a");
  EXPECT_FALSE(other->has_ended());
  heard_->let_go();
  EXPECT_TRUE(other->wait());
  EXPECT_THAT(other->ends(), ElementsAre("file:///a DONE"));
  EXPECT_EQ(heard_->begun.count(kRateB), 0U);
}

TEST_F(AnalysesTest, ACallThatWasStoppedBeforeItBeganIsCancelled) {
  media_.add("file:///a", wav_bytes(1, kRateA));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(analyze(request_of({"file:///a"}), stop.get_token())->wait().error().code, Code::kCancelled);
}

TEST_F(AnalysesTest, TheEndCancelsOpenCalls) {
  heard_->stops_at = kRateA;
  media_.add("file:///a", wav_bytes(5, kRateA));
  const auto told = analyze(request_of({"file:///a"}));
  told->wait_running();
  analyses_.reset();
  EXPECT_EQ(told->wait().error().code, Code::kCancelled);
  heard_->let_go();
  queue_.reset();
}

TEST_F(AnalysesTest, AnAnalysisIsSentOnceNotWithEachProgress) {
  auto& track = media_.add("file:///a", wav_bytes(40, kRateA));
  track.present = static_cast<std::int64_t>(track.bytes.size()) - 4'000;  // it streams in: there are estimates
  const auto told = analyze(request_of({"file:///a"}));
  told->wait_for([](const v1::AnalyzeResponse& piece) { return piece.has_analysis(); });
  track.present = static_cast<std::int64_t>(track.bytes.size());
  EXPECT_TRUE(told->wait());
  std::vector<double> tempi;
  for (const auto& piece : told->of("file:///a")) {
    if (piece.has_analysis()) tempi.push_back(piece.analysis().rhythm().bpm());
    EXPECT_EQ(piece.has_analysis() && piece.analysis().is_final(), piece.state() == v1::AnalyzeResponse::DONE);
  }
  EXPECT_GE(tempi.size(), 2U) << "an estimate and the whole";
  EXPECT_EQ(std::adjacent_find(tempi.begin(), tempi.end()), tempi.end()) << "the same one was sent twice";
}

TEST_F(AnalysesTest, TheLibraryAnswersByAddress) {
  EXPECT_EQ(get("file:///a").error().reason, "NOT_ANALYSED");
  media_.add("file:///a", wav_bytes(3, kRateA));
  EXPECT_TRUE(analyze(request_of({"file:///a"}))->wait());
  const auto known = get("file:///a");
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_EQ(known->analysis().rhythm().bpm(), 128);
  EXPECT_NE(known->content(), "");
}

TEST_F(AnalysesTest, AFileOfAnotherLengthThanTheOneHeardIsNotKnown) {
  const testing::TempDir folder;
  const std::string path = folder.path("a.wav");
  const std::string uri = "file://" + path;
  const std::string bytes = wav_bytes(3, kRateA);
  std::ofstream(path, std::ios::binary) << bytes;
  media_.add(uri, bytes);
  EXPECT_TRUE(analyze(request_of({uri}))->wait());
  EXPECT_TRUE(get(uri));
  std::ofstream(path, std::ios::binary | std::ios::app) << "more";
  EXPECT_EQ(get(uri).error().reason, "NOT_ANALYSED");
}

TEST_F(AnalysesTest, WaveformsComeFromTheLibraryWithTheirVersion) {
  model::TrackAnalysis analysis;
  analysis.is_final = true;
  analysis.duration_s = 2;
  analysis.waveform.overview = {1, 2, 3, 4, 5, 6, 7, 8};
  ASSERT_TRUE(library_->put_analysis("100-abc", analysis));
  ASSERT_TRUE(library_->set_content("segue://x/1", "100-abc"));
  v1::GetWaveformRequest request;
  request.set_uri("segue://x/1");
  const auto first = waveform(request);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->columns(), 2U);
  EXPECT_EQ(first->columns_per_s(), 1);
  request.set_known_version(first->version());
  EXPECT_TRUE(waveform(request)->data().empty());
  request.set_uri("segue://x/2");
  EXPECT_EQ(waveform(request).error().reason, "NOT_ANALYSED");
}

}  // namespace
}  // namespace segue::control::test
