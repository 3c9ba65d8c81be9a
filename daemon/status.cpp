// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/status.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace segue::daemon {
namespace {

// Trailers are limited to 8 KiB; the message travels percent-encoded (up to three bytes for one) and again, in
// base64, in the details.
constexpr std::size_t kMessageBytesMax = 1024;

// Cut between characters, as protobuf refuses strings that are not UTF-8.
std::string cut(const std::string& message) {
  if (message.size() <= kMessageBytesMax) return message;
  std::size_t end = kMessageBytesMax;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return message.substr(0, end) + "…";
}

}  // namespace

grpc::Status to_status(const Error& error) {
  const std::string message = cut(error.message);
  google::rpc::ErrorInfo reason;
  reason.set_reason(error.reason);
  reason.set_domain("segue");
  google::rpc::Status details;
  details.set_code(static_cast<int>(error.code));
  details.set_message(message);
  details.add_details()->PackFrom(reason);
  return {static_cast<grpc::StatusCode>(error.code), message, details.SerializeAsString()};
}

}  // namespace segue::daemon
