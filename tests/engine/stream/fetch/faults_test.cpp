// SPDX-License-Identifier: GPL-3.0-or-later
// What servers and networks do wrong while a track is being fetched: what is told, what is counted, and that the bytes
// are those of the original.
#include <atomic>
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using test::Fault;
using test::FaultServer;
using test::Framing;

constexpr std::int64_t kSize = 1'500'000;
constexpr std::int64_t kCut = 700'001;

// In the middle of a track: what goes wrong with the first requests, and by which names it is told.
struct Passing {
  std::string name;
  std::vector<Fault> script;
  std::vector<std::string> reasons;
  std::size_t faults = 1;
};

class PassingFault : public testing::TestWithParam<Passing> {};

TEST_P(PassingFault, IsToldOnceAndNotHeard) {
  const Passing& passing = GetParam();
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", passing.script);
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media) << media.error().message;
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(*all == bytes);
  ASSERT_TRUE(rig.wait_for_ended(passing.faults)) << rig.story();
  const auto news = rig.news();
  ASSERT_EQ(news.size(), 2 * passing.faults) << rig.story();
  for (std::size_t i = 0; i < news.size(); ++i) {
    EXPECT_EQ(news[i].kind, i % 2 ? FetchNews::Kind::kEnded : FetchNews::Kind::kBegan);
    EXPECT_EQ(news[i].error.reason, news[i - i % 2].error.reason);
    EXPECT_TRUE(news[i].is_playable);
    EXPECT_EQ(news[i].uri, "segue://p/1");
  }
  for (const std::string& reason : passing.reasons) EXPECT_EQ(rig.faults(reason), 1u) << reason;
  EXPECT_EQ(rig.fetcher().counters().faults.size(), passing.reasons.size());
  EXPECT_FALSE(media->status().trouble);
}

INSTANTIATE_TEST_SUITE_P(
    Fetcher, PassingFault,
    testing::Values(
        Passing{"Reset", {Fault{.reset_after = kCut}}, {"CONNECTION_RESET"}},
        Passing{"ResetAtABlock", {Fault{.reset_after = 10 * kBlockBytes}}, {"CONNECTION_RESET"}},
        Passing{"ResetThenTruncated",
                {Fault{.reset_after = kCut}, Fault{.close_after = 100}},
                {"CONNECTION_RESET", "BODY_TRUNCATED"},
                2},
        Passing{"Stall", {Fault{.stall_after = kCut}}, {"NET_STALLED"}},
        Passing{"SlowDrip",
                {Fault{.reset_after = kCut}, Fault{.drip_bytes = 1, .drip_every = std::chrono::milliseconds(20)}},
                {"CONNECTION_RESET", "NET_STALLED"},
                2},
        Passing{"Truncated", {Fault{.close_after = kCut}}, {"BODY_TRUNCATED"}},
        Passing{"TruncatedChunks", {Fault{.close_after = kCut, .framing = Framing::kChunked}}, {"BODY_TRUNCATED"}},
        Passing{"SamePlaceTwice",
                {Fault{.close_after = kCut}, Fault{.close_after = 0}, Fault{.close_after = 0}},
                {"BODY_TRUNCATED"}},
        Passing{"ServerTrouble",
                {Fault{.reset_after = kCut}, Fault{.times = 3, .status = 503}},
                {"CONNECTION_RESET", "HTTP_5XX"}},
        Passing{"ClosedBeforeTheAnswer",
                {Fault{.reset_after = kCut}, Fault{.close_before_head = true}},
                {"CONNECTION_RESET"}},
        Passing{"NoAnswer", {Fault{.reset_after = kCut}, Fault{.hang = true}}, {"CONNECTION_RESET", "NET_TIMEOUT"}},
        Passing{"WrongContentRange",
                {Fault{.reset_after = kCut}, Fault{.lie_range = -17}},
                {"CONNECTION_RESET", "WRONG_RANGE"}},
        Passing{"OtherBytesThanAskedFor",
                {Fault{.reset_after = kCut}, Fault{.shift_range = 17}},
                {"CONNECTION_RESET", "WRONG_RANGE"}},
        Passing{"RangesIgnored", {Fault{.reset_after = kCut}, Fault{.ignore_range = true}}, {"CONNECTION_RESET"}},
        Passing{"RangesNeverServed",
                {Fault{.reset_after = kCut, .ignore_range = true}, Fault{.times = -1, .ignore_range = true}},
                {"CONNECTION_RESET"}},
        Passing{"RangesAlwaysWrong",
                {Fault{.reset_after = kCut}, Fault{.times = -1, .shift_range = 17}},
                {"CONNECTION_RESET", "WRONG_RANGE"}},
        Passing{"NoValidators",
                {Fault{.reset_after = kCut, .no_validators = true}, Fault{.no_validators = true}},
                {"CONNECTION_RESET"}},
        Passing{"LoginPageOfAHotel",
                {Fault{.reset_after = kCut},
                 Fault{.times = 2, .status = 200, .body = "<html>log in</html>", .mime = "text/html", .etag = "\"x\""}},
                {"CONNECTION_RESET", "NOT_AUDIO"}}),
    [](const auto& test) { return test.param.name; });

