// SPDX-License-Identifier: GPL-3.0-or-later
// The built programs with the network as it is: real servers, and one that does wrong. What is heard is compared, bit
// by bit, with the same track played from a file.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/network_rig.h"
#include "tests/support/audio/clicks.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"
#include "tests/support/media/media.h"
#include "tests/support/net/fault_server.h"
#include "tests/support/servers/icecast.h"
#include "tests/support/servers/supysonic.h"
#include "tests/support/subsonic/subsonic_server.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr double kHeardS = 3.0;
constexpr std::int64_t kCheckBytes = 16;  // what asking whether a copy is current may bring along
constexpr double kAudibleDb = -40.0;
constexpr std::int64_t kMp3BytesPerS = 40'000;  // of 320 kbit/s

const std::string kWeb = "[[provider]]\nname = \"web\"\ntype = \"http\"\n";

std::string subsonic(const std::string& name, const std::string& url) {
  return "[[provider]]\nname = \"" + name + "\"\ntype = \"opensubsonic\"\nurl = \"" + url +
         "\"\nuser = \"dj\"\npassword = \"sesame\"\n";
}

// A track of 40 s, 1.6 MB: many blocks of the cache, and minutes of network if the line is slow.
const std::string& track_path() {
  static const std::string path =
      encode(media_format("mp3_320"), MediaSignal{.rate_hz = 44'100, .frames = 40 * 44'100, .seed = 7});
  return path;
}

std::string track_bytes() {
  const auto bytes = read_file(track_path());
  return {bytes.begin(), bytes.end()};
}

double loudness_db(const StereoAudio& audio) { return to_db(rms(audio.left)); }

std::int64_t sent(const std::vector<Exchange>& log) {
  return std::accumulate(log.begin(), log.end(), std::int64_t{0},
                         [](std::int64_t sum, const Exchange& exchange) { return sum + exchange.body_bytes; });
}

bool is_fetched(const Json& deck) { return deck.value("fetched", 0.0) >= 1.0; }

// The same track from the disk, as nothing can disturb it.
class Network : public ::testing::Test {
 protected:
  static std::optional<StereoAudio> from_file(const std::string& path, double seconds) {
    NetworkRig rig("");
    if (!rig.start() || rig.ask({"load", "1", path}).is_null()) return std::nullopt;
    return rig.play_and_record(seconds);
  }
  // Of track_path(), made once.
  static const StereoAudio& reference() {
    static const StereoAudio audio = from_file(track_path(), kHeardS).value_or(StereoAudio());
    return audio;
  }
  static void expect_reference(const std::optional<StereoAudio>& heard) {
    ASSERT_TRUE(heard);
    ASSERT_GT(loudness_db(reference()), kAudibleDb);
    EXPECT_EQ(difference(*heard, reference()), "");
  }
};

// What the others rest on: two runs give the same audio, and another byte of the track would be heard.
TEST_F(Network, RecordingsOfTheSameCommandsAreTheSame) {
  expect_reference(from_file(track_path(), kHeardS));
  auto bytes = read_file(track_path());
  for (std::size_t at = 60'000; at < 60'100; ++at) bytes[at] ^= 0xff;
  const MediaFolder folder;
  const auto other = from_file(folder.write("other.mp3", bytes), kHeardS);
  ASSERT_TRUE(other);
  EXPECT_NE(difference(*other, reference()), "");
}

