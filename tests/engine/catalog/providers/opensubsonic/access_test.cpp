// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/catalog/providers/opensubsonic/account.h"
#include "tests/engine/catalog/providers/opensubsonic/subsonic_fixture.h"

namespace segue::catalog {
namespace {

class SubsonicAccess : public Subsonic {
 protected:
  ~SubsonicAccess() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  // A file that only we may read.
  std::string secret(const std::string& text) {
    if (folder_.empty()) {
      folder_ = (std::filesystem::temp_directory_path() / "segue-access-XXXXXX").string();
      EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    }
    const std::string path = folder_ + "/secret";
    std::ofstream(path) << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }
  std::string folder_;
};

TEST_F(SubsonicAccess, ApiKeyComesFirstAndAlone) {
  start();
  model::ProviderConfig with_key = config();
  with_key.api_key_file = secret("key-1");
  configure(with_key);
  ASSERT_TRUE(provider_->check({}));
  EXPECT_EQ(provider_->describe().auth, "api-key");
  const auto ping = server_->calls("ping").at(0);
  EXPECT_TRUE(ping.request.parameter("apiKey"));
  EXPECT_FALSE(ping.request.parameter("u"));
  EXPECT_EQ(complaints(), std::vector<std::string>());
}

TEST(Account, OnlyAnAddressOfThisMachineIsOne) {
  model::ProviderConfig config;
  config.name = "home";
  config.user = "dj";
  config.password = "secret";
  for (const auto& [url, is_exposed] :
       {std::pair("http://127.0.0.1:4533", false), std::pair("http://127.8.9.10", false),
        std::pair("http://localhost", false), std::pair("http://[::1]:4533", false), std::pair("https://a.org", false),
        std::pair("http://127.0.0.1.example.org", true), std::pair("http://127.example.org", true),
        std::pair("http://a.org", true)}) {
    config.url = url;
    const auto account = opensubsonic::Account::create(config);
    ASSERT_TRUE(account) << url;
    EXPECT_EQ(account->is_password_exposed(), is_exposed) << url;
  }
}

TEST_F(SubsonicAccess, AServerWithoutApiKeysGetsTheToken) {
  Options options;
  options.has_api_key = false;
  start(options);
  model::ProviderConfig with_key = config();
  with_key.api_key_file = secret("key-1");
  configure(with_key);
  ASSERT_TRUE(provider_->check({}));
  EXPECT_EQ(provider_->describe().auth, "token");
}

TEST_F(SubsonicAccess, TokensHaveAFreshSaltEachTime) {
  start();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(provider_->check({}));
  EXPECT_EQ(provider_->describe().auth, "token");
  EXPECT_EQ(complaints(), std::vector<std::string>()) << "it tells salts that come twice";
}

TEST_F(SubsonicAccess, PasswordIsTheLastWayOnLoopback) {
  for (const int refusal : {10, 41, 42}) {
    Options options;
    options.has_token = false;
    options.token_refusal = refusal;
    start(options);
    const auto checked = provider_->check({});
    ASSERT_TRUE(checked) << refusal << ": " << checked.error().message;
    EXPECT_EQ(provider_->describe().auth, "password");
    const std::size_t before = calls("");
    ASSERT_TRUE(provider_->check({}));
    EXPECT_EQ(calls(""), before + 1) << "what works is remembered";
    EXPECT_EQ(server_->calls("ping").back().request.parameter("p"), "enc:736573616d65");
  }
}

TEST_F(SubsonicAccess, PasswordIsNotSentReadableToOthersUnlessItMayBe) {
  // Not a loopback address by its name, though it leads there.
  Options options;
  options.has_token = false;
  start(options);
  model::ProviderConfig far = config();
  far.url = "http://0.0.0.0:" + std::to_string(server_->net().port());
  configure(far);
  const auto refused = provider_->check({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  EXPECT_EQ(refused.error().reason, "AUTH_REQUIRED");
  EXPECT_NE(refused.error().message.find("allow_legacy_auth"), std::string::npos);
  for (const auto& call : server_->calls()) EXPECT_FALSE(call.request.parameter("p"));
  far.allow_legacy_auth = true;
  configure(far);
  EXPECT_TRUE(provider_->check({}));
}

TEST_F(SubsonicAccess, WrongPasswordIsSaidAndNotTriedInOtherWays) {
  start();
  model::ProviderConfig wrong = config();
  wrong.password = "not-it";
  configure(wrong);
  const auto checked = provider_->check({});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::kUnauthenticated);
  EXPECT_EQ(checked.error().reason, "AUTH_FAILED");
  for (const auto& call : server_->calls()) EXPECT_FALSE(call.request.parameter("p"));
}

TEST_F(SubsonicAccess, WhatWasTakenOnceIsTriedAnewWhenItIsRefused) {
  start();
  ASSERT_TRUE(provider_->check({}));
  for (const int code : {40, 41, 42, 43, 44}) {
    server_->error("search3", code);
    EXPECT_TRUE(provider_->search("x", 0, 10, {})) << code;
  }
  server_->error("search3", 40, 2);
  EXPECT_EQ(provider_->search("x", 0, 10, {}).error().reason, "AUTH_FAILED");
}

TEST_F(SubsonicAccess, APasswordFileMayBeReplacedMeanwhile) {
  start();
  model::ProviderConfig filed = config();
  filed.password.clear();
  filed.password_file = secret("old one");
  configure(filed);
  EXPECT_FALSE(provider_->check({}));
  secret("sesame");
  EXPECT_TRUE(provider_->check({}));
}

TEST_F(SubsonicAccess, AnOldServersVersionIsSpoken) {
  Options options;
  options.version = "1.10.2";
  options.wants_old_clients = true;
  options.is_open = options.has_form_post = false;
  start(options);
  add_songs(1);
  const auto found = provider_->search("song", 0, 10, {});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->size(), 1U);
  EXPECT_EQ(server_->calls("search3").back().request.parameter("v"), "1.10.2");
}

TEST_F(SubsonicAccess, FormsArePostedWhereTheyAreTaken) {
  start();
  ASSERT_TRUE(provider_->check({}));
  EXPECT_EQ(server_->calls("ping").at(0).request.method, "POST");
  EXPECT_TRUE(server_->calls("ping").at(0).request.query.empty());
  Options old;
  old.has_form_post = false;
  start(old);
  ASSERT_TRUE(provider_->check({}));
  EXPECT_EQ(server_->calls("ping").at(0).request.method, "GET");
  EXPECT_EQ(complaints(), std::vector<std::string>());
}

TEST_F(SubsonicAccess, EverythingAboutUsIsSaid) {
  start();
  ASSERT_TRUE(provider_->check({}));
  const auto& request = server_->calls("ping").at(0).request;
  EXPECT_EQ(request.parameter("c"), "segue");
  EXPECT_EQ(request.parameter("f"), "json");
  EXPECT_EQ(request.parameter("v"), "1.16.1");
  EXPECT_EQ(provider_->describe().title, "segue-test 1.0 at 127.0.0.1");
}

TEST_F(SubsonicAccess, ConfigurationsThatCannotWorkAreRefusedAtOnce) {
  start();
  const auto reason_of = [&](auto change) {
    model::ProviderConfig wrong = config();
    change(wrong);
    const auto made = make_opensubsonic(wrong, {*http_, library_});
    return made ? std::string() : made.error().reason;
  };
  EXPECT_EQ(reason_of([](auto& c) { c.url.clear(); }), "PROVIDER_CONFIG");
  EXPECT_EQ(reason_of([](auto& c) { c.url = "file:///x"; }), "PROVIDER_CONFIG");
  EXPECT_EQ(reason_of([](auto& c) { c.url += "/?a=1"; }), "PROVIDER_CONFIG");
  EXPECT_EQ(reason_of([](auto& c) { c.user.clear(); }), "PROVIDER_CONFIG");
  EXPECT_EQ(reason_of([](auto& c) { c.password.clear(); }), "PROVIDER_CONFIG");
  EXPECT_EQ(reason_of([](auto& c) { c.url += "/rest/"; }), "");
}

}  // namespace
}  // namespace segue::catalog
