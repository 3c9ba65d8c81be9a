// SPDX-License-Identifier: GPL-3.0-or-later
// What is heard while the network does wrong: nothing of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/network/venue.h"
#include "tests/support/audio/clicks.h"
#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr Frames kSecond = 48'000;
constexpr double kTrackSeconds = 40;
constexpr Frames kPlayed = 30 * kSecond;

std::string file_uri(const std::string& path) { return "file://" + path; }

// Deck 1 playing a file from the disk, with nothing else going on: what everything is compared with.
const StereoAudio& undisturbed() {
  static const StereoAudio audio = [] {
    Venue venue;
    const std::string path = music_file("mp3_320", kTrackSeconds);
    EXPECT_EQ(venue.load(1, file_uri(path)), "(ok)");
    EXPECT_TRUE(venue.wait_until_whole(1));
    const Frames start = venue.booth.frame() + 4800;
    venue.booth.send_at(start, {"play { deck: 1 }"});
    venue.booth.run_to(start + kPlayed);
    return venue.booth.heard.cut(start, start + kPlayed - kSecond);
  }();
  return audio;
}

// Starts deck 1, which is whole, and renders; `disturb` is called at each second on the way.
StereoAudio play(Venue& venue, const std::function<void(int second)>& disturb) {
  const Frames start = venue.booth.frame() + 4800;
  venue.booth.send_at(start, {"play { deck: 1 }"});
  for (int second = 0; second < kPlayed / kSecond; ++second) {
    disturb(second);
    venue.booth.run_to(start + (second + 1) * kSecond);
  }
  return venue.booth.heard.cut(start, start + kPlayed - kSecond);
}

TEST(NetworkSound, ATrackFromTheNetworkSoundsAsItsFileDoes) {
  Venue venue;
  const std::string uri = venue.serve("/one.mp3", music_file("mp3_320", kTrackSeconds));
  ASSERT_EQ(venue.load(1, uri), "(ok)");
  ASSERT_TRUE(venue.wait_until_whole(1));
  EXPECT_EQ(difference(play(venue, [](int) {}), undisturbed()), "");
  EXPECT_EQ(venue.booth.deck(1).underruns(), 0U);
  EXPECT_EQ(venue.server.log("/one.mp3").size(), 1U);
}

TEST(NetworkSound, AnOutageOfAnyLengthIsNotHeardOnceATrackIsWhole) {
  Venue venue;
  const std::string uri = venue.serve("/one.mp3", music_file("mp3_320", kTrackSeconds));
  ASSERT_EQ(venue.load(1, uri), "(ok)");
  ASSERT_TRUE(venue.wait_until_whole(1));
  // Every cue of the track is there as well: a jump away and back within the outage.
  const Frames start = venue.booth.frame() + 4800;
  venue.booth.send_at(start + 10 * kSecond, {"seek { deck: 1 seconds: 35 }"});
  venue.booth.send_at(start + 11 * kSecond, {"seek { deck: 1 seconds: 11 }"});
  const StereoAudio heard = play(venue, [&](int second) {
    if (second == 2) venue.server.stop();
  });
  EXPECT_EQ(venue.booth.deck(1).underruns(), 0U);
  EXPECT_EQ(difference(heard.cut(0, 9 * kSecond), undisturbed().cut(0, 9 * kSecond)), "");
  EXPECT_EQ(difference(heard.cut(12 * kSecond, 28 * kSecond), undisturbed().cut(12 * kSecond, 28 * kSecond)), "");
}

// --- A second deck in trouble, while the first plays.

struct Trouble {
  const char* name;
  std::vector<Fault> faults;
  const char* outcome;  // of the load
};
class SecondDeck : public ::testing::TestWithParam<Trouble> {};

TEST_P(SecondDeck, InTroubleLeavesThePlayingOneBitIdentical) {
  stream::Rig::Options options;
  options.open_max = 1500ms;
  Venue venue(options);
  const std::string good = venue.serve("/one.mp3", music_file("mp3_320", kTrackSeconds));
  const std::string bad = venue.serve("/two.mp3", music_file("mp3_320", 20, 2));
  ASSERT_EQ(venue.load(1, good), "(ok)");
  ASSERT_TRUE(venue.wait_until_whole(1));
  venue.server.script("/two.mp3", GetParam().faults);
  std::shared_ptr<Reply> reply;
  const StereoAudio heard = play(venue, [&](int second) {
    if (second == 1) reply = venue.booth.send({("load { deck: 2 uri: '" + bad + "' }").c_str()});
    if (second == 20) {  // the network gets its real time
      const auto until = std::chrono::steady_clock::now() + 15s;
      while (!reply->has_come() && std::chrono::steady_clock::now() < until) {
        venue.booth.control->inbox().wait(5ms);
        venue.booth.step();
        if (venue.booth.control->agenda().has_sent()) break;
      }
    }
  });
  ASSERT_NE(reply, nullptr);
  EXPECT_THAT(reply->reason(), HasSubstr(GetParam().outcome)) << reply->message();
  EXPECT_EQ(difference(heard, undisturbed()), "");
  EXPECT_EQ(venue.booth.deck(1).underruns(), 0U);
  EXPECT_GE(venue.server.log("/two.mp3").size(), 1U) << "the fault did happen";
  if (!reply->is_ok()) {
    EXPECT_EQ(venue.booth.deck(2).state(), v1::Deck::FAILED);
  }
}

