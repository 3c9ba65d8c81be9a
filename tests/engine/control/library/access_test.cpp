// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/access.h"

#include <future>
#include <map>

#include <gmock/gmock.h>

#include "engine/catalog/catalogue.h"
#include "tests/engine/catalog/fake_provider.h"
#include "tests/engine/control/analysis/fakes.h"
#include "tests/engine/control/library/fakes.h"

namespace segue::control {
namespace {

using catalog::test::entry_of;
using catalog::test::FakeProvider;
using catalog::test::ManualClock;
using catalog::test::Script;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A library in which nothing is.
class EmptyLibrary final : public catalog::Library {
 public:
  Result<void> add_folders(const std::string&, const std::vector<std::string>&) override { return {}; }
  void rescan(const std::string& provider) override { rescanned_.push_back(provider); }
  catalog::ScanProgress scan_progress(const std::string& provider) const override {
    catalog::ScanProgress scan;
    scan.provider = provider;
    scan.seen = 12;
    return scan;
  }
  void wait_for_scan(const std::string&) override {}
  Result<std::vector<catalog::Entry>> search(const std::string&, const std::string&, int, int) override {
    return nothing();
  }
  Result<catalog::Entry> get(const std::string&, const std::string&) override { return nothing(); }
  Result<catalog::Entry> find_uri(const std::string&) override { return nothing(); }
  Result<catalog::Listing> browse(const std::string&, const std::string&, const std::string&) override {
    return nothing();
  }
  Result<std::string> path_of(const std::string&, const std::string&) override { return nothing(); }
  Result<std::int64_t> count(const std::string&) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !is_hung_; });
    return 34;
  }
  void set_hung(bool is_hung) {
    const std::lock_guard lock(mutex_);
    is_hung_ = is_hung;
    changed_.notify_all();
  }
  Result<void> tell_known(std::vector<catalog::Entry>& entries) override {
    for (catalog::Entry& entry : entries) {
      if (entry.uri == "segue://a/1") entry.bpm = 127.98;
    }
    return {};
  }
  Result<void> remember(const std::vector<catalog::Entry>& entries) override {
    const std::lock_guard lock(mutex_);
    for (const catalog::Entry& entry : entries) remembered_.push_back(entry.uri);
    changed_.notify_all();
    return {};
  }
  // Blocks until so many are.
  std::vector<std::string> wait_remembered(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return remembered_.size() >= count; });
    return remembered_;
  }
  Result<std::vector<catalog::Playlist>> playlists(const std::string&) override { return nothing(); }
  Result<catalog::PlaylistContent> playlist(const std::string&, const std::string&) override { return nothing(); }
  Result<catalog::Playlist> create_playlist(const std::string&, const std::string&,
                                            const std::vector<std::string>&) override {
    return nothing();
  }
  Result<catalog::Playlist> edit_playlist(const std::string&, const std::string&,
                                          const catalog::PlaylistEdit&) override {
    return nothing();
  }
  Result<void> delete_playlist(const std::string&, const std::string&) override { return nothing(); }
  Result<std::optional<model::TrackAnalysis>> analysis(const std::string&) override { return nothing(); }
  Result<void> put_analysis(const std::string&, const model::TrackAnalysis&) override { return nothing(); }
  Result<void> set_content(const std::string&, const std::string&) override { return nothing(); }
  Result<std::string> content_of(const std::string&) override { return nothing(); }
  std::int64_t damaged_analyses() const override { return 0; }
  Result<catalog::KeptMarks> marks(const std::string& uri) override {
    const std::lock_guard lock(mutex_);
    return marked_.contains(uri) ? catalog::KeptMarks{marked_[uri], "1"} : catalog::KeptMarks{{}, "0"};
  }
  Result<std::string> put_marks(const std::string& uri, const model::TrackMarks& marks, const std::string&) override {
    const std::lock_guard lock(mutex_);
    marked_[uri] = marks;
    return "1";
  }
  Result<std::vector<catalog::TrackMatch>> match(const std::vector<catalog::ForeignTrack>&) override {
    return nothing();
  }
  Result<std::vector<std::size_t>> put_changes(const std::vector<catalog::MarksChange>&) override { return nothing(); }
  Result<catalog::ForeignLibrary> collect() override { return nothing(); }
  std::vector<std::string> rescanned() const { return rescanned_; }

 private:
  static tl::unexpected<Error> nothing() { return fail(Code::kNotFound, "TRACK_MISSING", "nothing is here"); }
  std::vector<std::string> rescanned_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> remembered_;  // guarded by mutex_
  std::map<std::string, model::TrackMarks> marked_;  // guarded by mutex_
  bool is_hung_ = false;                 // guarded by mutex_
};

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    catalog::Catalogue::Members members{.providers = {}, .library = &library_, .clock = clock_, .on_health = nullptr};
    for (const char* name : {"a", "b", "c"}) {
      scripts_.push_back(std::make_shared<Script>());
      auto entry = entry_of(name, "1", std::string("Only of ") + name);
      entry.artwork = "cover";
      scripts_.back()->set_entries({entry});
      members.providers.push_back(
          std::make_unique<FakeProvider>(name, scripts_.back(), *name == 'b' ? "local" : "fake"));
    }
    catalogue_ = catalog::Catalogue::create(std::move(members));
    for (const auto& script : scripts_) script->wait_checks(1);
    config_.cache.disk_bytes_max = 1'000;
    access_ = make_library_access({*catalogue_, library_, fetcher_, *cache_, analyses_, config_, clock_, nullptr});
  }
  ~AccessTest() override {
    for (const auto& script : scripts_) script->let_go();
  }

  // Calls one of LibraryAccess's methods and waits for its answer.
  template <typename Response, typename Method, typename Request>
  Result<Response> call(Method method, const Request& request, const std::stop_token& stop = {}) {
    auto promise = std::make_shared<std::promise<Result<Response>>>();
    auto answered = promise->get_future();
    const auto answer = [promise](Result<Response> response) { promise->set_value(std::move(response)); };
    if constexpr (std::is_invocable_v<Method, LibraryAccess&, Request, std::stop_token, decltype(answer)>) {
      std::invoke(method, *access_, request, stop, answer);
    } else {
      std::invoke(method, *access_, request, answer);
    }
    return answered.get();
  }

  // The answer, by way of deadlines if need be.
  template <typename Response>
  Result<Response> let_time_pass(std::future<Result<Response>> answered) {
    v1::GetTrackRequest another;  // whose deadline makes the catalogue look at the clock
    another.set_uri("segue://a/1");
    while (answered.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
      clock_.advance(std::chrono::seconds(1));
      EXPECT_TRUE(call<v1::GetTrackResponse>(&LibraryAccess::get_track, another));
    }
    return answered.get();
  }

  struct Heard {
    std::vector<v1::SearchResponse> pieces;
    Result<void> outcome;
  };
  Heard search(const v1::SearchRequest& request, const std::stop_token& stop = {}) {
    std::promise<Result<void>> done;
    auto heard = std::make_shared<Heard>();
    access_->search(
        request, stop, [heard](v1::SearchResponse piece) { heard->pieces.push_back(std::move(piece)); },
        [&](Result<void> outcome) { done.set_value(std::move(outcome)); });
    heard->outcome = done.get_future().get();
    return *heard;
  }

  ManualClock clock_;
  std::vector<std::shared_ptr<Script>> scripts_;
  EmptyLibrary library_;
  test::FakeFetcher fetcher_;
  std::unique_ptr<stream::BlockCache> cache_ = stream::BlockCache::create({});
  test::MemoryMedia media_;
  AnalysisQueue analyses_{{.opener = media_}};
  model::Config config_;
  std::unique_ptr<catalog::Catalogue> catalogue_;
  std::unique_ptr<LibraryAccess> access_;
};

