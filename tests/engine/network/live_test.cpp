// SPDX-License-Identifier: GPL-3.0-or-later
// Internet radio through the whole engine: connection, buffer, deck and sound.
#include <gtest/gtest.h>

#include "tests/engine/network/venue.h"
#include "tests/support/audio/clicks.h"
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

// The clicks of a stretch of sound that are none of the music's own.
std::string clicks_in(const StereoAudio& heard) {
  const auto clicks = find_clicks(heard);
  return clicks.empty() ? "" : describe(clicks);
}

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

}  // namespace
}  // namespace segue::test
