// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/admission.h"

#include <gtest/gtest.h>

#include "tests/engine/control/booth.h"

namespace segue::test {
namespace {

TEST(Admission, AnswersAcceptedBatchesAtOnce) {
  Booth booth;
  auto request = Booth::request({"set_fader { channel: 1 level: 0.5 }", "set_fader { channel: 2 level: 0.5 }"});
  request.set_wait(v1::ExecuteRequest::ACCEPTED);
  const auto reply = booth.execute(request);
  ASSERT_TRUE(reply->is_ok());
  ASSERT_EQ(reply->response().results_size(), 2);
  EXPECT_EQ(reply->response().results(1).command_id(), reply->response().results(0).command_id() + 1);
  EXPECT_FALSE(reply->response().results(0).committed());
  EXPECT_EQ(reply->response().epoch(), "test-epoch");
}

TEST(Admission, GivesARepetitionTheFirstAnswerAndDoesNothingTwice) {
  Booth booth;
  auto request = Booth::request({"set_master { db: -3 }"});
  request.set_request_id("42");
  const auto first = booth.execute(request);
  const auto attached = booth.execute(request);  // before the first is answered
  EXPECT_FALSE(attached->has_come());
  booth.run(2);
  const auto again = booth.execute(request);
  booth.run(2);
  for (const auto& repetition : {attached, again}) {
    ASSERT_TRUE(repetition->is_ok());
    EXPECT_TRUE(repetition->response().repeated_request());
    EXPECT_EQ(repetition->response().results(0).command_id(), first->response().results(0).command_id());
    EXPECT_EQ(repetition->response().results(0).frame(), first->response().results(0).frame());
  }
  EXPECT_FALSE(first->response().repeated_request());
  EXPECT_EQ(booth.state().engine().revision(), 1U);
}

TEST(Admission, RefusesARequestIdWithOtherContent) {
  Booth booth;
  auto request = Booth::request({"set_master { db: -3 }"});
  request.set_request_id("42");
  booth.execute(request);
  booth.run(1);
  request.mutable_commands(0)->mutable_set_master()->set_db(-4);
  const auto reused = booth.execute(request);
  EXPECT_EQ(reused->reason(), "REQUEST_ID_REUSED");
  EXPECT_EQ(reused->code(), "INVALID_ARGUMENT");
}

TEST(Admission, ForgetsARequestAfterTenMinutes) {
  Booth booth;
  auto request = Booth::request({"set_master { db: -3 }"});
  request.set_request_id("42");
  booth.execute(request);
  booth.run(2);
  booth.clock.advance(std::chrono::minutes(11));
  booth.execute(request);
  booth.run(2);
  EXPECT_EQ(booth.state().engine().revision(), 2U);
}

TEST(Admission, ComparesTheRevisionsOfWhatTheCommandsName) {
  Booth booth;
  booth.send({"set_fader { channel: 1 level: 0.5 }"});
  booth.run(1);
  booth.send({"set_fader { channel: 2 level: 0.5 }"});
  booth.run(1);
  auto request = Booth::request({"set_fader { channel: 1 level: 0.7 }"});
  request.set_expected_revision(1);  // channel 2 has changed since, channel 1 has not
  const auto fine = booth.execute(request);
  booth.run(1);
  EXPECT_TRUE(fine->is_ok()) << fine->message();
  const auto stale = booth.execute(request);
  EXPECT_EQ(stale->reason(), "REVISION_MISMATCH");
  EXPECT_EQ(stale->code(), "ABORTED");
}

TEST(Admission, ComparesRevisionsWithWhatIsAboutToChange) {
  Booth booth;
  auto request = Booth::request({"set_gain { channel: 1 db: -1 }"});
  request.set_expected_revision(0);
  const auto first = booth.execute(request);
  const auto overtaken = booth.execute(request);  // counts from what the first is about to change
  EXPECT_EQ(overtaken->reason(), "REVISION_MISMATCH");
  EXPECT_EQ(overtaken->code(), "ABORTED");
  auto other = Booth::request({"set_gain { channel: 2 db: -1 }"});
  other.set_expected_revision(0);
  const auto beside = booth.execute(other);
  booth.run(1);
  EXPECT_TRUE(first->is_ok() && beside->is_ok());
  // What is scheduled for later changes nothing that is counted from now.
  booth.send_at(booth.frame() + 96'000, {"set_gain { channel: 1 db: -6 }"});
  request.set_expected_revision(2);
  const auto before = booth.execute(request);
  booth.run(1);
  EXPECT_TRUE(before->is_ok()) << before->message();
}

TEST(Admission, LetsOnlyTheDaemonsOwnUserNameFiles) {
  Booth booth;
  const auto load = booth.execute(Booth::request({"load { deck: 1 uri: 'file:///a.wav' }"}), false);
  EXPECT_EQ(load->reason(), "FILE_FORBIDDEN");
  EXPECT_EQ(load->code(), "PERMISSION_DENIED");
  const auto recording = booth.execute(Booth::request({"start_recording { path: '/tmp/x.wav' }"}), false);
  EXPECT_EQ(recording->reason(), "FILE_FORBIDDEN");
  EXPECT_FALSE(booth.execute(Booth::request({"set_master { db: 0 }"}), false)->has_come());
}

TEST(Admission, CountsRelativeTimesFromNow) {
  Booth booth;
  booth.run_to(9'600);
  auto request = Booth::request({"set_master { db: -3 }"});
  request.mutable_when()->set_after_s(0.5);
  const auto reply = booth.execute(request);
  booth.run_to(48'000);
  ASSERT_TRUE(reply->is_ok());
  EXPECT_NEAR(static_cast<double>(reply->response().results(0).frame()),
              static_cast<double>(booth.options.block_frames) + 9'600 + 24'000, 512);
}

TEST(Admission, MeansTheSoundAtTheOutputByWallTime) {
  Booth booth;
  booth.run_to(9'600);
  booth.control->set_output({"null", "", 256, 0, 0}, 960, false);
  const auto due = booth.clock.wall() + std::chrono::milliseconds(500);
  auto request = Booth::request({"set_master { db: -3 }"});
  request.mutable_when()->mutable_wall()->set_seconds(due.count() / 1'000'000'000);
  request.mutable_when()->mutable_wall()->set_nanos(static_cast<std::int32_t>(due.count() % 1'000'000'000));
  const Frames handed_out_now = booth.frame();
  const auto reply = booth.execute(request);
  booth.run_to(96'000);
  ASSERT_TRUE(reply->is_ok()) << reply->message();
  const Frames expected = handed_out_now + 24'000 - 960 - booth.renderer->latency_frames();
  EXPECT_NEAR(static_cast<double>(reply->response().results(0).frame()), static_cast<double>(expected), 65);
}

TEST(Admission, RefusesAMomentMoreThanADayAhead) {
  Booth booth;
  EXPECT_EQ(booth.send_at(48'000LL * 90'000, {"set_master { db: 0 }"})->reason(), "SCHEDULE_TOO_FAR");
}

TEST(Admission, BoundsWhatWaits) {
  Booth booth;
  auto request = v1::ExecuteRequest();
  for (int i = 0; i < 64; ++i) request.add_commands()->mutable_set_master()->set_db(-1);
  request.mutable_when()->set_frame(4'800'000);
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(booth.execute(request)->is_ok());
  EXPECT_EQ(booth.execute(request)->reason(), "SCHEDULE_FULL");
  v1::ExecuteRequest now;
  now.add_commands()->mutable_set_crossfader()->set_position(0.5);
  EXPECT_EQ(booth.execute(now)->reason(), "(ok)") << "what is for now has room of its own";
}

TEST(Admission, RefusesRequestsBeyondTheQueue) {
  Booth booth;
  int refused = 0;
  for (int i = 0; i < model::kCommandQueueMax + 3; ++i) {
    control::Request request;
    request.message = Booth::request({"set_master { db: 0 }"});
    request.answer = [&refused](const Result<v1::ExecuteResponse>& result) {
      if (!result && result.error().reason == "QUEUE_FULL") ++refused;
    };
    booth.control->execute(std::move(request));
  }
  EXPECT_EQ(refused, 3);
}

}  // namespace
}  // namespace segue::test
