// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/messages.h"

#include <gmock/gmock.h>

namespace segue::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LibraryMessages, TextOfOthersBecomesValidOnOneLine) {
  EXPECT_EQ(clean_text("Björk\n\t\x1b[31m"), "Björk   [31m");
  EXPECT_EQ(clean_text("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(clean_text("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(clean_text("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
  EXPECT_EQ(clean_text("\xF0\x9F\x8E\xA7"), "\xF0\x9F\x8E\xA7");
  EXPECT_EQ(clean_text("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut off";
}

TEST(LibraryMessages, ATrackOfBrokenTagsCanBeSent) {
  catalog::Entry entry;
  entry.uri = "segue://home/1";
  entry.title = "caf\xE9";
  entry.artist = std::string("a\0b", 3);
  entry.year = -5;
  entry.artwork = "x";
  entry.rating = 4;
  entry.color = 0xff8800;
  const v1::Track track = to_message(entry);
  v1::Track parsed;
  EXPECT_TRUE(parsed.ParseFromString(track.SerializeAsString()));
  EXPECT_EQ(parsed.title(), "caf\xEF\xBF\xBD");
  EXPECT_EQ(parsed.artist(), "a b");
  EXPECT_EQ(parsed.year(), 0U);
  EXPECT_TRUE(parsed.has_artwork());
  EXPECT_EQ(parsed.rating(), 4U);
  EXPECT_EQ(parsed.color(), 0xff8800U);
}

TEST(LibraryMessages, AProviderTellsWhatItCanAndHowItIs) {
  catalog::ProviderStatus status;
  status.description.name = "home";
  status.description.can_search = true;
  status.description.has_live = true;
  status.health.state = catalog::Health::State::kRefused;
  status.health.error = Error{Code::kUnauthenticated, "AUTH_FAILED", "home: wrong password"};
  status.health.since_s = 42;
  status.quota.tracks = 0;
  const v1::Provider provider = to_message(status);
  EXPECT_THAT(provider.capabilities(), ElementsAre("search", "live"));
  EXPECT_EQ(provider.health(), v1::Provider::REFUSED);
  EXPECT_EQ(provider.error().reason(), "AUTH_FAILED");
  EXPECT_EQ(provider.since().seconds(), 42);
  EXPECT_TRUE(provider.has_tracks()) << "none is a number";
  EXPECT_FALSE(provider.has_requests_left());
}

TEST(LibraryMessages, FaultsTellHowLongTheyLasted) {
  stream::FetchNews news;
  news.uri = "segue://home/1";
  news.provider = "home";
  news.error = {Code::kUnavailable, "CONNECTION_RESET", "home/1: connection reset"};
  EXPECT_EQ(fetch_event(news).kind(), v1::Event::FAULT_BEGAN);
  news.kind = stream::FetchNews::Kind::kEnded;
  news.seconds = 3.25;
  const v1::Event ended = fetch_event(news);
  EXPECT_EQ(ended.kind(), v1::Event::FAULT_ENDED);
  EXPECT_THAT(ended.text(), HasSubstr("3.2 s"));
  EXPECT_EQ(ended.error().reason(), "CONNECTION_RESET");
  EXPECT_EQ(ended.uri(), "segue://home/1");
}

TEST(LibraryMessages, AScanIsProgressInFiles) {
  const v1::Progress progress = to_message(catalog::ScanProgress{.provider = "music", .is_running = true, .seen = 7});
  EXPECT_EQ(progress.task(), "scan of music");
  EXPECT_EQ(progress.done(), 7);
  EXPECT_EQ(progress.total(), 0) << "not counted yet";
  EXPECT_EQ(progress.unit(), "files");
  EXPECT_FALSE(progress.ended());
}

}  // namespace
}  // namespace segue::control
