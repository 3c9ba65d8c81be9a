// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/fetch/assembly.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace segue::stream {

void Assembly::forget_all() {
  size_ = -1;
  present_.clear();
  unfinished_.clear();
}

void Assembly::add_present(const RangeSet& present, std::int64_t end) {
  for (std::int64_t at = 0; at < end;) {
    const std::int64_t to = std::min(present.end_from(at), end);
    present_.add({at, to});
    at = present.first_gap(to, end).to;
  }
  std::erase_if(unfinished_, [this](const auto& block) { return is_block_present(block.first); });
}

std::int64_t Assembly::block_end(std::int64_t index) const {
  const std::int64_t end = (index + 1) * kBlockBytes;
  return size_ >= 0 ? std::min(end, size_) : end;
}

void Assembly::remove_block(std::int64_t index) { present_.remove({index * kBlockBytes, (index + 1) * kBlockBytes}); }

std::optional<Assembly::Block> Assembly::append(std::int64_t position, std::span<const std::byte> bytes) {
  const std::int64_t index = block_of(position);
  if (bytes.empty() || is_block_present(index)) return std::nullopt;
  const auto found = unfinished_.find(index);
  const std::int64_t have = index * kBlockBytes + (found == unfinished_.end() ? 0 : std::ssize(found->second));
  // What begins behind the end of what is there would leave a hole; what ends before it is there already.
  if (position > have || position + std::ssize(bytes) <= have) return std::nullopt;
  if (found == unfinished_.end() && unfinished_.size() >= kUnfinishedMax)
    unfinished_.erase(std::prev(unfinished_.end()));
  std::vector<std::byte>& block = unfinished_[index];
  if (block.empty()) block.reserve(kBlockBytes);
  const auto fresh = bytes.subspan(static_cast<std::size_t>(have - position));
  block.insert(block.end(), fresh.begin(), fresh.end());
  if (index * kBlockBytes + std::ssize(block) < block_end(index)) return std::nullopt;
  Block done{index, std::move(block)};
  unfinished_.erase(index);
  present_.add({index * kBlockBytes, block_end(index)});
  return done;
}

bool Assembly::contradicts(std::int64_t position, std::span<const std::byte> bytes) const {
  const auto found = unfinished_.find(block_of(position));
  if (found == unfinished_.end()) return false;
  const auto known = std::span(found->second);
  const auto at = std::min(static_cast<std::size_t>(position - block_begin(position)), known.size());
  const std::size_t count = std::min(bytes.size(), known.size() - at);
  return !std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count),
                     known.begin() + static_cast<std::ptrdiff_t>(at));
}

std::optional<Assembly::Block> Assembly::finish_last() {
  if (size_ <= 0) return std::nullopt;
  const std::int64_t index = block_of(size_ - 1);
  const auto found = unfinished_.find(index);
  if (found == unfinished_.end() || index * kBlockBytes + std::ssize(found->second) != size_) return std::nullopt;
  Block done{index, std::move(found->second)};
  unfinished_.erase(found);
  present_.add({index * kBlockBytes, size_});
  return done;
}

std::size_t Assembly::read_unfinished(std::int64_t offset, std::span<std::byte> buffer) const {
  const auto found = unfinished_.find(block_of(offset));
  if (found == unfinished_.end()) return 0;
  const std::size_t at = static_cast<std::size_t>(offset - block_begin(offset));
  if (at >= found->second.size()) return 0;
  const std::size_t count = std::min(buffer.size(), found->second.size() - at);
  std::memcpy(buffer.data(), found->second.data() + at, count);
  return count;
}

std::int64_t Assembly::end_from(std::int64_t offset) const {
  const std::int64_t end = present_.end_from(offset);
  const auto found = unfinished_.find(block_of(end));
  return found == unfinished_.end() ? end : std::max(end, found->first * kBlockBytes + std::ssize(found->second));
}

bool Assembly::covers(Range range) const {
  if (size_ >= 0) range.to = std::min(range.to, size_);
  return range.is_empty() || end_from(range.from) >= range.to;
}

std::int64_t Assembly::count() const {
  std::int64_t sum = present_.count();
  for (const auto& [index, bytes] : unfinished_) sum += std::ssize(bytes);
  return sum;
}

std::optional<Range> Assembly::gap_between(std::int64_t from, std::int64_t end) const {
  Range gap = present_.first_gap(block_begin(from), end);
  if (gap.is_empty()) return std::nullopt;
  const auto found = unfinished_.find(block_of(gap.from));
  if (found != unfinished_.end()) gap.from += std::ssize(found->second);
  return gap;
}

std::optional<Range> Assembly::next_gap(std::int64_t from) const {
  if (size_ == 0) return std::nullopt;
  const std::int64_t end = size_ >= 0 ? size_ : std::numeric_limits<std::int64_t>::max() - kBlockBytes;
  auto gap = from < end ? gap_between(from, end) : std::nullopt;
  if (!gap && from > 0) gap = gap_between(0, end);
  if (gap && gap->to == end) gap->to = -1;
  return gap;
}

}  // namespace segue::stream
