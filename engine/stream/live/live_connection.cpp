// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_connection.h"

#include <cstdint>
#include <limits>
#include <utility>

namespace segue::stream {
namespace {

constexpr std::chrono::milliseconds kStallMax{
    10'000};  // an Ogg page of silence is filled more slowly than one of music
constexpr std::chrono::milliseconds kRateWindow{2'000};  // longer than the gaps between an encoder's bursts

}  // namespace

std::shared_ptr<LiveConnection> LiveConnection::start(net::HttpClient& http, const model::MediaRef& ref) {
  net::HttpRequest request;
  request.url = ref.url;
  request.label = ref.label;
  request.headers = ref.headers;
  request.headers.push_back({"icy-metadata", "1"});
  request.may_be_private = ref.may_be_private;
  request.limits.stall_bytes_per_s = 0;  // silence in FLAC or Opus is some 200 bytes/s
  request.limits.stall_max = kStallMax;
  request.limits.body_bytes_max = std::numeric_limits<std::int64_t>::max();  // endless; the buffer is the bound
  auto connection = std::make_shared<LiveConnection>(http, ref.label);
  const net::HttpClient::Id id = http.start(std::move(request), connection);
  const std::lock_guard lock(connection->mutex_);
  connection->id_ = id;
  if (connection->is_paused_) http.pause(id);
  return connection;
}

LiveAnswer LiveConnection::wait_for_head(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (change_.wait(lock, stop, [&] { return answer_.has_value(); })) return *answer_;
  lock.unlock();
  cancel();
  return {fail(Code::kCancelled, "TRANSFER_CANCELLED", label_ + ": given up"), 0, {}};
}

void LiveConnection::cancel() {
  std::unique_lock lock(mutex_);
  const auto id = id_;
  lock.unlock();
  if (id) http_.cancel(*id);
}

Result<std::size_t> LiveConnection::read(std::int64_t offset, std::span<std::byte> buffer) {
  auto count = buffer_.read(offset, buffer, [this] { resume(); });
  if (!count && count.error().reason == "READ_BACKWARD") return fail_at(label_, count.error());
  return count;
}

bool LiveConnection::on_head(const net::HttpHead& head) {
  const LiveAnswer answer = judge_live(head, label_, SystemClock().wall());
  filter_.emplace(answer.icy_interval);
  const std::lock_guard lock(mutex_);
  answer_ = answer;
  change_.notify_all();
  return answer.verdict.has_value();
}

bool LiveConnection::on_body(std::span<const std::byte> bytes) {
  bool is_high = false;
  bool is_taken = true;
  const auto on_audio = [&](std::span<const std::byte> audio) { is_taken = is_taken && buffer_.put(audio, is_high); };
  const auto on_block = [&](const IcyBlock& block) {
    if (block.has_title) buffer_.put_title(block.title);
  };
  filter_->take(bytes, on_audio, on_block);
  measure(bytes.size());
  if (is_high) pause();
  // The reader may have emptied it in between, and would wait for ever.
  if (is_high && buffer_.size() <= kLiveResumeBytes) resume();
  if (is_taken) return true;
  refusal_ = Error{Code::kResourceExhausted, "LIVE_OVERFLOW", label_ + ": more came than a paused stream may send"};
  return false;
}

void LiveConnection::on_end(Result<void> outcome) {
  if (refusal_) outcome = tl::unexpected<Error>(*refusal_);
  {
    const std::lock_guard lock(mutex_);
    // No head: what went wrong is the answer.
    if (!answer_) {
      answer_ =
          LiveAnswer{outcome ? fail(Code::kUnavailable, "HTTP_PROTOCOL", label_ + ": no answer") : outcome, 0, {}};
    }
    change_.notify_all();
  }
  bytes_per_s_.store(0, std::memory_order_relaxed);
  buffer_.end(std::move(outcome));
}

void LiveConnection::pause() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_paused_, true)) return;
  if (id_) http_.pause(*id_);
}

void LiveConnection::resume() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_paused_, false)) return;
  if (id_) http_.resume(*id_);
}

void LiveConnection::measure(std::size_t bytes) {
  measured_bytes_ += bytes;
  const auto now = std::chrono::steady_clock::now();
  if (now - measured_at_ < kRateWindow) return;
  const double seconds = std::chrono::duration<double>(now - measured_at_).count();
  bytes_per_s_.store(static_cast<double>(measured_bytes_) / seconds, std::memory_order_relaxed);
  measured_at_ = now;
  measured_bytes_ = 0;
}

}  // namespace segue::stream
