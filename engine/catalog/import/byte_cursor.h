// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace segue::catalog {

// Reads the binary formats of other programs from front to back. Past the end everything is 0 or empty, and is_good()
// false from then on.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes) : rest_(bytes) {}

  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      is_good_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint64_t big_endian(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::uint64_t little_endian(std::size_t bytes) {
    const std::string_view taken = take(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = taken.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(taken[i - 1]);
    return value;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  double float32() { return static_cast<double>(std::bit_cast<float>(u32())); }
  // Up to a NUL, which is taken as well; without one it is past the end.
  std::string_view text() {
    const std::size_t end = rest_.find('\0');
    const std::string_view taken = take(end);  // npos is more than there is
    if (is_good_) take(1);
    return taken;
  }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace segue::catalog
