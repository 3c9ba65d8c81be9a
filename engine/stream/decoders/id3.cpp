// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/id3.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "engine/stream/decoders/disclosure.h"
#include "engine/stream/sources/read_fully.h"

namespace segue::stream {
namespace {

constexpr std::size_t kTextBytesMax = 256;    // a title fits; a novel does not
constexpr std::size_t kFrameBytesMax = 4096;  // of a text frame that is read
constexpr int kFramesMax = 256;               // frames looked at in a tag
constexpr int kTagsMax = 16;                  // tags in a row, as careless taggers leave them
constexpr std::size_t kHeaderBytes = 10;

using Bytes = std::vector<std::uint8_t>;

Bytes read_bytes(ByteSource& source, std::int64_t offset, std::size_t count) {
  Bytes bytes(count);
  const Result<std::size_t> got = read_fully(source, offset, std::as_writable_bytes(std::span(bytes)));
  bytes.resize(got ? *got : 0);
  return bytes;
}

std::int64_t synchsafe(const std::uint8_t* b) {
  return (b[0] & 0x7f) << 21 | (b[1] & 0x7f) << 14 | (b[2] & 0x7f) << 7 | (b[3] & 0x7f);
}

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
  } else if (code < 0x10000) {
    text += {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
             static_cast<char>(0x80 | (code & 63))};
  } else {
    text += {static_cast<char>(0xf0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)),
             static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
  }
}

std::string from_utf16(std::span<const std::uint8_t> bytes, bool big_endian) {
  if (bytes.size() >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff))) {
    big_endian = bytes[0] == 0xfe;
    bytes = bytes.subspan(2);
  }
  const auto unit = [&](std::size_t i) {
    return static_cast<std::uint32_t>(big_endian ? bytes[i] << 8 | bytes[i + 1] : bytes[i + 1] << 8 | bytes[i]);
  };
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t code = unit(i);
    if (code == 0) break;
    if (code >= 0xd800 && code < 0xdc00 && i + 3 < bytes.size()) {
      const std::uint32_t low = unit(i + 2);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      }
    }
    append_utf8(text, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }
  return text;
}

// Text up to its end or the first NUL.
std::string decode_text(std::uint8_t encoding, std::span<const std::uint8_t> bytes) {
  if (encoding == 1 || encoding == 2) return clean_text(from_utf16(bytes, encoding == 2));
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (byte == 0) break;
    if (encoding == 3) {
      text += static_cast<char>(byte);
    } else {
      append_utf8(text, byte);
    }
  }
  return clean_text(text);
}

// A text frame's content: an encoding byte, then the text.
std::string decode_text(std::span<const std::uint8_t> bytes) {
  return bytes.empty() ? std::string() : decode_text(bytes[0], bytes.subspan(1));
}

struct TagShape {
  int version = 0;
  std::int64_t from = 0;
  std::int64_t to = 0;
};

void read_frames(ByteSource& source, const TagShape& tag, Id3Tags& tags) {
  const std::size_t header_bytes = tag.version == 2 ? 6 : 10;
  std::int64_t at = tag.from;
  for (int i = 0; i < kFramesMax && at + static_cast<std::int64_t>(header_bytes) < tag.to; ++i) {
    const Bytes header = read_bytes(source, at, header_bytes);
    if (header.size() < header_bytes || header[0] == 0) return;
    const std::string_view id(reinterpret_cast<const char*>(header.data()), tag.version == 2 ? 3 : 4);
    std::int64_t size = 0;
    if (tag.version == 2) {
      size = header[3] << 16 | header[4] << 8 | header[5];
    } else if (tag.version == 3) {
      size = static_cast<std::int64_t>(header[4]) << 24 | header[5] << 16 | header[6] << 8 | header[7];
    } else {
      size = synchsafe(header.data() + 4);
    }
    at += static_cast<std::int64_t>(header_bytes);
    if (size <= 0 || at + size > tag.to) return;
    std::string* field = nullptr;
    if (id == "TIT2" || id == "TT2") field = &tags.title;
    if (id == "TPE1" || id == "TP1") field = &tags.artist;
    if (id == "TALB" || id == "TAL") field = &tags.album;
    if (field == nullptr && tags.ai_generated.empty()) tags.ai_generated = disclosure_of_frame(source, id, at, size);
    if (field != nullptr && field->empty()) {
      *field = decode_text(read_bytes(source, at, std::min(static_cast<std::size_t>(size), kFrameBytesMax)));
    }
    at += size;
  }
}

// The length of a valid UTF-8 sequence at the front, 0 if it is not one.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80       ? 1
                             : byte(0) >> 5 == 6  ? 2
                             : byte(0) >> 4 == 14 ? 3
                             : byte(0) >> 3 == 30 ? 4
                                                  : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return 0;
  }
  if (length == 2 && byte(0) < 0xc2) return 0;
  if (length == 3 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) >= 0xa0))) return 0;
  if (length == 4 && ((byte(0) == 0xf0 && byte(1) < 0x90) || byte(0) > 0xf4 || (byte(0) == 0xf4 && byte(1) >= 0x90)))
    return 0;
  return length;
}

}  // namespace

Id3Tags read_id3(ByteSource& source) {
  Id3Tags tags;
  for (int i = 0; i < kTagsMax; ++i) {
    const Bytes header = read_bytes(source, tags.audio_offset, kHeaderBytes);
    if (header.size() < kHeaderBytes || header[0] != 'I' || header[1] != 'D' || header[2] != '3') break;
    if (header[3] < 2 || header[3] > 4) break;
    const std::int64_t from = tags.audio_offset + static_cast<std::int64_t>(kHeaderBytes);
    const bool has_footer = header[3] == 4 && (header[5] & 0x10) != 0;
    const std::int64_t to = from + synchsafe(header.data() + 6) + (has_footer ? 10 : 0);
    if (source.size() >= 0 && to > source.size()) {
      tags.audio_offset = from;  // a lie: the demuxer looks for the first frame itself
      break;
    }
    read_frames(source, {header[3], from, to}, tags);
    tags.audio_offset = to;
  }
  return tags;
}

Id3Text read_id3_text(std::string_view bytes, std::size_t name_at) {
  if (bytes.size() <= name_at) return {};
  const std::span all(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const std::uint8_t encoding = all[0];
  const std::size_t unit = encoding == 1 || encoding == 2 ? 2 : 1;
  std::size_t end = name_at;
  while (end + unit <= all.size() && (all[end] != 0 || all[end + unit - 1] != 0)) end += unit;
  const std::size_t value_at = std::min(end + unit, all.size());
  return {.name = decode_text(encoding, all.subspan(name_at, std::min(end, all.size()) - name_at)),
          .value = decode_text(encoding, all.subspan(value_at))};
}

std::string clean_text(std::string_view text) {
  std::string clean;
  while (!text.empty() && clean.size() + 4 <= kTextBytesMax) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    // C0, DEL, and C1, whose second byte is below 0xa0.
    const bool control =
        first < 0x20 || first == 0x7f || (length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
    if (length == 0) {
      append_utf8(clean, 0xfffd);
    } else if (!control) {
      clean += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

std::string title_from_name(const std::string& name) { return clean_text(std::filesystem::path(name).stem().native()); }

}  // namespace segue::stream
