// SPDX-License-Identifier: GPL-3.0-or-later
// When bytes come: pace, delay, silence and the end of connections.
#include <gtest/gtest.h>

#include "tests/support/net/fault_server.h"
#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

class TransferTest : public testing::Test {
 protected:
  TransferTest() { server_.serve("/a", content_); }
  // How long a whole GET takes on a connection of its own.
  double get_seconds(const std::string& target = "/a") {
    const auto begin = Clock::now();
    RawClient client(server_.port());
    EXPECT_EQ(client.get(target).body, content_);
    return Seconds(Clock::now() - begin).count();
  }
  FaultServer server_;
  std::string content_ = std::string(100'000, 'x') + "end";
};

TEST_F(TransferTest, KeepsTheRateOfAFault) {
  server_.script("/a", {{.rate_bytes_per_s = 1'000'000}});
  const double seconds = get_seconds();
  EXPECT_GE(seconds, 0.099);
  EXPECT_LE(seconds, 0.3);
}

TEST_F(TransferTest, SharesTheRateOfTheLine) {
  server_.set_link({.rate_bytes_per_s = 2'000'000});
  const auto begin = Clock::now();
  RawClient one(server_.port());
  RawClient two(server_.port());
  one.ask("/a");
  two.ask("/a");
  EXPECT_TRUE(one.read().is_complete);
  EXPECT_TRUE(two.read().is_complete);
  const double seconds = Seconds(Clock::now() - begin).count();
  EXPECT_GE(seconds, 0.099) << "200 kB over one line of 2 MB/s";
  EXPECT_LE(seconds, 0.3);
}

TEST_F(TransferTest, TakesARoundTripToConnectAndOneForEachRequest) {
  server_.set_link({.rtt = 30ms});
  const double first = get_seconds();
  EXPECT_GE(first, 0.060);
  EXPECT_LE(first, 0.160);
  RawClient client(server_.port());
  client.get("/a");
  const auto begin = Clock::now();
  client.get("/a");
  const double second = Seconds(Clock::now() - begin).count();
  EXPECT_GE(second, 0.030);
  EXPECT_LE(second, 0.130);
}

TEST_F(TransferTest, DelaysTheAnswerAndTheFirstByte) {
  server_.script("/a", {{.latency = 40ms, .delay_first_byte = 40ms}});
  EXPECT_GE(get_seconds(), 0.080);
  const Exchange exchange = server_.log()[0];
  EXPECT_GE(exchange.first_byte - exchange.arrived, 80ms);
}

TEST_F(TransferTest, Drips) {
  content_ = "0123456789";
  server_.serve("/a", content_);
  server_.script("/a", {{.drip_bytes = 2, .drip_every = 20ms}});
  EXPECT_GE(get_seconds(), 0.080);
}

TEST_F(TransferTest, SendsNothingWhileFrozen) {
  RawClient client(server_.port());
  server_.freeze();
  client.ask("/a");
  ASSERT_TRUE(server_.wait_for_requests(1));
  EXPECT_EQ(client.read(50ms).status, 0);
  server_.thaw();
  EXPECT_EQ(client.read().body, content_);
}

TEST_F(TransferTest, FreezesInTheMiddleOfABody) {
  server_.script("/a", {{.rate_bytes_per_s = 200'000}});
  RawClient client(server_.port());
  client.ask("/a");
  ASSERT_TRUE(server_.wait_for([](const auto& log) { return !log.empty() && log[0].body_bytes > 1000; }));
  server_.freeze();
  const RawAnswer part = client.read(100ms);
  EXPECT_GT(part.body.size(), 1000u);
  EXPECT_LT(part.body.size(), content_.size());
  server_.thaw();
  EXPECT_EQ(client.read().body, content_);
}

TEST_F(TransferTest, EndsWithoutAnAnswer) {
  server_.script("/a", {{.close_before_head = true}, {.reset_before_head = true}});
  const RawAnswer closed = RawClient(server_.port()).get("/a");
  EXPECT_EQ(closed.end, RawEnd::kClosed);
  EXPECT_EQ(closed.status, 0);
  const RawAnswer reset = RawClient(server_.port()).get("/a");
  EXPECT_EQ(reset.end, RawEnd::kReset);
  EXPECT_EQ(reset.status, 0);
  EXPECT_EQ(server_.log()[0].ending, Ending::kClosed);
  EXPECT_EQ(server_.log()[1].ending, Ending::kReset);
}

TEST_F(TransferTest, DropsConnectionsAfterAccepting) {
  server_.drop_connections(2);
  EXPECT_EQ(RawClient(server_.port()).read().end, RawEnd::kClosed);
  EXPECT_EQ(RawClient(server_.port()).read().end, RawEnd::kClosed);
  EXPECT_EQ(RawClient(server_.port()).get("/a").status, 200);
  EXPECT_EQ(server_.connections(), 3);
  EXPECT_EQ(server_.log().size(), 1u);
}

TEST_F(TransferTest, ResetsWhatIsOpenAndGoesOnListening) {
  server_.script("/a", {{.hang = true}});
  RawClient client(server_.port());
  client.ask("/a");
  ASSERT_TRUE(server_.wait_for_requests(1));
  server_.reset_connections();
  EXPECT_EQ(client.read().end, RawEnd::kReset);
  EXPECT_EQ(server_.open_connections(), 0);
  EXPECT_EQ(RawClient(server_.port()).get("/a").status, 200);
}

TEST_F(TransferTest, SeesThatTheClientWentAway) {
  server_.script("/a", {{.stall_after = 10}});
  {
    RawClient client(server_.port());
    client.ask("/a");
    ASSERT_TRUE(server_.wait_for([](const auto& log) { return !log.empty() && log[0].body_bytes == 10; }));
  }
  EXPECT_TRUE(server_.wait_for([](const auto& log) { return log[0].ending == Ending::kPeerClosed; }));
}

TEST_F(TransferTest, KeepsItsPortOverManyCuts) {
  const int port = server_.port();
  for (int i = 0; i < 20; ++i) {
    server_.stop();
    EXPECT_FALSE(RawClient(port).is_connected());
    server_.start();
    EXPECT_EQ(RawClient(port).get("/a").status, 200);
  }
  EXPECT_EQ(server_.port(), port);
}

}  // namespace
}  // namespace segue::test
