// SPDX-License-Identifier: GPL-3.0-or-later
// By libcurl, because what counts is whether a real client believes the certificate.
#include <curl/curl.h>
#include <gtest/gtest.h>

#include "tests/support/net/fault_server.h"

namespace segue::test {
namespace {

struct Fetched {
  CURLcode code = CURLE_OK;
  std::string body;
};

Fetched fetch(const std::string& url, const std::string& ca_file) {
  Fetched fetched;
  CURL* const curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10'000L);
  if (!ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &fetched.body);
  curl_easy_setopt(
      curl, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t size, std::size_t count, void* body) {
        static_cast<std::string*>(body)->append(bytes, size * count);
        return size * count;
      });
  fetched.code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  return fetched;
}

class TlsTest : public testing::Test {
 protected:
  void start(Tls tls) {
    server_ = std::make_unique<FaultServer>(FaultServer::Options{.tls = tls});
    server_->serve("/a", content_);
  }
  std::unique_ptr<FaultServer> server_;
  std::string content_ = std::string(300'000, 'x') + "end";
};

TEST_F(TlsTest, ValidCertificateIsBelievedWithItsAuthority) {
  start(Tls::kValid);
  const Fetched fetched = fetch(server_->url("/a"), server_->ca_file());
  EXPECT_EQ(fetched.code, CURLE_OK);
  EXPECT_EQ(fetched.body, content_);
  EXPECT_EQ(fetch(server_->url("/a"), "").code, CURLE_PEER_FAILED_VERIFICATION);
}

TEST_F(TlsTest, ExpiredCertificateIsRefused) {
  start(Tls::kExpired);
  EXPECT_EQ(fetch(server_->url("/a"), server_->ca_file()).code, CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_EQ(server_->connections(), 1);
  EXPECT_TRUE(server_->log().empty());
}

TEST_F(TlsTest, CertificateOfAnotherHostIsRefused) {
  start(Tls::kWrongHost);
  EXPECT_EQ(fetch(server_->url("/a"), server_->ca_file()).code, CURLE_PEER_FAILED_VERIFICATION);
  EXPECT_TRUE(server_->log().empty());
}

TEST_F(TlsTest, FaultsWorkBelowIt) {
  start(Tls::kValid);
  server_->script("/a", {{.reset_after = 1'000}});
  const Fetched fetched = fetch(server_->url("/a"), server_->ca_file());
  EXPECT_EQ(fetched.code, CURLE_RECV_ERROR);
  EXPECT_EQ(server_->log()[0].ending, Ending::kReset);
}

}  // namespace
}  // namespace segue::test
