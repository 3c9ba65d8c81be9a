// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/catalogue.h"

#include <atomic>
#include <future>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "tests/engine/catalog/fake_provider.h"

namespace segue::catalog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::entry_of;
using test::FakeProvider;
using test::ManualClock;
using test::Script;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Steady = std::chrono::steady_clock;
using Kind = SearchNews::Kind;

// Collects what a search tells.
class Listener {
 public:
  std::function<void(SearchNews)> tell() {
    return [this](SearchNews news) {
      const std::lock_guard lock(mutex_);
      EXPECT_FALSE(is_done_) << "nothing comes after kDone";
      is_done_ = news.kind == Kind::kDone;
      news_.push_back({std::move(news), Steady::now()});
      changed_.notify_all();
    };
  }
  std::vector<SearchNews> wait_done() {
    return wait([this] { return is_done_; });
  }
  std::vector<SearchNews> wait_outcomes(std::size_t count) {
    return wait([this, count] {
      return static_cast<std::size_t>(std::count_if(news_.begin(), news_.end(), [](const auto& piece) {
               return piece.first.kind == Kind::kProviderDone || piece.first.kind == Kind::kProviderFailed;
             })) >= count;
    });
  }
  Steady::time_point first_matches_at() {
    const std::lock_guard lock(mutex_);
    for (const auto& [news, at] : news_) {
      if (news.kind == Kind::kMatches) return at;
    }
    return Steady::time_point::max();
  }

 private:
  template <typename Until>
  std::vector<SearchNews> wait(Until until) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, seconds(10), until));
    std::vector<SearchNews> all;
    for (const auto& [news, at] : news_) all.push_back(news);
    return all;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<SearchNews, Steady::time_point>> news_;
  bool is_done_ = false;
};

class CatalogueTest : public ::testing::Test {
 protected:
  // Providers "a", "b" … with a track of their own each.
  void open(int count, const std::string& first_type = "fake") {
    Catalogue::Members members{
        .providers = {}, .clock = clock_, .on_health = [this](const std::string& name, const Health& health) {
          const std::lock_guard lock(mutex_);
          told_.push_back({name, health});
          changed_.notify_all();
        }};
    for (int i = 0; i < count; ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      scripts_.push_back(std::make_shared<Script>());
      scripts_.back()->set_entries({entry_of(name, "1", "Only of " + name)});
      members.providers.push_back(std::make_unique<FakeProvider>(name, scripts_.back(), i == 0 ? first_type : "fake"));
    }
    catalogue_ = Catalogue::create(std::move(members));
    for (const auto& script : scripts_) script->wait_checks(1);
    wait_health(static_cast<std::size_t>(count));
  }
  void wait_health(std::size_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, seconds(10), [&] { return told_.size() >= count; }));
  }
  Health health_of(const std::string& name) const {
    for (const auto& status : catalogue_->providers()) {
      if (status.description.name == name) return status.health;
    }
    return {};
  }
  // Lets catalogue threads see the new time.
  void advance(Nanoseconds time) {
    clock_.advance(time);
    catalogue_->ask("nobody", milliseconds(1), {}, nullptr, [](const Result<void>&) {});
  }
  // Minutes go by until `a` has been checked so many times more.
  void advance_until_checked(int count) {
    for (const int until = scripts_[0]->checks() + count; scripts_[0]->checks() < until;) {
      advance(seconds(61));
      // A check under way must not lose its patience.
      const auto before = health_of("a").calls;
      const auto give_up = Steady::now() + milliseconds(100);
      while (health_of("a").calls == before && Steady::now() < give_up) std::this_thread::yield();
    }
  }
  ~CatalogueTest() override {
    for (const auto& script : scripts_) script->let_go();
  }

  ManualClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<std::string, Health>> told_;
  std::vector<std::shared_ptr<Script>> scripts_;
  std::unique_ptr<Catalogue> catalogue_;
};

std::set<std::string> uris_in(const std::vector<SearchNews>& all) {
  std::set<std::string> uris;
  for (const SearchNews& news : all) {
    for (const Match& match : news.matches) {
      uris.insert(match.entry.uri);
      for (const Entry& other : match.others) uris.insert(other.uri);
    }
  }
  return uris;
}

