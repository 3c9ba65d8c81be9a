// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segue::catalog {

// Values one after the other as bytes, the same on every machine.
class ByteWriter {
 public:
  void byte(unsigned value) { bytes_ += static_cast<char>(value & 0xffU); }
  void number(std::uint64_t value);        // 1 to 10 bytes, small ones short
  void signed_number(std::int64_t value);  // likewise, small magnitudes short
  void real(double value);                 // 8 bytes, exact
  void text(std::string_view value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads them back. Past the end, or where a length says more than there is, everything is 0 and is_good() false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  unsigned byte();
  std::uint64_t number();
  std::int64_t signed_number();
  double real();
  std::string text();
  // A number of items of at least `bytes_each` bytes that follow: never more than there is room for.
  std::size_t count(std::size_t bytes_each);
  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t bytes);

  std::string_view rest_;
  bool is_good_ = true;
};

// Compressed by zlib behind the length; its checksum finds damage.
std::string deflated(std::string_view bytes);
// Nothing if it is damaged or holds more than `bytes_max`.
std::optional<std::string> inflated(std::string_view packed, std::size_t bytes_max);

}  // namespace segue::catalog
