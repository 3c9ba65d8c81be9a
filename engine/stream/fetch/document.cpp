// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/document.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "engine/base/text.h"

namespace segue::stream {
namespace {

constexpr std::size_t kTextBytesMax = 200;  // of another's words in our message
constexpr int kJsonDepthMax = 16;           // real answers have 4; the parser recurses

struct SubsonicError {
  int code = 0;
  std::string message;
};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string_view media_type(std::string_view mime) {
  mime = mime.substr(0, mime.find(';'));
  while (!mime.empty() && mime.back() == ' ') mime.remove_suffix(1);
  return mime;
}

bool is_deep(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') ++depth;
    if (depth > kJsonDepthMax) return true;
  }
  return false;
}

std::optional<SubsonicError> from_json(std::string_view body) {
  if (is_deep(body)) return std::nullopt;
  const auto root = nlohmann::json::parse(body.begin(), body.end(), nullptr, false);
  if (!root.is_object() || !root.contains("subsonic-response")) return std::nullopt;
  const auto& answer = root["subsonic-response"];
  if (!answer.is_object() || !answer.contains("error")) return std::nullopt;
  const auto& error = answer["error"];
  if (!error.is_object() || !error.contains("code") || !error["code"].is_number_integer()) return std::nullopt;
  SubsonicError found{error["code"].get<int>(), ""};
  if (error.contains("message") && error["message"].is_string()) found.message = error["message"].get<std::string>();
  return found;
}

std::optional<SubsonicError> from_xml(std::string_view body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  const pugi::xml_node error = document.child("subsonic-response").child("error");
  if (!error) return std::nullopt;
  return SubsonicError{error.attribute("code").as_int(), error.attribute("message").as_string()};
}

}  // namespace

bool names_document(std::string_view mime) {
  static constexpr std::array<std::string_view, 5> kTypes = {"text/html", "text/xml", "application/json",
                                                             "application/xml", "application/xhtml+xml"};
  const std::string type = lower(media_type(mime));
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end() || type.ends_with("+xml") ||
         type.ends_with("+json");
}

bool looks_like_document(std::span<const std::byte> begin) {
  std::string text = lower({reinterpret_cast<const char*>(begin.data()), std::min(begin.size(), kSniffBytes)});
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  const auto skip = [&text](std::size_t from) {
    return std::min(text.find_first_not_of(" \t\r\n", from), text.size());
  };
  text.erase(0, skip(0));
  for (const std::string_view sign : {"<!", "<html", "<?xml", "<head", "<body", "<subsonic-response"}) {
    if (text.starts_with(sign)) return true;
  }
  if (!text.starts_with("{")) return false;
  const std::size_t next = skip(1);
  return next < text.size() && (text[next] == '"' || text[next] == '}');
}

Error document_error(const std::string& label, std::string_view mime, std::string_view body) {
  body = body.substr(0, kDocumentBytesMax);
  auto found = from_json(body);
  if (!found) found = from_xml(body);
  if (!found) {
    const std::string type = mime.empty() ? "a document" : printable(mime, 64);
    return {Code::kFailedPrecondition, "NOT_AUDIO",
            label + ": the server sent " + type + " instead of audio; is the address right?"};
  }
  const std::string said = label + ": the server says: " + printable(found->message, kTextBytesMax) + " (code " +
                           std::to_string(found->code) + ")";
  if (found->code == 70) return {Code::kNotFound, "TRACK_MISSING", said};
  if (found->code >= 40 && found->code <= 44) return {Code::kUnauthenticated, "AUTH_FAILED", said};
  if (found->code == 50) return {Code::kPermissionDenied, "PERMISSION_DENIED", said};
  return {Code::kFailedPrecondition, "NOT_AUDIO", said};
}

}  // namespace segue::stream