TEST_F(Network, FindsTracksOfARealServerAndPlaysThem) {
  const auto server = Supysonic::start({{.name = "01 Unfolding.mp3",
                                         .title = "Unfolding",
                                         .artist = "Rival Consoles",
                                         .album = "Persona",
                                         .seconds = 30}});
  ASSERT_TRUE(server) << server.error().message;
  const ScratchFolder secrets;
  NetworkRig rig("[[provider]]\nname = \"home\"\ntype = \"opensubsonic\"\nurl = \"" + (*server)->url() +
                 "\"\nuser = \"dj\"\npassword_file = \"" + NetworkRig::write_secret(secrets, (*server)->password()) +
                 "\"\n");
  ASSERT_TRUE(rig.start());
  const Json found = rig.ask({"search", "unfold"});
  ASSERT_EQ(found["results"].size(), 1u) << found.dump();
  EXPECT_EQ(found["results"][0]["title"], "Unfolding");
  EXPECT_EQ(found["results"][0]["artist"], "Rival Consoles");
  EXPECT_EQ(found["results"][0]["provider"], "home");
  EXPECT_EQ(found["results"][0]["available"], true);
  const std::string uri = found["results"][0]["uri"];
  EXPECT_THAT(uri, HasSubstr("segue://home/"));
  ASSERT_FALSE(rig.ask({"load", "1", uri}).is_null());
  EXPECT_EQ(rig.deck(1)["title"], "Unfolding");
  const auto heard = rig.play_and_record(kHeardS, [&] {
    rig.wait_for_deck(1, is_fetched);
    (*server)->stop();
  });
  ASSERT_TRUE(heard);
  EXPECT_GT(loudness_db(*heard), kAudibleDb);
  const auto wanted = from_file((*server)->music_folder() + "/01 Unfolding.mp3", kHeardS);
  ASSERT_TRUE(wanted);
  EXPECT_EQ(difference(*heard, *wanted), "") << "the server ended in the middle of it";
  rig.stop();
  ASSERT_TRUE(rig.start());
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_FALSE(rig.ask({"load", "1", uri}).is_null()) << "a cached track needs no server";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(rig.deck(1)["title"], "Unfolding");
  EXPECT_TRUE(rig.wait_for_deck(1, is_fetched));
}

TEST_F(Network, ServerThatHangsIsReportedAndTheOthersAnswer) {
  SubsonicServer good;
  good.add(SubsonicSong{.id = "1", .title = "Unfolding", .artist = "A", .album = "B", .duration_s = 10, .bytes = "x"});
  SubsonicServer hanging;
  hanging.fault("*", {{.times = Fault::kForEver, .hang = true}});
  NetworkRig rig(subsonic("good", good.url()) + subsonic("hanging", hanging.url()));
  ASSERT_TRUE(rig.start());
  const auto begin = std::chrono::steady_clock::now();
  const auto search = rig.start_segue({"-o", "jsonl", "search", "unfolding"});
  std::string text = search->read_line();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s) << "the results waited for the one that hangs, which gets 5 s";
  const Json first = Json::parse(text, nullptr, false);
  ASSERT_TRUE(first.is_object()) << text;
  EXPECT_THAT(text, HasSubstr("segue://good/1"));
  EXPECT_THAT(text, HasSubstr("Unfolding"));
  const Outcome rest = search->finish();
  EXPECT_THAT(rest.out + rest.err, HasSubstr("hanging"));
}

TEST_F(Network, CuttingItInTheMiddleOfATrackIsInaudible) {
  FaultServer server;
  server.serve("/a.mp3", track_bytes(), {.mime = "audio/mpeg"});
  server.set_link({.rtt = 20ms, .rate_bytes_per_s = 15 * kMp3BytesPerS});
  NetworkRig rig(kWeb);
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", server.url("/a.mp3")}).is_null());
  std::int64_t before_cut = 0;
  const auto heard = rig.play_and_record(kHeardS, [&] {
    // Half of the track is here, and two seconds of it have been heard at most.
    const auto half = static_cast<std::int64_t>(track_bytes().size()) / 2;
    ASSERT_TRUE(server.wait_for([&](const auto& log) { return sent(log) > half; }));
    server.stop();
    before_cut = sent(server.log());
    EXPECT_LT(before_cut, static_cast<std::int64_t>(track_bytes().size())) << "cut too late";
  });
  expect_reference(heard);
  EXPECT_EQ(rig.deck(1)["underruns"], "0");
  const auto entries = server.log().size();
  server.start();
  ASSERT_TRUE(rig.wait_for_deck(1, is_fetched, 60s));
  const std::vector<Exchange> log = server.log();
  ASSERT_GT(log.size(), entries) << "went on without asking";
  EXPECT_EQ(log.back().status, 206);
  EXPECT_LT(sent(log), static_cast<std::int64_t>(track_bytes().size()) * 5 / 4) << "began again instead of going on";
}

