// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/requests.h"

#include <cmath>

#include <gmock/gmock.h>

namespace segue::control {
namespace {

using ::testing::HasSubstr;

template <typename Value>
std::string message_of(const Result<Value>& result) {
  return result ? "good" : result.error().message;
}

TEST(LibraryRequests, ASearchHasDefaultsAndRanges) {
  v1::SearchRequest request;
  EXPECT_EQ(message_of(search_of(request)), "text: not set");
  request.set_text("love");
  const auto search = search_of(request);
  ASSERT_TRUE(search);
  EXPECT_EQ(search->limit, 50);
  EXPECT_EQ(search->patience, std::chrono::milliseconds(5'000));
  request.set_limit(501);
  EXPECT_EQ(message_of(search_of(request)), "limit: 501 is not within 0 to 500");
  request.set_limit(500);
  request.set_patience_ms(99);
  EXPECT_EQ(message_of(search_of(request)), "patience_ms: 99 is not within 100 to 60000");
  request.set_patience_ms(60'000);
  request.add_providers("home");
  request.add_providers("../etc");
  EXPECT_THAT(message_of(search_of(request)), HasSubstr("providers[1]: not"));
  request.set_providers(1, "web-2_b");
  EXPECT_TRUE(search_of(request));
  request.set_text(std::string(1'025, 'x'));
  EXPECT_THAT(message_of(search_of(request)), HasSubstr("text: longer"));
  request.set_text(std::string("a\0b", 3));
  EXPECT_EQ(search_of(request).error().code, Code::kInvalidArgument);
}

TEST(LibraryRequests, OnlyAddressesOfThreeKindsAreTracks) {
  v1::GetTrackRequest request;
  EXPECT_EQ(message_of(check(request)), "uri: not set");
  for (const char* good : {"segue://home/1", "file:///a.mp3", "http://x/y", "https://x/y", "file://localhost/a"}) {
    request.set_uri(good);
    EXPECT_TRUE(check(request)) << good;
  }
  for (const char* bad : {"gopher://x", "/a.mp3", "file:a", "javascript:x", "segue:home"}) {
    request.set_uri(bad);
    ASSERT_FALSE(check(request)) << bad;
    EXPECT_EQ(check(request).error().reason, "URI_UNSUPPORTED");
  }
  request.set_uri("http://x/a b");
  EXPECT_EQ(check(request).error().reason, "URI_INVALID");
  request.set_uri("http://" + std::string(8'192, 'x'));
  EXPECT_EQ(check(request).error().reason, "URI_INVALID");
}

TEST(LibraryRequests, PlaylistNamesAreCountedInCharacters) {
  v1::CreatePlaylistRequest request;
  EXPECT_EQ(message_of(check(request)), "name: 0 characters, not 1 to 200");
  std::string name;
  for (int i = 0; i < 200; ++i) name += "é";
  request.set_name(name);
  EXPECT_TRUE(check(request));
  request.set_name(name + "e");
  EXPECT_EQ(message_of(check(request)), "name: 201 characters, not 1 to 200");
  request.set_name("a\nb");
  EXPECT_EQ(message_of(check(request)), "name: holds a control character");
  request.set_name("a");
  request.add_uris("file:///a");
  request.add_uris("nonsense");
  EXPECT_THAT(message_of(check(request)), HasSubstr("uris[1]: none of"));
}

TEST(LibraryRequests, EditsBecomeTheCatalogues) {
  using Kind = catalog::PlaylistEdit::Kind;
  v1::EditPlaylistRequest request;
  request.set_provider("home");
  EXPECT_EQ(message_of(edit_of(request)), "id: not set");
  request.set_id("7");
  EXPECT_EQ(message_of(edit_of(request)), "edit: not set, or unknown to this version");
  request.set_version("v1");
  request.mutable_add()->add_uris("file:///a");
  EXPECT_EQ(edit_of(request)->kind, Kind::kAdd);
  EXPECT_EQ(edit_of(request)->position, -1) << "at the end";
  request.mutable_add()->set_position(0);
  EXPECT_EQ(edit_of(request)->position, 0);
  request.mutable_remove()->set_position(3);
  EXPECT_EQ(edit_of(request)->count, 1) << "0 means 1";
  request.mutable_move()->set_position(2);
  request.mutable_move()->set_count(5);
  request.mutable_move()->set_to(9);
  const auto move = edit_of(request);
  EXPECT_EQ(move->kind, Kind::kMove);
  EXPECT_EQ(move->position, 2);
  EXPECT_EQ(move->count, 5);
  EXPECT_EQ(move->to, 9);
  EXPECT_EQ(move->version, "v1");
  request.mutable_move()->set_to(1'000'001);
  EXPECT_THAT(message_of(edit_of(request)), HasSubstr("move.to: 1000001"));
  request.mutable_rename();
  EXPECT_THAT(message_of(edit_of(request)), HasSubstr("rename.name"));
}

TEST(LibraryRequests, APrefetchHasOneToAThousandAddresses) {
  v1::PrefetchRequest request;
  EXPECT_THAT(message_of(check(request)), HasSubstr("uris: 0 of them"));
  for (int i = 0; i < 1'000; ++i) request.add_uris("http://x/" + std::to_string(i));
  EXPECT_TRUE(check(request));
  request.set_priority(101);
  EXPECT_EQ(message_of(check(request)), "priority: 101 is not within -100 to 100");
  request.set_priority(-100);
  request.add_uris("http://x/more");
  EXPECT_FALSE(check(request));
}

TEST(LibraryRequests, AnAnalyzeNamesTracksAndTempiThatCanBe) {
  v1::AnalyzeRequest request;
  EXPECT_EQ(message_of(check(request)), "uris: 0 of them, not 1 to 1000");
  request.add_uris("file:///a.wav");
  EXPECT_TRUE(check(request));
  EXPECT_EQ(hint_of(request.hint()).bpm_min, model::TempoHint().bpm_min);
  request.mutable_hint()->set_bpm(19);
  EXPECT_EQ(message_of(check(request)), "hint.bpm: 19 is neither 0 nor within 20 to 400");
  request.mutable_hint()->set_bpm(std::nan(""));
  EXPECT_FALSE(check(request));
  request.mutable_hint()->set_bpm(87.5);
  request.mutable_hint()->set_bpm_min(250);
  EXPECT_EQ(message_of(check(request)), "hint.bpm_max: 200 is not more than bpm_min, 250");
  request.mutable_hint()->set_bpm_max(300);
  EXPECT_TRUE(check(request));
  EXPECT_EQ(hint_of(request.hint()).bpm, 87.5);
  EXPECT_EQ(hint_of(request.hint()).bpm_max, 300);
  request.add_uris("/a.wav");
  EXPECT_EQ(check(request).error().reason, "URI_UNSUPPORTED");
}

}  // namespace
}  // namespace segue::control
