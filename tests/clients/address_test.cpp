// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/address.h"

#include <string>

#include <gtest/gtest.h>

namespace segue::cli {
namespace {

void expect_address(const char* text, const char* target, bool is_local) {
  const auto address = parse_address(text);
  ASSERT_TRUE(address) << text << ": " << address.error().message;
  EXPECT_EQ(address->target, target) << text;
  EXPECT_EQ(address->is_local, is_local) << text;
}

TEST(ParseAddress, KnowsSocketsAndHosts) {
  expect_address("unix:/run/segue/segued.sock", "unix:/run/segue/segued.sock", true);
  expect_address("unix:///run/segue/segued.sock", "unix:/run/segue/segued.sock", true);
  expect_address("/run/segue/segued.sock", "unix:/run/segue/segued.sock", true);
  expect_address("unix:own.sock", "unix:own.sock", true);
  expect_address("localhost:7421", "dns:///localhost:7421", true);
  expect_address("127.0.0.1:7421", "dns:///127.0.0.1:7421", true);
  expect_address("[::1]:9000", "dns:///[::1]:9000", true);
  expect_address("::1", "dns:///[::1]:7421", true);
  expect_address("booth", "dns:///booth:7421", false);
  expect_address("booth.example:80", "dns:///booth.example:80", false);
  expect_address("127.evil.example:80", "dns:///127.evil.example:80", false);
}

TEST(ParseAddress, RefusesWhatIsNeither) {
  for (const char* text :
       {"", ":7421", "booth:", "booth:x", "booth:0", "booth:65536", "unix:", "http://booth:7421", "a b:1"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  const auto address = parse_address("unix:/" + std::string(200, 'x'));
  ASSERT_FALSE(address);
  EXPECT_NE(address.error().message.find("too long"), std::string::npos) << address.error().message;
}

TEST(DefaultServer, PrefersTheEnvironmentThenTheUsersSocketThenTheServices) {
  const auto nothing = [](const std::string&) { return false; };
  const auto everything = [](const std::string&) { return true; };
  const auto service = [](const std::string& path) { return path == "/run/segue/segued.sock"; };
  Environment environment;
  EXPECT_EQ(default_server(environment, nothing), "unix:/run/segue/segued.sock");
  environment.user_id = 1000;
  EXPECT_EQ(default_server(environment, nothing), "unix:/tmp/segue-1000/segued.sock");
  environment.runtime_dir = "/run/user/1000";
  EXPECT_EQ(default_server(environment, everything), "unix:/run/user/1000/segue/segued.sock");
  EXPECT_EQ(default_server(environment, service), "unix:/run/segue/segued.sock");
  EXPECT_EQ(default_server(environment, nothing), "unix:/run/user/1000/segue/segued.sock");
  environment.server = "booth:7421";
  EXPECT_EQ(default_server(environment, everything), "booth:7421");
}

TEST(TrackUri, MakesPathsAbsoluteAndEncodesThem) {
  EXPECT_EQ(track_uri("a.flac", "/music"), "file:///music/a.flac");
  EXPECT_EQ(track_uri("./b/../a.flac", "/no-such-music"), "file:///no-such-music/a.flac");
  EXPECT_EQ(track_uri("/x//y/./z.mp3", "/music"), "file:///x/y/z.mp3");
  EXPECT_EQ(track_uri("50% & #1?.mp3", "/m"), "file:///m/50%25%20%26%20%231%3F.mp3");
  EXPECT_EQ(track_uri("Ünïcode.ogg", "/m"), "file:///m/%C3%9Cn%C3%AFcode.ogg");
  EXPECT_EQ(track_uri("latin\xE9.mp3", "/m"), "file:///m/latin%E9.mp3");
  EXPECT_EQ(track_uri("a:b.mp3", "/m"), "file:///m/a%3Ab.mp3");
}

TEST(TrackUri, LeavesAddressesAlone) {
  EXPECT_EQ(track_uri("file:///m/a%20b.mp3", "/x"), "file:///m/a%20b.mp3");
  EXPECT_EQ(track_uri("https://host/a.mp3?x=1", "/x"), "https://host/a.mp3?x=1");
  EXPECT_EQ(track_uri("segue://navidrome/42", "/x"), "segue://navidrome/42");
  EXPECT_FALSE(track_uri("", "/x"));
  EXPECT_FALSE(track_uri("http://h/\xFF", "/x"));
}

TEST(AbsolutePath, RefusesWhatTheSchemaCannotCarry) {
  EXPECT_EQ(absolute_path("mix.wav", "/home/dj"), "/home/dj/mix.wav");
  EXPECT_EQ(absolute_path("/tmp/mix.wav", "/home/dj"), "/tmp/mix.wav");
  EXPECT_FALSE(absolute_path("", "/x"));
  EXPECT_FALSE(absolute_path("\xFF.wav", "/x"));
}

}  // namespace
}  // namespace segue::cli
