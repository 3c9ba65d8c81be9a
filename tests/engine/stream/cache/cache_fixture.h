// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/stream/cache/core.h"
#include "tests/engine/output/scratch_folder.h"

namespace segue::test {

using stream::BlockCache;
using stream::CachedContent;
using stream::ContentId;
using stream::kBlockBytes;

// A byte of a content, different for every content and place.
inline std::byte byte_at(std::uint64_t content, std::int64_t offset) {
  const std::uint64_t word = (static_cast<std::uint64_t>(offset / 8) + content * 0x51ED27) * 0x9E3779B97F4A7C15;
  return static_cast<std::byte>((word ^ word >> 29) >> (8 * (offset % 8)) & 0xFF);
}

inline std::vector<std::byte> bytes_of(std::uint64_t content, std::int64_t from, std::int64_t count) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) bytes[static_cast<std::size_t>(i)] = byte_at(content, from + i);
  return bytes;
}

inline ContentId id_of(std::uint64_t content, const std::string& provider = "shop") {
  return {provider, provider + "/" + std::to_string(content) + "/max", "etag:" + std::to_string(content)};
}

inline void put_block(CachedContent& into, std::uint64_t content, std::int64_t block) {
  const std::int64_t from = block * kBlockBytes;
  const std::int64_t size = into.size();
  const std::int64_t length = size < 0 ? kBlockBytes : std::min(kBlockBytes, size - from);
  into.put(block, bytes_of(content, from, length));
}

inline void fill(CachedContent& into, std::uint64_t content, std::int64_t size) {
  into.set_size(size);
  for (std::int64_t block = 0; block * kBlockBytes < size; ++block) put_block(into, content, block);
}

// What reading every block of a content gives.
struct Reading {
  std::int64_t right = 0;  // bytes
  std::int64_t wrong = 0;
  std::int64_t missing = 0;
};

inline Reading read_all(CachedContent& from, std::uint64_t content, std::int64_t size) {
  Reading reading;
  std::vector<std::byte> buffer(static_cast<std::size_t>(kBlockBytes));
  for (std::int64_t at = 0; at < size;) {
    const auto count = static_cast<std::int64_t>(from.read(at, buffer));
    if (count == 0) {
      const std::int64_t next = std::min(size, (at / kBlockBytes + 1) * kBlockBytes);
      reading.missing += next - at;
      at = next;
      continue;
    }
    const std::vector<std::byte> expected = bytes_of(content, at, count);
    const bool is_right = std::equal(expected.begin(), expected.end(), buffer.begin());
    (is_right ? reading.right : reading.wrong) += count;
    at += count;
  }
  return reading;
}

// What a cache said of its disk.
class News {
 public:
  void take(const Error& error) {
    const std::lock_guard lock(mutex_);
    reasons_.push_back(error.reason);
    messages_.push_back(error.message);
  }
  std::vector<std::string> reasons() const {
    const std::lock_guard lock(mutex_);
    return reasons_;
  }
  std::vector<std::string> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  mutable std::mutex mutex_;  // guards both
  std::vector<std::string> reasons_;
  std::vector<std::string> messages_;
};

// A folder, and options for a cache in it.
struct Shelter {
  ScratchFolder scratch;
  News news;
  BlockCache::Options options(std::int64_t disk_bytes_max = std::int64_t{1} << 30) {
    BlockCache::Options options;
    options.folder = scratch.file("cache");
    options.disk_bytes_max = disk_bytes_max;
    options.on_disk = [this](const Error& error) { news.take(error); };
    return options;
  }
};

}  // namespace segue::test
