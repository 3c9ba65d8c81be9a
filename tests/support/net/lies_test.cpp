// SPDX-License-Identifier: GPL-3.0-or-later
// What is said and sent: heads, lengths, ranges, framing and content that is not what it should be.
#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/support/net/fault_server.h"
#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

class LiesTest : public testing::Test {
 protected:
  LiesTest() {
    for (int i = 0; i < 1000; ++i) content_ += std::to_string(i) + ",";
    server_.serve("/a", content_, {.mime = "audio/mpeg"});
  }
  RawAnswer get(const Fault& fault, const std::string& fields = "", const std::string& target = "/a") {
    server_.script("/a", {fault});
    RawClient client(server_.port());
    client.ask(target, fields + "Connection: close\r\n");
    return client.read();
  }
  FaultServer server_;
  std::string content_;
};

TEST_F(LiesTest, TellsAWrongLength) {
  const RawAnswer more = get({.content_length = 10'000});
  EXPECT_EQ(more.field("content-length"), "10000");
  EXPECT_EQ(more.body, content_);
  EXPECT_EQ(more.end, RawEnd::kClosed);
  const RawAnswer less = get({.content_length = 10});
  EXPECT_EQ(less.field("content-length"), "10");
  EXPECT_EQ(less.body.substr(0, 10), content_.substr(0, 10));
}

TEST_F(LiesTest, TellsNoLengthOrTwo) {
  const RawAnswer none = get({.framing = Framing::kClose});
  EXPECT_EQ(none.head.substr(0, 12), "HTTP/1.0 200");
  EXPECT_EQ(none.field("content-length"), "");
  EXPECT_EQ(none.body, content_);
  EXPECT_EQ(none.end, RawEnd::kClosed);
  const RawAnswer twice = get({.framing = Framing::kDuplicateLength});
  const std::string size = std::to_string(content_.size());
  EXPECT_NE(twice.head.find("Content-Length: " + size + "\r\n"), std::string::npos);
  EXPECT_NE(twice.head.find("Content-Length: " + std::to_string(content_.size() + 1) + "\r\n"), std::string::npos);
}

TEST_F(LiesTest, SendsChunksAndEvilOnes) {
  server_.serve("/a", "0123456789abcdef");
  const Fault chunked{.framing = Framing::kChunked, .chunk_bytes = 10};
  EXPECT_EQ(get(chunked).body, "a\r\n0123456789\r\n6\r\nabcdef\r\n0\r\n\r\n");
  Fault evil = chunked;
  evil.chunk_size_line = "ffffffffffffffff";
  EXPECT_EQ(get(evil).body.substr(0, 33), "a\r\n0123456789\r\nffffffffffffffff\r\n");
}

TEST_F(LiesTest, TreatsRangesWrongly) {
  const std::string range = "Range: bytes=100-199\r\n";
  const RawAnswer whole = get({.ignore_range = true}, range);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, content_);
  EXPECT_EQ(whole.field("accept-ranges"), "");
  const RawAnswer shifted = get({.shift_range = 7}, range);
  EXPECT_EQ(shifted.field("content-range").substr(0, 14), "bytes 107-206/");
  EXPECT_EQ(shifted.body, content_.substr(107, 100));
  const RawAnswer lied = get({.lie_range = 7}, range);
  EXPECT_EQ(lied.field("content-range").substr(0, 14), "bytes 107-206/");
  EXPECT_EQ(lied.body, content_.substr(100, 100));
}

TEST_F(LiesTest, ChangesTheContentFromARequestOn) {
  server_.script("/a", {{.times = 1}, {.times = Fault::kForEver, .body = "another version", .etag = "\"2\""}});
  EXPECT_EQ(RawClient(server_.port()).get("/a").body, content_);
  for (int i = 0; i < 3; ++i) {
    const RawAnswer changed = RawClient(server_.port()).get("/a", "Range: bytes=8-\r\nIf-Range: \"1\"\r\n");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.field("etag"), "\"2\"");
    EXPECT_EQ(changed.body, "another version");
  }
  EXPECT_EQ(RawClient(server_.port()).get("/a", "Range: bytes=8-\r\n").body, "version");
}

