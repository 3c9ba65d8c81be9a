// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/segment.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/control/journal/crc32c.h"

namespace segue::control {
namespace {

tl::unexpected<Error> failure(const std::string& path, int code) {
  const std::string message = path + ": " + std::strerror(code);
  if (code == ENOSPC || code == EDQUOT) return fail(Code::kResourceExhausted, "DISK_FULL", message);
  return fail(Code::kFailedPrecondition, "FILE_UNWRITABLE", message);
}

}  // namespace

Result<std::unique_ptr<Segment>> Segment::create(const std::string& path, std::size_t bytes) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failure(path, errno);
  (void)::flock(file, LOCK_EX | LOCK_NB);  // new, so nobody has it; where locks are not known, nobody else cuts either
  int code = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* memory = MAP_FAILED;
  if (code == 0) {
    memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) code = errno;
  }
  if (code != 0) {
    ::close(file);
    ::unlink(path.c_str());
    return failure(path, code);
  }
  return std::unique_ptr<Segment>(new Segment(path, file, static_cast<char*>(memory), bytes));
}

Segment::~Segment() {
  ::munmap(memory_, bytes_);
  if (used_ == 0) {
    (void)::unlink(path_.c_str());
  } else {
    (void)!::ftruncate(file_, static_cast<off_t>(used_));
  }
  ::close(file_);
}

bool Segment::append(std::string_view record) {
  const std::size_t needed = room_for(record);
  if (needed > bytes_ - used_) return false;
  char* at = memory_ + used_;
  const auto length = static_cast<std::uint32_t>(record.size());
  const std::uint32_t crc = crc32c(record);
  std::memcpy(at + kOverheadBytes, record.data(), record.size());
  std::memcpy(at + 4, &crc, sizeof crc);
  std::memcpy(at, &length, sizeof length);
  used_ += needed;
  return true;
}

void Segment::sync() { (void)::fdatasync(file_); }

}  // namespace segue::control
