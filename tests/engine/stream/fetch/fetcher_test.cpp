// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/fetcher.h"

#include <atomic>
#include <future>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using test::Fault;
using test::FaultServer;

constexpr std::int64_t kSize = 3'000'000;

TEST(Fetcher, ReadsAWholeTrackWithOneRequest) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t.flac", bytes, {.mime = "audio/flac"});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t.flac")));
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->source->size(), kSize);
  EXPECT_EQ(media->ref.mime, "audio/flac");
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(*all == bytes);
  EXPECT_EQ(server.log().size(), 1u);
  EXPECT_EQ(media->status().state, FetchStatus::State::kComplete);
  EXPECT_EQ(media->status().present, kSize);
  EXPECT_FALSE(media->source->is_remote());
  EXPECT_EQ(rig.story(), "");
}

TEST(Fetcher, TwelveOpensAtOnceAreOneFetchAndOneRequest) {
  FaultServer server;
  server.set_link({.rtt = std::chrono::milliseconds(20)});
  const std::string bytes = track_bytes(1'000'000);
  server.serve("/t", bytes);
  Rig rig;
  std::vector<std::future<bool>> readers;
  for (int i = 0; i < 12; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      auto media = rig.open(Rig::ref(server.url("/t")));
      if (!media) return false;
      const auto all = read_all(*media->source);
      // Kept until all are done, so that none begins anew.
      while (media->status().state != FetchStatus::State::kComplete) std::this_thread::yield();
      return all && *all == bytes;
    }));
  }
  for (auto& reader : readers) EXPECT_TRUE(reader.get());
  EXPECT_EQ(server.log().size(), 1u);
  EXPECT_EQ(rig.fetcher().counters().contents, 1u);
}

TEST(Fetcher, ReadsWhereSomebodyJumpsBeforeTheRest) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.set_link({.rate_bytes_per_s = 1'000'000});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto begun = std::chrono::steady_clock::now();
  const auto end = read_some(*media->source, kSize - 1'000, 1'000);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, bytes.substr(kSize - 1'000));
  EXPECT_LT(took.count(), 1.0) << "the way there is 3 s";
  server.set_link({});
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == bytes);
  EXPECT_EQ(server.log().size(), 3u) << "the head, the end, what is between";
  EXPECT_EQ(rig.story(), "");
}

TEST(Fetcher, GoesOnAtTheByteAfterAReset) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", {Fault{.reset_after = 1'000'001}});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(*all == bytes);
  const auto log = server.log();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[1].status, 206);
  EXPECT_EQ(log[1].request.header("if-range"), "\"1\"");
  EXPECT_GT(log[1].first, 0);
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "CONNECTION_RESET+ CONNECTION_RESET-");
  EXPECT_EQ(rig.faults("CONNECTION_RESET"), 1u);
  EXPECT_EQ(rig.fetcher().counters().resumed, 1u);
}

TEST(Fetcher, NoByteIsFetchedTwiceHoweverSomebodyJumps) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.set_link({.rate_bytes_per_s = 8'000'000});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  for (const std::int64_t at : {2'000'000, 700'000, 2'900'000, 1'300'000, 0}) {
    const auto piece = read_some(*media->source, at, 5'000);
    ASSERT_TRUE(piece);
    EXPECT_TRUE(*piece == bytes.substr(static_cast<std::size_t>(at), 5'000)) << at;
  }
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == bytes);
  // What the server had sent when a request was cut short is lost in the sockets; what arrived is not asked for again.
  EXPECT_LT(rig.fetcher().counters().bytes, kSize + 16 * 16'384) << "at most a piece per cut";
}

TEST(Fetcher, WhoServesNoRangesIsReadInOrder) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.set_link({.rate_bytes_per_s = 10'000'000});
  server.script("/t", {Fault{.times = Fault::kForEver, .headers = {{"Accept-Ranges", "none"}}, .ignore_range = true}});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto end = read_some(*media->source, kSize - 100, 100);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, bytes.substr(kSize - 100));
  EXPECT_EQ(server.log().size(), 1u);
}

TEST(Fetcher, WhoTurnsOutToServeNoRangesIsReadThrough) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.set_link({.rate_bytes_per_s = 5'000'000});
  server.script("/t", {Fault{.times = Fault::kForEver, .headers = {{"Accept-Ranges", ""}}, .ignore_range = true}});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto end = read_some(*media->source, kSize - 100, 100);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, bytes.substr(kSize - 100));
  EXPECT_LE(server.log().size(), 2u);
}

