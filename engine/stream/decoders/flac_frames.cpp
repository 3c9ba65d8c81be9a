// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/flac_frames.h"

#include <bit>

extern "C" {
#include <libavutil/crc.h>
}

namespace segue::stream {
namespace {

constexpr std::size_t kStreamInfoBytes = 34;

// Big-endian bytes, read from the front; `failed` once there are not enough.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (at_ >= bytes_.size()) {
        failed_ = true;
        return 0;
      }
      value = value << 8 | bytes_[at_++];
    }
    return value;
  }
  // Up to 36 bits, coded like a character of UTF-8.
  std::uint64_t coded() {
    const auto first = static_cast<std::uint8_t>(number(1));
    const int ones = std::countl_one(first);
    if (ones == 0) return first;
    if (ones == 1 || ones > 7) failed_ = true;
    std::uint64_t value = ones >= 7 ? 0 : first & (0x7fU >> ones);
    for (int i = 1; i < ones && !failed_; ++i) {
      const std::uint64_t next = number(1);
      if ((next & 0xc0) != 0x80) failed_ = true;
      value = value << 6 | (next & 0x3f);
    }
    return value;
  }
  bool failed() const { return failed_; }
  std::size_t at() const { return at_; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

int block_of(int code, Reader& reader) {
  if (code == 1) return 192;
  if (code >= 2 && code <= 5) return 576 << (code - 2);
  if (code == 6) return static_cast<int>(reader.number(1)) + 1;
  if (code == 7) return static_cast<int>(reader.number(2)) + 1;
  return code >= 8 ? 256 << (code - 8) : 0;
}

int rate_of(int code, int stream_rate_hz, Reader& reader) {
  constexpr int kRatesHz[] = {0,      88'200, 176'400, 192'000, 8'000,  16'000,
                              22'050, 24'000, 32'000,  44'100,  48'000, 96'000};
  if (code == 0) return stream_rate_hz;
  if (code < 12) return kRatesHz[code];
  if (code == 12) return static_cast<int>(reader.number(1)) * 1'000;
  if (code == 13) return static_cast<int>(reader.number(2));
  return code == 14 ? static_cast<int>(reader.number(2)) * 10 : 0;
}

}  // namespace

std::optional<FlacStream> parse_flac_stream(std::span<const std::uint8_t> stream_info) {
  if (stream_info.size() < kStreamInfoBytes) return std::nullopt;
  Reader reader(stream_info);
  FlacStream stream;
  stream.block_min = static_cast<int>(reader.number(2));
  stream.block_max = static_cast<int>(reader.number(2));
  (void)reader.number(6);  // smallest and largest packet: encoders need not know them
  const std::uint64_t packed = reader.number(8);
  stream.rate_hz = static_cast<int>(packed >> 44);
  stream.channels = static_cast<int>(packed >> 41 & 7) + 1;
  stream.bits = static_cast<int>(packed >> 36 & 31) + 1;
  stream.total = static_cast<Frames>(packed & 0xfffffffffULL);
  if (stream.rate_hz == 0 || stream.block_max == 0 || stream.block_min > stream.block_max) return std::nullopt;
  return stream;
}

std::optional<FlacHeader> parse_flac_header(std::span<const std::uint8_t> bytes, const FlacStream& stream) {
  constexpr int kBits[] = {0, 8, 12, -1, 16, 20, 24, 32};
  Reader reader(bytes);
  const auto sync = static_cast<int>(reader.number(2));
  const auto codes = static_cast<int>(reader.number(2));
  if (reader.failed() || (sync & 0xfffe) != 0xfff8 || (codes & 1) != 0) return std::nullopt;
  const int assignment = codes >> 4 & 15;
  const int bits = (codes >> 1 & 7) == 0 ? stream.bits : kBits[codes >> 1 & 7];
  const int channels = assignment < 8 ? assignment + 1 : assignment < 11 ? 2 : 0;
  if (channels != stream.channels || bits != stream.bits) return std::nullopt;
  FlacHeader header;
  header.is_variable = (sync & 1) != 0;
  const std::uint64_t number = reader.coded();
  header.frames = block_of(codes >> 12 & 15, reader);
  const int rate_hz = rate_of(codes >> 8 & 15, stream.rate_hz, reader);
  const std::size_t checked = reader.at();
  const auto checksum = static_cast<std::uint32_t>(reader.number(1));
  if (reader.failed() || header.frames <= 0 || header.frames > stream.block_max) return std::nullopt;
  if (rate_hz != stream.rate_hz) return std::nullopt;
  if (av_crc(av_crc_get_table(AV_CRC_8_ATM), 0, bytes.data(), checked) != checksum) return std::nullopt;
  header.start = static_cast<Frames>(header.is_variable ? number : number * static_cast<unsigned>(stream.block_max));
  return header;
}

bool is_whole_flac(std::span<const std::uint8_t> packet) {
  return av_crc(av_crc_get_table(AV_CRC_16_ANSI), 0, packet.data(), packet.size()) == 0;
}

}  // namespace segue::stream
