// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace segue::control {

// One file of the journal, preallocated on the disk and mapped: what is appended is in the kernel's hands at once and
// survives the death of the process. A record is its length, the CRC-32C of its bytes, and the bytes, padded to eight;
// a length of zero or the file's end ends it. Closed, it is cut to what it holds, or removed if that is nothing. Locked
// (flock) while it is open, so that nobody else cuts it. Preallocated first, because writing to a hole of a mapped file kills the process
// when the disk is full. One thread at a time, but sync() may run beside append().
class Segment {
 public:
  static constexpr std::size_t kOverheadBytes = 8;
  // What a record takes of a file.
  static std::size_t room_for(std::string_view record) { return kOverheadBytes + (record.size() + 7) / 8 * 8; }

  // Fails with RESOURCE_EXHAUSTED DISK_FULL, or FAILED_PRECONDITION FILE_UNWRITABLE.
  static Result<std::unique_ptr<Segment>> create(const std::string& path, std::size_t bytes);
  // May wait for the disk.
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // False if there is no room.
  bool append(std::string_view record);
  // Blocks until the disk has what was appended before the call.
  void sync();
  const std::string& path() const { return path_; }

 private:
  Segment(std::string path, int file, char* memory, std::size_t bytes)
      : path_(std::move(path)), file_(file), memory_(memory), bytes_(bytes) {}

  const std::string path_;
  const int file_;
  char* const memory_;
  const std::size_t bytes_;
  std::size_t used_ = 0;
};

}  // namespace segue::control
