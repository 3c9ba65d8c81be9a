// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/icy.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace segue::stream {
namespace {

constexpr std::size_t kTextBytesMax = 1024;  // more of a title than any display shows

// Code points of the bytes 0x80 to 0x9F in Windows-1252; those it leaves open stand for themselves (WHATWG Encoding).
constexpr std::array<char32_t, 32> kWindows1252 = {0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                   0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

// Bytes of the UTF-8 character at the front, 0 if it is none: overlong, a surrogate, beyond U+10FFFF or cut off.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool is_refused = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                          (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return is_refused ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& text, char32_t point) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xC0 | point >> 6);
    tail(0);
  } else {
    text += static_cast<char>(0xE0 | point >> 12);
    tail(6);
    tail(0);
  }
}

std::string from_windows_1252(std::string_view text) {
  std::string utf8;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(utf8, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : byte);
  }
  return utf8;
}

// Control characters, those of U+0080 to U+009F too, become spaces; spaces around go; overlong text is cut between
// characters.
std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (line.size() + length > kTextBytesMax) break;
    const auto first = static_cast<unsigned char>(text[0]);
    const bool is_control =
        first < 0x20 || first == 0x7F || (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    is_control ? line += ' ' : line += text.substr(0, length);
    text.remove_prefix(length);
  }
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(' ') - begin + 1);
}

std::string readable(std::string_view raw) {
  return one_line(is_utf8(raw) ? std::string(raw) : from_windows_1252(raw));
}

// After a value: the end, or the next key with its "='".
bool is_boundary(std::string_view rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.empty()) return true;
  std::size_t at = 0;
  while (at < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[at])) != 0 || rest[at] == '_')) ++at;
  return at > 0 && rest.substr(at).starts_with("='");
}

// The value of `key` in the block, or nothing.
bool find_value(std::string_view block, std::string_view key, std::string_view& value) {
  std::size_t at = block.find(key);
  while (at != std::string_view::npos && at > 0 && block[at - 1] != ';' && block[at - 1] != ' ')
    at = block.find(key, at + 1);
  if (at == std::string_view::npos) return false;
  value = block.substr(at + key.size());
  if (!value.starts_with('\'')) {
    value = value.substr(0, value.find(';'));
    return true;
  }
  value.remove_prefix(1);
  for (std::size_t end = value.find("';"); end != std::string_view::npos; end = value.find("';", end + 1)) {
    if (!is_boundary(value.substr(end + 2))) continue;
    value = value.substr(0, end);
    return true;
  }
  if (value.ends_with('\'')) value.remove_suffix(1);
  return true;
}

}  // namespace

IcyBlock parse_icy_block(std::string_view block) {
  block = block.substr(0, block.find('\0'));
  IcyBlock parsed;
  std::string_view value;
  if (find_value(block, "StreamTitle=", value)) {
    parsed.has_title = true;
    parsed.title = readable(value);
  }
  if (find_value(block, "StreamUrl=", value)) parsed.url = readable(value);
  return parsed;
}

void IcyFilter::take(std::span<const std::byte> bytes, const Audio& on_audio, const Block& on_block) {
  if (interval_ <= 0) {
    if (!bytes.empty()) on_audio(bytes);
    return;
  }
  while (!bytes.empty()) {
    if (block_left_ > 0) {
      const std::size_t count = std::min(block_left_, bytes.size());
      block_.append(reinterpret_cast<const char*>(bytes.data()), count);
      bytes = bytes.subspan(count);
      block_left_ -= count;
      if (block_left_ > 0) return;
      on_block(parse_icy_block(block_));
      block_.clear();
    } else if (audio_left_ > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::int64_t>(audio_left_, std::ssize(bytes)));
      on_audio(bytes.first(count));
      bytes = bytes.subspan(count);
      audio_left_ -= static_cast<std::int64_t>(count);
    } else {
      block_left_ = std::to_integer<std::size_t>(bytes[0]) * 16;
      bytes = bytes.subspan(1);
      audio_left_ = interval_;
    }
  }
}

}  // namespace segue::stream
