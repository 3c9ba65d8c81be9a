// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace segue::stream {

// An open file or folder, closed when it goes; or the −errno of the attempt.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// The system calls of the cache, in one place so that tests can make each of them fail. Files are regular ones or
// refused: no link is followed below the cache's folder, and nothing blocks on a FIFO. Results below 0 are −errno.
// Thread-safe.
class Disk {
 public:
  enum class Mode { kRead, kWrite, kCreate };  // kWrite: to read and write; kCreate: makes it, empty

  struct File {
    std::string name;
    std::int64_t disk_bytes = 0;  // what it occupies
    std::int64_t used_at_ns = 0;  // time of its last change or touch, Unix
  };

  virtual ~Disk() = default;
  // The cache's folder itself, made with mode 0700 if need be.
  virtual int open_root(const std::string& path);
  virtual int lock(int folder);      // −EWOULDBLOCK if somebody else holds it; until the descriptor is closed
  virtual bool is_gone(int folder);  // removed, though still open
  virtual int open_folder(int parent, const std::string& name, bool may_make);
  virtual int open_file(int folder, const std::string& name, Mode mode);
  virtual std::int64_t file_bytes(int file);
  virtual std::int64_t used_at_ns(int file);
  // Until the buffer is full, the file ends or it fails.
  virtual std::int64_t read_at(int file, std::int64_t offset, std::span<std::byte> buffer);
  virtual int write_at(int file, std::int64_t offset, std::span<const std::byte> bytes);  // all of it or a failure
  virtual int set_used_at(int file, std::int64_t unix_ns);
  virtual int remove(int folder, const std::string& name);         // whatever it is, but no folder with something in it
  virtual int remove_folder(int parent, const std::string& name);  // if it is empty
  virtual std::vector<std::string> folders(int folder);
  virtual std::vector<File> files(int folder);
};

}  // namespace segue::stream
