// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/engine/net/listener.h"
#include "tests/engine/net/requests.h"

namespace segue::test {
namespace {

using net::HttpClient;

std::unique_ptr<HttpClient> client_of(const FaultServer& server) {
  HttpClient::Options options;
  options.ca_file = server.ca_file();
  return HttpClient::create(options);
}

TEST(HttpTls, AValidCertificateIsTrusted) {
  FaultServer server({.tls = Tls::kValid});
  const std::string bytes = pattern(2'000'000);
  server.serve("/a", bytes);
  const auto client = client_of(server);
  for (int i = 0; i < 5; ++i) {
    const auto answer = client->fetch(get(server.url("/a")));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(answer->body == bytes);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpTls, WhoeverIsNotTrustedIsRefused) {
  const struct {
    Tls tls;
    bool with_authority;
    const char* said;
  } cases[] = {{Tls::kExpired, true, "expired"},
               {Tls::kWrongHost, true, "host name 'localhost'"},
               {Tls::kValid, false, "issuer"}};
  for (const auto& each : cases) {
    FaultServer server({.tls = each.tls});
    server.serve("/a", "x");
    const auto client = each.with_authority ? client_of(server) : HttpClient::create({});
    const auto answer = client->fetch(get(server.url("/a")));
    ASSERT_FALSE(answer) << each.said;
    EXPECT_EQ(answer.error().reason, "TLS_FAILED");
    EXPECT_EQ(answer.error().code, Code::kUnavailable);
    EXPECT_NE(answer.error().message.find(each.said), std::string::npos) << answer.error().message;
    EXPECT_TRUE(server.log().empty()) << "no request was sent";
  }
}

TEST(HttpTls, PlainAndSecretDoNotMix) {
  FaultServer plain;
  FaultServer secure({.tls = Tls::kValid});
  const auto client = client_of(secure);
  auto request = get("https://127.0.0.1:" + std::to_string(plain.port()) + "/a");
  request.limits.connect_max = std::chrono::milliseconds(150);
  EXPECT_EQ(reason_of(client->fetch(request)), "NET_TIMEOUT") << "a plain server waits for the end of the greeting";
  request.url = "http://127.0.0.1:" + std::to_string(secure.port()) + "/a";
  EXPECT_NE(reason_of(client->fetch(request)), "");
  EXPECT_TRUE(plain.log().empty());
  EXPECT_TRUE(secure.log().empty());
}

TEST(HttpTls, AnEndWithoutNoticeIsATruncation) {
  FaultServer server({.tls = Tls::kValid});
  server.serve("/a", pattern(1'000'000));
  server.script("/a", {{.close_after = 300'000}, {.reset_after = 300'000}});
  const auto client = client_of(server);
  EXPECT_NE(reason_of(client->fetch(get(server.url("/a")))), "");
  EXPECT_NE(reason_of(client->fetch(get(server.url("/a")))), "");
  EXPECT_EQ(reason_of(client->fetch(get(server.url("/a")))), "");
}

TEST(HttpTls, EncryptionIsNotGivenUpOnTheWay) {
  FaultServer plain;
  FaultServer secure({.tls = Tls::kValid});
  plain.serve("/b", "b");
  secure.serve("/c", "c");
  secure.script("/a", {{.times = Fault::kForEver, .redirect = plain.url("/b")}});
  plain.script("/to_secure", {{.redirect = secure.url("/c")}});
  plain.script("/to_and_fro", {{.redirect = secure.url("/a")}});
  const auto client = client_of(secure);
  EXPECT_EQ(reason_of(client->fetch(get(secure.url("/a")))), "REDIRECT_REFUSED");
  EXPECT_TRUE(plain.log().empty());
  EXPECT_EQ(reason_of(client->fetch(get(plain.url("/to_secure")))), "");
  EXPECT_EQ(reason_of(client->fetch(get(plain.url("/to_and_fro")))), "") << "the operator's own address was plain";
}

TEST(HttpTls, PausesLoseNothing) {
  FaultServer server({.tls = Tls::kValid});
  const std::string bytes = pattern(3'000'000);
  server.serve("/a", bytes);
  const auto client = client_of(server);
  const auto listener = std::make_shared<Listener>();
  HttpClient::Id id = 0;
  std::size_t next_pause = 1;
  listener->on_body_call = [&](std::size_t so_far) {
    if (so_far < next_pause) return true;
    next_pause = so_far + 50'000;
    client->pause(id);
    client->resume(id);
    return true;
  };
  // The id is known before the first byte, as the answer waits for it.
  server.freeze();
  id = client->start(get(server.url("/a")), listener);
  server.thaw();
  ASSERT_TRUE(listener->wait_for_end());
  EXPECT_EQ(listener->reason(), "");
  EXPECT_TRUE(listener->body() == bytes);
}

TEST(HttpTls, KeysAreNeverWrittenDown) {
  const std::string file = testing::TempDir() + "segue_keys_" + std::to_string(getpid());
  ASSERT_EQ(setenv("SSLKEYLOGFILE", file.c_str(), 1), 0);
  FaultServer server({.tls = Tls::kValid});
  server.serve("/a", "x");
  EXPECT_EQ(reason_of(client_of(server)->fetch(get(server.url("/a")))), "");
  EXPECT_FALSE(std::filesystem::exists(file));
  unsetenv("SSLKEYLOGFILE");
}

}  // namespace
}  // namespace segue::test
