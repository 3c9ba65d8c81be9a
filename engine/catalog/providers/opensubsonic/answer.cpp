// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/answer.h"

#include <algorithm>
#include <cstring>

#include <pugixml.hpp>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/net/http.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr int kDepthMax = 64;                   // the deepest real answer has 7 levels
constexpr std::size_t kBodyBytesMax = 8 << 20;  // 10,000 songs of a playlist
constexpr std::size_t kMessageBytesMax = 200;   // a sentence of the server's

Failure bad_response(std::string message) { return {{Code::kDataLoss, "BAD_RESPONSE", std::move(message)}}; }

bool is_deep(std::string_view json) {
  int depth = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_in_string) {
      if (c == '\\') ++i;
      if (c == '"') is_in_string = false;
    } else if (c == '"') {
      is_in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDepthMax) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

// Attributes become members, elements members of lists; the text of an element is its member "value".
Json json_of(const pugi::xml_node& node, int depth) {
  Json object = Json::object();
  if (depth > kDepthMax) return object;
  for (const pugi::xml_attribute& attribute : node.attributes()) object[attribute.name()] = attribute.value();
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element) {
      Json& list = object[child.name()];
      if (!list.is_array()) list = Json::array();
      list.push_back(json_of(child, depth + 1));
    } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      object["value"] = child.value();
    }
  }
  return object;
}

Outcome<Json> read_json(std::string_view body) {
  if (is_deep(body)) return tl::unexpected(bad_response("the answer is nested deeper than 64 levels"));
  const Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) return tl::unexpected(bad_response("the answer is no valid JSON"));
  const Json& root = part_of(document, "subsonic-response");
  if (root.empty()) return tl::unexpected(bad_response("the answer is JSON, but none of a Subsonic server"));
  return root;
}

Outcome<Json> read_xml(std::string_view body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size(), pugi::parse_default, pugi::encoding_utf8))
    return tl::unexpected(bad_response("the answer is no valid XML"));
  const pugi::xml_node root = document.document_element();
  if (std::strcmp(root.name(), "subsonic-response") != 0)
    return tl::unexpected(bad_response("the answer is XML, but none of a Subsonic server"));
  // XML has no types; text that is none must not stop what reads JSON.
  if (!is_utf8(body)) return tl::unexpected(bad_response("the answer is not UTF-8"));
  return json_of(root, 0);
}

bool is_web_page(std::string_view body, const std::string& content_type) {
  if (content_type.starts_with("text/html")) return true;
  std::string head(body.substr(0, 15));
  std::transform(head.begin(), head.end(), head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return head.starts_with("<!doctype html") || head.starts_with("<html");
}

Outcome<Json> read_document(const net::HttpResponse& response) {
  std::string_view body = response.body;
  if (body.size() > kBodyBytesMax) return tl::unexpected(bad_response("the answer has more than 8 MiB"));
  if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return tl::unexpected(bad_response("the answer is empty"));
  body.remove_prefix(first);
  if (is_web_page(body, response.head.header("content-type"))) {
    return tl::unexpected(Failure{{Code::kDataLoss, "CAPTIVE_PORTAL",
                                   "a web page came instead of an answer; log in to the network, or check `url`"}});
  }
  if (body.front() == '{') return read_json(body);
  if (body.front() == '<') return read_xml(body);
  return tl::unexpected(bad_response("the answer is neither JSON nor XML"));
}

Failure failure_of(const Json& root, int status) {
  const Json& fault = part_of(root, "error");
  const int code = static_cast<int>(integer_of(fault, "code", 1'000));
  std::string said = printable(text_of(fault, "message"), kMessageBytesMax);
  said = said.empty() ? "error " + std::to_string(code) : "error " + std::to_string(code) + ", \"" + said + "\"";
  Failure failure{
      {Code::kUnavailable, "SERVER_ERROR", "the server says " + said}, code, status, text_of(root, "version")};
  Error& error = failure.error;
  const auto set = [&](Code kind, const char* reason, const std::string& message) {
    error = {kind, reason, message + " (" + said + ")"};
  };
  switch (code) {
    case kParameterMissing: set(Code::kInvalidArgument, "PARAMETER_MISSING", "the server misses a parameter"); break;
    case 20: set(Code::kFailedPrecondition, "CLIENT_TOO_OLD", "the server wants a newer protocol"); break;
    case kServerTooOld: set(Code::kFailedPrecondition, "SERVER_TOO_OLD", "the server's protocol is too old"); break;
    case kWrongPassword: set(Code::kUnauthenticated, "AUTH_FAILED", "wrong user or password"); break;
    case 41:
    case 42:
    case 43: set(Code::kUnauthenticated, "AUTH_REQUIRED", "the server does not take this way to log in"); break;
    case kApiKeyInvalid: set(Code::kUnauthenticated, "AUTH_FAILED", "the API key is not valid"); break;
    case kNotAuthorised: set(Code::kPermissionDenied, "NOT_AUTHORISED", "the user may not do this"); break;
    case 60: set(Code::kPermissionDenied, "TRIAL_OVER", "the server's trial period is over"); break;
    case kNotFound: set(Code::kNotFound, "NOT_FOUND", "there is no such thing"); break;
    default: break;
  }
  return failure;
}

}  // namespace

bool Failure::is_method_missing() const {
  return status == 404 || status == 405 || status == 410 || status == 501 ||
         (code == 0 && status != 0 && error.reason == "SERVER_ERROR");
}

bool is_document(const std::string& content_type) {
  for (const char* word : {"json", "xml", "html", "text/"}) {
    if (content_type.find(word) != std::string::npos) return true;
  }
  return false;
}

Failure failure_of_status(int status) {
  const std::string said = "HTTP status " + std::to_string(status);
  if (status == 401) return {{Code::kUnauthenticated, "AUTH_FAILED", said + ", not let in"}, kNoCode, status};
  if (status == 403) return {{Code::kPermissionDenied, "HTTP_403", said + ", forbidden"}, kNoCode, status};
  if (status == 404 || status == 410)
    return {{Code::kNotFound, "HTTP_404", said + ", not there; check `url`"}, kNoCode, status};
  if (status == 405 || status == 501)
    return {{Code::kUnimplemented, "METHOD_MISSING", said + ", the server cannot do this"}, kNoCode, status};
  if (status == 429) return {{Code::kResourceExhausted, "RATE_LIMITED", said + ", too many requests"}, kNoCode, status};
  if (status >= 500) return {{Code::kUnavailable, "HTTP_5XX", said}, kNoCode, status};
  return {{Code::kDataLoss, "BAD_RESPONSE", said + " makes no sense here"}, kNoCode, status};
}

Outcome<Json> read_answer(const net::HttpResponse& response) {
  Outcome<Json> document = read_document(response);
  const int status = response.head.status;
  if (!document) {
    if (status != 200) return tl::unexpected(failure_of_status(status));
    document.error().status = status;
    return document;
  }
  const std::string verdict = text_of(*document, "status");
  if (verdict == "failed" || !part_of(*document, "error").empty()) {
    Failure failure = failure_of(*document, status);
    if (failure.code == 0 && status == 429) return tl::unexpected(failure_of_status(status));
    return tl::unexpected(std::move(failure));
  }
  if (status != 200) return tl::unexpected(failure_of_status(status));
  if (verdict != "ok") return tl::unexpected(bad_response("the answer has no status"));
  return document;
}

}  // namespace segue::catalog::opensubsonic
