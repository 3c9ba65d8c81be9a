// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/merge.h"

#include <algorithm>
#include <chrono>
#include <random>

#include <gmock/gmock.h>

namespace segue::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Entry track(const std::string& provider, const std::string& title, double duration_s = 200) {
  static int last_id = 0;
  Entry entry;
  entry.provider = provider;
  entry.id = std::to_string(++last_id);
  entry.uri = "segue://" + provider + "/" + entry.id;
  entry.title = title;
  entry.artist = "Daft Punk";
  entry.duration_s = duration_s;
  return entry;
}

Entry with_isrc(Entry entry, const std::string& isrc) {
  entry.isrc = isrc;
  return entry;
}

std::vector<std::string> providers_of(const Match& match) {
  std::vector<std::string> names{match.entry.provider};
  for (const Entry& other : match.others) names.push_back(other.provider);
  return names;
}

TEST(Merge, EqualIsrcIsOneRecordingWhateverTheWords) {
  Merge merge;
  merge.add({with_isrc(track("a", "One"), "X1")});
  const auto changed = merge.add({with_isrc(track("b", "Uno", 0), "X1"), with_isrc(track("b", "Two"), "X2")});
  ASSERT_THAT(changed, SizeIs(2));
  EXPECT_THAT(providers_of(changed[0]), ElementsAre("a", "b"));
  EXPECT_THAT(providers_of(changed[1]), ElementsAre("b"));
}

TEST(Merge, EqualMusicBrainzIdIsOneRecording) {
  Merge merge;
  Entry first = track("a", "One");
  Entry second = track("b", "Uno");
  first.musicbrainz_id = second.musicbrainz_id = "5f0b4b8e";
  merge.add({first});
  EXPECT_THAT(providers_of(merge.add({second}).at(0)), ElementsAre("a", "b"));
}

TEST(Merge, WordsCountWithDurationsWithinTwoSeconds) {
  Merge merge;
  merge.add({track("a", "Get Lucky", 199.9)});
  Entry close = track("b", "get lucky (feat. Pharrell Williams) - Remastered 2011", 201.8);
  close.artist = "DAFT PUNK feat. Pharrell Williams";
  EXPECT_THAT(providers_of(merge.add({close}).at(0)), ElementsAre("a", "b"));
  EXPECT_THAT(providers_of(merge.add({track("c", "Get Lucky", 197.8)}).at(0)), ElementsAre("c")) << "2.1 s shorter";
  EXPECT_EQ(merge.size(), 2U);
}

TEST(Merge, WhatIsWithinTwoSecondsIsFoundAcrossTheIndex) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> duration(30, 600), away(-3, 3);
  for (int i = 0; i < 2'000; ++i) {
    Merge merge;
    const double first = duration(random);
    const double second = first + away(random);
    merge.add({track("a", "One", first)});
    merge.add({track("b", "One", second)});
    EXPECT_EQ(merge.size(), std::abs(first - second) <= 2 ? 1U : 2U) << first << " and " << second;
  }
}

TEST(Merge, AnotherMixOrTooLittleKnowledgeStaysApart) {
  Merge merge;
  merge.add({track("a", "Get Lucky")});
  merge.add({track("b", "Get Lucky (Extended Mix)"), track("b", "Get Lucky (Skream Remix)")});
  EXPECT_EQ(merge.size(), 3U);
  merge.add({track("c", "Get Lucky", 0)});
  EXPECT_EQ(merge.size(), 4U) << "without a duration";
  Entry nobody = track("d", "Get Lucky");
  nobody.artist.clear();
  merge.add({nobody});
  EXPECT_EQ(merge.size(), 5U) << "without an artist";
}

TEST(Merge, WhatOneProviderHasTwiceStaysTwo) {
  Merge merge;
  EXPECT_THAT(merge.add({with_isrc(track("a", "One"), "X1"), with_isrc(track("a", "One"), "X1")}), SizeIs(2));
  const auto changed = merge.add({with_isrc(track("b", "One"), "X1"), with_isrc(track("b", "One"), "X1")});
  ASSERT_THAT(changed, SizeIs(2));
  EXPECT_THAT(providers_of(changed[0]), ElementsAre("a", "b"));
  EXPECT_THAT(providers_of(changed[1]), ElementsAre("a", "b"));
}

TEST(Merge, AnAddressToldTwiceCountsOnce) {
  Merge merge;
  const Entry entry = track("a", "One");
  merge.add({entry});
  EXPECT_THAT(merge.add({entry}), IsEmpty());
  EXPECT_EQ(merge.size(), 1U);
}

TEST(Merge, TheBestSourceComesFirst) {
  Entry away = with_isrc(track("away", "One"), "X1");
  away.is_available = false;
  away.bits = 24;
  Entry mp3 = with_isrc(track("mp3", "One"), "X1");
  mp3.bitrate_kbps = 320;
  Entry worse = with_isrc(track("worse", "One"), "X1");
  worse.bitrate_kbps = 128;
  Entry flac = with_isrc(track("flac", "One"), "X1");
  flac.codec = "flac";
  Entry home = with_isrc(track("home", "One"), "X1");
  home.bitrate_kbps = 96;
  std::vector<Entry> all{away, mp3, worse, flac, home};
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(all.begin(), all.end(), random);
    Merge merge({"home"});
    std::vector<Match> last;
    for (const Entry& entry : all) last = merge.add({entry});
    ASSERT_THAT(last, SizeIs(1));
    EXPECT_THAT(providers_of(last[0]), ElementsAre("home", "flac", "mp3", "worse", "away"));
  }
}

TEST(Merge, NothingIsLostInAnyOrderOfArrival) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    Merge merge;
    std::map<std::string, Match> seen;  // by uri, as a client keeps it
    std::set<std::string> sent;
    for (int batch = 0; batch < 20; ++batch) {
      std::vector<Entry> entries;
      const std::string provider = "p" + std::to_string(random() % 4);
      for (int i = 0; i < 25; ++i) {
        Entry entry = track(provider, "T" + std::to_string(random() % 12), 100.0 + static_cast<double>(random() % 5));
        if (random() % 3 == 0) entry.isrc = "I" + std::to_string(random() % 9);
        sent.insert(entry.uri);
        entries.push_back(entry);
      }
      for (const Match& match : merge.add(entries)) {
        for (const Entry& other : match.others) seen.erase(other.uri);
        seen[match.entry.uri] = match;
      }
    }
    std::multiset<std::string> told;
    for (const auto& [uri, match] : seen) {
      const auto names = providers_of(match);
      EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size()) << "seed " << seed;
      told.insert(uri);
      for (const Entry& other : match.others) told.insert(other.uri);
    }
    EXPECT_EQ(told, std::multiset<std::string>(sent.begin(), sent.end())) << "seed " << seed;
  }
}

// 4,000 results, all alike: what is quadratic takes seconds.
TEST(Merge, EightProvidersOfFiveHundredAlikeTakeMilliseconds) {
  Merge merge;
  const auto began = std::chrono::steady_clock::now();
  for (int provider = 0; provider < 8; ++provider) {
    std::vector<Entry> entries;
    for (int i = 0; i < 500; ++i) entries.push_back(with_isrc(track("p" + std::to_string(provider), "Track 1"), "X"));
    merge.add(std::move(entries));
  }
  const double took_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  EXPECT_LT(took_ms, 500);
  EXPECT_GE(merge.size(), 500U);
}

}  // namespace
}  // namespace segue::catalog
