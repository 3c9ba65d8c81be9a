// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/index_format.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "engine/stream/cache/crc32c.h"

namespace segue::stream {
namespace {

constexpr char kMagic[] = "seguebk1";  // the last character is the version
constexpr std::size_t kMagicBytes = 8;
constexpr std::size_t kFixedBytes = kMagicBytes + 4 * 4 + 8;
constexpr std::size_t kCrcBytes = 4;

template <typename Number>
void put(std::vector<std::byte>& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) bytes.push_back(static_cast<std::byte>(number >> (8 * i) & 0xFF));
}

template <typename Number>
Number get(std::span<const std::byte> bytes, std::size_t at) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= static_cast<Number>(std::to_integer<Number>(bytes[at + i]) << (8 * i));
  return number;
}

void put_text(std::vector<std::byte>& bytes, const std::string& text) {
  const auto raw = std::as_bytes(std::span(text));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

// Of the salt followed by a record without its own checksum.
std::uint32_t record_crc(std::span<const std::byte> record, std::uint64_t salt) {
  std::vector<std::byte> salted;
  salted.reserve(8 + kRecordBytes);
  put(salted, salt);
  salted.insert(salted.end(), record.begin(), record.end());
  return crc32c(salted);
}

}  // namespace

std::vector<std::byte> encode_header(const ContentId& id, std::uint64_t salt) {
  std::vector<std::byte> bytes;
  const std::size_t total = kFixedBytes + id.provider.size() + id.key.size() + id.validator.size() + kCrcBytes;
  bytes.reserve(total);
  for (std::size_t i = 0; i < kMagicBytes; ++i) bytes.push_back(static_cast<std::byte>(kMagic[i]));
  put(bytes, static_cast<std::uint32_t>(total));
  for (const std::string* text : {&id.provider, &id.key, &id.validator})
    put(bytes, static_cast<std::uint32_t>(text->size()));
  put(bytes, salt);
  for (const std::string* text : {&id.provider, &id.key, &id.validator}) put_text(bytes, *text);
  put(bytes, crc32c(bytes));
  return bytes;
}

std::optional<IndexHeader> decode_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kFixedBytes + kCrcBytes || std::memcmp(bytes.data(), kMagic, kMagicBytes) != 0) return {};
  const std::size_t total = get<std::uint32_t>(bytes, kMagicBytes);
  std::size_t lengths[3] = {};
  std::size_t expected = kFixedBytes + kCrcBytes;
  for (std::size_t i = 0; i < 3; ++i) {
    lengths[i] = get<std::uint32_t>(bytes, kMagicBytes + 4 + 4 * i);
    if (lengths[i] > kTextBytesMax) return {};
    expected += lengths[i];
  }
  if (total != expected || total > bytes.size()) return {};
  if (crc32c(bytes.first(total - kCrcBytes)) != get<std::uint32_t>(bytes, total - kCrcBytes)) return {};

  IndexHeader header;
  header.salt = get<std::uint64_t>(bytes, kFixedBytes - 8);
  header.bytes = total;
  std::size_t at = kFixedBytes;
  std::string* const texts[3] = {&header.id.provider, &header.id.key, &header.id.validator};
  for (std::size_t i = 0; i < 3; at += lengths[i++])
    texts[i]->assign(reinterpret_cast<const char*>(bytes.data()) + at, lengths[i]);
  return header;
}

void append_record(std::vector<std::byte>& bytes, const IndexRecord& record, std::uint64_t salt) {
  const std::size_t from = bytes.size();
  put(bytes, static_cast<std::uint32_t>(record.kind));
  put(bytes, record.length);
  put(bytes, static_cast<std::uint64_t>(record.value));
  put(bytes, record.crc);
  put(bytes, record_crc(std::span(bytes).subspan(from), salt));
}

std::optional<IndexRecord> decode_record(std::span<const std::byte> bytes, std::uint64_t salt) {
  constexpr std::size_t kCheckedBytes = kRecordBytes - kCrcBytes;
  if (bytes.size() < kRecordBytes) return {};
  if (record_crc(bytes.first(kCheckedBytes), salt) != get<std::uint32_t>(bytes, kCheckedBytes)) return {};
  IndexRecord record;
  const auto kind = get<std::uint32_t>(bytes, 0);
  if (kind != 1 && kind != 2) return {};
  record.kind = static_cast<IndexRecord::Kind>(kind);
  record.length = get<std::uint32_t>(bytes, 4);
  record.value = static_cast<std::int64_t>(get<std::uint64_t>(bytes, 8));
  record.crc = get<std::uint32_t>(bytes, 16);
  const std::int64_t value_max = record.kind == IndexRecord::Kind::kBlock ? kBlocksMax - 1 : kBlocksMax * kBlockBytes;
  if (record.value < 0 || record.value > value_max || record.length > kBlockBytes) return {};
  return record;
}

}  // namespace segue::stream
