// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/stream/cache/block_cache.h"

namespace segue::stream {

// The index of a content on the disk: a header that names the content, then a log of records of one length, each with
// a CRC-32C over itself and the header's salt. All numbers little endian.
//   header: "seguebk1" | bytes of the header u32 | lengths of provider, key, validator 3 × u32 | salt u64 | the three
//           texts | CRC-32C of all before u32
//   record: kind u32 | length u32 | value u64 | CRC-32C of the block u32 | CRC-32C of the salt and all before u32
inline constexpr std::size_t kTextBytesMax = 4096;  // of each part of an id; longer ones are not stored
inline constexpr std::size_t kHeaderBytesMax = 36 + 3 * kTextBytesMax;
inline constexpr std::size_t kRecordBytes = 24;
inline constexpr std::int64_t kBlocksMax = std::int64_t{1} << 20;  // 64 GiB in one content: no track is that long

struct IndexHeader {
  ContentId id;
  std::uint64_t salt = 0;  // ties records to their header: those of an older file of the same name do not count
  std::size_t bytes = 0;
};

struct IndexRecord {
  enum class Kind : std::uint32_t { kBlock = 1, kSize = 2 };
  Kind kind = Kind::kBlock;
  std::uint32_t length = 0;  // of the block
  std::int64_t value = 0;    // which block; the size
  std::uint32_t crc = 0;     // of the block's bytes
};

std::vector<std::byte> encode_header(const ContentId& id, std::uint64_t salt);
// Nothing if it is damaged, of another version or no header at all.
std::optional<IndexHeader> decode_header(std::span<const std::byte> bytes);
void append_record(std::vector<std::byte>& bytes, const IndexRecord& record, std::uint64_t salt);
std::optional<IndexRecord> decode_record(std::span<const std::byte> bytes, std::uint64_t salt);

}  // namespace segue::stream