std::vector<Fault> for_ever(Fault fault) {
  fault.times = Fault::kForEver;
  return {std::move(fault)};
}
Fault with(const std::function<void(Fault&)>& set) {
  Fault fault;
  set(fault);
  return fault;
}

INSTANTIATE_TEST_SUITE_P(
    NetworkSound, SecondDeck,
    ::testing::Values(
        Trouble{"Unauthorised", for_ever(with([](Fault& f) { f.status = 401; })), "HTTP_401"},
        Trouble{"Forbidden", for_ever(with([](Fault& f) { f.status = 403; })), "HTTP_403"},
        Trouble{"Gone", for_ever(with([](Fault& f) { f.status = 404; })), "HTTP_404"},
        Trouble{"TooMany", for_ever(with([](Fault& f) {
                  f.status = 429;
                  f.headers = {{"Retry-After", "60"}};
                })),
                "RATE_LIMITED"},
        Trouble{"ServerError", for_ever(with([](Fault& f) { f.status = 503; })), "HTTP_5"},
        Trouble{"OneServerError", {with([](Fault& f) { f.status = 500; })}, "(ok)"},
        Trouble{"ResetMidBody", {with([](Fault& f) { f.reset_after = 100'000; })}, "(ok)"},
        Trouble{"Truncated", {with([](Fault& f) { f.close_after = 100'000; })}, "(ok)"},
        Trouble{"StallThenGoesOn", {with([](Fault& f) { f.stall_after = 60'000; })}, "(ok)"},
        Trouble{"Html", for_ever(with([](Fault& f) {
                  f.body = "<!DOCTYPE html><html><body>Please log in</body></html>";
                  f.mime = "text/html";
                })),
                "NOT_AUDIO"},
        Trouble{"Json", for_ever(with([](Fault& f) {
                  f.body = "{\"error\":\"no\"}";
                  f.mime = "application/json";
                })),
                "NOT_AUDIO"},
        Trouble{"RedirectToFile", for_ever(with([](Fault& f) { f.redirect = "file:///etc/passwd"; })),
                "REDIRECT_REFUSED"},
        Trouble{"GzipBomb", for_ever(with([](Fault& f) {
                  f.body = gzip_bomb(64 << 20);
                  f.headers = {{"Content-Encoding", "gzip"}};
                })),
                ""},
        Trouble{"RedirectLoop", for_ever(with([](Fault& f) { f.redirect = "/two.mp3"; })), "REDIRECT_REFUSED"},
        Trouble{"SlowDrip", for_ever(with([](Fault& f) { f.drip_bytes = 1; })), ""},
        Trouble{"WrongRangesAfterAReset",
                {with([](Fault& f) { f.reset_after = 150'000; }), with([](Fault& f) { f.shift_range = 17; })},
                "(ok)"},
        Trouble{"NoRangesAfterAReset",
                {with([](Fault& f) { f.reset_after = 150'000; }), with([](Fault& f) { f.ignore_range = true; })},
                "(ok)"},
        Trouble{"AnotherVersionAfterAReset",
                {with([](Fault& f) { f.reset_after = 150'000; }), with([](Fault& f) {
                   f.times = Fault::kForEver;
                   f.etag = "\"2\"";
                 })},
                ""},
        Trouble{"ALengthTooLong", for_ever(with([](Fault& f) { f.content_length = 2'000'000; })), ""},
        Trouble{"NoLength", for_ever(with([](Fault& f) { f.framing = Framing::kClose; })), "(ok)"},
        Trouble{"RangeNotSatisfiable",
                {with([](Fault& f) { f.reset_after = 150'000; }), with([](Fault& f) { f.status = 416; })},
                "(ok)"},
        Trouble{"NothingAtAll", for_ever(with([](Fault& f) { f.hang = true; })), "NET_"}),
    [](const auto& each) { return std::string(each.param.name); });

// --- A deck that runs dry.

TEST(NetworkSound, AStallInTheFirstSecondsRollsAndReturnsOnABeat) {
  stream::Rig::Options options;
  options.stall_max = 60s;  // nothing but the test ends the stall
  Venue venue(options);
  const std::string uri = venue.serve("/one.mp3", music_file("mp3_320", kTrackSeconds));
  // 160,000 bytes of 40,000 a second: four seconds.
  venue.server.script("/one.mp3", {with([](Fault& f) { f.stall_after = 160'000; })});
  ASSERT_EQ(venue.load(1, uri), "(ok)");
  venue.booth.send({"set_grid { deck: 1 bpm: 120 first_beat_s: 0 }"});
  venue.booth.run(2);
  ASSERT_TRUE(venue.server.wait_for([](const auto& log) { return !log.empty() && log[0].body_bytes >= 160'000; }));
  ASSERT_TRUE(venue.wait_for(1, [](const v1::Deck& deck) { return deck.buffered_s() > 3; }));
  const auto watcher = venue.booth.control->publisher().watch({}, [] {});
  const Frames start = venue.booth.frame() + 4800;
  venue.booth.send_at(start, {"play { deck: 1 }"});
  venue.booth.run_to(start + 8 * kSecond);
  EXPECT_TRUE(venue.booth.deck(1).rolling());
  EXPECT_EQ(venue.booth.deck(1).rolls(), 1U);
  EXPECT_EQ(venue.booth.deck(1).underruns(), 1U);
  venue.server.release();
  ASSERT_TRUE(venue.wait_until_whole(1));
  venue.booth.run_to(start + 16 * kSecond);
  EXPECT_FALSE(venue.booth.deck(1).rolling());
  const StereoAudio heard = venue.booth.heard.cut(start, start + 15 * kSecond);
  EXPECT_EQ(difference(heard.cut(0, 2 * kSecond), undisturbed().cut(0, 2 * kSecond)), "");
  EXPECT_EQ(difference(heard.cut(10 * kSecond, 15 * kSecond), undisturbed().cut(10 * kSecond, 15 * kSecond)), "")
      << "back in the track as if nothing had been";
  const auto clicks = find_clicks(heard);
  const auto clean = find_clicks(undisturbed().cut(0, 15 * kSecond));
  EXPECT_LE(clicks.size(), clean.size()) << describe(clicks);
  EXPECT_TRUE(find_dropouts(heard.left).empty());
  int started = 0;
  int ended = 0;
  for (const auto& news : Booth::read(*watcher)) {
    started += news.has_event() && news.event().kind() == v1::Event::ROLL_STARTED ? 1 : 0;
    ended += news.has_event() && news.event().kind() == v1::Event::ROLL_ENDED ? 1 : 0;
  }
  EXPECT_EQ(started, 1);
  EXPECT_EQ(ended, 1);
}

TEST(NetworkSound, TwelveDecksOfOneTrackAreOneRequest) {
  constexpr int kDecks = 12;
  Venue venue({}, kDecks);
  const std::string uri = venue.serve("/one.mp3", music_file("mp3_320", 20));
  for (int deck = 1; deck <= kDecks; ++deck) {
    venue.booth.send({("load { deck: " + std::to_string(deck) + " uri: '" + uri + "' }").c_str()});
  }
  for (int deck = 1; deck <= kDecks; ++deck) {
    EXPECT_TRUE(venue.wait_for(deck, [&](const v1::Deck& d) {
      if (venue.booth.control->agenda().has_sent()) venue.booth.run(1);
      return d.state() == v1::Deck::READY;
    }));
    EXPECT_TRUE(venue.wait_until_whole(deck));
  }
  EXPECT_EQ(venue.server.log("/one.mp3").size(), 1U);
  EXPECT_EQ(venue.rig.fetcher().counters().contents, 1U);
}

TEST(NetworkSound, ALoadThatHangsIsGivenUpAtOnceForAnother) {
  Venue venue;
  const std::string slow = venue.serve("/slow.mp3", music_file("mp3_320", 20));
  const std::string fast = venue.serve("/fast.mp3", music_file("mp3_320", 20, 2));
  venue.server.script("/slow.mp3", for_ever(with([](Fault& f) { f.hang = true; })));
  const auto given_up = venue.booth.send({("load { deck: 1 uri: '" + slow + "' }").c_str()});
  ASSERT_TRUE(venue.server.wait_for_requests(1));
  EXPECT_EQ(venue.load(1, fast), "(ok)");
  EXPECT_EQ(given_up->reason(), "LOAD_SUPERSEDED");
  EXPECT_EQ(venue.booth.deck(1).uri(), fast);
}

}  // namespace
}  // namespace segue::test
