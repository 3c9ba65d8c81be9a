// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace segue::stream {

inline constexpr std::size_t kIcyBlockBytesMax = 255 * 16;  // its length is one byte, in units of 16

// What a block of metadata says, as UTF-8 on one line.
struct IcyBlock {
  bool has_title = false;
  std::string title;  // StreamTitle
  std::string url;    // StreamUrl
};

// Reads "StreamTitle='…';StreamUrl='…';" as servers send it: nothing is escaped, so a value ends at the "';" that
// another key or the block's end follows. Text that is not UTF-8 is taken for Windows-1252. Any bytes are valid input.
IcyBlock parse_icy_block(std::string_view block);

// Takes the metadata out of a stream that has a block after every `interval` bytes of audio. Gives the same however
// the input is split. Holds one block at most. One thread.
class IcyFilter {
 public:
  explicit IcyFilter(std::int64_t interval) : interval_(interval), audio_left_(interval) {}  // 0: there are none

  using Audio = std::function<void(std::span<const std::byte> bytes)>;  // views into the input
  using Block = std::function<void(const IcyBlock& block)>;             // empty blocks are not told
  void take(std::span<const std::byte> bytes, const Audio& on_audio, const Block& on_block);

 private:
  const std::int64_t interval_;
  std::int64_t audio_left_;     // until the next length byte
  std::size_t block_left_ = 0;  // until the block is complete
  std::string block_;
};

}  // namespace segue::stream