TEST_F(AccessTest, MarksAreOfTracksThatAreThereOrWhoseProviderIsAway) {
  v1::GetMarksRequest look;
  v1::SetMarksRequest set;
  set.mutable_marks()->set_rating(4);
  const auto reason = [&](const std::string& uri) {
    look.set_uri(uri);
    const auto told = call<v1::GetMarksResponse>(&LibraryAccess::get_marks, look);
    set.set_uri(uri);
    const auto kept = call<v1::SetMarksResponse>(&LibraryAccess::set_marks, set);
    EXPECT_EQ(told.has_value(), kept.has_value()) << uri;
    return kept ? std::string("kept") : kept.error().reason;
  };
  EXPECT_EQ(reason("segue://a/1"), "kept");
  EXPECT_EQ(reason("segue://a/2"), "TRACK_MISSING");
  EXPECT_EQ(reason("segue://nobody/1"), "PROVIDER_MISSING");
  EXPECT_EQ(reason("file:///nowhere/at/all.flac"), "FILE_MISSING");
  scripts_[0]->set(Script::Mode::kFail, {Code::kUnavailable, "CONNECTION_REFUSED", "a: is away"});
  EXPECT_EQ(reason("segue://a/2"), "kept") << "nobody can say that there is no such track";
  scripts_[0]->set(Script::Mode::kAnswer);
  EXPECT_EQ(reason("segue://a/2"), "kept") << "what was marked once may be marked again";
}

