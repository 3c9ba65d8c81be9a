// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/packed_bytes.h"

#include <bit>

#include "engine/base/compression.h"

namespace segue::catalog {

void ByteWriter::number(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<unsigned>(value) | 0x80U);
    value >>= 7;
  }
  byte(static_cast<unsigned>(value));
}

// Zigzag: the sign is the lowest bit.
void ByteWriter::signed_number(std::int64_t value) {
  number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void ByteWriter::real(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned>(bits >> shift));
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  bytes_ += value;
}

std::string_view ByteReader::take(std::size_t bytes) {
  if (bytes > rest_.size()) {
    is_good_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

unsigned ByteReader::byte() {
  const std::string_view one = take(1);
  return one.empty() ? 0 : static_cast<unsigned char>(one[0]);
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const unsigned next = byte();
    value |= static_cast<std::uint64_t>(next & 0x7fU) << shift;
    if (next < 0x80) return value;
  }
  is_good_ = false;
  return 0;
}

std::int64_t ByteReader::signed_number() {
  const std::uint64_t value = number();
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

double ByteReader::real() {
  std::uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 8) bits |= static_cast<std::uint64_t>(byte()) << shift;
  return std::bit_cast<double>(bits);
}

std::string ByteReader::text() { return std::string(take(count(1))); }

std::size_t ByteReader::count(std::size_t bytes_each) {
  const std::uint64_t items = number();
  if (items <= rest_.size() / bytes_each) return static_cast<std::size_t>(items);
  is_good_ = false;
  return 0;
}

std::string deflated(std::string_view bytes) {
  ByteWriter length;
  length.number(bytes.size());
  return length.bytes() + compress({bytes.begin(), bytes.end()});
}

std::optional<std::string> inflated(std::string_view packed, std::size_t bytes_max) {
  ByteReader reader(packed);
  const std::uint64_t length = reader.number();
  if (!reader.is_good() || length > bytes_max) return std::nullopt;
  std::size_t head = 1;
  for (std::uint64_t rest = length; rest >= 0x80; rest >>= 7) ++head;
  const auto bytes = decompress(packed.substr(head), static_cast<std::size_t>(length));
  if (!bytes || bytes->size() != length) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace segue::catalog
