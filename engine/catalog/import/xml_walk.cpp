// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/xml_walk.h"

#include <algorithm>

namespace segue::catalog {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::size_t kDepthMax = 256;  // of elements the walk is in
constexpr auto npos = std::string::npos;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

// More of the document into the window; false at its end, or if that would be more than one element may have.
bool XmlWalk::fill() {
  if (window_.size() - at_ > kXmlPieceBytesMax) return false;
  const std::size_t before = window_.size();
  window_.resize(before + kReadBytes);
  in_.read(window_.data() + before, static_cast<std::streamsize>(kReadBytes));
  window_.resize(before + static_cast<std::size_t>(std::max<std::streamsize>(in_.gcount(), 0)));
  return window_.size() > before;
}

// Forgets what is behind the walk.
void XmlWalk::drop() {
  if (at_ < kReadBytes) return;
  window_.erase(0, at_);
  base_ += static_cast<std::int64_t>(at_);
  at_ = 0;
}

std::size_t XmlWalk::find(std::string_view what, std::size_t from) {
  for (;;) {
    const std::size_t found = window_.find(what, from);
    if (found != npos) return found;
    if (window_.size() >= what.size()) from = std::max(from, window_.size() - what.size() + 1);
    if (!fill()) return npos;
  }
}

std::size_t XmlWalk::find_any(std::string_view chars, std::size_t from) {
  for (;;) {
    const std::size_t found = window_.find_first_of(chars, from);
    if (found != npos) return found;
    from = std::max(from, window_.size());
    if (!fill()) return npos;
  }
}

XmlWalk::Token XmlWalk::fault_at(std::size_t where, const std::string& why) {
  if (fault_.empty())
    fault_ = "damaged at byte " + std::to_string(base_ + static_cast<std::int64_t>(where)) + ": " + why;
  return {.kind = Kind::kFault, .begin = where, .end = where};
}

// The next piece of markup from `from` on; the text before it is passed over.
XmlWalk::Token XmlWalk::token(std::size_t from) {
  const std::size_t begin = find("<", from);
  if (begin == npos) {
    if (window_.size() - at_ > kXmlPieceBytesMax) return fault_at(at_, "an element has more than 16 MiB");
    return {.kind = Kind::kEnd, .begin = window_.size(), .end = window_.size()};
  }
  while (window_.size() < begin + 2 && fill()) {
  }
  const char second = begin + 1 < window_.size() ? window_[begin + 1] : ' ';
  if (second == '!' || second == '?') return other_token(begin);
  return tag_token(begin);
}

// Comments, CDATA and instructions.
XmlWalk::Token XmlWalk::other_token(std::size_t begin) {
  while (window_.size() < begin + 9 && fill()) {
  }
  const std::string_view rest = std::string_view(window_).substr(begin);
  std::string_view closing;
  if (rest.starts_with("<!--")) closing = "-->";
  if (rest.starts_with("<![CDATA[")) closing = "]]>";
  if (rest.starts_with("<?")) closing = "?>";
  if (closing.empty()) return fault_at(begin, "a document type, which no file has that is read here");
  const std::size_t end = find(closing, begin + 2);
  if (end == npos) return fault_at(begin, "the file ends within a comment or an instruction");
  return {.kind = Kind::kOther, .begin = begin, .end = end + closing.size()};
}

XmlWalk::Token XmlWalk::tag_token(std::size_t begin) {
  for (std::size_t at = begin + 1;;) {
    at = find_any("\"'<>", at);
    if (at == npos) return fault_at(begin, "the file ends within a tag");
    const char c = window_[at];
    if (c == '<') return fault_at(at, "a tag within a tag");
    if (c == '>') {
      const bool is_close = window_[begin + 1] == '/';
      const bool is_empty = !is_close && window_[at - 1] == '/';
      const Kind kind = is_close ? Kind::kClose : is_empty ? Kind::kEmpty : Kind::kOpen;
      Token token{.kind = kind, .begin = begin, .end = at + 1};
      return name_of(token).empty() ? fault_at(begin, "a tag without a name") : token;
    }
    at = find({&c, 1}, at + 1);  // behind the quoted value
    if (at == npos) return fault_at(begin, "the file ends within a value");
    ++at;
  }
}

std::string_view XmlWalk::name_of(const Token& token) const {
  const std::size_t first = token.begin + (token.kind == Kind::kClose ? 2 : 1);
  std::size_t last = first;
  while (last < token.end && !is_blank(window_[last]) && window_[last] != '>' && window_[last] != '/') ++last;
  return std::string_view(window_).substr(first, last - first);
}

bool XmlWalk::next() {
  if (is_in_empty_) {
    is_in_empty_ = false;
    return false;
  }
  if (!is_taken_) pass_over();
  for (;;) {
    if (!fault_.empty()) return false;
    drop();
    const Token found = token(at_);
    if (found.kind == Kind::kOther && path_.empty()) {
      const std::string_view text = std::string_view(window_).substr(found.begin, found.end - found.begin);
      if (text.starts_with("<?xml") && text.find("8859-1") != npos) encoding_ = pugi::encoding_latin1;
    }
    if (found.kind == Kind::kEnd) {
      if (!path_.empty()) (void)fault_at(found.begin, "the file ends within \"" + path_.back().substr(0, 40) + "\"");
      return false;
    }
    if (found.kind == Kind::kFault) return false;
    at_ = found.end;
    if (found.kind == Kind::kOther) continue;
    if (found.kind == Kind::kClose) {
      if (path_.empty() || path_.back() != name_of(found)) {
        (void)fault_at(found.begin, "an end without a beginning");
        return false;
      }
      path_.pop_back();
      return false;
    }
    at_ = found.begin;
    child_ = found;
    is_taken_ = false;
    return true;
  }
}

// The child goes by, however long it is.
void XmlWalk::pass_over() {
  is_taken_ = true;
  at_ = child_.end;
  for (std::size_t depth = child_.kind == Kind::kOpen ? 1 : 0; depth > 0;) {
    drop();
    const Token found = token(at_);
    if (found.kind == Kind::kEnd) (void)fault_at(found.begin, "the file ends within an element");
    if (!fault_.empty()) return;
    if (found.kind == Kind::kOpen) ++depth;
    if (found.kind == Kind::kClose) --depth;
    at_ = found.end;
  }
}

// Passes over the element that begins with this tag, which stays in the window; where it ends.
std::size_t XmlWalk::end_of_element(const Token& open) {
  at_ = open.begin;
  std::size_t depth = open.kind == Kind::kOpen ? 1 : 0, end = open.end;
  while (depth > 0) {
    const Token found = token(end);
    if (found.kind == Kind::kEnd) (void)fault_at(found.begin, "the file ends within an element");
    if (found.kind == Kind::kFault || found.kind == Kind::kEnd) {
      is_taken_ = true;
      return found.begin;
    }
    if (found.kind == Kind::kOpen) ++depth;
    if (found.kind == Kind::kClose) --depth;
    end = found.end;
  }
  at_ = end;
  is_taken_ = true;
  return end;
}

pugi::xml_node XmlWalk::tag() {
  // As an element of its own, whatever comes behind it.
  piece_.assign(window_, child_.begin, child_.end - child_.begin - 1);
  if (child_.kind == Kind::kOpen) piece_ += '/';
  piece_ += '>';
  document_.reset();
  (void)document_.load_buffer_inplace(piece_.data(), piece_.size(), pugi::parse_default, encoding_);
  return document_.document_element();
}

pugi::xml_node XmlWalk::whole() {
  const std::size_t begin = child_.begin, end = end_of_element(child_);
  document_.reset();
  if (!fault_.empty()) return {};
  piece_.assign(window_, begin, end - begin);
  const auto count = [this](char c) { return static_cast<std::size_t>(std::count(piece_.begin(), piece_.end(), c)); };
  if (count('<') > kXmlPieceElementsMax || count('=') > kXmlPieceAttributesMax) {
    (void)fault_at(begin, "an element with more than 100,000 others or 600,000 values in it");
    return {};
  }
  const auto parsed =
      document_.load_buffer_inplace(piece_.data(), piece_.size(), pugi::parse_default | pugi::parse_pi, encoding_);
  if (parsed) return document_.document_element();
  (void)fault_at(begin + static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)), parsed.description());
  return {};
}

void XmlWalk::enter() {
  is_taken_ = true;
  at_ = child_.end;
  is_in_empty_ = child_.kind == Kind::kEmpty;
  if (is_in_empty_) return;
  if (path_.size() >= kDepthMax) {
    (void)fault_at(child_.begin, "more than 256 elements within each other");
    return;
  }
  path_.emplace_back(name_of(child_));
}

}  // namespace segue::catalog