TEST_F(AccessTest, SearchStreamsResultsAndOutcomes) {
  scripts_[2]->set(Script::Mode::kFail, {Code::kUnavailable, "CONNECTION_REFUSED", "c: connection refused"});
  v1::SearchRequest request;
  request.set_text("only");
  const Heard heard = search(request);
  EXPECT_TRUE(heard.outcome);
  std::vector<std::string> titles, outcomes;
  for (const auto& piece : heard.pieces) {
    for (const auto& result : piece.results()) titles.push_back(result.track().title());
    for (const auto& outcome : piece.outcomes()) outcomes.push_back(outcome.provider() + outcome.error().reason());
  }
  EXPECT_THAT(titles, ::testing::UnorderedElementsAre("Only of a", "Only of b"));
  EXPECT_THAT(outcomes, ::testing::UnorderedElementsAre("a", "b", "cCONNECTION_REFUSED"));
}

TEST_F(AccessTest, ALongSearchComesInPiecesOfBoundedSize) {
  std::vector<catalog::Entry> entries;
  for (int i = 0; i < 500; ++i) {
    entries.push_back(entry_of("a", std::to_string(i), std::string(4'000, 'x') + std::to_string(i)));
  }
  scripts_[0]->set_entries(entries);
  v1::SearchRequest request;
  request.set_text("x");
  request.set_limit(500);
  request.add_providers("a");
  const Heard heard = search(request);
  int results = 0;
  for (const auto& piece : heard.pieces) {
    results += piece.results_size();
    EXPECT_LE(piece.ByteSizeLong(), 300U << 10);
  }
  EXPECT_EQ(results, 500);
}

TEST_F(AccessTest, AWrongSearchFailsAtOnceAndAStoppedOneIsCancelled) {
  EXPECT_EQ(search({}).outcome.error().reason, "FIELD_INVALID");
  scripts_[0]->set(Script::Mode::kHang);
  std::stop_source stop;
  v1::SearchRequest request;
  request.set_text("x");
  auto heard = std::async(std::launch::async, [&] { return search(request, stop.get_token()); });
  scripts_[0]->wait_inside(1);
  stop.request_stop();
  EXPECT_EQ(heard.get().outcome.error().code, Code::kCancelled);
}

TEST_F(AccessTest, BrowsingBeginsAtTheProviders) {
  const auto root = call<v1::BrowseResponse>(&LibraryAccess::browse, v1::BrowseRequest());
  ASSERT_TRUE(root);
  ASSERT_EQ(root->nodes_size(), 3);
  EXPECT_EQ(root->nodes(0).kind(), "provider");
  v1::BrowseRequest request;
  request.set_provider(root->nodes(0).id());
  const auto level = call<v1::BrowseResponse>(&LibraryAccess::browse, request);
  EXPECT_EQ(level->nodes(0).id(), "albums");
  EXPECT_EQ(level->tracks(0).title(), "Only of a");
  EXPECT_EQ(level->tracks(0).bpm(), 127.98) << "as the library knows";
}

TEST_F(AccessTest, ATrackTellsWhatTheCacheHasOfIt) {
  const auto content = cache_->open({"a", "a/1", "etag:1"}, true);
  content->set_size(100'000);
  content->put(0, std::vector<std::byte>(stream::kBlockBytes));
  v1::GetTrackRequest request;
  request.set_uri("segue://a/1");
  const auto track = call<v1::GetTrackResponse>(&LibraryAccess::get_track, request);
  ASSERT_TRUE(track);
  EXPECT_EQ(track->track().title(), "Only of a");
  EXPECT_EQ(track->track().bpm(), 127.98) << "as the library knows";
  EXPECT_EQ(track->cached_bytes(), stream::kBlockBytes);
  request.set_uri("segue://a/none");
  EXPECT_EQ(call<v1::GetTrackResponse>(&LibraryAccess::get_track, request).error().reason, "TRACK_MISSING");
}

TEST_F(AccessTest, ArtworkIsThePictureOfTheTrack) {
  v1::GetArtworkRequest request;
  request.set_uri("segue://a/1");
  EXPECT_EQ(call<v1::GetArtworkResponse>(&LibraryAccess::get_artwork, request)->picture(), "picture of cover");
  scripts_[0]->set_entries({entry_of("a", "1", "Bare")});
  EXPECT_EQ(call<v1::GetArtworkResponse>(&LibraryAccess::get_artwork, request).error().reason, "ARTWORK_MISSING");
}

TEST_F(AccessTest, PlaylistsOfAllProvidersInOrderWithThoseThatFailed) {
  scripts_[1]->set(Script::Mode::kFail, {Code::kUnavailable, "NET_TIMEOUT", "b: away"});
  const auto all = call<v1::ListPlaylistsResponse>(&LibraryAccess::list_playlists, v1::ListPlaylistsRequest());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->playlists_size(), 2);
  EXPECT_EQ(all->playlists(0).provider(), "a");
  EXPECT_EQ(all->playlists(1).provider(), "c");
  EXPECT_EQ(all->failures(0).provider(), "b");
  v1::ListPlaylistsRequest one;
  one.set_provider("b");
  EXPECT_EQ(call<v1::ListPlaylistsResponse>(&LibraryAccess::list_playlists, one).error().reason, "NET_TIMEOUT");
}

TEST_F(AccessTest, PlaylistsAreMadeChangedAndRemoved) {
  v1::CreatePlaylistRequest create;
  create.set_name("Night");
  create.add_uris("segue://a/1");
  const auto made = call<v1::CreatePlaylistResponse>(&LibraryAccess::create_playlist, create);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->playlist().provider(), "b") << "the first local one";
  EXPECT_EQ(made->playlist().tracks(), 1U);
  EXPECT_THAT(library_.wait_remembered(1), ElementsAre("segue://a/1")) << "to be named while its provider is away";
  v1::EditPlaylistRequest edit;
  edit.set_provider("a");
  edit.set_id("1");
  edit.set_version("v0");
  edit.mutable_rename()->set_name("Day");
  EXPECT_EQ(call<v1::EditPlaylistResponse>(&LibraryAccess::edit_playlist, edit).error().reason, "PLAYLIST_CHANGED");
  edit.set_version("v1");
  EXPECT_EQ(call<v1::EditPlaylistResponse>(&LibraryAccess::edit_playlist, edit)->playlist().name(), "Day");
  v1::GetPlaylistRequest get;
  get.set_provider("a");
  get.set_id("1");
  EXPECT_EQ(call<v1::GetPlaylistResponse>(&LibraryAccess::get_playlist, get)->tracks_size(), 1);
  v1::DeletePlaylistRequest remove;
  remove.set_provider("a");
  remove.set_id("1");
  EXPECT_TRUE(call<v1::DeletePlaylistResponse>(&LibraryAccess::delete_playlist, remove));
}

TEST_F(AccessTest, ProvidersAreListedAndRefreshed) {
  const auto list = call<v1::ListProvidersResponse>(&LibraryAccess::list_providers, v1::ListProvidersRequest());
  ASSERT_EQ(list->providers_size(), 3);
  EXPECT_FALSE(list->providers(0).has_scan());
  EXPECT_EQ(list->providers(1).scan().done(), 12);
  EXPECT_EQ(list->providers(1).tracks(), 34);
  scripts_[1]->set_check(fail(Code::kUnauthenticated, "AUTH_FAILED", "b: wrong password"));
  v1::RefreshProviderRequest request;
  request.set_name("b");
  const auto refreshed = call<v1::RefreshProviderResponse>(&LibraryAccess::refresh_provider, request);
  ASSERT_TRUE(refreshed) << refreshed.error().message;
  EXPECT_EQ(refreshed->provider().health(), v1::Provider::REFUSED);
  EXPECT_THAT(library_.rescanned(), ElementsAre("b"));
  request.set_name("zoo");
  EXPECT_EQ(call<v1::RefreshProviderResponse>(&LibraryAccess::refresh_provider, request).error().code, Code::kNotFound);
}

TEST_F(AccessTest, ProvidersAreListedWhileALibraryHangs) {
  library_.set_hung(true);
  std::promise<Result<v1::ListProvidersResponse>> answered;
  access_->list_providers({}, [&](auto response) { answered.set_value(std::move(response)); });
  const auto list = let_time_pass(answered.get_future());
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->providers_size(), 3);
  EXPECT_EQ(list->providers(1).scan().done(), 12);
  library_.set_hung(false);
}

TEST_F(AccessTest, ALibraryThatDoesNotAnswerIsNotAskedToScan) {
  scripts_[1]->set(Script::Mode::kDeaf);
  v1::BrowseRequest browse;
  browse.set_provider("b");
  for (int i = 0; i < 4; ++i) access_->browse(browse, {}, [](const auto&) {});
  scripts_[1]->wait_inside(4);
  v1::RefreshProviderRequest request;
  request.set_name("b");
  std::promise<Result<v1::RefreshProviderResponse>> answered;
  access_->refresh_provider(request, {}, [&](auto response) { answered.set_value(std::move(response)); });
  EXPECT_TRUE(let_time_pass(answered.get_future()));
  EXPECT_THAT(library_.rescanned(), ElementsAre());
}

TEST_F(AccessTest, PrefetchesAndCountersAreTold) {
  v1::PrefetchRequest request;
  request.add_uris("segue://a/1");
  EXPECT_EQ(call<v1::PrefetchResponse>(&LibraryAccess::prefetch, request)->added(), 1U);
  fetcher_.wait_begun(1);
  const auto list = call<v1::ListPrefetchesResponse>(&LibraryAccess::list_prefetches, v1::ListPrefetchesRequest());
  EXPECT_EQ(list->items(0).state(), v1::ListPrefetchesResponse::Item::FETCHING);
  const auto removed = call<v1::CancelPrefetchResponse>(&LibraryAccess::cancel_prefetch, v1::CancelPrefetchRequest());
  EXPECT_EQ(removed->removed(), 1U);
  const auto network = call<v1::GetNetworkResponse>(&LibraryAccess::get_network, v1::GetNetworkRequest());
  EXPECT_EQ(network->requests(), 7U);
  EXPECT_EQ(network->faults(0).reason(), "CONNECTION_RESET");
  EXPECT_EQ(network->cache_disk_bytes_max(), 1'000);
}

TEST_F(AccessTest, AnAnswerOwedAtTheEndIsGiven) {
  scripts_[0]->set(Script::Mode::kHang);
  std::promise<Result<v1::GetTrackResponse>> answered;
  v1::GetTrackRequest request;
  request.set_uri("segue://a/1");
  access_->get_track(request, {}, [&](auto response) { answered.set_value(std::move(response)); });
  scripts_[0]->wait_inside(1);
  access_.reset();
  catalogue_.reset();
  EXPECT_EQ(answered.get_future().get().error().code, Code::kCancelled);
}

TEST_F(AccessTest, AWrongAnalyzeFailsAtOnce) {
  std::promise<Result<void>> done;
  access_->analyze({}, {}, [](const v1::AnalyzeResponse&) { ADD_FAILURE(); },
                   [&](Result<void> outcome) { done.set_value(std::move(outcome)); });
  EXPECT_EQ(done.get_future().get().error().reason, "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(call<v1::GetAnalysisResponse>(&LibraryAccess::get_analysis, v1::GetAnalysisRequest()).error().reason,
            "FIELD_INVALID");
  EXPECT_EQ(call<v1::GetWaveformResponse>(&LibraryAccess::get_waveform, v1::GetWaveformRequest()).error().reason,
            "FIELD_INVALID");
  EXPECT_EQ(call<v1::ListAnalysesResponse>(&LibraryAccess::list_analyses, v1::ListAnalysesRequest())->items_size(), 0);
}

}  // namespace
}  // namespace segue::control
