// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/write_behind.h"

#include <algorithm>
#include <utility>

#include "engine/base/thread.h"

namespace segue::control {
namespace {

constexpr std::size_t kPieceFrames = 16'384;  // a third of a second: few wake-ups, little memory
constexpr std::size_t kPiecesMax = 16;

}  // namespace

WriteBehind::WriteBehind(output::WavWriter& writer) : writer_(writer), thread_([this] { run(); }) {}

WriteBehind::~WriteBehind() { (void)finish(); }

Result<void> WriteBehind::write(ConstStereoBlock block) {
  filling_.left.insert(filling_.left.end(), block.left, block.left + block.frames);
  filling_.right.insert(filling_.right.end(), block.right, block.right + block.frames);
  if (filling_.left.size() < kPieceFrames) return {};
  send();
  const std::lock_guard lock(mutex_);
  if (error_) return tl::unexpected<Error>(*error_);
  return {};
}

void WriteBehind::send() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return full_.size() < kPiecesMax || error_; });
  full_.push_back(std::exchange(filling_, Piece{}));
  changed_.notify_all();
}

Result<void> WriteBehind::finish() {
  if (thread_.joinable()) {
    send();
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  if (error_) return tl::unexpected<Error>(*error_);
  return {};
}

void WriteBehind::run() {
  set_thread_name("segue-write");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !full_.empty() || is_ending_; });
    if (full_.empty() || error_) return;
    const Piece piece = std::move(full_.front());
    full_.pop_front();
    lock.unlock();
    changed_.notify_all();
    const ConstStereoBlock block(piece.left.data(), piece.right.data(), static_cast<int>(piece.left.size()));
    auto written = writer_.write(block);
    lock.lock();
    if (!written) error_ = written.error();
    changed_.notify_all();
  }
}

}  // namespace segue::control
