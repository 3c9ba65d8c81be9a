// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/mp3_offset.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>

namespace segue::catalog {
namespace {

constexpr double kFrame_s = 0.026;            // 1,152 samples at 44.1 kHz, as those who measured it state it
constexpr std::size_t kHeadBytes = 16 << 10;  // padding behind a tag, then the first frame
constexpr std::size_t kTagsMax = 8;           // ID3v2 tags one after the other
constexpr std::size_t kTagBytes = 36;         // of LAME's, its checksum at the end

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

// Layer III, with valid rates: else it is chance.
bool is_frame(std::string_view bytes, std::size_t at) {
  const unsigned first = byte_at(bytes, at), second = byte_at(bytes, at + 1), third = byte_at(bytes, at + 2);
  const bool has_sync = first == 0xff && (second & 0xe0U) == 0xe0U;
  const bool is_version = (second & 0x18U) != 0x08U, is_layer3 = (second & 0x06U) == 0x02U;
  const bool has_rates = (third & 0xf0U) != 0xf0U && (third & 0xf0U) != 0 && (third & 0x0cU) != 0x0cU;
  return has_sync && is_version && is_layer3 && has_rates;
}

// Bytes of side information behind the frame's four.
std::size_t side_bytes(std::string_view bytes, std::size_t at) {
  const bool is_mpeg1 = (byte_at(bytes, at + 1) & 0x18U) == 0x18U;
  const bool is_mono = (byte_at(bytes, at + 3) & 0xc0U) == 0xc0U;
  if (is_mpeg1) return is_mono ? 17 : 32;
  return is_mono ? 9 : 17;
}

// CRC-16 with the polynomial 0x8005, reflected, from 0: LAME's, of the frame up to the checksum.
unsigned checksum(std::string_view bytes) {
  unsigned crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1) ^ 0xa001U : crc >> 1;
  }
  return crc;
}

bool names_an_encoder(std::string_view tag) {
  return std::all_of(tag.begin(), tag.begin() + 4, [](char c) { return c >= 0x20 && c < 0x7f; });
}

Mp3Header header_of_frame(std::string_view frame) {
  const std::size_t xing = 4 + side_bytes(frame, 0);
  const std::string_view word = frame.substr(std::min(xing, frame.size()), 4);
  if (word != "Xing" && word != "Info") return Mp3Header::kPlain;
  const unsigned flags = byte_at(frame, xing + 7);
  std::size_t tag = xing + 8;
  if ((flags & 1U) != 0) tag += 4;
  if ((flags & 2U) != 0) tag += 4;
  if ((flags & 4U) != 0) tag += 100;
  if ((flags & 8U) != 0) tag += 4;
  if (frame.size() < tag + kTagBytes || !names_an_encoder(frame.substr(tag))) return Mp3Header::kXing;
  const std::size_t end = tag + kTagBytes - 2;
  const unsigned wanted = byte_at(frame, end) << 8 | byte_at(frame, end + 1);
  return checksum(frame.substr(0, end)) == wanted ? Mp3Header::kTagged : Mp3Header::kTagDamaged;
}

// Where the sound begins: behind the ID3v2 tags.
std::uint64_t behind_tags(std::ifstream& file) {
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < kTagsMax; ++i) {
    std::array<char, 10> head{};
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(head.data(), head.size());
    const std::string_view tag(head.data(), static_cast<std::size_t>(file.gcount()));
    if (tag.size() < head.size() || !tag.starts_with("ID3")) return at;
    std::uint64_t size = 0;
    for (std::size_t j = 6; j < 10; ++j) size = size << 7 | (byte_at(tag, j) & 0x7fU);
    at += head.size() + size + ((byte_at(tag, 5) & 0x10U) != 0 ? head.size() : 0);
  }
  return at;
}

}  // namespace

Mp3Header mp3_header_of(std::string_view head) {
  for (std::size_t at = 0; at + 4 < head.size(); ++at) {
    if (is_frame(head, at)) return header_of_frame(head.substr(at));
    // Zeros are padding behind a tag; anything else is another kind of file.
    if (head[at] != '\0') return Mp3Header::kNotMp3;
  }
  return Mp3Header::kNotMp3;
}

Mp3Header mp3_header_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Mp3Header::kNotMp3;
  const std::uint64_t begin = behind_tags(file);
  std::string head(kHeadBytes, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return mp3_header_of(head);
}

// rekordbox counts from the frame of facts when it has a good tag. Traktor counts from it in two more cases. Mixxx on
// Linux decodes as we do. Of Serato 19 ms are known, but not to which side; it is left as it is.
double decoder_correction_s(DecoderProfile profile, Mp3Header header) {
  const bool is_tagged = header == Mp3Header::kTagged;
  switch (profile) {
    case DecoderProfile::kRekordbox: return is_tagged ? -kFrame_s : 0;
    case DecoderProfile::kTraktor:
      return is_tagged || header == Mp3Header::kXing || header == Mp3Header::kTagDamaged ? -kFrame_s : 0;
    case DecoderProfile::kNone:
    case DecoderProfile::kSerato:
    case DecoderProfile::kMixxx: return 0;
  }
  return 0;
}

void bring_into_track(model::BeatGrid& grid) {
  if (grid.markers.empty()) return;
  model::BeatGrid::Marker& first = grid.markers.front();
  if (first.at_s >= 0) return;
  const double bar_s = grid.beats_per_bar * 60.0 / first.bpm;
  while (first.at_s < 0) first.at_s += bar_s;
  // What the marker has passed by is no part of the track.
  while (grid.markers.size() > 1 && grid.markers[1].at_s <= grid.markers[0].at_s) {
    grid.markers.erase(grid.markers.begin());
  }
}

void correct(model::TrackMarks& marks, double correction_s) {
  if (correction_s == 0) return;
  marks.correction_s += correction_s;
  if (marks.grid) {
    for (model::BeatGrid::Marker& marker : marks.grid->markers) marker.at_s += correction_s;
    bring_into_track(*marks.grid);
  }
  if (marks.cue_s) marks.cue_s = std::max(0.0, *marks.cue_s + correction_s);
  for (model::CuePoint& cue : marks.cues) {
    const double moved_s = std::max(0.0, cue.at_s + correction_s) - cue.at_s;
    cue.at_s += moved_s;
    if (cue.end_s != 0) cue.end_s += moved_s;
    cue.correction_s += moved_s;
  }
}

model::TrackMarks without_correction(model::TrackMarks marks) {
  if (marks.grid) {
    for (model::BeatGrid::Marker& marker : marks.grid->markers) marker.at_s -= marks.correction_s;
    bring_into_track(*marks.grid);
  }
  if (marks.cue_s) *marks.cue_s = std::max(0.0, *marks.cue_s - marks.correction_s);
  marks.correction_s = 0;
  for (model::CuePoint& cue : marks.cues) {
    cue.at_s -= cue.correction_s;
    if (cue.end_s != 0) cue.end_s -= cue.correction_s;
    cue.correction_s = 0;
  }
  return marks;
}

}  // namespace segue::catalog
