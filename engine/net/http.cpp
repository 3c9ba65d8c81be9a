// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/http.h"

#include <condition_variable>
#include <mutex>

namespace segue::net {
namespace {

// Collects an answer for a thread that waits for it.
class Collector final : public HttpReader {
 public:
  bool on_head(const HttpHead& head) override {
    response_.head = head;
    return true;
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
  Result<HttpResponse> wait() {
    std::unique_lock lock(mutex_);
    has_ended_.wait(lock, [this] { return outcome_.has_value(); });
    if (!*outcome_) return tl::unexpected(outcome_->error());
    return std::move(response_);
  }

 private:
  HttpResponse response_;  // the client's thread's until outcome_ is there, then the waiting thread's
  std::mutex mutex_;       // guards outcome_
  std::condition_variable has_ended_;
  std::optional<Result<void>> outcome_;
};

}  // namespace

const std::string& HttpHead::header(const std::string& name) const {
  static const std::string kEmpty;
  for (const HttpHeader& field : headers) {
    if (field.name == name) return field.value;
  }
  return kEmpty;
}

Result<HttpResponse> HttpClient::fetch(HttpRequest request, const std::stop_token& stop) {
  const auto collector = std::make_shared<Collector>();
  const Id id = start(std::move(request), collector);
  const std::stop_callback on_stop(stop, [this, id] { cancel(id); });
  return collector->wait();
}

}  // namespace segue::net
