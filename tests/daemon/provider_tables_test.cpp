// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/provider_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/config.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Read {
  Settings settings;
  std::vector<std::string> faults;
};

Read read(const std::string& text, mode_t mode = 0600) {
  const testing::TempDir folder;
  const std::string path = folder.write("segued.toml", text);
  ::chmod(path.c_str(), mode);
  Read result;
  result.faults = apply_config_file(result.settings, path);
  return result;
}

TEST(ProviderTables, SixLinesAddAServer) {
  const Read got = read(R"([[provider]]
name = "home"
type = "opensubsonic"
url = "https://music.example.org"
user = "dj"
password_file = "/etc/segue/home.password"
)",
                        0644);
  EXPECT_THAT(got.faults, IsEmpty());
  ASSERT_EQ(got.settings.engine.providers.size(), 1U);
  const auto& home = got.settings.engine.providers[0];
  EXPECT_EQ(home.name, "home");
  EXPECT_EQ(home.type, "opensubsonic");
  EXPECT_EQ(home.url, "https://music.example.org");
  EXPECT_EQ(home.user, "dj");
  EXPECT_EQ(home.password_file, "/etc/segue/home.password");
}

TEST(ProviderTables, TakesEveryKeyInTheOrderOfTheFile) {
  const Read got = read(R"(
[[provider]]
name = "music"
type = "local"
folders = ["/srv/music", "/home/dj/Music"]
policy = "local-owned"
[[provider]]
name = "web"
type = "http"
url = "http://radio.example/stations.m3u"
cache_mib = 100
[[provider]]
name = "old"
type = "opensubsonic"
url = "http://192.168.1.2:4040/music"
user = "dj"
password = "secret"
allow_legacy_auth = true
)");
  EXPECT_THAT(got.faults, IsEmpty());
  const auto& all = got.settings.engine.providers;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[0].folders, ElementsAre("/srv/music", "/home/dj/Music"));
  EXPECT_EQ(all[1].cache_bytes_max, 100LL << 20);
  EXPECT_TRUE(all[2].allow_legacy_auth);
  EXPECT_EQ(all[2].password, "secret");
}

struct BadTable {
  const char* text;
  const char* says;
};
class BadTables : public ::testing::TestWithParam<BadTable> {};

TEST_P(BadTables, AreNamedByLineAndKeyAndNotTaken) {
  const Read got = read(GetParam().text);
  ASSERT_FALSE(got.faults.empty());
  EXPECT_THAT(got.faults[0], HasSubstr(GetParam().says));
  EXPECT_THAT(got.settings.engine.providers, IsEmpty());
  EXPECT_THAT(got.faults[0], Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    ProviderTables, BadTables,
    ::testing::Values(
        BadTable{"provider = 3\n", "segued.toml:1: provider: is a list: write [[provider]]"},
        BadTable{"[provider]\nname = 'a'\n", ": provider: is a list: write [[provider]]"},
        BadTable{"[[provider]]\ntype = 'http'\n", "segued.toml:1: provider.name: is missing"},
        BadTable{"[[provider]]\nname = 'a'\n", "provider.type: is missing"},
        BadTable{"[[provider]]\nname = 'A b'\ntype = 'http'\n",
                 "segued.toml:2: provider.name: \"A b\" is not 1 to 32 of"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'spotify'\n", "provider.type: \"spotify\" is not local, http or"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'local'\n", "provider.folders: is missing"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'local'\nfolders = ['music']\n",
                 "\"music\" is not an absolute path"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'local'\nfolders = [3]\n", "provider.folders: must be a list of"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'http'\nfolders = ['/a']\n", "folders: is only for type local"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'opensubsonic'\nuser = 'b'\npassword = 'hunter2'\n",
                 "url: is missing"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'opensubsonic'\nurl = 'ftp://x'\n",
                 "provider.url: is not an http://"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'opensubsonic'\nurl = 'http://x'\nuser = 'b'\n",
                 "password_file: is missing"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'opensubsonic'\nurl = 'http://x'\npassword = 'hunter2'\n",
                 "provider.user: is missing"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'opensubsonic'\nurl = 'http://x'\nuser = 'b'\npassword = 'hunter2'\n"
                 "password_file = '/p'\n",
                 "provider.password: stands beside password_file"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'http'\ncolour = 'red'\n",
                 "segued.toml:4: provider.colour: unknown key"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'http'\ncache_mib = -1\n", "cache_mib: -1 is not 0 to"},
        BadTable{"[[provider]]\nname = 'a'\ntype = 'http'\nuser = \"a\\u0007\"\n",
                 "must not hold control characters"}));

TEST(ProviderTables, NamesAreUnique) {
  const Read got = read("[[provider]]\nname = 'a'\ntype = 'http'\n[[provider]]\nname = 'a'\ntype = 'http'\n");
  ASSERT_EQ(got.faults.size(), 1U);
  EXPECT_THAT(got.faults[0], HasSubstr("segued.toml:4: provider.name: another provider has this name"));
  EXPECT_EQ(got.settings.engine.providers.size(), 1U);
}

TEST(ProviderTables, APasswordInAFileThatOthersCanReadIsRefused) {
  const char* text =
      "[[provider]]\nname = 'a'\ntype = 'opensubsonic'\nurl = 'http://x'\nuser = 'b'\npassword = 'hunter2'\n";
  const Read exposed = read(text, 0644);
  ASSERT_EQ(exposed.faults.size(), 1U);
  EXPECT_THAT(exposed.faults[0], HasSubstr("segued.toml:6: provider.password: others can read this file: chmod 600"));
  EXPECT_THAT(exposed.faults[0], Not(HasSubstr("hunter2")));
  EXPECT_THAT(read(text, 0600).faults, IsEmpty());
}

TEST(ProviderTables, PrintingShowsEveryKeyAndNoPassword) {
  Settings settings = default_settings();
  model::ProviderConfig provider;
  provider.name = "home";
  provider.type = "opensubsonic";
  provider.url = "https://music.example.org";
  provider.user = "dj";
  provider.password = "hunter2";
  settings.engine.providers.push_back(provider);
  const std::string printed = print_config(settings);
  EXPECT_THAT(printed, Not(HasSubstr("hunter2")));
  EXPECT_THAT(printed, HasSubstr("name = \"home\""));
  for (const ProviderKey& key : provider_keys()) EXPECT_THAT(printed, HasSubstr("# " + key.name + ": "));
}

}  // namespace
}  // namespace segue::daemon