// At the first request: what open() says.
struct Refused {
  std::string name;
  Fault fault;
  Code code;
  std::string reason;
  std::string said;
};

class RefusedOpen : public testing::TestWithParam<Refused> {};

TEST_P(RefusedOpen, SaysWhyAndKeepsNothing) {
  const Refused& refused = GetParam();
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  Fault fault = refused.fault;
  fault.times = Fault::kForEver;
  server.script("/t", {fault});
  Rig rig;
  const auto begun = std::chrono::steady_clock::now();
  const auto media = rig.open(Rig::ref(server.url("/t")));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, refused.code) << media.error().message;
  EXPECT_EQ(media.error().reason, refused.reason) << media.error().message;
  EXPECT_NE(media.error().message.find(refused.said), std::string::npos) << media.error().message;
  EXPECT_LT(took.count(), 4.5);
  ASSERT_TRUE(rig.wait_for_ended(1)) << rig.story();
  EXPECT_EQ(rig.story(), refused.reason + "+ " + refused.reason + "-");
  EXPECT_EQ(rig.faults(refused.reason), 1u);
  EXPECT_EQ(rig.cache().find("p", "p/1/raw"), nullptr);
}

const char* const kSubsonic =
    R"({"subsonic-response":{"status":"failed","version":"1.16.1","error":{"code":70,"message":"Song not found"}}})";
const char* const kSubsonicXml =
    R"(<?xml version="1.0"?><subsonic-response xmlns="http://subsonic.org/restapi" status="failed">)"
    R"(<error code="40" message="Wrong username or password"/></subsonic-response>)";

INSTANTIATE_TEST_SUITE_P(
    Fetcher, RefusedOpen,
    testing::Values(Refused{"Http401", {.status = 401}, Code::kUnauthenticated, "HTTP_401", "401"},
                    Refused{"Http403", {.status = 403}, Code::kPermissionDenied, "HTTP_403", "403"},
                    Refused{"Http404", {.status = 404}, Code::kNotFound, "HTTP_404", "404"},
                    Refused{"Http410", {.status = 410}, Code::kNotFound, "HTTP_410", "410"},
                    Refused{"Http451", {.status = 451}, Code::kPermissionDenied, "HTTP_451", "legal"},
                    Refused{"Http416", {.status = 416}, Code::kUnavailable, "WRONG_RANGE", "416"},
                    Refused{"Http500", {.status = 500}, Code::kUnavailable, "HTTP_5XX", "500"},
                    Refused{"Http429",
                            {.status = 429, .headers = {{"Retry-After", "3600"}}},
                            Code::kResourceExhausted,
                            "RATE_LIMITED",
                            "429"},
                    Refused{"HangsUp", {.close_before_head = true}, Code::kUnavailable, "CONNECTION_RESET", "track"},
                    Refused{"NeverAnswers", {.hang = true}, Code::kUnavailable, "NET_TIMEOUT", "track"},
                    Refused{"RedirectToAFile",
                            {.redirect = "file:///etc/passwd"},
                            Code::kPermissionDenied,
                            "REDIRECT_REFUSED",
                            "track"},
                    Refused{"RedirectLoop", {.redirect = "/t"}, Code::kPermissionDenied, "REDIRECT_REFUSED", "track"},
                    Refused{"GzipBomb",
                            {.headers = {{"Content-Encoding", "gzip"}}, .body = test::gzip_bomb(64 << 20)},
                            Code::kFailedPrecondition,
                            "NOT_AUDIO",
                            "gzip"},
                    Refused{"Html",
                            {.body = "<html><body>hello</body></html>", .mime = "text/html"},
                            Code::kFailedPrecondition,
                            "NOT_AUDIO",
                            "text/html"},
                    Refused{"HtmlUnderAFalseName",
                            {.body = "\n  <!DOCTYPE html><html><body>hello</body></html>", .mime = "audio/flac"},
                            Code::kFailedPrecondition,
                            "NOT_AUDIO",
                            "instead of audio"},
                    Refused{"SubsonicJson",
                            {.body = kSubsonic, .mime = "application/json"},
                            Code::kNotFound,
                            "TRACK_MISSING",
                            "Song not found"},
                    Refused{"SubsonicXml",
                            {.body = kSubsonicXml, .mime = "text/xml"},
                            Code::kUnauthenticated,
                            "AUTH_FAILED",
                            "Wrong username"},
                    Refused{"SubsonicXmlUnderAFalseName",
                            {.body = kSubsonicXml, .mime = "audio/mpeg"},
                            Code::kUnauthenticated,
                            "AUTH_FAILED",
                            "Wrong username"},
                    Refused{"Empty", {.body = ""}, Code::kFailedPrecondition, "NOT_AUDIO", "empty"}),
    [](const auto& test) { return test.param.name; });