TEST_F(CatalogueTest, FirstResultsComeWhileOneOfThreeHangs) {
  open(3);
  scripts_[1]->set(Script::Mode::kDeaf);
  Listener listener;
  const auto began = Steady::now();
  catalogue_->search({.text = "x"}, listener.tell(), {});
  listener.wait_outcomes(2);
  EXPECT_LE(listener.first_matches_at() - began, seconds(2));

  advance(seconds(6));
  const auto all = listener.wait_done();
  EXPECT_THAT(uris_in(all), UnorderedElementsAre("segue://a/1", "segue://c/1"));
  int failed = 0;
  for (const SearchNews& news : all) {
    if (news.kind != Kind::kProviderFailed) continue;
    ++failed;
    EXPECT_EQ(news.provider, "b");
    EXPECT_EQ(news.error->reason, "PROVIDER_TIMEOUT");
    EXPECT_THAT(news.error->message, HasSubstr("5 s"));
    EXPECT_GE(news.seconds, 5);
  }
  EXPECT_EQ(failed, 1);
}

TEST_F(CatalogueTest, SearchLosesNothingAndMergesAcrossProviders) {
  open(3);
  std::set<std::string> expected;
  for (std::size_t p = 0; p < 3; ++p) {
    const std::string name(1, static_cast<char>('a' + p));
    std::vector<Entry> entries;
    for (int i = 0; i < 200; ++i) {
      entries.push_back(entry_of(name, std::to_string(i), i % 2 == 0 ? "Shared " + std::to_string(i) : name));
      expected.insert(entries.back().uri);
    }
    scripts_[p]->set_entries(entries);
  }
  for (int round = 0; round < 20; ++round) {
    Listener listener;
    catalogue_->search({.text = "x", .limit = 500}, listener.tell(), {});
    const auto all = listener.wait_done();
    EXPECT_EQ(uris_in(all), expected);
    EXPECT_EQ(all.back().kind, Kind::kDone);
    std::map<std::string, std::size_t> sources;
    for (const SearchNews& news : all) {
      for (const Match& match : news.matches) sources[match.entry.title] = 1 + match.others.size();
    }
    EXPECT_EQ(sources["Shared 0"], 3U) << "the last told of it has all sources";
  }
}

TEST_F(CatalogueTest, ErrorsOfProvidersPassAsTheyAre) {
  open(2);
  scripts_[0]->set(Script::Mode::kFail, {Code::kUnauthenticated, "AUTH_FAILED", "a: wrong password"});
  Listener listener;
  catalogue_->search({.text = "x"}, listener.tell(), {});
  for (const SearchNews& news : listener.wait_done()) {
    if (news.kind != Kind::kProviderFailed) continue;
    EXPECT_EQ(news.provider, "a");
    EXPECT_EQ(news.error->code, Code::kUnauthenticated);
    EXPECT_EQ(news.error->reason, "AUTH_FAILED");
  }
  const auto track = catalogue_->track("segue://b/none", {});
  ASSERT_FALSE(track);
  EXPECT_EQ(track.error().reason, "TRACK_MISSING");
}

TEST_F(CatalogueTest, AProviderNobodyKnowsIsToldAsFailed) {
  open(1);
  Listener listener;
  catalogue_->search({.text = "x", .providers = {"a", "zoo"}}, listener.tell(), {});
  std::vector<std::string> failed;
  for (const SearchNews& news : listener.wait_done()) {
    if (news.kind == Kind::kProviderFailed) failed.push_back(news.provider + " " + news.error->reason);
  }
  EXPECT_THAT(failed, ElementsAre("zoo PROVIDER_MISSING"));
}

TEST_F(CatalogueTest, ASearchOfNobodyIsDone) {
  open(0);
  Listener listener;
  catalogue_->search({.text = "x"}, listener.tell(), {});
  EXPECT_EQ(listener.wait_done().size(), 1U);
}

