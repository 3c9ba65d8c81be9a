// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/clean_text.h"

#include <cstdint>

namespace segue::catalog {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Bytes of the well-formed UTF-8 character that `text` begins with; 0 if it begins with none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  std::uint32_t point = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3f);
  }
  const bool is_overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
  const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
  return is_overlong || is_surrogate || point > 0x10ffff ? 0 : size;
}

// Controls of ASCII and of Latin-1 (U+0080 to U+009F), and the characters that reverse the direction of what follows.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  const auto second = static_cast<unsigned char>(character[1]);
  if (character.size() == 2) return first == 0xc2 && second < 0xa0;
  if (character.size() != 3 || first != 0xe2) return false;
  const auto third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && ((third >= 0xaa && third <= 0xae) || third == 0xa8 || third == 0xa9)) ||
         (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t bytes_max) {
  std::string clean;
  bool wants_space = false;
  while (!text.empty()) {
    const std::size_t size = character_bytes(text);
    const std::string_view character = size == 0 ? kReplacement : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
    if (character == " " || is_control(character)) {
      wants_space = !clean.empty();
      continue;
    }
    if (clean.size() + (wants_space ? 1 : 0) + character.size() > bytes_max) break;
    if (wants_space) clean += ' ';
    wants_space = false;
    clean += character;
  }
  return clean;
}

}  // namespace segue::catalog