TEST(Fetcher, TheEndOfABodyWithoutALengthIsTheEndOfTheTrack) {
  for (const auto framing : {test::Framing::kClose, test::Framing::kChunked}) {
    FaultServer server;
    const std::string bytes = track_bytes(kSize);
    server.serve("/t", bytes, {.etag = ""});
    server.script("/t", {Fault{.times = Fault::kForEver, .framing = framing, .ignore_range = true}});
    Rig rig;
    auto media = rig.open(Rig::ref(server.url("/t")));
    ASSERT_TRUE(media);
    const auto all = read_all(*media->source);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_TRUE(*all == bytes);
    EXPECT_EQ(media->source->size(), kSize);
    EXPECT_EQ(rig.story(), "");
  }
}

TEST(Fetcher, ATrackSmallerThanABlockOrEvenAWordIsRead) {
  for (const std::int64_t size : {1, 5, 64, 65'536, 65'537, 131'072}) {
    for (const auto framing : {test::Framing::kLength, test::Framing::kClose}) {
      FaultServer server;
      const std::string bytes = track_bytes(size);
      server.serve("/t", bytes);
      server.script("/t", {Fault{.framing = framing, .ignore_range = true}});
      Rig rig;
      auto media = rig.open(Rig::ref(server.url("/t")));
      ASSERT_TRUE(media) << size << ": " << media.error().message;
      const auto all = read_all(*media->source);
      ASSERT_TRUE(all) << size;
      EXPECT_TRUE(*all == bytes) << size;
    }
  }
}

TEST(Fetcher, AReadThatWaitsCanBeInterruptedAndTriedAgain) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", {Fault{.stall_after = 200'000}});
  Rig rig({.stall_max = std::chrono::seconds(20)});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  EXPECT_TRUE(media->source->is_remote());
  EXPECT_FALSE(media->source->is_ready(0, kSize));
  auto reader = std::async(std::launch::async, [&] { return read_some(*media->source, 150'000, 200'000); });
  media->source->interrupt();
  const auto interrupted = reader.get();
  ASSERT_FALSE(interrupted);
  EXPECT_EQ(interrupted.error().reason, "READ_INTERRUPTED");
  ASSERT_TRUE(server.wait_for([](const auto& log) { return log[0].body_bytes == 200'000; }));
  server.release();
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == bytes);
  EXPECT_TRUE(media->source->is_ready(0, kSize));
}

TEST(Fetcher, ReadersThatWaitAtTheEndAreCancelled) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.stall_after = 200'000}});
  Rig rig({.stall_max = std::chrono::seconds(20)});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  auto reader = std::async(std::launch::async, [&] { return read_all(*media->source); });
  rig.drop_fetcher();
  const auto read = reader.get();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kCancelled);
  char byte = 0;
  EXPECT_FALSE(media->source->read(0, std::as_writable_bytes(std::span(&byte, 1))));
}

TEST(Fetcher, AnOpenNobodyWaitsForAnyMoreEnds) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.hang = true}});
  Rig rig;
  std::stop_source stop;
  auto open = std::async(std::launch::async, [&] {
    return rig.fetcher().open("segue://p/1", Rig::ref(server.url("/t")), stop.get_token());
  });
  ASSERT_TRUE(server.wait_for_requests(1));
  stop.request_stop();
  const auto media = open.get();
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, Code::kCancelled);
}

TEST(Fetcher, AFetchNobodyUsesEnds) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.stall_after = 200'000}});
  Rig rig({.stall_max = std::chrono::seconds(20)});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  media = {};
  EXPECT_TRUE(server.wait_for([](const auto& log) { return log[0].ending == test::Ending::kPeerClosed; }));
}

}  // namespace
}  // namespace segue::stream
