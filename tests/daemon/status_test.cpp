// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/status.h"

#include <gtest/gtest.h>

#include "daemon/exit_code.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace segue::daemon {
namespace {

google::rpc::Status details_of(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

TEST(Status, CarriesCodeMessageAndReason) {
  const auto status = to_status({Code::kNotFound, "FILE_MISSING", "deck 2: /a.mp3: not found"});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "deck 2: /a.mp3: not found");
  const auto details = details_of(status);
  EXPECT_EQ(details.code(), 5);
  EXPECT_EQ(details.message(), status.error_message());
  ASSERT_EQ(details.details_size(), 1);
  google::rpc::ErrorInfo reason;
  ASSERT_TRUE(details.details(0).UnpackTo(&reason));
  EXPECT_EQ(reason.reason(), "FILE_MISSING");
  EXPECT_EQ(reason.domain(), "segue");
}

TEST(Status, EveryCodeKeepsItsNumber) {
  for (int code = 1; code <= 16; ++code) {
    const auto status = to_status({static_cast<Code>(code), "R", "m"});
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
    EXPECT_EQ(details_of(status).code(), code);
  }
}

TEST(Status, ALongMessageIsCutBetweenCharacters) {
  // Three bytes each, so that the limit falls inside one.
  std::string message;
  for (int i = 0; i < 3'000; ++i) message += "€";
  const auto status = to_status({Code::kInternal, "R", message});
  EXPECT_LE(status.error_message().size(), 1'100U);
  EXPECT_LE(status.error_details().size(), 1'300U);
  EXPECT_EQ((status.error_message().size() - std::string("…").size()) % 3, 0U);
  EXPECT_TRUE(status.error_message().ends_with("€…"));
}

TEST(ExitCode, IsTheOneScriptsRelyOn) {
  EXPECT_EQ(exit_code(Code::kInvalidArgument), 2);
  EXPECT_EQ(exit_code(Code::kNotFound), 3);
  EXPECT_EQ(exit_code(Code::kPermissionDenied), 4);
  EXPECT_EQ(exit_code(Code::kUnauthenticated), 4);
  EXPECT_EQ(exit_code(Code::kFailedPrecondition), 6);
  EXPECT_EQ(exit_code(Code::kAborted), 6);
  EXPECT_EQ(exit_code(Code::kDeadlineExceeded), 7);
  EXPECT_EQ(exit_code(Code::kInternal), 1);
}

}  // namespace
}  // namespace segue::daemon
