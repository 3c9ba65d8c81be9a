// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/fault_server.h"

#include <gtest/gtest.h>

#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

constexpr std::size_t kSize = 100'000;

class FaultServerTest : public testing::Test {
 protected:
  FaultServerTest() { server_.serve("/a.mp3", content_, {.mime = "audio/mpeg"}); }
  RawAnswer get(const std::string& fields = "") {
    RawClient client(server_.port());
    return client.get("/a.mp3", fields);
  }
  FaultServer server_;
  std::string content_ = pattern(kSize);
};

TEST_F(FaultServerTest, GivesTheFile) {
  const RawAnswer answer = get();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, content_);
  EXPECT_EQ(answer.field("content-type"), "audio/mpeg");
  EXPECT_EQ(answer.field("etag"), "\"1\"");
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return log[0].ending == Ending::kComplete; }));
  const std::vector<Exchange> log = server_.log("/a.mp3");
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].body_bytes, kSize);
}

TEST_F(FaultServerTest, AnswersRanges) {
  EXPECT_EQ(get("Range: bytes=10-19\r\n").body, content_.substr(10, 10));
  EXPECT_EQ(get("Range: bytes=99990-\r\n").body, content_.substr(99'990));
  EXPECT_EQ(get("Range: bytes=-5\r\n").body, content_.substr(kSize - 5));
  EXPECT_EQ(get("Range: bytes=10-19\r\n").field("content-range"), "bytes 10-19/100000");
  EXPECT_EQ(get("Range: bytes=100000-\r\n").status, 416);
  EXPECT_EQ(get("Range: bytes=0-1,5-6\r\n").status, 416);
  EXPECT_EQ(get("Range: bytes=10-19\r\nIf-Range: \"1\"\r\n").status, 206);
  EXPECT_EQ(get("Range: bytes=10-19\r\nIf-Range: \"2\"\r\n").status, 200);
}

TEST_F(FaultServerTest, KeepsTheConnection) {
  RawClient client(server_.port());
  EXPECT_EQ(client.get("/a.mp3").body, content_);
  EXPECT_EQ(client.get("/nowhere").status, 404);
  EXPECT_EQ(server_.connections(), 1);
  EXPECT_EQ(server_.log()[1].request.connection, 1);
}

TEST_F(FaultServerTest, ScriptsRequestsInTheirOrder) {
  server_.script("/a.mp3", {{.status = 503, .headers = {{"Retry-After", "7"}}}, {.times = 2, .status = 404}});
  const RawAnswer first = get();
  EXPECT_EQ(first.status, 503);
  EXPECT_EQ(first.field("retry-after"), "7");
  EXPECT_EQ(get().status, 404);
  EXPECT_EQ(get().status, 404);
  EXPECT_EQ(get().status, 200);
}

TEST_F(FaultServerTest, ResetsAfterExactlySoManyBytes) {
  server_.script("/a.mp3", {{.reset_after = 12'345}});
  const RawAnswer answer = get();
  EXPECT_EQ(answer.end, RawEnd::kReset);
  EXPECT_EQ(answer.body, content_.substr(0, 12'345));
  EXPECT_EQ(server_.log()[0].ending, Ending::kReset);
  EXPECT_EQ(server_.log()[0].body_bytes, 12'345);
}

TEST_F(FaultServerTest, ClosesAfterExactlySoManyBytes) {
  server_.script("/a.mp3", {{.close_after = 0}, {.close_after = 777}});
  EXPECT_EQ(get().body, "");
  const RawAnswer answer = get();
  EXPECT_EQ(answer.end, RawEnd::kClosed);
  EXPECT_EQ(answer.body, content_.substr(0, 777));
  EXPECT_EQ(answer.field("content-length"), "100000");
}

TEST_F(FaultServerTest, StallsUntilReleased) {
  server_.script("/a.mp3", {{.stall_after = 5'000}});
  RawClient client(server_.port());
  client.ask("/a.mp3");
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return !log.empty() && log[0].body_bytes == 5'000; }));
  EXPECT_FALSE(client.read(50ms).is_complete);
  server_.release();
  EXPECT_EQ(client.read().body, content_);
}

TEST_F(FaultServerTest, StopCutsAndRefusesUntilStart) {
  server_.script("/a.mp3", {{.stall_after = 5'000}});
  RawClient client(server_.port());
  client.ask("/a.mp3");
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return !log.empty() && log[0].body_bytes == 5'000; }));
  server_.stop();
  EXPECT_EQ(client.read().end, RawEnd::kReset);
  EXPECT_FALSE(RawClient(server_.port()).is_connected());
  server_.start();
  EXPECT_EQ(get().body, content_);
}

TEST_F(FaultServerTest, EndsWithinMillisecondsWithAStalledClient) {
  auto server = std::make_unique<FaultServer>();
  server->serve("/a", "abc");
  server->script("/a", {{.hang = true}});
  RawClient client(server->port());
  client.ask("/a");
  ASSERT_TRUE(server->wait_for_requests(1));
  const auto begin = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
  EXPECT_EQ(client.read().end, RawEnd::kReset);
}

}  // namespace
}  // namespace segue::test
