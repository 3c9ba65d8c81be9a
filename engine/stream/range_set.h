// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>

namespace segue::stream {

// A span of integers [from, to).
struct Range {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool is_empty() const { return from >= to; }
  std::int64_t size() const { return is_empty() ? 0 : to - from; }
  bool operator==(const Range&) const = default;
};

// Which integers are there, as disjoint spans that do not touch. One thread.
class RangeSet {
 public:
  void add(Range range);
  void remove(Range range);
  void clear() { spans_.clear(); }
  bool contains(std::int64_t at) const;
  bool covers(Range range) const;
  // End of the span that holds `at`, or `at` itself if none does.
  std::int64_t end_from(std::int64_t at) const;
  // The first missing span that begins at or after `from` and before `end`, cut at `end`; empty if there is none.
  Range first_gap(std::int64_t from, std::int64_t end) const;
  std::int64_t count() const;  // integers in the set
  bool is_empty() const { return spans_.empty(); }

 private:
  std::map<std::int64_t, std::int64_t> spans_;  // from → to
};

}  // namespace segue::stream