TEST_F(CatalogueTest, StopEndsASearchSoonWithWhatThereIs) {
  open(2);
  scripts_[0]->set(Script::Mode::kHang);
  Listener listener;
  std::stop_source stop;
  catalogue_->search({.text = "x"}, listener.tell(), stop.get_token());
  listener.wait_outcomes(1);
  const auto began = Steady::now();
  stop.request_stop();
  const auto all = listener.wait_done();
  EXPECT_LE(Steady::now() - began, seconds(2));
  EXPECT_THAT(uris_in(all), UnorderedElementsAre("segue://b/1"));
}

TEST_F(CatalogueTest, AStopBeforehandEndsItToo) {
  open(1);
  scripts_[0]->set(Script::Mode::kHang);
  std::stop_source stop;
  stop.request_stop();
  const auto outcome = catalogue_->with("a", seconds(5), stop.get_token(),
                                        [](Provider& provider, const auto& token) { return provider.login(token); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kCancelled);
}

TEST_F(CatalogueTest, AProviderHasFourThreadsAndABoundedQueue) {
  open(2);
  scripts_[0]->set(Script::Mode::kHang);
  std::atomic<int> busy{0}, cancelled{0};
  const auto call = [](Provider& provider, const std::stop_token& stop) { return provider.login(stop); };
  for (int i = 0; i < 100; ++i) {
    catalogue_->ask("a", seconds(60), {}, call, [&](const Result<void>& outcome) {
      ++(!outcome && outcome.error().reason == "PROVIDER_BUSY" ? busy : cancelled);
    });
  }
  scripts_[0]->wait_inside(4);
  EXPECT_TRUE(catalogue_->with("b", seconds(5), {}, call)) << "nobody else waits for it";
  // What waits has lost its patience and makes room.
  advance(seconds(61));
  EXPECT_EQ(scripts_[0]->inside_max(), 4);
  scripts_[0]->let_go();
  catalogue_.reset();
  EXPECT_EQ(busy + cancelled, 100);
  EXPECT_GE(busy, 100 - 4 - 64);
  EXPECT_LE(busy, 100 - 64) << "as many wait as may";
}

TEST_F(CatalogueTest, CallsThatTimedOutMakeRoomForOthers) {
  open(1);
  scripts_[0]->set(Script::Mode::kDeaf);
  const auto call = [](Provider& provider, const std::stop_token& stop) { return provider.login(stop); };
  std::atomic<int> timed_out{0};
  const auto count = [&](const Result<void>& outcome) {
    if (!outcome && outcome.error().reason == "PROVIDER_TIMEOUT") ++timed_out;
  };
  for (int i = 0; i < 4; ++i) catalogue_->ask("a", milliseconds(1), {}, call, count);
  scripts_[0]->wait_inside(4);
  for (int i = 0; i < 64; ++i) catalogue_->ask("a", milliseconds(1), {}, call, count);
  advance(milliseconds(2));
  while (timed_out < 68) std::this_thread::yield();
  std::promise<Result<void>> last;
  catalogue_->ask("a", seconds(60), {}, call, [&](Result<void> outcome) { last.set_value(std::move(outcome)); });
  scripts_[0]->let_go();
  EXPECT_TRUE(last.get_future().get()) << "it was not refused, and ran when a thread was free";
}

TEST_F(CatalogueTest, TracksAndMediaAreFoundByTheirAddress) {
  open(1);
  EXPECT_EQ(catalogue_->track("segue://a/1", {})->title, "Only of a");
  EXPECT_EQ(catalogue_->resolve("segue://a/1", {})->cache_key, "a/1");
  EXPECT_EQ(catalogue_->resolve("segue://zoo/1", {}).error().reason, "PROVIDER_MISSING");
  EXPECT_EQ(catalogue_->resolve("gopher://x", {}).error().reason, "URI_UNSUPPORTED");
  EXPECT_EQ(catalogue_->resolve("file:///music/a%20b.mp3", {})->path, "/music/a b.mp3");
  EXPECT_EQ(catalogue_->resolve("file:relative", {}).error().reason, "URI_UNSUPPORTED");
  EXPECT_EQ(catalogue_->track("file:///music/a%20b.mp3", {})->title, "a b.mp3");
  const auto plain = catalogue_->resolve("http://joe:secret@music.example/x.mp3?key=1", {});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->url, "http://joe:secret@music.example/x.mp3?key=1");
  EXPECT_EQ(plain->label.find("secret"), std::string::npos);
  EXPECT_EQ(plain->cache_key.find("secret"), std::string::npos);
  EXPECT_TRUE(plain->may_be_private);
}

