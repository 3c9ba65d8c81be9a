// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/look.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace segue::catalog {
namespace {

class Look final : public net::HttpReader {
 public:
  explicit Look(std::function<bool(const net::HttpHead&)> wants_body) : wants_body_(std::move(wants_body)) {}

  bool on_head(const net::HttpHead& head) override {
    response_.head = head;
    was_enough_ = !wants_body_(head);
    return !was_enough_;
  }
  bool on_body(std::span<const std::byte> bytes) override {
    response_.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  }
  void on_end(Result<void> outcome) override {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    has_ended_.notify_all();
  }
  Result<net::HttpResponse> wait() {
    std::unique_lock lock(mutex_);
    has_ended_.wait(lock, [this] { return outcome_.has_value(); });
    if (!*outcome_ && !was_enough_) return tl::unexpected(outcome_->error());
    return std::move(response_);
  }

 private:
  const std::function<bool(const net::HttpHead&)> wants_body_;
  net::HttpResponse response_;  // the client's thread's until outcome_ is there, then the waiting thread's
  bool was_enough_ = false;     // likewise
  std::mutex mutex_;            // guards outcome_
  std::condition_variable has_ended_;
  std::optional<Result<void>> outcome_;
};

}  // namespace

Result<net::HttpResponse> look(net::HttpClient& http, net::HttpRequest request,
                               std::function<bool(const net::HttpHead&)> wants_body, const std::stop_token& stop) {
  const auto reader = std::make_shared<Look>(std::move(wants_body));
  const net::HttpClient::Id id = http.start(std::move(request), reader);
  const std::stop_callback on_stop(stop, [&http, id] { http.cancel(id); });
  return reader->wait();
}

}  // namespace segue::catalog
