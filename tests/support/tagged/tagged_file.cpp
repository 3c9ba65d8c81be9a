// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tagged/tagged_file.h"

#include <cstdint>
#include <map>

namespace segue::test {
namespace {

std::string big(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += shift < 64 ? static_cast<char>(value >> shift & 0xff) : '\0';
  }
  return text;
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

// CRC of `bits` with polynomial `poly`, most significant bit first, from 0: FLAC's two and Ogg's.
std::uint32_t crc(const std::string& bytes, int bits, std::uint32_t poly) {
  const std::uint32_t top = 1U << (bits - 1);
  std::uint32_t value = 0;
  for (const char c : bytes) {
    value ^= static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << (bits - 8);
    for (int i = 0; i < 8; ++i) value = (value & top) != 0 ? value << 1 ^ poly : value << 1;
  }
  return bits == 32 ? value : value & ((1U << bits) - 1);
}

std::string comments(const Tags& tags) {
  std::string text = little(5, 4) + "segue" + little(tags.size(), 4);
  for (const auto& [name, value] : tags) {
    const std::string field = name + "=" + value;
    text += little(field.size(), 4) + field;
  }
  return text;
}

std::string flac_block(int type, bool is_last, const std::string& body) {
  return big(static_cast<unsigned>(type) | (is_last ? 0x80U : 0), 1) + big(body.size(), 3) + body;
}

// A frame of 4,410 frames of silence, 44.1 kHz, stereo, 16 bit: two constant subframes.
std::string flac_frame() {
  std::string header = "\xff\xf8" + big(0x79, 1) + big(0x18, 1) + big(0, 1) + big(4'410 - 1, 2);
  header += big(crc(header, 8, 0x07), 1);
  const std::string body = header + big(0, 1) + big(0, 2) + big(0, 1) + big(0, 2);
  return body + big(crc(body, 16, 0x8005), 2);
}

std::string ogg_page(int flags, std::int64_t granule, int number, const std::vector<std::string>& packets) {
  std::string sizes, body;
  for (const std::string& packet : packets) {
    sizes += std::string(packet.size() / 255, '\xff') + little(packet.size() % 255, 1);
    body += packet;
  }
  const auto page = [&](std::uint32_t sum) {
    return "OggS" + little(0, 1) + little(static_cast<unsigned>(flags), 1) +
           little(static_cast<std::uint64_t>(granule), 8) + little(1, 4) + little(static_cast<unsigned>(number), 4) +
           little(sum, 4) + little(sizes.size(), 1) + sizes + body;
  };
  return page(crc(page(0), 32, 0x04c11db7));
}

std::string synchsafe(std::size_t size) {
  std::string text;
  for (int shift = 21; shift >= 0; shift -= 7) text += static_cast<char>(size >> shift & 0x7f);
  return text;
}

std::string id3_frame(const std::string& id, const std::string& body) {
  return id + synchsafe(body.size()) + std::string(2, '\0') + body;
}

}  // namespace

std::string flac_file(const Tags& tags, const std::string& picture) {
  // Least and largest block, least and largest frame (not known); 20 bits of rate, 3 channels − 1, 5 bits − 1, 36
  // frames.
  const std::string stream = big(4'410, 2) + big(4'410, 2) + big(0, 6) +
                             big(std::uint64_t{44'100} << 44 | 1ULL << 41 | 15ULL << 36 | 4'410, 8) +
                             std::string(16, '\0');
  std::string file = "fLaC" + flac_block(0, false, stream) + flac_block(4, picture.empty(), comments(tags));
  if (!picture.empty()) {
    const std::string mime = "image/png";
    file += flac_block(
        6, true, big(3, 4) + big(mime.size(), 4) + mime + big(0, 4) + big(0, 16) + big(picture.size(), 4) + picture);
  }
  return file + flac_frame();
}

std::string mp3_file(const Tags& tags, const std::string& picture) {
  static const std::map<std::string, std::string> kFrames = {
      {"TITLE", "TIT2"}, {"ARTIST", "TPE1"}, {"ALBUM", "TALB"},      {"ALBUMARTIST", "TPE2"}, {"GENRE", "TCON"},
      {"DATE", "TDRC"},  {"BPM", "TBPM"},    {"INITIALKEY", "TKEY"}, {"TRACKNUMBER", "TRCK"}, {"ISRC", "TSRC"}};
  std::string frames;
  for (const auto& [name, value] : tags) {
    if (name == "MUSICBRAINZ_TRACKID") {
      frames += id3_frame("UFID", "http://musicbrainz.org" + std::string(1, '\0') + value);
    } else if (const auto found = kFrames.find(name); found != kFrames.end()) {
      frames += id3_frame(found->second, "\x03" + value);
    }
  }
  if (!picture.empty()) {
    const std::string nul(1, '\0');
    frames += id3_frame("APIC", nul + "image/png" + nul + "\x03" + nul + picture);
  }
  std::string file = "ID3" + std::string("\x04\0\0", 3) + synchsafe(frames.size()) + frames;
  constexpr int kFrameBytes = 417;  // 144 × 128 kbit/s ÷ 44.1 kHz; zeros after the header are silence
  for (int i = 0; i < 4; ++i) file += std::string("\xff\xfb\x90\x00", 4) + std::string(kFrameBytes - 4, '\0');
  return file;
}

std::string opus_file(const Tags& tags) {
  const std::string head = "OpusHead" + little(1, 1) + little(2, 1) + little(0, 2) + little(48'000, 4) + little(0, 3);
  const std::vector<std::string> silence(5, "\xfc\xff\xfe");  // 20 ms each
  return ogg_page(2, 0, 0, {head}) + ogg_page(0, 0, 1, {"OpusTags" + comments(tags)}) + ogg_page(4, 4'800, 2, silence);
}

std::string small_png() {
  return std::string(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9c\x63\xf8\xcf\xc0\xf0"
      "\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xae"
      "B`\x82",
      70);
}

}  // namespace segue::test
