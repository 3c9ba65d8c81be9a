// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace segue {

// gRPC's canonical codes, by value; daemon/status.cpp is the one place that maps them.
enum class Code {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// The code's name as clients see it, "NOT_FOUND".
const char* to_string(Code code);

// An expected failure. `reason` is a stable UPPER_SNAKE word, `message` one line: what, where, what to do.
struct Error {
  Code code = Code::kUnknown;
  std::string reason;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Code code, std::string reason, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(reason), std::move(message)});
}

// The error with `noun: ` before its message.
inline tl::unexpected<Error> fail_at(std::string noun, Error error) {
  error.message = std::move(noun) + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace segue
