// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/media/media.h"
#include "tests/support/net/raw_client.h"
#include "tests/support/servers/icecast.h"
#include "tests/support/servers/supysonic.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(SupysonicServer, FindsAndGivesTheMusic) {
  const auto server = Supysonic::start(
      {{.name = "Rival Consoles/Persona/01 Unfolding.mp3",
        .title = "Unfolding",
        .artist = "Rival Consoles",
        .album = "Persona",
        .seconds = 3},
       {.name = "B/02 Second.flac", .title = "Second", .artist = "B", .album = "C", .seconds = 3, .seed = 2}});
  ASSERT_TRUE(server) << server.error().message;
  const std::string login = "u=" + (*server)->user() + "&p=" + (*server)->password() + "&v=1.10.2&c=test&f=json";
  const std::string found = RawClient((*server)->port()).get("/rest/search3.view?query=unfolding&" + login).body;
  EXPECT_THAT(found, HasSubstr("\"title\":\"Unfolding\""));
  EXPECT_THAT(found, HasSubstr("\"artist\":\"Rival Consoles\""));
  EXPECT_EQ(found.find("Second"), std::string::npos);
  constexpr std::string_view kId = "\"id\":\"";
  const std::string song = found.substr(found.find("\"song\":"));
  const std::string id = song.substr(song.find(kId) + kId.size(), 36);
  const RawAnswer file = RawClient((*server)->port()).get("/rest/download.view?id=" + id + "&" + login);
  EXPECT_TRUE(file.is_complete);
  EXPECT_EQ(file.body, read_all((*server)->music_folder() + "/Rival Consoles/Persona/01 Unfolding.mp3"));

  (*server)->stop();
  EXPECT_FALSE(RawClient((*server)->port()).is_connected());
  ASSERT_TRUE((*server)->start_again());
  EXPECT_EQ(RawClient((*server)->port()).get("/rest/ping.view?" + login).status, 200);
}

TEST(SupysonicServer, IsGoneWithItsObject) {
  auto server = Supysonic::start({});
  ASSERT_TRUE(server) << server.error().message;
  const pid_t pid = (*server)->pid();
  const int port = (*server)->port();
  const std::string folder = std::filesystem::path((*server)->music_folder()).parent_path().string();
  ASSERT_TRUE(exists(pid));
  server->reset();
  EXPECT_FALSE(exists(pid));
  EXPECT_FALSE(RawClient(port).is_connected());
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(IcecastServer, StreamsWithItsTitle) {
  const auto server = Icecast::start(encode(media_format("mp3_320"), MediaSignal{}));
  ASSERT_TRUE(server) << server.error().message;
  ASSERT_TRUE((*server)->set_title("Somebody - Something"));
  RawClient listener((*server)->port());
  listener.ask("/live.mp3", "Icy-MetaData: 1\r\n");
  // The title comes with the first block of metadata at the latest, after what was there when we came.
  const RawAnswer answer = listener.read(5s, 40'000);
  EXPECT_EQ(answer.field("content-type"), "audio/mpeg");
  EXPECT_EQ(answer.field("icy-metaint"), "16000");
  EXPECT_THAT(answer.body, HasSubstr("StreamTitle='Somebody - Something';"));
}

TEST(IcecastServer, ComesBackAndIsGoneWithItsObject) {
  auto server = Icecast::start(encode(media_format("mp3_320"), MediaSignal{}));
  ASSERT_TRUE(server) << server.error().message;
  (*server)->stop();
  EXPECT_FALSE(RawClient((*server)->port()).is_connected());
  ASSERT_TRUE((*server)->start_again());
  const pid_t pid = (*server)->pid();
  ASSERT_TRUE(exists(pid));
  const int port = (*server)->port();
  server->reset();
  EXPECT_FALSE(exists(pid));
  EXPECT_FALSE(RawClient(port).is_connected());
}

TEST(ServerChild, EndsWithThoseThatDoNotListen) {
  const ScratchFolder folder;
  Child stubborn({"sh", "-c", "trap '' TERM; echo here; exec sleep 1000"}, folder.path(), "log");
  while (stubborn.is_running() && stubborn.log() != "here\n") std::this_thread::yield();
  const pid_t pid = stubborn.pid();
  stubborn.stop();
  EXPECT_FALSE(exists(pid));
}

TEST(ServerChild, TellsWhatFailed) {
  const ScratchFolder folder;
  const auto ran = run({"sh", "-c", "echo broken; exit 3"}, folder.path());
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.error().message, HasSubstr("status 3: broken"));
  EXPECT_FALSE(run({"/no/such/program"}, folder.path()));
}

}  // namespace
}  // namespace segue::test
