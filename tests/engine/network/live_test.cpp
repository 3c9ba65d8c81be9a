// SPDX-License-Identifier: GPL-3.0-or-later
// Internet radio through the whole engine: connection, buffer, deck and sound.
#include <gtest/gtest.h>

#include "tests/engine/network/venue.h"
#include "tests/support/audio/clicks.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"
#include "tests/support/media/media.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;

constexpr Frames kSecond = 48'000;
constexpr std::int64_t kBytesPerSecond = 40'000;  // 320 kbit/s
constexpr double kLoopSeconds = 90;

// A station that plays a loop, has `burst_s` seconds ready for whoever connects and goes on in real time.
std::string serve_station(Venue& venue, double burst_s) {
  const auto bytes = read_file(music_file("mp3_320", kLoopSeconds));
  Live live;
  live.bytes = repeated(std::string(bytes.begin(), bytes.end()));
  live.rate_bytes_per_s = kBytesPerSecond;
  live.burst_bytes = static_cast<std::int64_t>(burst_s * kBytesPerSecond);
  live.metaint = 8'000;
  live.titles = {{.position = 0, .title = "StreamTitle='An Artist - A Song';"},
                 {.position = 120'000, .title = "StreamTitle='Another - One';"}};
  live.headers = {{"icy-name", "The Station"}};
  live.goes_on = true;
  venue.server.serve_live("/live.mp3", live);
  return venue.server.url("/live.mp3");
}

bool wait_for_buffer(Venue& venue, double seconds) {
  return venue.wait_for(1, [&](const v1::Deck& deck) { return deck.buffered_s() >= seconds; });
}

// The clicks of a stretch of sound; where it was cut out is none.
std::string clicks_in(const StereoAudio& heard) {
  constexpr Frames kEdge = 512;
  auto clicks = find_clicks(heard);
  std::erase_if(clicks, [&](const Click& click) { return click.at < kEdge || click.at > heard.frames() - kEdge; });
  return clicks.empty() ? "" : describe(clicks);
}

StereoAudio heard_from(Venue& venue, Frames from, Frames to) { return venue.booth.heard.cut(from, to); }

TEST(LiveSound, AStationPlaysAndSaysWhatItPlays) {
  Venue venue;
  ASSERT_EQ(venue.load(1, serve_station(venue, 20)), "(ok)");
  ASSERT_TRUE(wait_for_buffer(venue, 12));
  EXPECT_TRUE(venue.wait_for(1, [](const v1::Deck& deck) { return !deck.live_title().empty(); }));
  const Frames start = venue.booth.frame() + 4'800;
  venue.booth.send_at(start, {"play { deck: 1 }"});
  venue.booth.run_to(start + 8 * kSecond);
  EXPECT_TRUE(venue.wait_for(1, [](const v1::Deck& deck) { return deck.live_title() == "Another - One"; }))
      << venue.booth.deck(1).live_title();
  const StereoAudio heard = venue.booth.heard.cut(start, start + 8 * kSecond);
  EXPECT_GT(rms(heard.cut(kSecond, 8 * kSecond).left), 0.01);
  EXPECT_EQ(clicks_in(heard.cut(kSecond, 8 * kSecond)), "");
  EXPECT_EQ(venue.booth.deck(1).underruns(), 0U);
}

// Ten seconds of buffer outlast the gap; what is heard is the end of one connection and the beginning of the next.
TEST(LiveSound, ADroppedConnectionIsNotHeardWhileTheBufferLasts) {
  Venue venue;
  ASSERT_EQ(venue.load(1, serve_station(venue, 10)), "(ok)");
  ASSERT_TRUE(wait_for_buffer(venue, 9));
  const Frames start = venue.booth.frame() + 4'800;
  venue.booth.send_at(start, {"play { deck: 1 }"});
  venue.booth.run_to(start + 4 * kSecond);
  venue.server.reset_connections();
  ASSERT_TRUE(venue.server.wait_for_requests(2)) << "it connects again";
  ASSERT_TRUE(wait_for_buffer(venue, 14)) << "the burst of the new connection";
  venue.booth.run_to(start + 16 * kSecond);
  EXPECT_EQ(venue.booth.deck(1).underruns(), 0U);
  EXPECT_EQ(venue.booth.deck(1).rolls(), 0U);
  EXPECT_GT(rms(heard_from(venue, start + 12 * kSecond, start + 16 * kSecond).left), 0.01);
  EXPECT_EQ(clicks_in(heard_from(venue, start + kSecond, start + 16 * kSecond)), "");
}

// Nothing is left to play: the last beat rolls, and once three seconds have come it goes on where it ran dry.
TEST(LiveSound, ALongOutageRollsAndGoesOnWhereItRanDry) {
  Venue venue;
  ASSERT_EQ(venue.load(1, serve_station(venue, 6)), "(ok)");
  ASSERT_TRUE(wait_for_buffer(venue, 5));
  venue.booth.send({"set_grid { deck: 1 bpm: 120 first_beat_s: 0 }"});
  venue.booth.run(2);
  const Frames start = venue.booth.frame() + 4'800;
  venue.booth.send_at(start, {"play { deck: 1 }"});
  venue.booth.run_to(start + kSecond);
  venue.server.stop();
  const v1::Deck before = venue.booth.deck(1);
  const double dry_s = before.position_s() + before.buffered_s();
  venue.booth.run_to(start + 14 * kSecond);
  EXPECT_TRUE(venue.booth.deck(1).rolling());
  EXPECT_EQ(venue.booth.deck(1).rolls(), 1U);
  EXPECT_EQ(venue.booth.deck(1).underruns(), 1U);
  venue.server.start();
  Frames back = 0;
  for (int tenth = 0; tenth < 300 && back == 0; ++tenth) {
    venue.booth.control->inbox().wait(20ms);  // the network gets its real time
    venue.booth.run_to(venue.booth.frame() + kSecond / 10);
    if (!venue.booth.deck(1).rolling()) back = venue.booth.frame();
  }
  ASSERT_GT(back, 0) << "it comes back";
  EXPECT_NEAR(venue.booth.deck(1).position_s(), dry_s, 1.0);
  ASSERT_TRUE(wait_for_buffer(venue, 2));
  venue.booth.run_to(back + kSecond);
  EXPECT_EQ(venue.booth.deck(1).rolls(), 1U);
  EXPECT_EQ(clicks_in(heard_from(venue, start + kSecond, back + kSecond)), "");
}

// What was received is kept: half a minute back plays in the next block.
TEST(LiveSound, SeekingBackWithinTheTimeShiftPlaysAtOnce) {
  Venue venue;
  ASSERT_EQ(venue.load(1, serve_station(venue, 45)), "(ok)");
  ASSERT_TRUE(wait_for_buffer(venue, 42));
  const Frames start = venue.booth.frame() + 4'800;
  venue.booth.send_at(start, {"play { deck: 1 }"});
  venue.booth.run_to(start + 36 * kSecond);
  venue.server.stop();  // it is here already, or nowhere
  const Frames back = venue.booth.frame() + 4'800;
  venue.booth.send_at(back, {"seek { deck: 1 seconds: 6 }"});
  venue.booth.run_to(back + 4 * kSecond);
  EXPECT_EQ(venue.booth.deck(1).underruns(), 0U);
  const Frames fade = kSecond / 10;
  EXPECT_EQ(difference(heard_from(venue, back + fade, back + 4 * kSecond),
                       heard_from(venue, start + 6 * kSecond + fade, start + 10 * kSecond)),
            "");
}

}  // namespace
}  // namespace segue::test
