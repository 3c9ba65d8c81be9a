// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_stream.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/output/eventually.h"
#include "tests/support/net/fault_server.h"

namespace segue::stream {
namespace {

using namespace std::chrono_literals;
using test::FaultServer;

// The encoder's byte at a position: no period that an interval of metadata could hide in.
char encoded(std::int64_t position) {
  const std::uint64_t word = static_cast<std::uint64_t>(position) * 0x9E3779B97F4A7C15;
  return static_cast<char>((word ^ word >> 31) >> 11);
}

test::Live radio(int interval = 1000) {
  test::Live live;
  live.bytes = [](std::int64_t position, char* out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[i] = encoded(position + static_cast<std::int64_t>(i));
  };
  live.metaint = interval;
  live.titles = {{.position = 0, .title = "StreamTitle='First';"},
                 {.position = 300'000, .title = "StreamTitle='It's 'second'; really';StreamUrl='x';"}};
  return live;
}

class LiveStreamTest : public testing::Test {
 protected:
  model::MediaRef ref() const {
    model::MediaRef ref;
    ref.url = server.url("/radio");
    ref.label = "radio";
    ref.may_be_private = true;
    ref.live = true;
    return ref;
  }
  Result<OpenedMedia> open() { return open_live_stream(*http, ref(), stop.get_token()); }

  // Reads on from `position` and compares with the encoder's bytes from `first` on; the failure or end, if any.
  void expect_encoders_bytes(ByteSource& source, std::int64_t& position, std::int64_t count, std::int64_t first = 0) {
    std::vector<std::byte> buffer(8192);
    const std::int64_t end = position + count;
    while (position < end) {
      const auto most = static_cast<std::size_t>(std::min<std::int64_t>(end - position, std::ssize(buffer)));
      const auto got = source.read(position, std::span(buffer).first(most));
      ASSERT_TRUE(got) << got.error().message;
      ASSERT_GT(*got, 0U) << "ended at " << position;
      for (std::size_t i = 0; i < *got; ++i) {
        ASSERT_EQ(static_cast<char>(buffer[i]), encoded(first + position + static_cast<std::int64_t>(i)))
            << "at " << position + static_cast<std::int64_t>(i);
      }
      position += static_cast<std::int64_t>(*got);
    }
  }

  FaultServer server;
  std::unique_ptr<net::HttpClient> http = net::HttpClient::create({});
  std::stop_source stop;
};

TEST_F(LiveStreamTest, GivesTheEncodersBytesAndTheTitles) {
  server.serve_live("/radio", radio());
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->source->size(), -1);
  EXPECT_TRUE(media->source->is_sequential());
  std::int64_t position = 0;
  expect_encoders_bytes(*media->source, position, 250'000);
  EXPECT_EQ(media->live_title(), "First");
  expect_encoders_bytes(*media->source, position, 1'750'000);
  EXPECT_EQ(media->live_title(), "It's 'second'; really");
  EXPECT_EQ(server.log()[0].request.header("icy-metadata"), "1");
  EXPECT_FALSE(server.log()[0].request.has_header("range"));
  const FetchStatus status = media->status();
  EXPECT_EQ(status.state, FetchStatus::State::kFetching);
  EXPECT_GE(status.present, position);
  EXPECT_EQ(status.attempts, 1U);
}

TEST_F(LiveStreamTest, PlaysAServerOfTheOldKind) {
  test::Live live = radio(777);
  live.status_line = "ICY 200 OK";
  server.serve_live("/radio", live);
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  std::int64_t position = 0;
  expect_encoders_bytes(*media->source, position, 100'000);
}

TEST_F(LiveStreamTest, HoldsBackAFastSenderAndGoesOnLater) {
  server.serve_live("/radio", radio());
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  ASSERT_TRUE(test::eventually([&] { return media->status().present >= static_cast<std::int64_t>(3 << 20); }));
  // The kernel's buffers fill and the server stands still; more would overflow and end the connection.
  std::int64_t sent = -1;
  ASSERT_TRUE(test::eventually([&] {
    const std::int64_t before = std::exchange(sent, server.log()[0].body_bytes);
    std::this_thread::sleep_for(50ms);
    return before == sent;
  }));
  EXPECT_LE(media->status().present, static_cast<std::int64_t>(4 << 20));
  std::int64_t position = 0;
  expect_encoders_bytes(*media->source, position, 20 << 20);
}

TEST_F(LiveStreamTest, ConnectsAgainAfterTheConnectionBreaks) {
  test::Live live = radio();
  live.goes_on = true;
  server.serve_live("/radio", live);
  server.script("/radio", {{.reset_after = 50'000}, {.status = 404}, {.close_after = 60'000}});
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  std::vector<std::byte> buffer(4096);
  std::int64_t position = 0;
  auto got = media->source->read(position, buffer);
  while (got && *got > 0) {
    position += static_cast<std::int64_t>(*got);
    got = media->source->read(position, buffer);
  }
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason, "CONNECTION_RESET");

  auto second = media->reconnect(stop.get_token());
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(server.log().size(), 3U) << "broken, not found, there again";
  position = 0;
  got = (*second)->read(position, buffer);
  while (got && *got > 0) {
    position += static_cast<std::int64_t>(*got);
    got = (*second)->read(position, buffer);
  }
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(position, 60'000) << "a clean end after the last byte";
  auto third = media->reconnect(stop.get_token());
  ASSERT_TRUE(third);
  EXPECT_EQ(media->status().resumed, 2U);
  EXPECT_EQ(media->status().attempts, 4U);
}

TEST_F(LiveStreamTest, NoticesAStationThatFallsSilent) {
  test::Live live = radio();
  server.serve_live("/radio", live);
  server.script("/radio", {{.stall_after = 20'000}});
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  std::int64_t position = 0;
  expect_encoders_bytes(*media->source, position, 20'000);
  std::byte byte{};
  const auto got = media->source->read(position, {&byte, 1});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason, "NET_STALLED");
  auto again = media->reconnect(stop.get_token());
  ASSERT_TRUE(again) << again.error().message;
  position = 0;
  expect_encoders_bytes(**again, position, 20'000);
}

TEST_F(LiveStreamTest, ObeysRetryAfter) {
  server.serve_live("/radio", radio());
  server.script("/radio", {{.close_after = 1'000}, {.status = 503, .headers = {{"Retry-After", "1"}}}});
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  auto again = media->reconnect(stop.get_token());
  ASSERT_TRUE(again) << again.error().message;
  const auto log = server.log();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_GE(log[2].arrived - log[1].arrived, 1s);
}

TEST_F(LiveStreamTest, SaysWhyItCannotBePlayed) {
  server.serve_live("/radio", radio());
  const std::pair<test::Fault, const char*> expected[] = {{{.status = 404}, "HTTP_404"},
                                                          {{.status = 401}, "HTTP_401"},
                                                          {{.status = 500}, "HTTP_5XX"},
                                                          {{.headers = {{"Content-Type", "text/html"}}}, "NOT_AUDIO"},
                                                          {{.reset_before_head = true}, "CONNECTION_RESET"}};
  for (const auto& [fault, reason] : expected) {
    server.script("/radio", {fault});
    const auto media = open();
    ASSERT_FALSE(media) << reason;
    EXPECT_EQ(media.error().reason, reason) << media.error().message;
    EXPECT_EQ(media.error().message.find("radio: "), 0U) << media.error().message;
  }
}

TEST_F(LiveStreamTest, StopsWaitingWhenTold) {
  server.serve_live("/radio", radio());
  server.script("/radio", {{.hang = true}});
  std::jthread other([&] {
    server.wait_for_requests(1);
    stop.request_stop();
  });
  const auto media = open();
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, Code::kCancelled);
}

TEST_F(LiveStreamTest, StopsReconnectingWhenTold) {
  server.serve_live("/radio", radio());
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  server.stop();
  std::jthread other([&] {
    EXPECT_TRUE(test::eventually([&] { return media->status().attempts >= 3; }));
    stop.request_stop();
  });
  const auto again = media->reconnect(stop.get_token());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kCancelled);
  EXPECT_TRUE(media->status().trouble.has_value());
}

TEST_F(LiveStreamTest, InterruptsAReadThatWaits) {
  server.serve_live("/radio", radio());
  server.script("/radio", {{.stall_after = 0}});
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  std::jthread other([&] { media->source->interrupt(); });
  std::byte byte{};
  const auto got = media->source->read(0, {&byte, 1});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason, "READ_INTERRUPTED");
}

TEST_F(LiveStreamTest, EndsTheConnectionWithItsReader) {
  server.serve_live("/radio", radio());
  auto media = open();
  ASSERT_TRUE(media) << media.error().message;
  media->source.reset();
  EXPECT_TRUE(server.wait_for([](const auto& log) { return log[0].ending == test::Ending::kPeerClosed; }));
}

}  // namespace
}  // namespace segue::stream
