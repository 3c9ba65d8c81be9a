// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_stream.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "engine/net/retry.h"
#include "engine/stream/live/live_connection.h"

namespace segue::stream {
namespace {

// A connection that lasted so long was a good one: the next wait is short again. One that is dropped at once, over
// and over, is not.
constexpr std::chrono::seconds kGoodConnection{5};

// What outlives the connections to one station: its title, its back-off, its figures. Thread-safe.
class Station {
 public:
  Station(net::HttpClient& http, model::MediaRef ref)
      : http_(http), ref_(std::move(ref)), retry_(net::Retry::Options{}, seed()) {}

  Result<std::shared_ptr<LiveConnection>> connect(const std::stop_token& stop);
  Result<std::shared_ptr<LiveConnection>> reconnect(const std::stop_token& stop);
  FetchStatus status() const;
  std::string title() const;

 private:
  static std::uint64_t seed() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }
  bool wait(const std::stop_token& stop);

  net::HttpClient& http_;
  const model::MediaRef ref_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable_any never_;
  net::Retry retry_;
  std::optional<std::chrono::seconds> retry_after_;
  std::shared_ptr<LiveConnection> connection_;  // the last one that was good
  std::int64_t bytes_before_ = 0;               // of earlier ones
  FetchStatus status_;
  mutable std::string title_;
};

Result<std::shared_ptr<LiveConnection>> Station::connect(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    status_.state = FetchStatus::State::kConnecting;
    ++status_.attempts;
  }
  const std::shared_ptr<LiveConnection> connection = LiveConnection::start(http_, ref_);
  const LiveAnswer answer = connection->wait_for_head(stop);
  const std::lock_guard lock(mutex_);
  retry_after_ = answer.retry_after;
  if (!answer.verdict) {
    status_.state = FetchStatus::State::kWaiting;
    status_.trouble = answer.verdict.error();
    return tl::unexpected<Error>(answer.verdict.error());
  }
  if (connection_) bytes_before_ += connection_->buffer().received();
  connection_ = connection;
  status_.state = FetchStatus::State::kFetching;
  status_.trouble.reset();
  return connection;
}

Result<std::shared_ptr<LiveConnection>> Station::reconnect(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    if (connection_ && std::chrono::steady_clock::now() - connection_->started_at() >= kGoodConnection)
      retry_.succeeded();
  }
  while (wait(stop)) {
    // Whatever it is, it may pass: a station that is off the air answers 404.
    auto connection = connect(stop);
    if (!connection) continue;
    const std::lock_guard lock(mutex_);
    ++status_.resumed;
    return connection;
  }
  return fail(Code::kCancelled, "TRANSFER_CANCELLED", ref_.label + ": given up");
}

// Until the next attempt is due. False: stop.
bool Station::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  status_.state = FetchStatus::State::kWaiting;
  if (connection_ && !status_.trouble) status_.trouble = connection_->buffer().failure();
  const auto until = std::chrono::steady_clock::now() + retry_.next(std::exchange(retry_after_, std::nullopt));
  never_.wait_until(lock, stop, until, [] { return false; });
  return !stop.stop_requested();
}

FetchStatus Station::status() const {
  const std::lock_guard lock(mutex_);
  FetchStatus status = status_;
  status.present = bytes_before_;
  if (connection_) {
    status.present += connection_->buffer().received();
    if (status.state == FetchStatus::State::kFetching) {
      status.bytes_per_s = connection_->bytes_per_s();
      status.trouble = connection_->buffer().failure();
    }
  }
  return status;
}

std::string Station::title() const {
  const std::lock_guard lock(mutex_);
  if (connection_) {
    if (auto title = connection_->buffer().new_title()) title_ = std::move(*title);
  }
  return title_;
}

// The bytes of one connection, which ends with it.
class LiveSource final : public ByteSource {
 public:
  explicit LiveSource(std::shared_ptr<LiveConnection> connection) : connection_(std::move(connection)) {}
  ~LiveSource() override { connection_->cancel(); }

  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    return connection_->read(offset, buffer);
  }
  std::int64_t size() const override { return -1; }
  bool is_remote() const override { return true; }
  bool is_sequential() const override { return true; }
  bool is_ready(std::int64_t offset, std::int64_t bytes) const override {
    return connection_->buffer().is_ready(offset, bytes);
  }
  void interrupt() override { connection_->buffer().interrupt(); }

 private:
  const std::shared_ptr<LiveConnection> connection_;
};

}  // namespace

Result<OpenedMedia> open_live_stream(net::HttpClient& http, const model::MediaRef& ref, const std::stop_token& stop) {
  const auto station = std::make_shared<Station>(http, ref);
  auto connection = station->connect(stop);
  if (!connection) return tl::unexpected<Error>(connection.error());
  OpenedMedia media;
  media.source = std::make_unique<LiveSource>(std::move(*connection));
  media.ref = ref;
  media.status = [station] { return station->status(); };
  media.live_title = [station] { return station->title(); };
  media.reconnect = [station](const std::stop_token& until) -> Result<std::unique_ptr<ByteSource>> {
    auto next = station->reconnect(until);
    if (!next) return tl::unexpected<Error>(next.error());
    return std::make_unique<LiveSource>(std::move(*next));
  };
  return media;
}

}  // namespace segue::stream
