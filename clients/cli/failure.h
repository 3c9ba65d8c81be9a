// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <grpcpp/support/status.h>
#include <tl/expected.hpp>

#include "clients/cli/invocation.h"

namespace segue::cli {

// Why a command came to nothing: code and reason as the daemon or, for what never left this process, as it would say.
struct Failure {
  std::string code;     // canonical gRPC name, "NOT_FOUND"
  std::string reason;   // UPPER_SNAKE word a script can test, "FILE_MISSING"
  std::string message;  // one line: what, where, what to do
};

template <typename T>
using Result = tl::expected<T, Failure>;

// Reasons this program itself gives; the others come from the daemon.
inline constexpr std::string_view kReasonUsage = "USAGE";         // the command line is not one of the grammar's
inline constexpr std::string_view kReasonBadValue = "BAD_VALUE";  // a word of it is not what its place asks for
inline constexpr std::string_view kReasonUnreachable = "CANNOT_CONNECT";

tl::unexpected<Failure> usage_failure(std::string message);
tl::unexpected<Failure> bad_value(std::string message);
tl::unexpected<Failure> other_failure(std::string reason, std::string message);

// Reads code, message and, from its details, the reason.
Failure failure_from(const grpc::Status& status);

// The process's exit code: 1 other, 2 usage, 3 not found, 4 not permitted, 5 cannot connect, 6 wrong state, 7 too late.
int exit_code(const Failure& failure);

// What goes to stderr, newline included: "segue: message", or {"error":{code reason message}}.
std::string failure_line(const Failure& failure, Format format);

}  // namespace segue::cli
