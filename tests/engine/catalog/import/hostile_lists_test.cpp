// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "engine/catalog/import/location.h"
#include "engine/catalog/import/track_list.h"
#include "tests/engine/catalog/clean_text.h"

namespace segue::catalog {
namespace {

using test::is_clean;

const std::string kGood[] = {
    "#EXTM3U\n#PLAYLIST:P\n#EXTINF:213,A - B\nsub/b.mp3\n#EXTINF:-1 x=\"y\",C\nhttp://radio.example:8000/live?x=1\n",
    "[playlist]\nFile1=http://a.example/\nTitle1=A - B\nLength1=-1\nFile2=b.mp3\nNumberOfEntries=2\nVersion=2\n",
    "<?xml version=\"1.0\"?><playlist version=\"1\"><title>T</title><trackList><track><location>a%20b.mp3</location>"
    "<title>&#x41;&amp;</title><duration>1000</duration></track></trackList></playlist>"};

int rounds() { return std::getenv("SEGUE_SOAK") != nullptr ? 200'000 : 4'000; }

// Bytes are changed, taken out, doubled and put in, as a broken disk or a fuzzer does it.
std::string damaged(std::string text, std::mt19937& random) {
  const auto below = [&random](std::size_t n) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(n, 1));
  };
  for (std::size_t change = 1 + below(12); change > 0; --change) {
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, below(20)); break;
      case 2: text.insert(at, text.substr(below(text.size()), below(40))); break;
      default: text.insert(at, 1, "\n\r\"<>&%=#/\\:\x01\x7f\xff"[below(15)]); break;
    }
    if (text.empty()) text = " ";
  }
  return text;
}

TEST(HostileLists, GiveEntriesThatAreSafeOrAnError) {
  std::mt19937 random(20261120);
  for (int round = 0; round < rounds(); ++round) {
    const auto format = static_cast<ListFormat>(random() % 4);
    const std::string text = damaged(kGood[random() % 3], random);
    const bool is_local = random() % 2 == 0;
    const auto list = read_track_list(text, format, is_local ? "file:///music/a.m3u" : "http://host.example/a.m3u");
    if (!list) {
      EXPECT_TRUE(list.error().reason.starts_with("PLAYLIST_") || list.error().reason == "UNSUPPORTED_MEDIA");
      continue;
    }
    for (const ListedTrack& track : list->entries) {
      const bool is_file = track.location.starts_with("file:///");
      ASSERT_TRUE(is_file || track.location.starts_with("http") || track.location.starts_with("segue://"))
          << track.location;
      ASSERT_FALSE(is_file && !is_local) << "a list of the network names " << track.location;
      ASSERT_TRUE(is_clean(track.location) && is_clean(track.title) && is_clean(track.artist) && is_clean(track.album));
      ASSERT_GE(track.duration_s, 0);
    }
    // What was read can be written and is then read in the same way.
    const auto again = read_track_list(write_m3u8(*list), ListFormat::kM3u8, "file:///music/a.m3u");
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->entries.size(), list->entries.size()) << text;
    ASSERT_TRUE(read_track_list(write_xspf(*list), ListFormat::kXspf, "file:///music/a.m3u"));
  }
}

}  // namespace
}  // namespace segue::catalog
