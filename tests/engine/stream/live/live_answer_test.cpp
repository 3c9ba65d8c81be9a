// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_answer.h"

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

LiveAnswer judged(int status, std::vector<net::HttpHeader> headers = {{"content-type", "audio/mpeg"}}) {
  net::HttpHead head;
  head.status = status;
  head.headers = std::move(headers);
  return judge_live(head, "radio", Nanoseconds(0));
}

std::string reason(const LiveAnswer& answer) { return answer.verdict ? "" : answer.verdict.error().reason; }

TEST(LiveAnswer, PlaysWhatCallsItselfAudioOrNothing) {
  for (const char* type : {"audio/mpeg", "AUDIO/aacp; x=y", "application/ogg", "application/octet-stream", ""})
    EXPECT_EQ(reason(judged(200, {{"content-type", type}})), "") << type;
  EXPECT_EQ(reason(judged(200, {})), "");
}

TEST(LiveAnswer, RefusesDocumentsAndPlaylists) {
  for (const char* type : {"text/html", "application/json", "text/plain", "audio/x-mpegurl", "audio/x-scpls"})
    EXPECT_EQ(reason(judged(200, {{"content-type", type}})), "NOT_AUDIO") << type;
}

TEST(LiveAnswer, NamesEachStatus) {
  const std::pair<int, std::pair<Code, const char*>> expected[] = {{401, {Code::kUnauthenticated, "HTTP_401"}},
                                                                   {403, {Code::kPermissionDenied, "HTTP_403"}},
                                                                   {404, {Code::kNotFound, "HTTP_404"}},
                                                                   {410, {Code::kNotFound, "HTTP_410"}},
                                                                   {429, {Code::kResourceExhausted, "RATE_LIMITED"}},
                                                                   {418, {Code::kFailedPrecondition, "HTTP_418"}},
                                                                   {503, {Code::kUnavailable, "HTTP_5XX"}},
                                                                   {304, {Code::kUnavailable, "HTTP_PROTOCOL"}}};
  for (const auto& [status, error] : expected) {
    const LiveAnswer answer = judged(status);
    ASSERT_FALSE(answer.verdict) << status;
    EXPECT_EQ(answer.verdict.error().code, error.first) << status;
    EXPECT_EQ(answer.verdict.error().reason, error.second) << status;
    EXPECT_EQ(answer.verdict.error().message.find("radio: "), 0U);
  }
}

TEST(LiveAnswer, ReadsTheIntervalOfMetadataOrRefusesToGuess) {
  const auto with = [](const char* interval) {
    return judged(200, {{"content-type", "audio/mpeg"}, {"icy-metaint", interval}});
  };
  EXPECT_EQ(with("16000").icy_interval, 16'000);
  EXPECT_EQ(with("0").icy_interval, 0);
  for (const char* broken : {"-1", "16000x", "x", "99999999999999999999", " 5"})
    EXPECT_EQ(reason(with(broken)), "HTTP_PROTOCOL") << broken;
}

TEST(LiveAnswer, PassesOnWhenToComeBack) {
  EXPECT_EQ(judged(503, {{"retry-after", "7"}}).retry_after, std::chrono::seconds(7));
  EXPECT_EQ(judged(404, {{"retry-after", "7"}}).retry_after, std::nullopt);
}

}  // namespace
}  // namespace segue::stream