TEST(FetcherFault, WhatNoDiskTakesFillsNoMemory) {
  FaultServer server;
  const std::string bytes = track_bytes(32 << 20);
  server.serve("/t", bytes);
  Rig::Options options;  // no disk at all
  options.ram_bytes_max = 1 << 20;
  Rig rig(options);
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media) << media.error().message;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (rig.faults("CACHE_FULL") < 1 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_GE(rig.faults("CACHE_FULL"), 1U);
  // What came before the content was open, and a block for each attempt, come on top.
  EXPECT_LE(rig.cache().counters().ram_bytes, 8 << 20);
  const auto head = read_some(*media->source, 0, 500'000);
  ASSERT_TRUE(head) << "what is there can be played";
  EXPECT_TRUE(*head == bytes.substr(0, 500'000));
  media->source.reset();  // makes room
  media = rig.open(Rig::ref(server.url("/t"), "p/2/raw"));
  EXPECT_TRUE(media) << media.error().message;
}

TEST(FetcherFault, NobodyListens) {
  FaultServer server;
  const std::string url = server.url("/t");
  server.stop();
  Rig rig;
  const auto media = rig.open(Rig::ref(url));
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().reason, "CONNECTION_REFUSED");
  EXPECT_GE(rig.fetcher().counters().requests, 2u);
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "CONNECTION_REFUSED+ CONNECTION_REFUSED-");
}

TEST(FetcherFault, TheNameIsUnknown) {
  Rig rig;
  const auto media = rig.open(Rig::ref("http://segue.invalid/t"));
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().reason, "DNS_FAILED") << media.error().message;
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "DNS_FAILED+ DNS_FAILED-");
}

