// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace segue::test {

// A WAV file as its bytes are, also one that is still being written: what its header promises and what is there.
class WavChunks {
 public:
  explicit WavChunks(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
  }

  const std::string& bytes() const { return bytes_; }
  std::string riff() const { return bytes_.substr(0, 4); }
  template <typename Number>
  Number number_at(std::size_t offset) const {
    Number value{};
    if (offset + sizeof value <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  // Where the payload of a chunk begins, 0 if there is none. Walks the chunks as a player does.
  std::size_t find(const std::string& id) const {
    std::size_t at = 12;
    while (at + 8 <= bytes_.size()) {
      if (bytes_.compare(at, 4, id) == 0) return at + 8;
      at += 8 + number_at<std::uint32_t>(at + 4);
    }
    return 0;
  }
  std::uint32_t size_of(const std::string& id) const { return number_at<std::uint32_t>(find(id) - 4); }
  // The frames the header promises, left and right in turn; empty if the file is shorter than that.
  std::vector<float> promised_samples() const {
    const std::size_t data = find("data");
    const std::size_t size = riff() == "RF64" ? number_at<std::uint64_t>(find("ds64") + 8) : size_of("data");
    std::vector<float> samples;
    if (data == 0 || data + size > bytes_.size()) return samples;
    samples.resize(size / sizeof(float));
    std::memcpy(samples.data(), bytes_.data() + data, size);
    return samples;
  }

 private:
  std::string bytes_;
};

}  // namespace segue::test
