// SPDX-License-Identifier: GPL-3.0-or-later
// Endless sources: pace, burst and interleaved metadata.
#include <gtest/gtest.h>

#include "tests/support/net/fault_server.h"
#include "tests/support/net/raw_client.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;

constexpr int kMetaint = 1000;

std::string audio(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
  return bytes;
}

Live live() {
  return {
      .bytes = repeated(audio(65'536)),
      .metaint = kMetaint,
      .titles = {{.position = 0, .title = "StreamTitle='One';"}, {.position = 2'500, .title = "StreamTitle='Two';"}},
      .headers = {{"icy-name", "Radio Test"}}};
}

std::string block(const std::string& title) {
  const std::size_t units = (title.size() + 15) / 16;
  std::string bytes = std::string(1, static_cast<char>(units)) + title;
  bytes.resize(1 + units * 16, '\0');
  return bytes;
}

TEST(LiveServer, InterleavesTitlesForThoseWhoAsk) {
  FaultServer server;
  server.serve_live("/radio", live());
  server.script("/radio", {{.close_after = 4'500}});
  const RawAnswer answer = RawClient(server.port()).get("/radio", "Icy-MetaData: 1\r\n");
  EXPECT_EQ(answer.field("icy-metaint"), "1000");
  EXPECT_EQ(answer.field("icy-name"), "Radio Test");
  EXPECT_EQ(answer.field("content-length"), "");
  const std::string bytes = audio(4'500);
  EXPECT_EQ(answer.body, bytes.substr(0, 1000) + block("StreamTitle='One';") + bytes.substr(1000, 1000) + '\0' +
                             bytes.substr(2000, 1000) + block("StreamTitle='Two';") + bytes.substr(3000, 1000) + '\0' +
                             bytes.substr(4000, 500));
}

TEST(LiveServer, GivesPlainBytesToOthers) {
  FaultServer server;
  server.serve_live("/radio", live());
  server.script("/radio", {{.reset_after = 4'500}});
  const RawAnswer answer = RawClient(server.port()).get("/radio");
  EXPECT_EQ(answer.field("icy-metaint"), "");
  EXPECT_EQ(answer.body, audio(4'500));
  EXPECT_EQ(answer.end, RawEnd::kReset);
}

TEST(LiveServer, SendsTheBurstAtOnceAndTheRestAtItsRate) {
  FaultServer server;
  Live source = live();
  source.rate_bytes_per_s = 50'000;
  source.burst_bytes = 40'000;
  server.serve_live("/radio", source);
  RawClient client(server.port());
  client.ask("/radio");
  ASSERT_TRUE(server.wait_for([](const auto& log) { return !log.empty() && log[0].body_bytes >= 45'000; }));
  const Exchange exchange = server.log()[0];
  const auto lasted = std::chrono::steady_clock::now() - exchange.arrived;
  EXPECT_GE(lasted, 90ms) << "5 kB past the burst at 50 kB/s";
  EXPECT_LE(lasted, 500ms);
}

TEST(LiveServer, GoesOnWhereItStoppedIfToldTo) {
  FaultServer server;
  Live source = live();
  source.goes_on = true;
  server.serve_live("/radio", source);
  server.script("/radio", {{.times = 2, .close_after = 1'000}});
  EXPECT_EQ(RawClient(server.port()).get("/radio").body, audio(1'000));
  EXPECT_EQ(RawClient(server.port()).get("/radio").body, audio(2'000).substr(1'000));
}

TEST(LiveServer, SpeaksAsOldServersDo) {
  FaultServer server;
  Live source = live();
  source.status_line = "ICY 200 OK";
  server.serve_live("/radio", source);
  server.script("/radio", {{.close_after = 10}});
  EXPECT_EQ(RawClient(server.port()).get("/radio").head.substr(0, 10), "ICY 200 OK");
}

TEST(LiveServer, CanBeRefusedLikeAFile) {
  FaultServer server;
  server.serve_live("/radio", live());
  server.script("/radio", {{.status = 503}, {.body = "<html></html>", .mime = "text/html"}});
  EXPECT_EQ(RawClient(server.port()).get("/radio").status, 503);
  EXPECT_EQ(RawClient(server.port()).get("/radio").body, "<html></html>");
}

}  // namespace
}  // namespace segue::test
