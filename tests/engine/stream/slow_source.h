// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/stream/media.h"
#include "engine/stream/range_set.h"

namespace segue::stream {

// The bytes of one track, of which some have come over a network that the test is. Thread-safe.
class SlowBytes {
 public:
  explicit SlowBytes(std::string bytes) : bytes_(std::move(bytes)) {}

  std::int64_t size() const { return static_cast<std::int64_t>(bytes_.size()); }
  void arrive(std::int64_t from, std::int64_t to) {
    const std::lock_guard lock(mutex_);
    here_.add({from, std::min(to, size())});
    changed_.notify_all();
  }
  void arrive_all() { arrive(0, size()); }
  // What has not come never will.
  void fail(Error error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    changed_.notify_all();
  }
  // Waits until a reader waits for a byte in [from, to); false if none does within `patience`.
  bool wait_for_reader(std::int64_t from, std::int64_t to, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return waiting_at_ >= from && waiting_at_ < to; });
  }
  bool wait_for_reader() { return wait_for_reader(0, size(), std::chrono::seconds(20)); }
  // Offsets at which reading began anew instead of going on.
  std::vector<std::int64_t> jumps() const {
    const std::lock_guard lock(mutex_);
    return jumps_;
  }
  std::int64_t bytes_read() const {
    const std::lock_guard lock(mutex_);
    return read_.count();
  }

 private:
  friend class SlowSource;
  static constexpr std::int64_t kPieceBytes = 64 << 10;  // a read ends at such a border, as a block cache's does

  std::string bytes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  RangeSet here_;
  RangeSet read_;
  std::vector<std::int64_t> jumps_;
  std::optional<Error> error_;
  std::int64_t waiting_at_ = -1;
  std::int64_t last_end_ = -1;
  bool interrupted_ = false;
};

class SlowSource final : public ByteSource {
 public:
  explicit SlowSource(std::shared_ptr<SlowBytes> bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    SlowBytes& b = *bytes_;
    std::unique_lock lock(b.mutex_);
    if (offset >= size()) return 0;
    if (b.last_end_ != offset) b.jumps_.push_back(offset);
    b.waiting_at_ = offset;
    b.changed_.notify_all();
    b.changed_.wait(lock, [&] { return b.interrupted_ || b.error_ || b.here_.contains(offset); });
    b.waiting_at_ = -1;
    if (!b.here_.contains(offset)) {
      if (!std::exchange(b.interrupted_, false)) return tl::unexpected(*b.error_);
      b.last_end_ = -1;
      return segue::fail(Code::kAborted, "READ_INTERRUPTED", "interrupted");
    }
    const std::int64_t border = (offset / SlowBytes::kPieceBytes + 1) * SlowBytes::kPieceBytes;
    const std::int64_t end =
        std::min({b.here_.end_from(offset), border, offset + static_cast<std::int64_t>(buffer.size())});
    std::memcpy(buffer.data(), b.bytes_.data() + offset, static_cast<std::size_t>(end - offset));
    b.read_.add({offset, end});
    b.last_end_ = end;
    return static_cast<std::size_t>(end - offset);
  }
  std::int64_t size() const override { return bytes_->size(); }
  bool is_remote() const override { return true; }
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override {
    const std::lock_guard lock(bytes_->mutex_);
    return offset >= size() || bytes_->here_.covers({offset, std::min(offset + bytes, size())});
  }
  void interrupt() override {
    const std::lock_guard lock(bytes_->mutex_);
    bytes_->interrupted_ = true;
    bytes_->changed_.notify_all();
  }

 private:
  std::shared_ptr<SlowBytes> bytes_;
};

// Opens what the test has put under a URI; everything else as a file. A URI without bytes hangs until it is cancelled.
class SlowOpener final : public MediaOpener {
 public:
  std::shared_ptr<SlowBytes> add(const std::string& uri, std::string bytes, model::MediaRef ref = {}) {
    auto slow = std::make_shared<SlowBytes>(std::move(bytes));
    const std::lock_guard lock(mutex_);
    tracks_[uri] = {slow, std::move(ref)};
    return slow;
  }
  void add_hanging(const std::string& uri) {
    const std::lock_guard lock(mutex_);
    tracks_[uri] = {};
  }
  // Waits until `count` opens hang.
  bool wait_for_hanging(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return hanging_ >= count; });
  }
  Result<OpenedMedia> open(const std::string& uri, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    const auto at = tracks_.find(uri);
    if (at == tracks_.end()) return open_file_uri(uri);
    if (at->second.bytes == nullptr) {
      ++hanging_;
      changed_.notify_all();
      changed_.wait(lock, stop, [] { return false; });
      --hanging_;
      return segue::fail(Code::kCancelled, "CANCELLED", "stopped");
    }
    OpenedMedia media;
    media.source = std::make_unique<SlowSource>(at->second.bytes);
    media.ref = at->second.ref;
    const auto bytes = at->second.bytes;
    media.status = [bytes] {
      FetchStatus status;
      status.state = FetchStatus::State::kFetching;
      status.size = bytes->size();
      return status;
    };
    return media;
  }

 private:
  struct Track {
    std::shared_ptr<SlowBytes> bytes;
    model::MediaRef ref;
  };
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Track> tracks_;
  int hanging_ = 0;
};

}  // namespace segue::stream
