// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/engine/net/listener.h"
#include "tests/engine/net/requests.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using net::HttpClient;
using net::HttpRequest;

constexpr std::size_t kSize = 1'000'000;

class HttpFaults : public testing::Test {
 protected:
  void SetUp() override { server_.serve("/a", bytes_); }

  // Runs into `fault`; what came before is a beginning of the truth.
  std::string reason_after(const Fault& fault, const HttpRequest& request) {
    server_.script("/a", {fault});
    listener_ = std::make_shared<Listener>();
    client_->start(request, listener_);
    EXPECT_TRUE(listener_->wait_for_end());
    EXPECT_TRUE(listener_->body() == bytes_.substr(0, listener_->bytes()));
    EXPECT_EQ(listener_->message().find(request.url), std::string::npos) << listener_->message();
    const std::string message = listener_->message();
    EXPECT_TRUE(message.empty() || message.rfind("the test: ", 0) == 0) << message;
    return listener_->reason();
  }
  std::string reason_after(const Fault& fault) { return reason_after(fault, get(server_.url("/a"))); }

  const std::string bytes_ = pattern(kSize);
  FaultServer server_;
  std::unique_ptr<HttpClient> client_ = HttpClient::create({});
  std::shared_ptr<Listener> listener_;
};

TEST_F(HttpFaults, AResetInTheBodyKeepsWhatCame) {
  EXPECT_EQ(reason_after({.reset_after = 300'000}), "CONNECTION_RESET");
  // The kernel may drop what the reader had not fetched when the RST came.
  EXPECT_LE(listener_->bytes(), 300'000U);
  EXPECT_EQ(reason_after({}), "") << "and all is well again";
}

TEST_F(HttpFaults, AResetInsteadOfAnAnswer) {
  EXPECT_EQ(reason_after({.reset_before_head = true}), "CONNECTION_RESET");
  EXPECT_EQ(reason_after({.close_before_head = true}), "CONNECTION_RESET");
  EXPECT_EQ(listener_->bytes(), 0U);
}

TEST_F(HttpFaults, ABodyShorterThanItsLengthIsTruncated) {
  EXPECT_EQ(reason_after({.close_after = 300'000}), "BODY_TRUNCATED");
  EXPECT_EQ(listener_->bytes(), 300'000U);
  EXPECT_EQ(reason_after({.content_length = kSize + 1}), "BODY_TRUNCATED");
  EXPECT_EQ(listener_->bytes(), kSize);
  EXPECT_EQ(reason_after({.close_after = 300'000, .framing = Framing::kChunked}), "BODY_TRUNCATED");
  EXPECT_EQ(listener_->bytes(), 300'000U);
}

TEST_F(HttpFaults, ABodyLongerThanItsLengthEndsWhereItSays) {
  EXPECT_EQ(reason_after({.content_length = kSize - 1'000}), "");
  EXPECT_EQ(listener_->bytes(), kSize - 1'000);
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return log.back().ending != Ending::kOpen; }));
  EXPECT_EQ(reason_after({}), "") << "what was too much is not taken for the next answer";
  EXPECT_EQ(listener_->bytes(), kSize);
}

TEST_F(HttpFaults, WithoutALengthTheEndOfTheConnectionIsTheEnd) {
  EXPECT_EQ(reason_after({.framing = Framing::kClose}), "");
  EXPECT_EQ(listener_->bytes(), kSize);
}

TEST_F(HttpFaults, LengthsThatContradictAreRefused) {
  EXPECT_EQ(reason_after({.framing = Framing::kDuplicateLength}), "NET_FAILED");
  EXPECT_EQ(listener_->bytes(), 0U);
  EXPECT_EQ(reason_after({.content_length = -1}), "NET_FAILED");
  for (const char* size : {"ffffffffffffffff", "-5", "x", "8000000000000000"}) {
    EXPECT_NE(reason_after({.framing = Framing::kChunked, .chunk_size_line = size}), "") << size;
    EXPECT_LE(listener_->bytes(), kSize) << size;
  }
}

TEST_F(HttpFaults, AnswersThatAreNotHttpAreRefused) {
  EXPECT_EQ(reason_after({.raw = "SSH-2.0-OpenSSH_9.2p1\r\n"}), "NET_FAILED");
  EXPECT_EQ(reason_after({.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"}), "NET_FAILED");
  EXPECT_EQ(reason_after({.raw = "HTTP/1.1 200 OK\r\nX: a\r\n"}), "CONNECTION_RESET") << "the head has no end";
  EXPECT_EQ(listener_->head().status, 0);
}

TEST_F(HttpFaults, InterimAnswersAreNotTheAnswer) {
  EXPECT_EQ(
      reason_after(
          {.raw = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Gone\r\nY: z\r\nContent-Length: 0\r\n\r\n"}),
      "");
  EXPECT_EQ(listener_->head().status, 404);
  EXPECT_EQ(listener_->head().header("link"), "");
  EXPECT_EQ(listener_->head().header("y"), "z");
}

TEST_F(HttpFaults, FieldsThatComeTwiceAreThereTwice) {
  EXPECT_EQ(reason_after({.raw = "HTTP/1.1 204 No\r\nX-A: 1\r\nx-a:2\r\nX-B: a\r\n b\r\n\r\n"}), "");
  int count = 0;
  for (const auto& field : listener_->head().headers) count += field.name == "x-a";
  EXPECT_EQ(count, 2);
  EXPECT_EQ(listener_->head().header("x-a"), "1");
  EXPECT_EQ(listener_->head().header("x-b"), "a b");
}

TEST_F(HttpFaults, OldRadioServersAreUnderstood) {
  EXPECT_EQ(reason_after({.raw = "ICY 200 OK\r\nicy-name:Radio\r\n\r\n" + bytes_.substr(0, 5'000)}), "");
  EXPECT_EQ(listener_->head().status, 200);
  EXPECT_EQ(listener_->head().header("icy-name"), "Radio");
  EXPECT_EQ(listener_->bytes(), 5'000U);
}

TEST_F(HttpFaults, AnEndlessHeadIsCutOff) {
  EXPECT_EQ(reason_after({.header_bomb_bytes = 70'000}), "RESPONSE_TOO_LARGE");
  EXPECT_EQ(reason_after({.header_bomb_bytes = 50'000'000}), "RESPONSE_TOO_LARGE");
  EXPECT_EQ(listener_->head().status, 0);
  EXPECT_EQ(reason_after({.header_bomb_bytes = 30'000}), "");
}

TEST_F(HttpFaults, ACompressedAnswerIsPassedAsItIs) {
  const std::string bomb = gzip_bomb(100'000'000);
  server_.script("/a", {{.headers = {{"Content-Encoding", "gzip"}}, .body = bomb}});
  const auto answer = client_->fetch(get(server_.url("/a")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->body == bomb);
  EXPECT_EQ(answer->head.header("content-encoding"), "gzip");
  EXPECT_FALSE(server_.log().back().request.has_header("accept-encoding"));
}

TEST_F(HttpFaults, ABodyBeyondTheLimitIsNotRead) {
  server_.serve("/big", std::string(100'000'000, 'x'));
  server_.script("/big", {{}, {.framing = Framing::kChunked, .chunk_bytes = 65'536}});
  for (int i = 0; i < 2; ++i) {
    const auto listener = std::make_shared<Listener>();
    client_->start(get(server_.url("/big")), listener);
    ASSERT_TRUE(listener->wait_for_end());
    EXPECT_EQ(listener->reason(), "RESPONSE_TOO_LARGE");
    EXPECT_EQ(listener->bytes(), i == 0 ? 0U : 8U << 20) << "a length that is told is believed at once";
  }
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return log.back().ending == Ending::kPeerClosed; }));
  EXPECT_LT(server_.log().back().body_bytes, 40'000'000) << "8 MiB and what sockets hold";
}

TEST_F(HttpFaults, AStallEndsTheTransfer) {
  HttpRequest request = get(server_.url("/a"));
  request.limits.stall_max = 300ms;
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(reason_after({.stall_after = 200'000}, request), "NET_STALLED");
  EXPECT_EQ(listener_->bytes(), 200'000U);
  EXPECT_GE(listener_->ended_at() - began, 300ms);
  EXPECT_LT(listener_->ended_at() - listener_->head_at(), 3s);
}

TEST_F(HttpFaults, WhereOnlySilenceIsAStallASlowDripIsNone) {
  server_.serve("/quiet", std::string(400, 'q'));
  server_.script("/quiet", {{.drip_bytes = 4, .drip_every = 10ms}});
  HttpRequest request = get(server_.url("/quiet"));
  request.limits.stall_max = 300ms;
  request.limits.stall_bytes_per_s = 0;
  const auto listener = std::make_shared<Listener>();
  client_->start(request, listener);
  ASSERT_TRUE(listener->wait_for_end());
  EXPECT_EQ(listener->reason(), "");
  EXPECT_EQ(listener->bytes(), 400U);
}

TEST_F(HttpFaults, ASlowDripIsAStall) {
  HttpRequest request = get(server_.url("/a"));
  request.limits.stall_max = 400ms;
  EXPECT_EQ(reason_after({.drip_bytes = 4, .drip_every = 10ms}, request), "NET_STALLED") << "400 bytes/s";
  EXPECT_GT(listener_->bytes(), 20U) << "it was never silent";
  server_.serve("/b", bytes_.substr(0, 4'000));
  server_.script("/b", {{.drip_bytes = 80, .drip_every = 20ms}});
  request.url = server_.url("/b");
  const auto answer = client_->fetch(request);
  EXPECT_EQ(reason_of(answer), "") << "4 KB/s is slow but enough: " << answer.error().message;
}

TEST_F(HttpFaults, TheFirstByteHasADeadline) {
  HttpRequest request = get(server_.url("/a"));
  request.limits.first_byte_max = 150ms;
  EXPECT_EQ(reason_after({.hang = true}, request), "NET_TIMEOUT");
  EXPECT_NE(listener_->message().find("no answer within 0.1 s"), std::string::npos) << listener_->message();
}

TEST_F(HttpFaults, TheWholeHasADeadlineIfOneIsSet) {
  HttpRequest request = get(server_.url("/a"));
  request.limits.total_max = 300ms;
  EXPECT_EQ(reason_after({.rate_bytes_per_s = 100'000}, request), "NET_TIMEOUT");
  EXPECT_GT(listener_->bytes(), 0U);
  EXPECT_NE(listener_->message().find("not done within 0.3 s"), std::string::npos) << listener_->message();
}

TEST_F(HttpFaults, AServerThatIsDownRefuses) {
  server_.stop();
  const auto answer = client_->fetch(get(server_.url("/a")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "CONNECTION_REFUSED");
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
  server_.start();
  EXPECT_EQ(reason_after({}), "");
}

TEST_F(HttpFaults, AKeptConnectionThatDiedIsReplaced) {
  EXPECT_EQ(reason_after({}), "");
  for (int i = 0; i < 20; ++i) {
    server_.reset_connections();
    EXPECT_EQ(reason_after({}), "");
  }
}

TEST_F(HttpFaults, WhatCannotBeSentFailsByOnEnd) {
  HttpRequest request = get(server_.url("/a"));
  request.headers = {{"X-A", "b\r\nHost: evil"}};
  EXPECT_EQ(reason_of(client_->fetch(request)), "REQUEST_INVALID");
  EXPECT_EQ(reason_of(client_->fetch(get("http://a@b@c/"))), "URL_INVALID");
  EXPECT_EQ(reason_of(client_->fetch(get("file:///etc/passwd"))), "URL_UNSUPPORTED");
  EXPECT_TRUE(server_.log().empty());
}

TEST_F(HttpFaults, MessagesHoldNoSecrets) {
  server_.stop();
  HttpRequest request{.url = "http://me:pa55word@127.0.0.1:" + std::to_string(server_.port()) + "/rest?t=t0ken",
                      .may_be_private = true};
  request.headers = {{"X-Api-Key", "k3y"}};
  const auto answer = client_->fetch(request);
  ASSERT_FALSE(answer);
  for (const char* secret : {"pa55word", "t0ken", "k3y", "me:"}) {
    EXPECT_EQ(answer.error().message.find(secret), std::string::npos) << answer.error().message;
  }
  EXPECT_NE(answer.error().message.find("127.0.0.1"), std::string::npos) << answer.error().message;
}

}  // namespace
}  // namespace segue::test
