// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/catalog/providers/opensubsonic/fields.h"

namespace segue::net {
struct HttpResponse;
}

namespace segue::catalog::opensubsonic {

// Error codes of the protocol.
inline constexpr int kParameterMissing = 10;
inline constexpr int kServerTooOld = 30;
inline constexpr int kWrongPassword = 40;
inline constexpr int kApiKeyInvalid = 44;
inline constexpr int kNotAuthorised = 50;
inline constexpr int kNotFound = 70;
inline constexpr int kNoCode = -1;

// Why a call failed: what to tell, and what to decide by.
struct Failure {
  Error error;
  int code = kNoCode;     // of the protocol, if the server said one
  int status = 0;         // of HTTP, if there was an answer
  std::string version{};  // of the protocol the server speaks, if it said so

  bool is_about_access() const { return (code >= kWrongPassword && code <= kApiKeyInvalid) || status == 401; }
  bool is_method_missing() const;
};

template <typename T>
using Outcome = tl::expected<T, Failure>;

// The "subsonic-response" of an answer's body, JSON or XML, of any status: errors come with 200, also where a file was
// asked for. Elements and attributes of XML are members alike. Fails with what the server said, or with DATA_LOSS
// BAD_RESPONSE or CAPTIVE_PORTAL (a web page), or by the HTTP status. Messages have no noun yet.
Outcome<Json> read_answer(const net::HttpResponse& response);
// Whether a Content-Type is that of a document of the protocol (or a web page) rather than of a file.
bool is_document(const std::string& content_type);
// The error that a status of HTTP stands for.
Failure failure_of_status(int status);

}  // namespace segue::catalog::opensubsonic
