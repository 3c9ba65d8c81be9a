// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include "engine/stream/cache/core.h"
#include "engine/stream/cache/crc32c.h"

namespace segue::stream::cache {
namespace {

Range range_of(std::int64_t block, std::size_t length) {
  const std::int64_t from = block * kBlockBytes;
  return {from, from + static_cast<std::int64_t>(length)};
}

}  // namespace

std::int64_t Content::size() const {
  const std::lock_guard lock(core_.mutex_);
  return size_bytes;
}

bool Content::set_size(std::int64_t size) {
  const std::lock_guard lock(core_.mutex_);
  if (size_bytes >= 0) return size_bytes == size;
  if (size < 0 || size > kBlocksMax * kBlockBytes) return false;
  if (!blocks.empty() && range_of(blocks.rbegin()->first, blocks.rbegin()->second.length).to > size) return false;
  size_bytes = size;
  if (may_store && !blocks.empty()) core_.enqueue(*this);
  return true;
}

RangeSet Content::present() const {
  const std::lock_guard lock(core_.mutex_);
  return bytes_present;
}

bool Content::has(std::int64_t offset) const {
  const std::lock_guard lock(core_.mutex_);
  return bytes_present.contains(offset);
}

bool Content::has_length(std::int64_t block, std::size_t length) const {
  if (block < 0 || block >= kBlocksMax) return false;
  const std::int64_t wanted = size_bytes < 0 ? kBlockBytes : std::min(kBlockBytes, size_bytes - block * kBlockBytes);
  return wanted > 0 && length == static_cast<std::size_t>(wanted);
}

void Content::put(std::int64_t block, std::span<const std::byte> bytes) {
  if (bytes.empty() || bytes.size() > kBlockBytes) return;
  auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
  const std::lock_guard lock(core_.mutex_);
  if (!has_length(block, bytes.size()) || blocks.contains(block)) return;
  Block& made = blocks[block];
  made.ram = std::move(copy);
  made.length = static_cast<std::uint32_t>(bytes.size());
  bytes_present.add(range_of(block, bytes.size()));
  core_.counters_.ram_bytes += made.length;
  if (may_store && !core_.is_over_) {
    made.turn = ++core_.turn_;
    unstored.emplace(made.turn, block);
    core_.enqueue(*this);
  }
  core_.trim();
}

std::size_t Content::read(std::int64_t offset, std::span<std::byte> buffer) {
  if (offset < 0 || buffer.empty()) return 0;
  const std::int64_t number = offset / kBlockBytes;
  const auto from = static_cast<std::size_t>(offset % kBlockBytes);
  Bytes bytes;
  {
    std::unique_lock lock(core_.mutex_);
    const auto at = blocks.find(number);
    if (at == blocks.end() || from >= at->second.length) return 0;
    bytes = at->second.ram;
    if (bytes == nullptr) {
      const Block wanted = at->second;
      lock.unlock();
      bytes = read_stored(number, wanted);
      if (bytes == nullptr) return 0;
      lock.lock();
    } else if (at->second.stored) {
      core_.spares_.splice(core_.spares_.end(), core_.spares_, at->second.spare);
    }
    ++core_.counters_.blocks_hit;
  }
  const std::size_t count = std::min(buffer.size(), bytes->size() - from);
  std::memcpy(buffer.data(), bytes->data() + from, count);
  return count;
}

// The block from the disk, also kept in RAM; null if it is not what was written, and then it is gone.
Bytes Content::read_stored(std::int64_t block, const Block& wanted) {
  auto bytes = std::make_shared<std::vector<std::byte>>(wanted.length);
  const std::int64_t got = wanted.stored->read(block, *bytes);
  const bool is_right = got == static_cast<std::int64_t>(wanted.length) && crc32c(*bytes) == wanted.crc;

  const std::lock_guard lock(core_.mutex_);
  const auto at = blocks.find(block);
  const bool is_same = at != blocks.end() && at->second.stored == wanted.stored && at->second.crc == wanted.crc;
  if (is_right) {
    if (is_same && at->second.ram == nullptr) {
      at->second.ram = bytes;
      at->second.spare = core_.spares_.insert(core_.spares_.end(), {this, block});
      core_.counters_.ram_bytes += wanted.length;
      core_.trim();
    }
    return bytes;
  }
  if (got < 0) ++core_.counters_.disk_failures;
  if (!is_same || at->second.ram != nullptr) return is_same ? at->second.ram : nullptr;
  core_.shelf_.add_bytes(name, -static_cast<std::int64_t>(wanted.length), 0);
  blocks.erase(at);
  bytes_present.remove(range_of(block, wanted.length));
  ++core_.counters_.blocks_corrupt;
  core_.say_corrupt(*this, block);
  return nullptr;
}

void Content::discard() {
  const std::shared_ptr<Content> self = shared_from_this();
  const std::lock_guard lock(core_.mutex_);
  core_.drop_ram(*this);
  blocks.clear();
  bytes_present.clear();
  size_bytes = -1;
  may_store = false;
  files.reset();
  if (!is_shared) return;
  core_.forget(self);
  if (!core_.root_ || core_.is_over_) return;
  core_.shelf_.remove(name);
  core_.leaving_.insert(name);
  core_.removals_.push_back(name);
  core_.wake_.notify_all();
}

}  // namespace segue::stream::cache
