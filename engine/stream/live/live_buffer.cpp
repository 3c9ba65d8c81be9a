// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_buffer.h"

#include <algorithm>
#include <utility>

namespace segue::stream {
namespace {

constexpr std::size_t kFirstBytes = 64 << 10;  // Icecast's burst on connect

}  // namespace

bool LiveBuffer::put(std::span<const std::byte> bytes, bool& is_high) {
  const std::lock_guard lock(mutex_);
  is_high = false;
  if (count_ + bytes.size() > kLiveBytesMax) return false;
  if (count_ + bytes.size() > ring_.size()) {
    std::size_t size = std::max(ring_.size(), kFirstBytes);
    while (size < count_ + bytes.size()) size *= 2;
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end());
    first_ = 0;
    ring_.resize(std::min(size, kLiveBytesMax));
  }
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t at = (first_ + count_) % ring_.size();
    const std::size_t run = std::min(bytes.size() - done, ring_.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(done), run,
                ring_.begin() + static_cast<std::ptrdiff_t>(at));
    done += run;
    count_ += run;
  }
  is_high = count_ >= kLivePauseBytes;
  change_.notify_all();
  return true;
}

void LiveBuffer::put_title(std::string title) {
  const std::lock_guard lock(mutex_);
  if (marks_.size() == kLiveTitlesMax) marks_.pop_front();
  marks_.push_back({position_ + static_cast<std::int64_t>(count_), std::move(title)});
  pass_marks();
}

void LiveBuffer::end(Result<void> outcome) {
  const std::lock_guard lock(mutex_);
  if (!outcome_) outcome_ = std::move(outcome);
  change_.notify_all();
}

void LiveBuffer::interrupt() {
  const std::lock_guard lock(mutex_);
  is_interrupted_ = true;
  change_.notify_all();
}

Result<std::size_t> LiveBuffer::read(std::int64_t offset, std::span<std::byte> buffer,
                                     const std::function<void()>& on_low) {
  std::unique_lock lock(mutex_);
  if (offset < position_)
    return fail(Code::kOutOfRange, "READ_BACKWARD", "a live stream has no bytes before the last read");
  while (true) {
    pass_over(offset);
    const std::size_t taken = position_ == offset ? take(buffer) : 0;
    if (count_ <= kLiveResumeBytes) {
      lock.unlock();
      on_low();
      lock.lock();
    }
    if (taken > 0 || buffer.empty()) return taken;
    if (count_ > 0) continue;
    if (outcome_) {
      if (*outcome_) return 0;
      return tl::unexpected<Error>(outcome_->error());
    }
    if (std::exchange(is_interrupted_, false))
      return fail(Code::kAborted, "READ_INTERRUPTED", "the read was given up for another one");
    change_.wait(lock, [&] { return count_ > 0 || outcome_ || is_interrupted_; });
  }
}

void LiveBuffer::pass_over(std::int64_t offset) {
  if (position_ >= offset || count_ == 0) return;
  const auto skipped = static_cast<std::size_t>(std::min<std::int64_t>(offset - position_, std::ssize(ring_)));
  const std::size_t count = std::min(skipped, count_);
  first_ = (first_ + count) % ring_.size();
  count_ -= count;
  position_ += static_cast<std::int64_t>(count);
  pass_marks();
}

std::size_t LiveBuffer::take(std::span<std::byte> buffer) {
  const std::size_t count = std::min(buffer.size(), count_);
  if (count == 0) return 0;
  const std::size_t run = std::min(count, ring_.size() - first_);
  std::copy_n(ring_.begin() + static_cast<std::ptrdiff_t>(first_), run, buffer.begin());
  std::copy_n(ring_.begin(), count - run, buffer.begin() + static_cast<std::ptrdiff_t>(run));
  first_ = (first_ + count) % ring_.size();
  count_ -= count;
  position_ += static_cast<std::int64_t>(count);
  pass_marks();
  return count;
}

void LiveBuffer::pass_marks() {
  while (!marks_.empty() && marks_.front().position <= position_) {
    title_ = std::move(marks_.front().title);
    marks_.pop_front();
  }
}

bool LiveBuffer::is_ready(std::int64_t offset, std::int64_t bytes) const {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value() || offset < position_ || offset + bytes <= position_ + static_cast<std::int64_t>(count_);
}

bool LiveBuffer::is_over() const {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value() && count_ == 0;
}

std::size_t LiveBuffer::size() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::int64_t LiveBuffer::received() const {
  const std::lock_guard lock(mutex_);
  return position_ + static_cast<std::int64_t>(count_);
}

std::optional<std::string> LiveBuffer::new_title() {
  const std::lock_guard lock(mutex_);
  return std::exchange(title_, std::nullopt);
}

std::optional<Error> LiveBuffer::failure() const {
  const std::lock_guard lock(mutex_);
  if (!outcome_ || *outcome_) return std::nullopt;
  return outcome_->error();
}

}  // namespace segue::stream
