// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "engine/catalog/provider.h"
#include "engine/net/http.h"
#include "tests/engine/catalog/providers/no_library.h"

namespace segue::catalog {
namespace {

class Registry : public testing::Test {
 protected:
  Result<std::unique_ptr<Provider>> make(const std::string& type, const std::string& url) {
    model::ProviderConfig config;
    config.name = "mine";
    config.type = type;
    config.url = url;
    config.user = "dj";
    config.password = "x";
    return make_provider(config, {*http_, library_});
  }
  test::NoLibrary library_;
  std::unique_ptr<net::HttpClient> http_ = net::HttpClient::create({});
};

TEST_F(Registry, MakesWhatTheConfigurationNames) {
  for (const char* type : {"http", "opensubsonic"}) {
    const auto made = make(type, "http://127.0.0.1:1/");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ((*made)->name(), "mine");
    EXPECT_EQ((*made)->describe().type, type);
  }
}

TEST_F(Registry, TellsWhichTypesThereAre) {
  for (const char* type : {"", "HTTP", "local ", "opensubsonic\n"}) {
    const auto made = make(type, "http://127.0.0.1:1/");
    ASSERT_FALSE(made) << type;
    EXPECT_EQ(made.error().reason, "PROVIDER_UNKNOWN_TYPE");
    EXPECT_NE(made.error().message.find("local, http, opensubsonic"), std::string::npos);
    EXPECT_EQ(made.error().message.find('\n'), std::string::npos);
  }
}

TEST_F(Registry, PassesOnWhatIsWrong) { EXPECT_EQ(make("opensubsonic", "").error().reason, "PROVIDER_CONFIG"); }

}  // namespace
}  // namespace segue::catalog