TEST_F(Network, KilledWhileItWritesItsCacheServesFromTheDiskWhatWasThere) {
  SubsonicServer server;
  const auto size = static_cast<std::int64_t>(track_bytes().size());
  server.add(
      SubsonicSong{.id = "1", .title = "T", .artist = "A", .album = "B", .duration_s = 40, .bytes = track_bytes()});
  server.net().set_link({.rate_bytes_per_s = 10 * kMp3BytesPerS});
  NetworkRig rig(subsonic("home", server.url()));
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", "segue://home/1"}).is_null());
  ASSERT_TRUE(server.net().wait_for([&](const auto& log) { return sent(log) > size / 2; }));
  rig.kill();
  server.net().clear_log();
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", "segue://home/1"}).is_null());
  ASSERT_TRUE(rig.wait_for_deck(1, is_fetched, 60s));
  EXPECT_LT(sent(server.calls("download")), size * 3 / 4) << "half of it was in the cache";
  rig.kill();
  server.net().clear_log();
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", "segue://home/1"}).is_null());
  expect_reference(rig.play_and_record(kHeardS));
  EXPECT_LE(sent(server.calls("download")), kCheckBytes) << "asked the server for bytes that it has";
}

TEST_F(Network, DamageInTheCacheIsFetchedAgainAndNeverHeard) {
  FaultServer server;
  const auto size = static_cast<std::int64_t>(track_bytes().size());
  server.serve("/a.mp3", track_bytes(), {.mime = "audio/mpeg"});
  NetworkRig rig(kWeb);
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", server.url("/a.mp3")}).is_null());
  ASSERT_TRUE(rig.wait_for_deck(1, is_fetched));
  rig.stop();
  int damaged = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(rig.cache_folder())) {
    if (!entry.is_regular_file() || entry.file_size() < 100'000) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(90'000);
    file.put('\x5a');
    file.put('\x5a');
    ++damaged;
  }
  ASSERT_GE(damaged, 1) << "no blocks in " << rig.cache_folder();
  server.clear_log();
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", server.url("/a.mp3")}).is_null());
  expect_reference(rig.play_and_record(kHeardS));
  ASSERT_TRUE(rig.wait_for_deck(1, is_fetched));
  const std::int64_t again = sent(server.log());
  EXPECT_GT(again, 0) << "the damage was not seen";
  EXPECT_LT(again, size / 2) << "more than the damaged block was fetched again";
}