TEST(FetcherFault, CertificatesAreLookedAt) {
  for (const test::Tls tls : {test::Tls::kExpired, test::Tls::kWrongHost}) {
    FaultServer server({.tls = tls});
    server.serve("/t", track_bytes(1'000));
    Rig rig({.ca_file = server.ca_file()});
    const auto media = rig.open(Rig::ref(server.url("/t")));
    ASSERT_FALSE(media);
    EXPECT_EQ(media.error().reason, "TLS_FAILED");
    ASSERT_TRUE(rig.wait_for_ended(1));
    EXPECT_EQ(rig.story(), "TLS_FAILED+ TLS_FAILED-");
    EXPECT_TRUE(server.log().empty());
  }
}

TEST(FetcherFault, AGoodCertificateIsTrusted) {
  FaultServer server({.tls = test::Tls::kValid});
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  Rig rig({.ca_file = server.ca_file()});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media) << media.error().message;
  const auto all = read_all(*media->source);
  EXPECT_TRUE(all && *all == bytes);
}

TEST(FetcherFault, TheServerDiesAndComesBackMidTrack) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", {Fault{.stall_after = kCut}});
  Rig rig({.stall_max = std::chrono::seconds(20)});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  ASSERT_TRUE(read_some(*media->source, 0, 600'000));
  server.stop();
  while (!media->status().trouble || media->status().attempts < 4) std::this_thread::yield();
  EXPECT_EQ(media->status().state, FetchStatus::State::kWaiting);
  server.start();
  const auto all = read_all(*media->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == bytes);
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "CONNECTION_RESET+ CONNECTION_RESET-") << "one outage, whatever it is called meanwhile";
  EXPECT_EQ(rig.faults("CONNECTION_REFUSED"), 1u);
}

TEST(FetcherFault, AnotherVersionIsNeverSpliced) {
  FaultServer server;
  const std::string old_bytes = track_bytes(kSize, 1);
  const std::string new_bytes = track_bytes(kSize, 2);
  server.serve("/t", old_bytes, {.etag = "\"1\""});
  server.script("/t", {Fault{.stall_after = kCut}});
  Rig rig({.stall_max = std::chrono::seconds(20)});
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto begin = read_some(*media->source, 0, kCut);
  ASSERT_TRUE(begin);
  server.serve("/t", new_bytes, {.etag = "\"2\""});
  server.reset_connections();
  const auto rest = read_some(*media->source, kCut, 1'000);
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().code, Code::kDataLoss);
  EXPECT_EQ(rest.error().reason, "CONTENT_CHANGED");
  const auto again = read_some(*media->source, 0, kCut);
  ASSERT_TRUE(again) << "what is there stays";
  EXPECT_TRUE(*again == old_bytes.substr(0, kCut));
  auto fresh = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(fresh);
  const auto all = read_all(*fresh->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == new_bytes);
  media = {};
  ASSERT_TRUE(rig.wait_for_ended(2));
  EXPECT_EQ(rig.story(), "CONNECTION_RESET+ CONNECTION_RESET- CONTENT_CHANGED+ CONTENT_CHANGED-");
  EXPECT_EQ(rig.faults("CONTENT_CHANGED"), 1u);
  EXPECT_FALSE(rig.news()[2].is_playable);
}

TEST(FetcherFault, WithoutAnyValidatorTheBytesThemselvesTellTwoVersionsApart) {
  FaultServer server;
  const std::string old_bytes = track_bytes(kSize, 1);
  server.serve("/t", old_bytes, {.etag = "", .last_modified = ""});
  server.script("/t", {Fault{.reset_after = kCut}, Fault{.times = Fault::kForEver, .body = track_bytes(kSize, 2)}});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto begin = read_some(*media->source, 0, 10 * kBlockBytes);
  ASSERT_TRUE(begin);
  EXPECT_TRUE(*begin == old_bytes.substr(0, begin->size()));
  const auto rest = read_some(*media->source, kSize - 10, 10);
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().reason, "CONTENT_CHANGED");
}

TEST(FetcherFault, ALengthThatIsALieIsSaid) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", {Fault{.content_length = kSize + 1'000, .ignore_range = true}});
  Rig rig;
  auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_TRUE(media);
  const auto good = read_some(*media->source, 0, kSize);
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_TRUE(*good == bytes);
  const auto beyond = read_some(*media->source, kSize, 10);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().reason, "SIZE_WRONG");
}

TEST(FetcherFault, AnAddressThatExpiresIsResolvedOnceForAllWhoWait) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/t", bytes);
  server.script("/t", {Fault{.query_needed = "token=1", .reset_after = kCut},
                       Fault{.times = Fault::kForEver, .query_needed = "token=2"}});
  std::atomic<int> resolved = 0;
  Rig rig({.resolve = [&](const std::string& uri, const std::stop_token&) -> Result<model::MediaRef> {
    EXPECT_EQ(uri, "segue://p/1");
    ++resolved;
    return Rig::ref(server.url("/t?token=2"));
  }});
  std::vector<OpenedMedia> opened;
  for (int i = 0; i < 4; ++i) {
    auto media = rig.open(Rig::ref(server.url("/t?token=1")));
    ASSERT_TRUE(media) << media.error().message;
    opened.push_back(std::move(*media));
  }
  std::vector<std::future<bool>> readers;
  for (auto& media : opened) {
    readers.push_back(std::async(std::launch::async, [&] {
      const auto all = read_all(*media.source);
      return all && *all == bytes;
    }));
  }
  for (auto& reader : readers) EXPECT_TRUE(reader.get());
  EXPECT_EQ(resolved, 1);
  EXPECT_EQ(rig.fetcher().counters().resolved_again, 1u);
  EXPECT_EQ(server.log().back().request.header("if-range"), "\"1\"");
  EXPECT_GT(server.log().back().first, 0) << "at the same byte";
}

