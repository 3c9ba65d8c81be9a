// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/answer.h"

#include <algorithm>

#include "tests/support/net/http_text.h"

namespace segue::test {
namespace {

constexpr std::int64_t kBombLineBytes = 1000;

std::string length_of(std::int64_t count) { return std::to_string(count); }

// The fields in order, a fault's in place of those of the same name.
std::string head_text(const std::string& status_line, std::vector<Header> headers, const Fault& fault) {
  for (const Header& added : fault.headers) {
    const std::string name = lower(added.name);
    headers.erase(std::remove_if(headers.begin(), headers.end(),
                                 [&](const Header& header) { return lower(header.name) == name; }),
                  headers.end());
  }
  for (const Header& added : fault.headers)
    if (!added.value.empty()) headers.push_back(added);
  std::string text = status_line + "\r\n";
  for (const Header& header : headers) text += header.name + ": " + header.value + "\r\n";
  for (std::int64_t i = 0; i < fault.header_bomb_bytes; i += kBombLineBytes) {
    const std::string name = "X-Bomb-" + std::to_string(i / kBombLineBytes) + ": ";
    text += name + std::string(static_cast<std::size_t>(kBombLineBytes) - name.size() - 2, 'b') + "\r\n";
  }
  return text + "\r\n";
}

std::string status_line(int status, const Fault& fault) {
  const char* version = fault.framing == Framing::kClose ? "HTTP/1.0 " : "HTTP/1.1 ";
  return version + std::to_string(status) + " " + reason_phrase(status);
}

void add_framing(std::vector<Header>& headers, const Answer& answer, const Fault& fault) {
  const std::int64_t told = fault.content_length.value_or(answer.count);
  switch (fault.framing) {
    case Framing::kLength: headers.push_back({"Content-Length", length_of(told)}); break;
    case Framing::kDuplicateLength:
      headers.push_back({"Content-Length", length_of(told)});
      headers.push_back({"Content-Length", length_of(told + 1)});
      break;
    case Framing::kChunked: headers.push_back({"Transfer-Encoding", "chunked"}); break;
    case Framing::kClose: break;
  }
}

// Content as this fault wants it to be, before ranges.
Content altered(const Request& request, Content content, const Fault& fault) {
  if (!fault.mime.empty()) content.mime = fault.mime;
  if (!fault.etag.empty()) content.etag = fault.etag;
  if (fault.no_validators) content.etag = content.last_modified = {};
  if (fault.body) content.bytes = std::make_shared<std::string>(*fault.body);
  const bool is_forbidden =
      !fault.query_needed.empty() &&
      ("&" + request.target.substr(std::min(request.target.find('?') + 1, request.target.size())) + "&")
              .find("&" + fault.query_needed + "&") == std::string::npos;
  if (fault.status) content.status = fault.status;
  if (is_forbidden) content.status = 403;
  if (!fault.redirect.empty()) {
    if (!fault.status) content.status = 302;
    content.headers.push_back({"Location", fault.redirect});
  }
  if (content.status >= 300 && (fault.status || is_forbidden || !fault.redirect.empty())) {
    content.has_ranges = false;
    content.etag = content.last_modified = {};
    if (!fault.body) {
      content.bytes = std::make_shared<std::string>(std::string(reason_phrase(content.status)) + "\n");
      if (fault.mime.empty()) content.mime = "text/plain";
    }
  }
  return content;
}

bool is_current(const std::string& validator, const Content& content) {
  return (!content.etag.empty() && validator == content.etag) ||
         (!content.last_modified.empty() && validator == content.last_modified);
}

void apply_range(const Request& request, const Content& content, Answer& answer, std::vector<Header>& headers) {
  const Fault& fault = answer.fault;
  const std::int64_t size = answer.count;
  const std::string field = request.header("range");
  if (!content.has_ranges || answer.status != 200 || fault.ignore_range || field.empty()) return;
  const std::string condition = request.header("if-range");
  if (!condition.empty() && !is_current(condition, content)) return;
  const Range range = parse_range(field, size);
  if (range.kind == Range::Kind::kNone) return;
  if (range.kind == Range::Kind::kUnsatisfiable) {
    answer.status = 416;
    answer.count = 0;
    headers.push_back({"Content-Range", "bytes */" + std::to_string(size)});
    return;
  }
  answer.status = 206;
  answer.is_partial = true;
  answer.first = std::clamp<std::int64_t>(range.first + fault.shift_range, 0, size - 1);
  answer.count = std::min(range.count, size - answer.first);
  const std::int64_t told = std::max<std::int64_t>(0, answer.first + fault.lie_range);
  headers.push_back({"Content-Range", "bytes " + std::to_string(told) + "-" + std::to_string(told + answer.count - 1) +
                                          "/" + std::to_string(size)});
}

}  // namespace

Answer make_answer(const Request& request, const Content& original, const Fault& fault) {
  const Content content = altered(request, original, fault);
  Answer answer;
  answer.fault = fault;
  answer.content = content.bytes;
  answer.status = content.status;
  answer.count = static_cast<std::int64_t>(content.bytes->size());
  std::vector<Header> headers = content.headers;
  const std::string known = request.header("if-none-match");
  if (answer.status == 200 && !known.empty() && is_current(known, content)) {
    answer.status = 304;
    answer.count = 0;
  }
  apply_range(request, content, answer, headers);
  if (!content.mime.empty() && answer.status != 304) headers.push_back({"Content-Type", content.mime});
  if (!content.etag.empty()) headers.push_back({"ETag", content.etag});
  if (!content.last_modified.empty()) headers.push_back({"Last-Modified", content.last_modified});
  if (content.has_ranges && !fault.ignore_range) headers.push_back({"Accept-Ranges", "bytes"});
  if (answer.status != 304) add_framing(headers, answer, fault);
  const bool is_sent_whole = !fault.content_length || *fault.content_length == answer.count;
  answer.keeps_alive = lower(request.header("connection")) != "close" && fault.framing != Framing::kClose &&
                       fault.framing != Framing::kDuplicateLength && is_sent_whole && !fault.chunk_size_line;
  if (fault.framing == Framing::kClose || lower(request.header("connection")) == "close")
    headers.push_back({"Connection", "close"});
  answer.head = head_text(status_line(answer.status, fault), std::move(headers), fault);
  answer.has_body = request.method != "HEAD" && answer.status != 304;
  return answer;
}

Answer make_live_answer(const Request& request, std::shared_ptr<const Live> live, std::int64_t first,
                        const Fault& fault) {
  if (fault.status || fault.body || !fault.redirect.empty() || !fault.query_needed.empty()) {
    Answer answer = make_answer(request, Content{.mime = live->mime}, fault);
    if (answer.status >= 300 || fault.body) return answer;
  }
  Answer answer;
  answer.fault = fault;
  answer.first = first;
  answer.keeps_alive = false;
  std::vector<Header> headers{{"Content-Type", fault.mime.empty() ? live->mime : fault.mime}};
  headers.insert(headers.end(), live->headers.begin(), live->headers.end());
  if (live->metaint > 0 && request.header("icy-metadata") == "1") {
    answer.metaint = live->metaint;
    headers.push_back({"icy-metaint", std::to_string(live->metaint)});
  }
  headers.push_back({"Connection", "close"});
  answer.head = head_text(live->status_line, std::move(headers), fault);
  answer.live = std::move(live);
  answer.has_body = request.method != "HEAD";
  return answer;
}

}  // namespace segue::test
