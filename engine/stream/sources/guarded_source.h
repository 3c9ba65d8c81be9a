// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>

#include "engine/stream/byte_source.h"

namespace segue::stream {

// Who is told that a thread waits for bytes that a network has yet to bring.
class Waits {
 public:
  virtual ~Waits() = default;
  // Before the wait. False: the thread must not wait; its read fails with READ_INTERRUPTED.
  virtual bool begin_wait() = 0;
  virtual void end_wait() = 0;
};

// A source that fails as soon as its track is dropped, so that no thread decodes for nobody; that says when its reader
// waits for the network; and that lets only so much be read until the track is open: a header may send its reader
// through gigabytes. Empty at first. One thread at a time, except interrupt().
class GuardedSource final : public ByteSource {
 public:
  // Both outlive this. Without `waits` nobody is told.
  GuardedSource(const std::atomic<bool>& dropped, Waits* waits) : dropped_(dropped), waits_(waits) {}

  // The bytes from here on; opening begins.
  void attach(std::unique_ptr<ByteSource> source);
  // From here on everything may be read.
  void end_opening() { is_opening_ = false; }
  // A read was interrupted since the source was attached: what was made of its bytes may lack some.
  bool was_interrupted() const { return was_interrupted_; }

  // Fails with CANCELLED CANCELLED once dropped, FAILED_PRECONDITION INVALID_MEDIA once opening has read too much.
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override;
  std::int64_t size() const override { return source_->size(); }
  bool is_remote() const override { return source_->is_remote(); }
  bool is_sequential() const override { return source_->is_sequential(); }
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override { return source_->is_ready(offset, bytes); }
  void interrupt() override;

 private:
  Result<std::size_t> read_waiting(std::int64_t offset, std::span<std::byte> buffer);

  const std::atomic<bool>& dropped_;
  Waits* waits_;
  std::mutex mutex_;  // guards the pointer against interrupt()
  std::unique_ptr<ByteSource> source_;
  bool is_opening_ = true;
  bool was_interrupted_ = false;
  std::int64_t opening_bytes_ = 0;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::duration waited_{};  // for the network, which says nothing about the file
};

// The same source for an owner: the guard lives at least as long.
std::unique_ptr<ByteSource> share(std::shared_ptr<GuardedSource> source);

}  // namespace segue::stream
