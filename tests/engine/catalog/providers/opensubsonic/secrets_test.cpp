// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/digest.h"
#include "tests/engine/catalog/providers/opensubsonic/subsonic_fixture.h"

namespace segue::catalog {
namespace {

using test::Fault;

const std::string kPassword = "c4nary p@ss";

class SubsonicSecrets : public Subsonic {
 protected:
  // Every call there is, whatever comes of it.
  std::vector<std::string> messages() {
    std::vector<std::string> all;
    const auto keep = [&all](const auto& result) {
      if (!result) all.push_back(result.error().message);
    };
    keep(provider_->check({}));
    keep(provider_->search("x", 0, 10, {}));
    keep(provider_->get("1", {}));
    keep(provider_->browse("artists", "", {}));
    keep(provider_->browse("newest", "", {}));
    keep(provider_->playlists({}));
    keep(provider_->playlist("1", {}));
    keep(provider_->create_playlist("x", {"segue://home/1"}, {}));
    keep(provider_->edit_playlist("1", {}, {}));
    keep(provider_->delete_playlist("1", {}));
    keep(provider_->artwork("1", 0, {}));
    keep(provider_->resolve("1", {}));
    keep(provider_->report({{"1", false, 1}}, {}));
    keep(provider_->login({}));
    return all;
  }
  void expect_no_secret(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      for (const std::string& secret : {kPassword, std::string("c4nary"), hex(kPassword), net_encoded()})
        EXPECT_EQ(text.find(secret), std::string::npos) << text;
      for (const char* parameter : {"t=", "s=", "p=", "apiKey="})
        EXPECT_EQ(text.find(parameter), std::string::npos) << text;
    }
  }
  static std::string net_encoded() { return "c4nary%20p%40ss"; }
};

TEST_F(SubsonicSecrets, AreInNoMessageWhateverFails) {
  for (const bool has_token : {true, false}) {
    Options options;
    options.password = kPassword;
    options.has_token = has_token;
    options.has_form_post = false;  // the worst case: all of it is in the address
    start(options);
    model::ProviderConfig secretive = config();
    secretive.password = kPassword;
    configure(secretive);
    ASSERT_TRUE(provider_->check({}));
    testing::internal::CaptureStderr();
    std::size_t count = 0;
    const std::vector<Fault> faults = {
        Fault{.times = 50, .status = 500, .body = "no"},
        Fault{.times = 50, .status = 404, .body = "no"},
        Fault{.times = 50, .status = 401, .body = "no"},
        Fault{.times = 50, .status = 302, .headers = {{"Location", "file:///x"}}, .body = ""},
        Fault{.times = 50, .reset_before_head = true},
        Fault{.times = 50, .close_before_head = true},
        Fault{.times = 50, .status = 200, .body = "{", .close_after = 0},
        test::html_login_page(),
        test::not_json(),
    };
    for (Fault fault : faults) {
      fault.times = 50;
      server_->fault("*", {fault});
      const auto texts = messages();
      count += texts.size();
      expect_no_secret(texts);
    }
    server_->fault("*", {});
    server_->net().stop();
    const auto texts = messages();
    count += texts.size();
    expect_no_secret(texts);
    expect_no_secret({testing::internal::GetCapturedStderr()});
    EXPECT_GT(count, 100U);
  }
}

TEST_F(SubsonicSecrets, AreNotEchoedByAServerThatRepeatsThem) {
  Options options;
  options.password = kPassword;
  options.has_token = false;
  start(options);
  model::ProviderConfig secretive = config();
  secretive.password = kPassword;
  configure(secretive);
  ASSERT_TRUE(provider_->check({}));
  const std::string said = "bad call: p=enc:" + hex(kPassword) + " or " + kPassword + " or " + net_encoded();
  const std::string body =
      R"({"subsonic-response":{"status":"failed","version":"1.16.1","error":{"code":0,"message":")" + said + R"("}}})";
  server_->fault("*", {Fault{.times = 100, .status = 200, .body = body}});
  const auto found = provider_->search("x", 0, 10, {});
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("bad call"), std::string::npos);
  EXPECT_EQ(found.error().message.find("c4nary"), std::string::npos) << found.error().message;
  EXPECT_EQ(found.error().message.find(hex(kPassword)), std::string::npos) << found.error().message;
}

TEST_F(SubsonicSecrets, AreInNothingOfAReferenceButItsAddress) {
  Options options;
  options.password = kPassword;
  start(options);
  add_songs(2);
  model::ProviderConfig secretive = config();
  secretive.password = kPassword;
  configure(secretive);
  const auto ref = provider_->resolve("1", {});
  ASSERT_TRUE(ref) << ref.error().message;
  expect_no_secret({ref->label, ref->cache_key, ref->quality, ref->title, ref->provider});
  EXPECT_EQ(ref->url.find("c4nary"), std::string::npos) << "a token, not the password";
}

TEST_F(SubsonicSecrets, OfAFormAreNotSentOnByARedirect) {
  Options options;
  start(options);
  ASSERT_TRUE(provider_->check({}));
  test::FaultServer elsewhere;
  elsewhere.handle("/", [](const test::Request&) { return test::Response{}; });
  server_->fault(
      "*",
      {Fault{.times = 10, .status = 307, .headers = {{"Location", elsewhere.url("/rest/ping.view")}}, .body = ""}});
  EXPECT_EQ(provider_->check({}).error().reason, "REDIRECT_REFUSED");
  EXPECT_TRUE(elsewhere.log().empty());
}

}  // namespace
}  // namespace segue::catalog