TEST_F(Network, FaultsOnTheWayAreCountedAndInaudible) {
  FaultServer server;
  server.serve("/a.mp3", track_bytes(), {.mime = "audio/mpeg"});
  server.set_link({.rtt = 10ms, .rate_bytes_per_s = 20 * kMp3BytesPerS});
  NetworkRig rig(kWeb);
  ASSERT_TRUE(rig.start());
  // What is there is looked at before it is loaded; that is not of interest here.
  ASSERT_EQ(rig.segue({"track", server.url("/a.mp3")}).exit_code, 0);
  server.script("/a.mp3", {{.reset_after = 400'000},
                           {.status = 503, .headers = {{"Retry-After", "1"}}},
                           {.close_after = 300'000},
                           {.close_before_head = true}});
  ASSERT_FALSE(rig.ask({"load", "1", server.url("/a.mp3")}).is_null());
  expect_reference(rig.play_and_record(kHeardS));
  ASSERT_TRUE(rig.wait_for_deck(1, is_fetched, 60s));
  EXPECT_EQ(rig.deck(1)["underruns"], "0");
  const std::vector<Exchange> log = server.log();
  const auto refused = std::find_if(log.begin(), log.end(), [](const auto& each) { return each.status == 503; });
  ASSERT_LT(refused, log.end() - 1);
  EXPECT_GE((refused + 1)->arrived - refused->arrived, 1s) << "Retry-After not obeyed";
  for (const Ending ending : {Ending::kReset, Ending::kClosed})
    EXPECT_GE(std::count_if(log.begin(), log.end(), [&](const auto& each) { return each.ending == ending; }), 1);
  EXPECT_LT(sent(log), static_cast<std::int64_t>(track_bytes().size()) * 5 / 4);
  const Json network = rig.ask({"network"});
  std::int64_t faults = 0;
  for (const Json& fault : network["faults"]) faults += std::stoll(fault["count"].get<std::string>());
  EXPECT_GE(faults, 3) << network.dump();
}

TEST_F(Network, StallInTheFirstSecondsIsRolledWithoutAClick) {
  FaultServer server;
  server.serve("/a.mp3", track_bytes(), {.mime = "audio/mpeg"});
  server.set_link({.rate_bytes_per_s = kMp3BytesPerS * 5 / 4});
  NetworkRig rig(kWeb);
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", server.url("/a.mp3")}).is_null());
  const auto heard = rig.play_and_record(8.0, [&] {
    server.freeze();
    rig.wait_for_deck(1, [](const Json& deck) { return deck.value("rolling", false); });
    server.set_link({});
    server.thaw();
    rig.wait_for_deck(1, [](const Json& deck) { return !deck.value("rolling", true); });
  });
  ASSERT_TRUE(heard);
  EXPECT_GE(std::stoll(rig.deck(1).value("rolls", "0")), 1);
  // All of it sounds, from the deck's start to the end of the recording.
  for (Frames at = 9'600; at + 9'600 <= heard->frames(); at += 9'600)
    EXPECT_GT(loudness_db(heard->cut(at, at + 9'600)), -60.0) << "silence at frame " << at;
  const auto clicks = find_clicks(*heard, {.ratio = 200});
  EXPECT_TRUE(clicks.empty()) << describe(clicks);
}

TEST_F(Network, PrefetchedTrackPlaysWithoutTheNetwork) {
  FaultServer server;
  server.serve("/a.mp3", track_bytes(), {.mime = "audio/mpeg"});
  NetworkRig rig(kWeb);
  ASSERT_TRUE(rig.start());
  const Outcome prefetch = rig.segue({"prefetch", server.url("/a.mp3")});
  ASSERT_EQ(prefetch.exit_code, 0) << prefetch.err;
  ASSERT_TRUE(
      server.wait_for([](const auto& log) { return sent(log) >= static_cast<std::int64_t>(track_bytes().size()); }));
  server.stop();
  ASSERT_FALSE(rig.ask({"load", "1", server.url("/a.mp3")}).is_null());
  expect_reference(rig.play_and_record(kHeardS));
}

TEST_F(Network, RendersTracksOfAProviderLikeFiles) {
  SubsonicServer server;
  server.add(
      SubsonicSong{.id = "1", .title = "T", .artist = "A", .album = "B", .duration_s = 40, .bytes = track_bytes()});
  server.net().set_link({.rtt = 10ms, .rate_bytes_per_s = 20 * kMp3BytesPerS});
  server.fault("download", {{}, {.reset_after = 200'000}, {.status = 503}});
  NetworkRig rig(subsonic("home", server.url()));
  const auto heard = rig.render("segue://home/1", 20.0);
  const auto wanted = rig.render("file://" + track_path(), 20.0);
  ASSERT_TRUE(heard && wanted);
  EXPECT_GT(loudness_db(*wanted), kAudibleDb);
  EXPECT_EQ(difference(*heard, *wanted), "");
  EXPECT_GE(server.calls("download").size(), 3u);
}

TEST_F(Network, RadioPlaysAndTellsItsTitle) {
  const auto radio = Icecast::start(track_path());
  ASSERT_TRUE(radio) << radio.error().message;
  ASSERT_TRUE((*radio)->set_title("Somebody - Something"));
  NetworkRig rig(kWeb);
  ASSERT_TRUE(rig.start());
  ASSERT_FALSE(rig.ask({"load", "1", (*radio)->url()}).is_null());
  EXPECT_EQ(rig.deck(1)["live"], true);
  const auto heard = rig.play_and_record(3.0);
  ASSERT_TRUE(heard);
  EXPECT_GT(loudness_db(heard->cut(48'000, heard->frames())), kAudibleDb);
  EXPECT_TRUE(rig.wait_for_deck(1, [](const Json& deck) { return deck["liveTitle"] == "Somebody - Something"; }));
  ASSERT_TRUE((*radio)->set_title("Another - One"));
  EXPECT_TRUE(rig.wait_for_deck(1, [](const Json& deck) { return deck["liveTitle"] == "Another - One"; }));
}

}  // namespace
}  // namespace segue::test