TEST(FetcherFault, AnAddressThatHasExpiredIsNotAskedFirst) {
  FaultServer server;
  const std::string bytes = track_bytes(100'000);
  server.serve("/new", bytes);
  Rig rig({.resolve = [&](const std::string&, const std::stop_token&) -> Result<model::MediaRef> {
    return Rig::ref(server.url("/new"));
  }});
  model::MediaRef old = Rig::ref(server.url("/old"));
  old.expires_at_s = 1;
  auto media = rig.open(old);
  ASSERT_TRUE(media) << media.error().message;
  const auto all = read_all(*media->source);
  EXPECT_TRUE(all && *all == bytes);
  EXPECT_TRUE(server.log("/old").empty());
}

TEST(FetcherFault, StillForbiddenAfterResolvingIsFinal) {
  FaultServer server;
  server.serve("/t", track_bytes(kSize));
  server.script("/t", {Fault{.times = Fault::kForEver, .status = 403}});
  std::atomic<int> resolved = 0;
  Rig rig({.resolve = [&](const std::string&, const std::stop_token&) -> Result<model::MediaRef> {
    ++resolved;
    return Rig::ref(server.url("/t"));
  }});
  const auto media = rig.open(Rig::ref(server.url("/t")));
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().reason, "HTTP_403");
  EXPECT_EQ(resolved, 1);
  EXPECT_EQ(server.log().size(), 2u);
}

TEST(FetcherFault, RetryAfterIsObeyedByAllWhoAskThatHost) {
  FaultServer server;
  const std::string bytes = track_bytes(kSize);
  server.serve("/a", bytes);
  server.serve("/b", bytes);
  server.script("/a", {Fault{.reset_after = kCut}, Fault{.status = 429, .headers = {{"Retry-After", "1"}}}});
  Rig rig;
  auto a = rig.open(Rig::ref(server.url("/a"), "p/a/raw"));
  ASSERT_TRUE(a);
  ASSERT_TRUE(server.wait_for_requests(2));
  while (!a->status().trouble || a->status().trouble->reason != "RATE_LIMITED") std::this_thread::yield();
  auto b = rig.open(Rig::ref(server.url("/b"), "p/b/raw"));
  ASSERT_TRUE(b) << b.error().message;
  const auto all = read_all(*a->source);
  ASSERT_TRUE(all);
  EXPECT_TRUE(*all == bytes);
  const auto log = server.log();
  ASSERT_GE(log.size(), 4u);
  const std::chrono::duration<double> waited = log[2].arrived - log[1].arrived;
  EXPECT_GE(waited.count(), 1.0);
  EXPECT_EQ(rig.faults("RATE_LIMITED"), 2u) << "each of the two was held up";
  ASSERT_TRUE(rig.wait_for_ended(2)) << rig.story();
}

TEST(FetcherFault, AnOpenThatMayNotAskForLongSaysSoAtOnce) {
  FaultServer server;
  server.serve("/a", track_bytes(kSize));
  server.serve("/b", track_bytes(kSize));
  server.script("/a", {Fault{.status = 503, .headers = {{"Retry-After", "600"}}}});
  Rig rig;
  EXPECT_FALSE(rig.open(Rig::ref(server.url("/a"), "p/a/raw")));
  const auto begun = std::chrono::steady_clock::now();
  const auto b = rig.open(Rig::ref(server.url("/b"), "p/b/raw"));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  ASSERT_FALSE(b);
  EXPECT_EQ(b.error().reason, "RATE_LIMITED");
  EXPECT_LT(took.count(), 1.0);
  EXPECT_EQ(server.log().size(), 1u);
}

}  // namespace
}  // namespace segue::stream
