// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/answer.h"

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

using Kind = Answer::Kind;

constexpr Nanoseconds kNow = std::chrono::seconds(1'795'219'200);

net::HttpHead head(int status, std::vector<net::HttpHeader> headers) { return {status, std::move(headers), ""}; }

Asked asked(std::int64_t from, std::string etag = "\"1\"") {
  Asked what;
  what.from = from;
  what.known = {std::move(etag), "", false, 1'000};
  what.label = "track";
  return what;
}

TEST(Answer, APartHasToBeginWhereItWasAskedFor) {
  const auto good = judge(head(206, {{"content-range", "bytes 500-999/1000"}, {"etag", "\"1\""}}), asked(500), kNow);
  EXPECT_EQ(good.kind, Kind::kBytes);
  EXPECT_EQ(good.first, 500);
  EXPECT_EQ(good.end, 1'000);
  for (const char* field : {"bytes 501-999/1000", "bytes 0-999/1000", "bytes 500-1000/1000", "bytes 500-400/1000",
                            "bytes 500-999", "500-999/1000", "bytes -999/1000", "bytes 500-/1000", "bytes */1000",
                            "bytes 500-999/-1", "bytes 500-99999999999999999999/1000",
                            "bytes 500-9223372036854775807/*", "bytes 500-999/9223372036854775807", ""}) {
    const auto wrong = judge(head(206, {{"content-range", field}}), asked(500), kNow);
    EXPECT_EQ(wrong.kind, Kind::kFault) << field;
    EXPECT_TRUE(wrong.has_wrong_range) << field;
  }
}

TEST(Answer, APartOfAnotherVersionOrSizeIsAChange) {
  EXPECT_EQ(judge(head(206, {{"content-range", "bytes 500-999/1000"}, {"etag", "\"2\""}}), asked(500), kNow).kind,
            Kind::kChanged);
  EXPECT_EQ(judge(head(206, {{"content-range", "bytes 500-999/1001"}, {"etag", "\"1\""}}), asked(500), kNow).kind,
            Kind::kChanged);
  EXPECT_EQ(judge(head(200, {{"content-length", "1000"}, {"etag", "\"2\""}}), asked(500), kNow).kind, Kind::kChanged);
}

TEST(Answer, TheWholeInPlaceOfAPartMeansNoRanges) {
  const auto answer = judge(head(200, {{"content-length", "1000"}, {"etag", "\"1\""}}), asked(500), kNow);
  EXPECT_EQ(answer.kind, Kind::kBytes);
  EXPECT_EQ(answer.first, 0);
  EXPECT_EQ(answer.serves_ranges, false);
}

TEST(Answer, AWholeWithoutAcceptRangesSaysNothingOfRanges) {
  Asked first;
  EXPECT_EQ(judge(head(200, {{"content-length", "9"}}), first, kNow).serves_ranges, std::nullopt);
  EXPECT_EQ(judge(head(200, {{"accept-ranges", "bytes"}}), first, kNow).serves_ranges, true);
  EXPECT_EQ(judge(head(200, {{"accept-ranges", "none"}}), first, kNow).serves_ranges, false);
}

TEST(Answer, RetryAfterIsRead) {
  const auto answer = judge(head(503, {{"retry-after", "7"}}), asked(0), kNow);
  EXPECT_EQ(answer.kind, Kind::kFault);
  EXPECT_EQ(answer.retry_after, std::chrono::seconds(7));
}

TEST(Answer, PastTheEndOfAnotherSizeIsFinal) {
  EXPECT_EQ(judge(head(416, {{"content-range", "bytes */700"}}), asked(900), kNow).error.reason, "SIZE_WRONG");
  EXPECT_EQ(judge(head(416, {{"content-range", "bytes */1000"}}), asked(900), kNow).error.reason, "WRONG_RANGE");
  EXPECT_EQ(judge(head(416, {}), asked(900), kNow).error.reason, "WRONG_RANGE");
}

TEST(Answer, EveryOtherStatusIsOneOrTheOther) {
  for (const int status : {500, 502, 503, 504, 599, 408, 425, 429, 204, 304, 302, 100}) {
    EXPECT_EQ(judge(head(status, {}), asked(0), kNow).kind, Kind::kFault) << status;
  }
  for (const int status : {400, 404, 405, 406, 409, 414, 418, 451}) {
    EXPECT_EQ(judge(head(status, {}), asked(0), kNow).kind, Kind::kFinal) << status;
  }
  for (const int status : {401, 403, 410}) EXPECT_EQ(judge(head(status, {}), asked(0), kNow).kind, Kind::kExpired);
}

TEST(Answer, AMessageIsOneLineWhateverTheServerSays) {
  const auto answer = judge(head(200, {{"content-encoding", "gz\r\nip\x01"}}), asked(0), kNow);
  EXPECT_EQ(answer.kind, Kind::kFinal);
  EXPECT_EQ(answer.error.message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace segue::stream
