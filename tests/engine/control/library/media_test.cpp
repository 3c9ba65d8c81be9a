// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/media.h"

#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "engine/store/database.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/net/fault_server.h"

namespace segue::control {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Steady = std::chrono::steady_clock;

class MediaTest : public ::testing::Test {
 protected:
  MediaTest() {
    config_.paths.data_dir = directory_.path("data");
    config_.paths.cache_dir = directory_.path("cache");
    std::filesystem::create_directories(config_.paths.data_dir);
  }
  ~MediaTest() override { server_.release(); }

  void open() {
    auto media = Media::create({.config = config_, .clock = clock_, .version = "test"});
    ASSERT_TRUE(media) << media.error().message;
    media_ = *std::move(media);
    media_->tell_to([this](v1::Event event) {
      const std::lock_guard lock(mutex_);
      told_.push_back(std::move(event));
      changed_.notify_all();
    });
  }
  v1::Event wait_for(v1::Event::Kind kind) {
    std::unique_lock lock(mutex_);
    v1::Event found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      for (const v1::Event& event : told_) {
        if (event.kind() == kind) found = event;
      }
      return found.kind() == kind;
    });
    return found;
  }
  // All of it; before it is closed, so much of it is on the disk.
  std::string bytes_of(const std::string& uri, std::int64_t stored = 0) {
    auto opened = media_->open(uri, {});
    EXPECT_TRUE(opened) << opened.error().message;
    if (!opened) return {};
    std::string all;
    std::vector<std::byte> buffer(10'000);
    for (;;) {
      const auto got = opened->source->read(static_cast<std::int64_t>(all.size()), buffer);
      EXPECT_TRUE(got) << got.error().message;
      if (!got || *got == 0) {
        wait_stored(stored);
        return all;
      }
      all.append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
  }
  v1::GetNetworkResponse network() {
    std::promise<v1::GetNetworkResponse> answered;
    media_->access().get_network({}, [&](Result<v1::GetNetworkResponse> response) { answered.set_value(*response); });
    return answered.get_future().get();
  }

  // Blocks until the disk has so much of what was read.
  void wait_stored(std::int64_t bytes) {
    const auto until = Steady::now() + std::chrono::seconds(10);
    while (network().cache_disk_bytes() < bytes && Steady::now() < until) std::this_thread::yield();
  }

  testing::TempDir directory_;
  SystemClock clock_;
  model::Config config_;
  segue::test::FaultServer server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<v1::Event> told_;
  std::unique_ptr<Media> media_;
};

std::string noise(std::size_t bytes) {
  std::string all(bytes, '\0');
  std::uint32_t random = 7;
  for (char& c : all) c = static_cast<char>((random = random * 1'664'525 + 1'013'904'223) >> 24);
  return all;
}

TEST_F(MediaTest, OpensFilesAndAddresses) {
  const std::string bytes = noise(300'000);
  server_.serve("/a.mp3", bytes, {.mime = "audio/mpeg"});
  std::ofstream(directory_.path("b.mp3"), std::ios::binary) << bytes;
  open();
  EXPECT_EQ(bytes_of(server_.url("/a.mp3")), bytes);
  EXPECT_EQ(bytes_of("file://" + directory_.path("b.mp3")), bytes);
  EXPECT_EQ(network().contents(), 1U);
  EXPECT_EQ(media_->open("segue://zoo/1", {}).error().reason, "PROVIDER_MISSING");
  EXPECT_FALSE(media_->open(server_.url("/none.mp3"), {}));
}

TEST_F(MediaTest, WhatWasPrefetchedPlaysWithoutTheServer) {
  const std::string bytes = noise(300'000);
  server_.serve("/a.mp3", bytes, {.mime = "audio/mpeg"});
  open();
  v1::PrefetchRequest request;
  request.add_uris(server_.url("/a.mp3"));
  std::promise<void> queued;
  media_->access().prefetch(request, [&](const auto& response) {
    EXPECT_TRUE(response);
    queued.set_value();
  });
  queued.get_future().wait();
  const auto is_over = [&] {
    for (const v1::Event& event : told_) {
      if (event.kind() == v1::Event::PROGRESS && event.progress().ended()) return true;
    }
    return false;
  };
  {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), is_over));
  }
  server_.stop();
  EXPECT_EQ(bytes_of(server_.url("/a.mp3")), bytes);
}

TEST_F(MediaTest, AWholeCopyPlaysAfterARestartWithoutTheServer) {
  const std::string bytes = noise(300'000);
  server_.serve("/a.mp3", bytes, {.mime = "audio/mpeg"});
  open();
  EXPECT_TRUE(bytes_of(server_.url("/a.mp3"), 300'000) == bytes);
  media_.reset();
  server_.stop();
  server_.clear_log();
  open();
  const auto begun = Steady::now();
  EXPECT_TRUE(bytes_of(server_.url("/a.mp3")) == bytes);
  EXPECT_LT(Steady::now() - begun, std::chrono::seconds(1)) << "it does not wait for who is not there";
  EXPECT_EQ(network().contents_from_disk(), 1U);
  EXPECT_EQ(network().requests(), 0U);
}

TEST_F(MediaTest, ACopyDoesNotWaitForTheLibrary) {
  // A database waits 2 s for another one's transaction, here with its first tables.
  const auto other = store::Database::open({.path = config_.paths.data_dir + "/library.db"});
  ASSERT_TRUE(other) << other.error().message;
  const auto transaction = store::Transaction::begin(**other);
  ASSERT_TRUE(transaction) << transaction.error().message;
  const std::string bytes = noise(300'000);
  server_.serve("/a.mp3", bytes, {.mime = "audio/mpeg"});
  open();
  EXPECT_TRUE(bytes_of(server_.url("/a.mp3")) == bytes);
  const auto begun = Steady::now();
  EXPECT_TRUE(bytes_of(server_.url("/a.mp3")) == bytes);
  EXPECT_LT(Steady::now() - begun, milliseconds(700));
}

TEST_F(MediaTest, APartOfATrackPlaysWithoutTheServerAndGoesOnWithIt) {
  const std::string bytes = noise(1'000'000);
  server_.serve("/a.mp3", bytes, {.mime = "audio/mpeg"});
  server_.script("/a.mp3", {{}, {.stall_after = 400'000}});  // the first is the provider's look
  open();
  {
    auto opened = media_->open(server_.url("/a.mp3"), {});
    ASSERT_TRUE(opened) << opened.error().message;
    std::vector<std::byte> buffer(1'000);
    for (std::int64_t at = 0; at < 300'000; at += 1'000) ASSERT_TRUE(opened->source->read(at, buffer));
    wait_stored(262'144);
    media_.reset();
    opened->source.reset();
  }
  server_.stop();
  open();
  auto opened = media_->open(server_.url("/a.mp3"), {});
  ASSERT_TRUE(opened) << opened.error().message;
  std::vector<std::byte> buffer(200'000);
  const auto got = opened->source->read(0, buffer);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(std::memcmp(buffer.data(), bytes.data(), *got), 0);
  server_.start();
  std::string rest;
  while (rest.size() < 600'000) {
    const auto more = opened->source->read(400'000 + static_cast<std::int64_t>(rest.size()), buffer);
    ASSERT_TRUE(more) << more.error().message;
    rest.append(reinterpret_cast<const char*>(buffer.data()), *more);
  }
  EXPECT_TRUE(rest == bytes.substr(400'000));
}

TEST_F(MediaTest, AnotherVersionOnTheServerIsWhatTheNextLoadGets) {
  const std::string bytes = noise(300'000);
  const std::string other = noise(310'000);
  server_.serve("/a.mp3", bytes, {.mime = "audio/mpeg"});
  open();
  EXPECT_TRUE(bytes_of(server_.url("/a.mp3"), 300'000) == bytes);
  server_.serve("/a.mp3", other, {.mime = "audio/mpeg", .etag = "\"2\""});
  media_.reset();
  open();
  const int before = static_cast<int>(server_.log().size());
  EXPECT_TRUE(bytes_of(server_.url("/a.mp3")) == bytes) << "at once, from the cache";
  ASSERT_TRUE(server_.wait_for_requests(before + 1));
  std::string next;
  const auto until = Steady::now() + std::chrono::seconds(10);
  while (next != other && Steady::now() < until) next = bytes_of(server_.url("/a.mp3"));
  EXPECT_TRUE(next == other);
}

TEST_F(MediaTest, ThereAreAlwaysPlaylistsAndTheWeb) {
  std::vector<std::string> names;
  for (const auto& provider : providers_of(config_)) names.push_back(provider.name + " " + provider.type);
  EXPECT_THAT(names, ElementsAre("local local", "web http"));
  model::ProviderConfig music;
  music.name = "music";
  music.type = "local";
  music.folders = {"/music"};
  config_.providers.push_back(music);
  EXPECT_EQ(providers_of(config_).size(), 2U) << "the operator's own takes its place";
}

TEST_F(MediaTest, AWrongProviderIsNamed) {
  model::ProviderConfig wrong;
  wrong.name = "home";
  wrong.type = "gramophone";
  config_.providers.push_back(wrong);
  const auto media = Media::create({.config = config_, .clock = clock_, .version = "test"});
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, Code::kInvalidArgument);
  EXPECT_THAT(media.error().message, HasSubstr("home"));
}

TEST_F(MediaTest, ADatabaseThatCannotBeOpenedIsAFinding) {
  std::ofstream(config_.paths.data_dir + "/library.db") << std::string(8'192, 'x');
  open();
  v1::ListPlaylistsRequest request;
  request.set_provider("local");
  std::promise<Result<v1::ListPlaylistsResponse>> answered;
  media_->access().list_playlists(request, {}, [&](auto response) { answered.set_value(std::move(response)); });
  EXPECT_FALSE(answered.get_future().get());
  EXPECT_THAT(media_->findings(), ::testing::Contains(HasSubstr("library: ")));
  server_.serve("/a.mp3", noise(1'000), {.mime = "audio/mpeg"});
  EXPECT_EQ(bytes_of(server_.url("/a.mp3")).size(), 1'000U) << "music plays all the same";
}

TEST_F(MediaTest, AProviderThatIsAwayIsToldAndFound) {
  model::ProviderConfig away;
  away.name = "home";
  away.type = "opensubsonic";
  away.url = server_.url();
  away.user = "joe";
  away.password = "secret";
  config_.providers.push_back(away);
  server_.stop();
  open();
  const v1::Event event = wait_for(v1::Event::PROVIDER_CHANGED);
  EXPECT_EQ(event.kind(), v1::Event::PROVIDER_CHANGED);
  while (media_->findings().empty()) std::this_thread::yield();
  EXPECT_THAT(media_->findings()[0], HasSubstr("provider home: "));
  EXPECT_THAT(media_->findings()[0], ::testing::Not(HasSubstr("secret")));
}

TEST_F(MediaTest, TheEndWaitsForNoServer) {
  server_.serve("/a.mp3", noise(300'000), {.mime = "audio/mpeg"});
  server_.freeze();
  open();
  std::stop_source stop;
  auto opening = std::async(std::launch::async, [&] { return media_->open(server_.url("/a.mp3"), stop.get_token()); });
  v1::PrefetchRequest request;
  request.add_uris(server_.url("/b.mp3"));
  media_->access().prefetch(request, [](const auto&) {});
  EXPECT_TRUE(server_.wait_for_requests(1));
  const auto began = Steady::now();
  stop.request_stop();
  EXPECT_FALSE(opening.get());
  media_.reset();
  EXPECT_LT(Steady::now() - began, milliseconds(700));
}

}  // namespace
}  // namespace segue::control
