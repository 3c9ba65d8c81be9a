// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/failure.h"

#include <array>
#include <utility>

#include "clients/cli/json.h"
#include "clients/cli/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace segue::cli {
namespace {

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

constexpr std::array<std::pair<std::string_view, int>, 7> kExitCodes = {{{"INVALID_ARGUMENT", 2},
                                                                         {"NOT_FOUND", 3},
                                                                         {"PERMISSION_DENIED", 4},
                                                                         {"UNAUTHENTICATED", 4},
                                                                         {"FAILED_PRECONDITION", 6},
                                                                         {"ABORTED", 6},
                                                                         {"DEADLINE_EXCEEDED", 7}}};

std::string reason_in(const std::string& details) {
  google::rpc::Status status;
  if (!status.ParseFromString(details)) return {};
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo cause;
    if (detail.UnpackTo(&cause)) return cause.reason();
  }
  return {};
}

}  // namespace

tl::unexpected<Failure> usage_failure(std::string message) {
  return tl::unexpected(Failure{"INVALID_ARGUMENT", std::string(kReasonUsage), std::move(message)});
}

tl::unexpected<Failure> bad_value(std::string message) {
  return tl::unexpected(Failure{"INVALID_ARGUMENT", std::string(kReasonBadValue), std::move(message)});
}

tl::unexpected<Failure> other_failure(std::string reason, std::string message) {
  return tl::unexpected(Failure{"UNKNOWN", std::move(reason), std::move(message)});
}

Failure failure_from(const grpc::Status& status) {
  const auto index = static_cast<std::size_t>(status.error_code());
  Failure failure{std::string(index < kCodeNames.size() ? kCodeNames.at(index) : "UNKNOWN"),
                  reason_in(status.error_details()), status.error_message()};
  // The daemon always says why; without a reason the connection itself broke.
  if (failure.reason.empty() && failure.code == "UNAVAILABLE") failure.reason = kReasonUnreachable;
  return failure;
}

int exit_code(const Failure& failure) {
  if (failure.reason == kReasonUnreachable) return 5;
  for (const auto& [code, exit] : kExitCodes) {
    if (failure.code == code) return exit;
  }
  return 1;
}

std::string failure_line(const Failure& failure, Format format) {
  const std::string message = one_line(failure.message);
  if (format == Format::kText) return "segue: " + (message.empty() ? failure.code : message) + "\n";
  return R"({"error":{"code":)" + quoted(failure.code) + R"(,"reason":)" + quoted(failure.reason) + R"(,"message":)" +
         quoted(message) + "}}\n";
}

}  // namespace segue::cli
