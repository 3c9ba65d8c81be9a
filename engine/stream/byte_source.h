// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/result.h"

namespace segue::stream {

// Bytes with a position, as a decoder reads them. One thread at a time reads; may block. Never names a file or an
// address.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads up to buffer.size() bytes from `offset`; 0 at the end. Fails with what the medium says, or with ABORTED
  // READ_INTERRUPTED after interrupt(): then nothing is wrong with the medium and the same read may be tried again.
  virtual Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) = 0;
  // Length in bytes; −1 if unknown.
  virtual std::int64_t size() const = 0;

  // Whether reading elsewhere costs time: the bytes come over a network and not all of them are there.
  virtual bool is_remote() const { return false; }
  // Bytes come in order only; a read behind the last position fails.
  virtual bool is_sequential() const { return false; }
  // A read from `offset` on for `bytes` bytes would not block. Any thread.
  virtual bool is_ready(std::int64_t offset, std::int64_t bytes) const {
    (void)offset, (void)bytes;
    return true;
  }
  // The read that blocks now, or else the next one that would, fails with READ_INTERRUPTED. Any thread.
  virtual void interrupt() {}
};

}  // namespace segue::stream
