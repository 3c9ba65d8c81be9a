// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/wav.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace segue::test {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::uint32_t kSizeElsewhere = 0xFFFFFFFF;  // RF64: the size is in the ds64 chunk
constexpr unsigned kTagPcm = 1;
constexpr unsigned kTagFloat = 3;
constexpr unsigned kTagExtensible = 0xFFFE;

std::uint64_t little_endian(const Bytes& bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = (value << 8U) | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

bool has_tag(const Bytes& bytes, std::size_t at, std::string_view tag) {
  return at + tag.size() <= bytes.size() && std::memcmp(bytes.data() + at, tag.data(), tag.size()) == 0;
}

tl::unexpected<Error> broken(const std::string& path, const std::string& what) {
  return fail(Code::kDataLoss, "WAV_BROKEN", path + ": " + what);
}

struct Chunk {
  std::size_t at = 0;
  std::uint64_t size = 0;
};

struct Layout {
  std::optional<Chunk> format;
  std::optional<Chunk> audio;
  std::uint64_t riff_size = 0;
  bool is_rf64 = false;
};

Result<Layout> find_chunks(const std::string& path, const Bytes& bytes) {
  Layout layout;
  if (bytes.size() < 12 || !has_tag(bytes, 8, "WAVE")) return broken(path, "no WAVE header");
  layout.is_rf64 = has_tag(bytes, 0, "RF64");
  if (!layout.is_rf64 && !has_tag(bytes, 0, "RIFF")) return broken(path, "no RIFF header");
  layout.riff_size = little_endian(bytes, 4, 4);
  std::uint64_t audio_size = 0;
  std::size_t at = 12;
  while (at + 8 <= bytes.size()) {
    Chunk chunk{at + 8, little_endian(bytes, at + 4, 4)};
    if (has_tag(bytes, at, "ds64") && layout.is_rf64 && chunk.at + 24 <= bytes.size()) {
      layout.riff_size = little_endian(bytes, chunk.at, 8);
      audio_size = little_endian(bytes, chunk.at + 8, 8);
    }
    if (has_tag(bytes, at, "data") && layout.is_rf64 && chunk.size == kSizeElsewhere) chunk.size = audio_size;
    if (chunk.at + chunk.size > bytes.size()) return broken(path, "a chunk is longer than the file");
    if (has_tag(bytes, at, "fmt ")) layout.format = chunk;
    if (has_tag(bytes, at, "data")) layout.audio = chunk;
    at = chunk.at + chunk.size + (chunk.size & 1U);
  }
  if (at != bytes.size()) return broken(path, "bytes after the last chunk, or its padding is missing");
  if (layout.riff_size + 8 != bytes.size()) return broken(path, "the RIFF size is not the file's");
  return layout;
}

float sample_at(const Bytes& bytes, std::size_t at, const WavFile& file) {
  const std::uint64_t raw = little_endian(bytes, at, file.bits / 8);
  if (file.is_float) {
    const auto word = static_cast<std::uint32_t>(raw);
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    return value;
  }
  const int unused_bits = 32 - file.bits;
  const auto signed_value = static_cast<std::int32_t>(static_cast<std::uint32_t>(raw) << unused_bits) >> unused_bits;
  return static_cast<float>(signed_value / std::ldexp(1.0, file.bits - 1));
}

void append(Bytes& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<unsigned char>(value >> (8U * static_cast<unsigned>(i))));
}

void append(Bytes& bytes, std::string_view tag) { bytes.insert(bytes.end(), tag.begin(), tag.end()); }

std::uint64_t encoded(float value, const WavFormat& format) {
  if (format.is_float) {
    std::uint32_t word = 0;
    std::memcpy(&word, &value, sizeof word);
    return word;
  }
  const double full_scale = std::ldexp(1.0, format.bits - 1);
  return static_cast<std::uint64_t>(
      std::llround(std::clamp(static_cast<double>(value) * full_scale, -full_scale, full_scale - 1)));
}

}  // namespace

StereoAudio WavFile::stereo() const {
  StereoAudio audio;
  if (channels.empty()) return audio;
  audio.left = channels[0];
  audio.right = channels.size() > 1 ? channels[1] : channels[0];
  return audio;
}

Result<WavFile> read_wav(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(Code::kNotFound, "FILE_MISSING", path + ": cannot be opened");
  const Bytes bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const Result<Layout> layout = find_chunks(path, bytes);
  if (!layout) return tl::unexpected(layout.error());
  if (!layout->format || layout->format->size < 16 || !layout->audio) return broken(path, "no fmt or no data chunk");

  WavFile file;
  file.is_rf64 = layout->is_rf64;
  const std::size_t at = layout->format->at;
  std::uint64_t tag = little_endian(bytes, at, 2);
  if (tag == kTagExtensible && layout->format->size >= 26) tag = little_endian(bytes, at + 24, 2);
  const auto channel_count = static_cast<std::size_t>(little_endian(bytes, at + 2, 2));
  file.rate_hz = static_cast<int>(little_endian(bytes, at + 4, 4));
  file.bits = static_cast<int>(little_endian(bytes, at + 14, 2));
  file.is_float = tag == kTagFloat;
  const bool is_known =
      (tag == kTagPcm && (file.bits == 16 || file.bits == 24 || file.bits == 32)) || (file.is_float && file.bits == 32);
  if (!is_known || channel_count == 0) return broken(path, "not 16, 24 or 32 bits");
  const std::size_t sample_bytes = static_cast<std::size_t>(file.bits) / 8;
  const std::size_t frame_bytes = sample_bytes * channel_count;
  if (little_endian(bytes, at + 12, 2) != frame_bytes) return broken(path, "the block alignment is not a frame");
  if (layout->audio->size % frame_bytes != 0) return broken(path, "the data ends inside a frame");

  file.channels.assign(channel_count, std::vector<float>(layout->audio->size / frame_bytes));
  for (std::size_t frame = 0; frame < file.channels[0].size(); ++frame) {
    for (std::size_t channel = 0; channel < channel_count; ++channel) {
      file.channels[channel][frame] =
          sample_at(bytes, layout->audio->at + frame * frame_bytes + channel * sample_bytes, file);
    }
  }
  return file;
}

bool write_wav(const std::string& path, const std::vector<std::vector<float>>& channels, const WavFormat& format) {
  const int sample_bytes = format.bits / 8;
  const std::uint64_t frame_bytes = static_cast<std::uint64_t>(sample_bytes) * channels.size();
  const std::uint64_t audio_bytes = frame_bytes * channels.at(0).size();
  const std::uint64_t padding = audio_bytes & 1U;
  Bytes bytes;
  append(bytes, "RIFF");
  append(bytes, 36 + audio_bytes + padding, 4);
  append(bytes, "WAVEfmt ");
  append(bytes, 16, 4);
  append(bytes, format.is_float ? kTagFloat : kTagPcm, 2);
  append(bytes, channels.size(), 2);
  append(bytes, static_cast<std::uint64_t>(format.rate_hz), 4);
  append(bytes, static_cast<std::uint64_t>(format.rate_hz) * frame_bytes, 4);
  append(bytes, frame_bytes, 2);
  append(bytes, static_cast<std::uint64_t>(format.bits), 2);
  append(bytes, "data");
  append(bytes, audio_bytes, 4);
  for (std::size_t frame = 0; frame < channels[0].size(); ++frame) {
    for (const auto& channel : channels) append(bytes, encoded(channel[frame], format), sample_bytes);
  }
  if (padding != 0) bytes.push_back(0);
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(stream.flush());
}

}  // namespace segue::test
