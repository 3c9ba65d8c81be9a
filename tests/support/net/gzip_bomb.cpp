// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <zlib.h>

#include "tests/support/net/fault.h"

namespace segue::test {

std::string gzip_bomb(std::int64_t size) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;  // zlib.h: window bits plus 16 write a gzip head
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 9, Z_DEFAULT_STRATEGY);
  std::string zeros(1 << 20, '\0');
  std::string packed;
  char piece[16 << 10];
  int outcome = Z_OK;
  while (outcome != Z_STREAM_END) {
    if (stream.avail_in == 0 && size > 0) {
      stream.next_in = reinterpret_cast<Bytef*>(zeros.data());
      stream.avail_in = static_cast<uInt>(std::min<std::int64_t>(size, 1 << 20));
      size -= stream.avail_in;
    }
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    outcome = deflate(&stream, size == 0 ? Z_FINISH : Z_NO_FLUSH);
    packed.append(piece, sizeof piece - stream.avail_out);
  }
  deflateEnd(&stream);
  return packed;
}

}  // namespace segue::test
