// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compression.h"

#include <algorithm>
#include <array>

#include <zlib.h>

namespace segue {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

// Closes a stream of zlib on the way out.
struct Inflation {
  z_stream stream{};
  bool is_open = inflateInit(&stream) == Z_OK;
  Inflation() = default;
  ~Inflation() {
    if (is_open) inflateEnd(&stream);
  }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;
};

tl::unexpected<Error> invalid() {
  return fail(Code::kInvalidArgument, "COMPRESSION_INVALID", "compressed bytes are damaged or cut short");
}

}  // namespace

std::string compress(const std::vector<std::uint8_t>& bytes) {
  uLongf length = compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(length, '\0');
  // It can only fail for want of memory or room, and there is room.
  ::compress2(reinterpret_cast<Bytef*>(packed.data()), &length, bytes.data(), static_cast<uLong>(bytes.size()), 6);
  packed.resize(length);
  return packed;
}

Result<std::vector<std::uint8_t>> decompress(std::string_view packed, std::size_t bytes_max) {
  Inflation inflation;
  if (!inflation.is_open || packed.size() > UINT32_MAX) return invalid();
  z_stream& stream = inflation.stream;
  // zlib does not write to its input; the member is not const for old compilers' sake.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, kChunkBytes> chunk;
  for (int code = Z_OK; code != Z_STREAM_END;) {
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = ::inflate(&stream, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END) return invalid();
    const std::size_t made = chunk.size() - stream.avail_out;
    if (made > bytes_max - bytes.size()) {
      return fail(Code::kResourceExhausted, "TOO_LARGE", "compressed bytes hold more than is allowed");
    }
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(made));
  }
  if (stream.avail_in != 0) return invalid();
  return bytes;
}

}  // namespace segue