TEST_F(CatalogueTest, AnAddressGoesToTheProviderOfTypeHttp) {
  open(1, "http");
  EXPECT_EQ(catalogue_->resolve("http://music.example/x.mp3", {})->cache_key, "a/http://music.example/x.mp3");
}

TEST_F(CatalogueTest, HealthIsToldAtChangesOnly) {
  open(1);
  EXPECT_EQ(health_of("a").state, Health::State::kUp);
  scripts_[0]->set_check(fail(Code::kUnavailable, "CONNECTION_REFUSED", "a: connection refused"));
  advance_until_checked(1);
  wait_health(2);
  EXPECT_EQ(health_of("a").state, Health::State::kDown);
  EXPECT_EQ(health_of("a").error->reason, "CONNECTION_REFUSED");
  advance_until_checked(3);
  scripts_[0]->set_check(fail(Code::kUnauthenticated, "AUTH_FAILED", "a: wrong password"));
  advance_until_checked(2);
  wait_health(3);
  scripts_[0]->set_check({});
  advance_until_checked(2);
  wait_health(4);
  const std::lock_guard lock(mutex_);
  std::vector<Health::State> states;
  for (const auto& [name, health] : told_) states.push_back(health.state);
  EXPECT_THAT(states,
              ElementsAre(Health::State::kUp, Health::State::kDown, Health::State::kRefused, Health::State::kUp));
}

TEST_F(CatalogueTest, AFailedCallIsCauseForACheckAndOneAddressIsNoProvidersEnd) {
  open(1);
  clock_.advance(seconds(10));
  scripts_[0]->set(Script::Mode::kFail, {Code::kUnavailable, "CONNECTION_REFUSED", "down"});
  EXPECT_FALSE(catalogue_->track("segue://a/1", {}));
  scripts_[0]->wait_checks(2);
  EXPECT_EQ(health_of("a").state, Health::State::kUp) << "the check found it well";
  EXPECT_GE(health_of("a").failures, 1U);
}

TEST_F(CatalogueTest, QuotaComesWithTheCheck) {
  open(1);
  const auto all = catalogue_->providers();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].quota.requests_left, 99);
  EXPECT_EQ(all[0].quota.tracks, 1);
}

TEST_F(CatalogueTest, TheEndSettlesWhatIsOpenAndLeavesAHangingThreadBehind) {
  open(2);
  scripts_[0]->set(Script::Mode::kDeaf);
  Listener listener;
  catalogue_->search({.text = "x", .patience = seconds(60)}, listener.tell(), {});
  scripts_[0]->wait_inside(1);
  listener.wait_outcomes(1);
  std::promise<Result<void>> open_call;
  catalogue_->ask(
      "a", seconds(60), {}, [](Provider& provider, const auto& stop) { return provider.login(stop); },
      [&](Result<void> outcome) { open_call.set_value(std::move(outcome)); });
  const auto began = Steady::now();
  catalogue_.reset();
  EXPECT_LE(Steady::now() - began, seconds(2));
  EXPECT_EQ(listener.wait_done().back().kind, Kind::kDone);
  EXPECT_EQ(open_call.get_future().get().error().code, Code::kCancelled);
  scripts_[0]->let_go();  // the thread ends on its own and touches nothing
}

TEST_F(CatalogueTest, ManyAskersAtOnce) {
  open(3);
  std::vector<std::future<int>> askers;
  for (int i = 0; i < 8; ++i) {
    askers.push_back(std::async(std::launch::async, [&, i] {
      int good = 0;
      for (int n = 0; n < 200; ++n) {
        const std::string name(1, static_cast<char>('a' + (i + n) % 3));
        if (const auto track = catalogue_->track("segue://" + name + "/1", {}); track && track->provider == name)
          ++good;
      }
      return good;
    }));
  }
  for (auto& asker : askers) EXPECT_EQ(asker.get(), 200);
}

}  // namespace
}  // namespace segue::catalog
