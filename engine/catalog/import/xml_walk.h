// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "engine/base/result.h"

namespace segue::catalog {

inline constexpr std::size_t kXmlPieceBytesMax = 16 << 20;      // of one element that is read whole
inline constexpr std::size_t kXmlPieceElementsMax = 100'000;    // within it; 72 bytes each while it is read
inline constexpr std::size_t kXmlPieceAttributesMax = 600'000;  // likewise, 40 bytes each

// Walks through an XML document element by element, so that memory does not grow with the file. It goes from one child
// of the element it is in to the next; each can be taken whole, entered, or left aside. Neither document types nor
// entities of its own are taken. A fault ends the walk where it is: all next() are false then, and fault() says why.
// One thread; may block in the stream.
class XmlWalk {
 public:
  // `in` outlives the walk.
  explicit XmlWalk(std::istream& in) : in_(in) {}

  // Goes to the next child; false behind the last one, whose parent is left by that. What was not taken is passed over.
  bool next();
  // The name of the child and its attributes, without what is in it. Valid until the next call of anything.
  pugi::xml_node tag();
  // The child with all that is in it, which is behind the walk then. Valid until the next call of anything; empty, with
  // a fault, if it is broken or too large.
  pugi::xml_node whole();
  // next() goes through the children of this child.
  void enter();

  // Why the walk has ended before the document: "damaged at byte 4711: …"; empty if it has not.
  const std::string& fault() const { return fault_; }
  // Bytes behind the walk.
  std::int64_t at() const { return base_ + static_cast<std::int64_t>(at_); }

 private:
  enum class Kind { kOpen, kEmpty, kClose, kOther, kEnd, kFault };
  struct Token {
    Kind kind = Kind::kEnd;
    std::size_t begin = 0, end = 0;  // in window_
  };

  Token token(std::size_t from);
  Token other_token(std::size_t begin);
  Token tag_token(std::size_t begin);
  std::size_t find(std::string_view what, std::size_t from);
  std::size_t find_any(std::string_view chars, std::size_t from);
  bool fill();
  void drop();
  std::string_view name_of(const Token& token) const;
  void pass_over();
  std::size_t end_of_element(const Token& open);
  Token fault_at(std::size_t where, const std::string& why);

  std::istream& in_;
  std::string window_;             // what of the document is in memory
  std::int64_t base_ = 0;          // where it begins
  std::size_t at_ = 0;             // the walk, in window_
  Token child_{};                  // the child's tag
  bool is_taken_ = true;           // the child is behind the walk, or there is none
  bool is_in_empty_ = false;       // the element the walk is in has no end of its own
  std::vector<std::string> path_;  // names of the elements the walk is in
  std::string piece_;              // what document_ is made of
  pugi::xml_document document_;
  pugi::xml_encoding encoding_ = pugi::encoding_utf8;
  std::string fault_;
};

}  // namespace segue::catalog
