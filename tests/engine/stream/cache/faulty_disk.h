// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>

#include "engine/stream/cache/disk.h"

namespace segue::test {

// A disk that fails on command. Every member from any thread.
class FaultyDisk final : public stream::Disk {
 public:
  std::atomic<int> write_error = 0;   // errno of every write; 0: none
  std::atomic<int> create_error = 0;  // of every new file
  std::atomic<int> read_error = 0;    // of every read
  std::atomic<std::int64_t> room =
      INT64_MAX;  // bytes that can be written before it is full; removed files give some back
  std::atomic<int> writes_failed = 0;

  // Writes hang from now on, until thaw().
  void freeze() {
    const std::lock_guard lock(mutex_);
    is_frozen_ = true;
  }
  void thaw() {
    const std::lock_guard lock(mutex_);
    is_frozen_ = false;
    change_.notify_all();
  }

  int open_file(int folder, const std::string& name, Mode mode) override {
    if (mode == Mode::kCreate && create_error != 0) return -create_error;
    if (mode == Mode::kWrite && create_error == EROFS) return -EROFS;
    return Disk::open_file(folder, name, mode);
  }
  std::int64_t read_at(int file, std::int64_t offset, std::span<std::byte> buffer) override {
    return read_error != 0 ? -read_error : Disk::read_at(file, offset, buffer);
  }
  int write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) override {
    {
      std::unique_lock lock(mutex_);
      change_.wait(lock, [&] { return !is_frozen_; });
    }
    const auto count = static_cast<std::int64_t>(bytes.size());
    const int error = write_error != 0 ? write_error.load() : room < count ? ENOSPC : 0;
    if (error != 0) {
      ++writes_failed;
      // As a disk that fills up: some of it is there.
      if (error == ENOSPC) Disk::write_at(file, offset, bytes.first(bytes.size() / 2));
      return -error;
    }
    room -= count;
    return Disk::write_at(file, offset, bytes);
  }
  int remove(int folder, const std::string& name) override {
    const int file = Disk::open_file(folder, name, Mode::kRead);
    const stream::Descriptor opened(file);
    if (opened.is_open() && room < INT64_MAX / 2) room += file_bytes(file);
    return Disk::remove(folder, name);
  }

 private:
  std::mutex mutex_;  // guards is_frozen_
  std::condition_variable change_;
  bool is_frozen_ = false;
};

}  // namespace segue::test