TEST_F(LiesTest, AnswersAnotherDocument) {
  const RawAnswer page = get({.body = "<html>Sign in</html>", .mime = "text/html"});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.field("content-type"), "text/html");
  EXPECT_EQ(page.body, "<html>Sign in</html>");
}

TEST_F(LiesTest, Redirects) {
  EXPECT_EQ(get({.redirect = "file:///etc/passwd"}).field("location"), "file:///etc/passwd");
  const RawAnswer moved = get({.status = 301, .redirect = server_.url("/a")});
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.field("location"), server_.url("/a"));
}

TEST_F(LiesTest, ForbidsQueriesThatExpired) {
  const Fault expired{.times = Fault::kForEver, .query_needed = "token=2"};
  EXPECT_EQ(get(expired, "", "/a?token=1").status, 403);
  EXPECT_EQ(get(expired, "", "/a?token=22").status, 403);
  EXPECT_EQ(get(expired, "", "/a").status, 403);
  EXPECT_EQ(get(expired, "", "/a?x=1&token=2").status, 200);
}

TEST_F(LiesTest, CorruptsBytesWhereverTheRangeBegins) {
  const Fault fault{.corrupt_at = {150}};
  RawAnswer answer = get(fault, "Range: bytes=100-199\r\n");
  ASSERT_EQ(answer.body.size(), 100u);
  EXPECT_NE(answer.body[50], content_[150]);
  answer.body[50] = content_[150];
  EXPECT_EQ(answer.body, content_.substr(100, 100));
}

TEST_F(LiesTest, SendsHugeHeads) { EXPECT_GE(get({.header_bomb_bytes = 300'000}).head.size(), 300'000u); }

TEST_F(LiesTest, TakesHeadersAwayAndReplacesThem) {
  const RawAnswer answer = get({.headers = {{"Content-Type", ""}, {"ETag", "W/\"weak\""}}, .no_validators = true});
  EXPECT_EQ(answer.field("content-type"), "");
  EXPECT_EQ(answer.field("last-modified"), "");
  EXPECT_EQ(answer.field("etag"), "W/\"weak\"");
}

TEST_F(LiesTest, SendsRawBytes) {
  const RawAnswer answer = get({.raw = "\x16\x03\x01 this is no HTTP"});
  EXPECT_EQ(answer.head, "");
  EXPECT_EQ(answer.end, RawEnd::kClosed);
}

TEST_F(LiesTest, CallbacksAnswerTheLongestPrefix) {
  server_.handle("/rest/", [](const Request& request) { return Response{.body = *request.parameter("id")}; });
  server_.handle("/rest/other", [](const Request&) { return Response{.status = 500}; });
  EXPECT_EQ(RawClient(server_.port()).get("/rest/x?a=b&id=1%202").body, "1 2");
  EXPECT_EQ(RawClient(server_.port()).get("/rest/other").status, 500);
}

TEST_F(LiesTest, BombUnpacksToItsSize) {
  constexpr std::int64_t kSize = 50'000'000;
  const std::string bomb = gzip_bomb(kSize);
  EXPECT_LT(bomb.size(), 100'000u);
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bomb.data()));
  stream.avail_in = static_cast<uInt>(bomb.size());
  std::string piece(1 << 20, '\0');
  int outcome = Z_OK;
  while (outcome == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    outcome = inflate(&stream, Z_NO_FLUSH);
  }
  EXPECT_EQ(outcome, Z_STREAM_END);
  EXPECT_EQ(stream.total_out, static_cast<uLong>(kSize));
  inflateEnd(&stream);
}

}  // namespace
}  // namespace segue::test
