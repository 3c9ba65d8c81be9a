// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/icy.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

std::string title_of(std::string_view block) { return parse_icy_block(block).title; }

std::string framed(std::string text) {
  const std::size_t units = (text.size() + 15) / 16;
  text.resize(units * 16, '\0');
  return std::string(1, static_cast<char>(units)) + text;
}

TEST(IcyBlock, ReadsTitleAndAddress) {
  const IcyBlock block = parse_icy_block("StreamTitle='Artist - Title';StreamUrl='http://example.org/';");
  EXPECT_TRUE(block.has_title);
  EXPECT_EQ(block.title, "Artist - Title");
  EXPECT_EQ(block.url, "http://example.org/");
}

TEST(IcyBlock, KeepsQuotesAndSemicolonsInsideAValue) {
  EXPECT_EQ(title_of("StreamTitle='It's a man's; world';"), "It's a man's; world");
  EXPECT_EQ(title_of("StreamTitle='Don';t stop';StreamUrl='x';"), "Don';t stop");
  EXPECT_EQ(title_of("StreamTitle='Rock 'n' Roll'; StreamUrl='';"), "Rock 'n' Roll");
  EXPECT_EQ(title_of("StreamTitle='''';"), "''");
}

TEST(IcyBlock, TakesWhatIsThereOfBrokenOnes) {
  EXPECT_EQ(title_of("StreamTitle='never closed"), "never closed");
  EXPECT_EQ(title_of("StreamTitle='closed, no semicolon'"), "closed, no semicolon");
  EXPECT_EQ(title_of("StreamTitle=bare;StreamUrl='x';"), "bare");
  EXPECT_EQ(title_of(std::string_view("StreamTitle='a';\0\0StreamTitle='b';", 34)), "a");
  EXPECT_FALSE(parse_icy_block("").has_title);
  EXPECT_FALSE(parse_icy_block("nonsense").has_title);
  EXPECT_FALSE(parse_icy_block("MyStreamTitle='x';").has_title);
  EXPECT_TRUE(parse_icy_block("StreamTitle='';").has_title) << "the station says that there is none";
}

TEST(IcyBlock, MakesUtf8OfOtherText) {
  EXPECT_EQ(title_of("StreamTitle='Bj\xF6rk \x96 J\xF3ga';"), "Björk – Jóga");
  EXPECT_EQ(title_of("StreamTitle='Björk';"), "Björk") << "UTF-8 stays";
  EXPECT_EQ(title_of("StreamTitle='\xED\xA9\x80';"), "í©€") << "a surrogate is no UTF-8";
}

TEST(IcyBlock, LeavesNoControlCharacters) {
  EXPECT_EQ(title_of("StreamTitle=' a\x1B[31m\nb\x7F';"), "a [31m b");
  EXPECT_EQ(title_of("StreamTitle='a\xC2\x9B"
                     "b';"),
            "a b");
  EXPECT_EQ(title_of("StreamTitle=' \t ';"), "");
  const std::string longest = title_of("StreamTitle='" + std::string(4000, 'x') + "';");
  EXPECT_EQ(longest.size(), 1024U);
}

TEST(IcyFilter, PassesEverythingOfAStreamWithoutMetadata) {
  IcyFilter filter(0);
  std::string audio;
  const std::string input = "no metadata here";
  filter.take(
      std::as_bytes(std::span(input)),
      [&](std::span<const std::byte> bytes) {
        audio.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      },
      [](const IcyBlock&) { FAIL(); });
  EXPECT_EQ(audio, input);
}

// Audio of random length with blocks of every kind, cut anywhere: the audio is the encoder's, byte for byte.
TEST(IcyFilter, GivesTheEncodersBytesAtAThousandRandomSplits) {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    std::mt19937 random(seed);
    const std::size_t interval = 1 + random() % 300;
    std::string encoder;
    std::string wire;
    std::vector<std::string> titles;
    const std::size_t blocks = 1 + random() % 20;
    for (std::size_t i = 0; i < blocks; ++i) {
      std::string audio(interval, '\0');
      for (char& c : audio) c = static_cast<char>(random());
      encoder += audio;
      wire += audio;
      const unsigned kind = random() % 4;
      if (kind == 0) {
        titles.push_back(std::to_string(random()));
        wire += framed("StreamTitle='" + titles.back() + "';");
      } else if (kind == 1) {
        titles.push_back(std::string(1000, 'l'));
        wire += framed("StreamTitle='" + titles.back() + "';" + std::string(3000, ' '));
      } else if (kind == 2) {
        std::string noise(255 * 16, '\0');
        for (char& c : noise) c = static_cast<char>(random());
        noise[0] = '#';
        wire += framed(noise);
      } else {
        wire += '\0';
      }
    }
    const std::string tail(random() % interval, 't');
    encoder += tail;
    wire += tail;

    IcyFilter filter(static_cast<std::int64_t>(interval));
    std::string audio;
    std::vector<std::string> heard;
    for (std::size_t at = 0; at < wire.size();) {
      const std::size_t most = random() % 3 == 0 ? 3 : 2000;
      const std::size_t count = std::min<std::size_t>(wire.size() - at, random() % (most + 1));
      filter.take(
          std::as_bytes(std::span(wire).subspan(at, count)),
          [&](std::span<const std::byte> bytes) {
            audio.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          },
          [&](const IcyBlock& block) {
            if (block.has_title) heard.push_back(block.title);
          });
      at += count;
    }
    ASSERT_EQ(audio, encoder) << "seed " << seed;
    ASSERT_EQ(heard, titles) << "seed " << seed;
  }
}

}  // namespace
}  // namespace segue::stream
