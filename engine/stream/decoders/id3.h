// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/stream/decoder.h"

namespace segue::stream {

// What the ID3v2 tags at the start of a file say, and where they end. Read here and not by FFmpeg because it would
// load a picture of any size into memory.
struct Id3Tags {
  std::int64_t audio_offset = 0;  // bytes
  std::string title;
  std::string artist;
  std::string album;
  std::string ai_generated;  // see disclosure.h
};
Id3Tags read_id3(ByteSource& source);

// A frame of a name and a value (TXXX, COMM) from its bytes; `name_at` is where the name begins, behind the encoding
// and, of a comment, the language.
struct Id3Text {
  std::string name;
  std::string value;
};
Id3Text read_id3_text(std::string_view bytes, std::size_t name_at);

// Text from a tag as it may be shown: valid UTF-8 without control characters, at most 256 bytes.
std::string clean_text(std::string_view text);
// The title of an untagged file: its name without folders and extension.
std::string title_from_name(const std::string& name);

}  // namespace segue::stream
