// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/stream/cache/block_cache.h"
#include "engine/stream/range_set.h"

namespace segue::stream {

inline constexpr std::int64_t block_of(std::int64_t offset) { return offset / kBlockBytes; }
inline constexpr std::int64_t block_begin(std::int64_t offset) { return offset - offset % kBlockBytes; }

// Which bytes of a content are there, and blocks in the making: each is a beginning of its block, kept when its
// transfer ends, so that the next goes on behind it. At most kUnfinishedMax of them. Not thread-safe.
class Assembly {
 public:
  static constexpr std::size_t kUnfinishedMax = 32;  // 2 MiB: one per re-ordering, most are finished soon

  struct Block {
    std::int64_t index = 0;
    std::vector<std::byte> bytes;
  };

  void set_size(std::int64_t size) { size_ = size; }
  std::int64_t size() const { return size_; }
  // What a cache has of it, up to `end`.
  void add_present(const RangeSet& present, std::int64_t end);
  void forget_all();
  // A block turned out not to be there.
  void remove_block(std::int64_t index);

  // Takes what is wanted of `bytes`, which begin at `position` and stay within one block; the block when that
  // completes it, which counts as present from then on.
  std::optional<Block> append(std::int64_t position, std::span<const std::byte> bytes);
  // `bytes`, which begin at `position` and stay within one block, are not those of the unfinished block there.
  bool contradicts(std::int64_t position, std::span<const std::byte> bytes) const;
  // The unfinished block at the very end, once the size is known.
  std::optional<Block> finish_last();

  // Bytes of an unfinished block; 0 if there are none at `offset`.
  std::size_t read_unfinished(std::int64_t offset, std::span<std::byte> buffer) const;
  bool is_block_present(std::int64_t index) const { return present_.contains(index * kBlockBytes); }
  bool covers(Range range) const;
  bool is_complete() const { return size_ >= 0 && present_.covers({0, size_}); }
  std::int64_t count() const;  // unfinished blocks included
  // End of what can be read from `offset` on without a gap.
  std::int64_t end_from(std::int64_t offset) const;
  // What to ask for next: the first gap at or behind `from`, else the first at all. `to` is −1 for "to the end".
  // Nothing if it is complete.
  std::optional<Range> next_gap(std::int64_t from) const;

 private:
  std::optional<Range> gap_between(std::int64_t from, std::int64_t end) const;
  std::int64_t block_end(std::int64_t index) const;

  std::int64_t size_ = -1;
  RangeSet present_;  // whole blocks
  std::map<std::int64_t, std::vector<std::byte>> unfinished_;
};

}  // namespace segue::stream
