// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/disclosure.h"

#include <algorithm>
#include <initializer_list>

#include "engine/stream/decoders/id3.h"
#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kTextFrameBytesMax = 4096;
constexpr std::int64_t kBlockBytesMax = 1 << 20;         // manifests of music have 10 to 100 KB
constexpr std::int64_t kRemoteBlockBytesMax = 64 << 10;  // what the first answer brings anyway
constexpr int kBoxesMax = 64;

std::string read_text(ByteSource& source, std::int64_t offset, std::int64_t count) {
  std::string text(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)), '\0');
  const Result<std::size_t> got = read_fully(source, offset, std::as_writable_bytes(std::span(text)));
  text.resize(got ? *got : 0);
  return text;
}

// The same, but nothing where it would have to be waited for: nobody waits for a disclosure.
std::string peek_text(ByteSource& source, std::int64_t offset, std::int64_t count) {
  return source.is_ready(offset, count) ? read_text(source, offset, count) : std::string();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// "AI_Generated" and "ai generated" are "aigenerated".
std::string squeezed(std::string_view text) {
  std::string letters;
  for (const char c : text.substr(0, kNameBytesMax)) {
    if (const char small = lower(c); (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9')) letters += small;
  }
  return letters;
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

// The term stands in the bytes and is not a part of a longer one.
bool names(std::string_view bytes, std::string_view term) {
  for (std::size_t at = bytes.find(term); at != std::string_view::npos; at = bytes.find(term, at + 1)) {
    if (at == 0 || !is_letter(bytes[at - 1])) return true;
  }
  return false;
}

std::int64_t block_bytes(const ByteSource& source, std::int64_t size) {
  return std::min(size, source.is_remote() ? kRemoteBlockBytesMax : kBlockBytesMax);
}

// A number of four or eight bytes at the front of `text`, which is long enough.
std::uint64_t number_in(std::string_view text, bool is_big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    value = value << 8 | static_cast<unsigned char>(text[is_big_endian ? i : text.size() - 1 - i]);
  }
  return value;
}

constexpr std::string_view kC2paUuid = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";
constexpr std::string_view kXmpUuid = "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

std::string read_mp4(ByteSource& source, std::int64_t base) {
  std::int64_t at = base;
  for (int i = 0; i < kBoxesMax; ++i) {
    const std::string head = peek_text(source, at, 32);
    if (head.size() < 8) break;
    const std::string_view type = std::string_view(head).substr(4, 4);
    auto size = static_cast<std::int64_t>(number_in(std::string_view(head).substr(0, 4), true));
    if (size == 1 && head.size() >= 16) {
      size = static_cast<std::int64_t>(number_in(std::string_view(head).substr(8, 8), true));
    }
    if (type == "uuid" && head.size() >= 24) {
      const std::string_view uuid = std::string_view(head).substr(8, 16);
      if (uuid == kC2paUuid || uuid == kXmpUuid) {
        std::string said = disclosure_of_block(peek_text(source, at + 24, block_bytes(source, size - 24)));
        if (!said.empty()) return said;
      }
    }
    if (size < 8 || size > (std::int64_t{1} << 50) || (type == "mdat" && source.is_remote())) break;
    at += size;
  }
  return {};
}

std::string read_wav(ByteSource& source, std::int64_t base) {
  std::int64_t at = base + 12;  // behind RIFF, its size and WAVE
  for (int i = 0; i < kBoxesMax; ++i) {
    const std::string head = peek_text(source, at, 8);
    if (head.size() < 8) break;
    const std::string_view type = std::string_view(head).substr(0, 4);
    const auto size = static_cast<std::int64_t>(number_in(std::string_view(head).substr(4, 4), false));
    if (type == "C2PA" || type == "_PMX") {  // the latter is XMP
      std::string said = disclosure_of_block(peek_text(source, at + 8, block_bytes(source, size)));
      if (!said.empty()) return said;
    }
    if (type == "data" && source.is_remote()) break;
    at += 8 + size + size % 2;
  }
  return {};
}

}  // namespace

std::string disclosure_of_tag(std::string_view name, std::string_view value) {
  const std::string key = squeezed(name);
  if (key.ends_with("digitalsourcetype") || key == "id3v2privxmp") return disclosure_of_block(value);
  const std::string clean = clean_text(value);
  const std::string words = squeezed(clean);
  if (is_any_of(key, {"comment", "comments", "description", "icmt"})) {
    return words.starts_with("madewithsuno") || words.starts_with("madewithudio") ? clean : std::string();
  }
  if (!is_any_of(key, {"aigenerated", "isaigenerated", "aigeneratedcontent", "generatedbyai", "aidisclosure", "aiusage",
                       "aiusagelevel", "aicontribution", "aigc"})) {
    return {};
  }
  if (is_any_of(words, {"", "0", "n", "no", "false", "none", "human", "humancreated"})) return {};
  return clean_text(clean_text(name.substr(0, kNameBytesMax)) + ": " + clean);
}

std::string disclosure_of_block(std::string_view bytes) {
  // In the order of how much they say.
  for (const char* term : {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"}) {
    if (names(bytes, term)) return term;
  }
  return {};
}

std::string disclosure_of_frame(ByteSource& source, std::string_view id, std::int64_t offset, std::int64_t size) {
  if (id == "GEOB" || id == "GEO") {
    // An encoding, then the kind of the object: application/c2pa or application/x-c2pa-manifest-store.
    const std::string head = read_text(source, offset, std::min<std::int64_t>(size, kNameBytesMax));
    const std::string_view kind = std::string_view(head).substr(0, head.find('\0', 1));
    if (kind.find("c2pa") == std::string_view::npos) return {};
    return disclosure_of_block(read_text(source, offset, block_bytes(source, size)));
  }
  if (id == "PRIV") {
    const std::string head = read_text(source, offset, std::min<std::int64_t>(size, 4));
    if (!head.starts_with("XMP")) return {};
    return disclosure_of_block(read_text(source, offset, block_bytes(source, size)));
  }
  const bool is_comment = id == "COMM" || id == "COM";
  if (!is_comment && id != "TXXX" && id != "TXX") return {};
  const std::string bytes =
      read_text(source, offset, std::min<std::int64_t>(size, static_cast<std::int64_t>(kTextFrameBytesMax)));
  const Id3Text text = read_id3_text(bytes, is_comment ? 4 : 1);
  return disclosure_of_tag(is_comment ? "comment" : text.name, text.value);
}

std::string read_disclosure(ByteSource& source, std::int64_t base, std::string_view format_name) {
  if (source.is_sequential()) return {};
  if (format_name == "mov") return read_mp4(source, base);
  if (format_name == "wav") return read_wav(source, base);
  return {};
}

}  // namespace segue::stream
