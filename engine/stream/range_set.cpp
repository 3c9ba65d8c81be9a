// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/range_set.h"

#include <algorithm>
#include <iterator>

namespace segue::stream {

void RangeSet::add(Range range) {
  if (range.is_empty()) return;
  auto at = spans_.upper_bound(range.from);
  if (at != spans_.begin() && std::prev(at)->second >= range.from) --at;
  while (at != spans_.end() && at->first <= range.to) {
    range.from = std::min(range.from, at->first);
    range.to = std::max(range.to, at->second);
    at = spans_.erase(at);
  }
  spans_.emplace_hint(at, range.from, range.to);
}

void RangeSet::remove(Range range) {
  if (range.is_empty()) return;
  auto at = spans_.upper_bound(range.from);
  if (at != spans_.begin() && std::prev(at)->second > range.from) --at;
  while (at != spans_.end() && at->first < range.to) {
    const Range span{at->first, at->second};
    at = spans_.erase(at);
    if (span.from < range.from) spans_.emplace_hint(at, span.from, range.from);
    if (span.to > range.to) spans_.emplace_hint(at, range.to, span.to);
  }
}

bool RangeSet::contains(std::int64_t at) const { return end_from(at) > at; }

bool RangeSet::covers(Range range) const { return range.is_empty() || end_from(range.from) >= range.to; }

std::int64_t RangeSet::end_from(std::int64_t at) const {
  const auto after = spans_.upper_bound(at);
  if (after == spans_.begin()) return at;
  return std::max(at, std::prev(after)->second);
}

Range RangeSet::first_gap(std::int64_t from, std::int64_t end) const {
  const std::int64_t begin = end_from(from);
  if (begin >= end) return {end, end};
  const auto next = spans_.upper_bound(begin);
  return {begin, next == spans_.end() ? end : std::min(end, next->first)};
}

std::int64_t RangeSet::count() const {
  std::int64_t sum = 0;
  for (const auto& [from, to] : spans_) sum += to - from;
  return sum;
}

}  // namespace segue::stream
