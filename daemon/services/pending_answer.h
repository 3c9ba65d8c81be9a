// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <utility>

#include <grpcpp/support/server_callback.h>

#include "daemon/status.h"

namespace segue::daemon {

// A unary call whose answer comes later, from another thread, possibly after the client has gone: whichever of answer
// and cancellation is first ends the call. A call whose client has gone or whose time is up is cancelled by gRPC, and
// its stop token says so. Kept alive by whoever owes the answer.
template <typename Response>
class PendingAnswer final : public grpc::ServerUnaryReactor {
 public:
  // `response` is gRPC's and lives until the call has ended.
  static std::shared_ptr<PendingAnswer> open(Response& response) {
    std::shared_ptr<PendingAnswer> pending(new PendingAnswer(response));
    pending->self_ = pending;
    return pending;
  }

  // Any thread, at most once.
  void settle(Result<Response> result) {
    if (is_ended_.exchange(true)) return;
    if (result) response_ = *std::move(result);
    Finish(result ? grpc::Status::OK : to_status(result.error()));
  }

  std::stop_token stop_token() const { return stop_.get_token(); }

  void OnCancel() override {
    if (!is_ended_.exchange(true)) Finish(grpc::Status::CANCELLED);
    stop_.request_stop();
  }
  void OnDone() override { self_.reset(); }

 private:
  explicit PendingAnswer(Response& response) : response_(response) {}

  Response& response_;
  std::atomic<bool> is_ended_{false};
  std::stop_source stop_;
  std::shared_ptr<PendingAnswer> self_;  // until OnDone
};

// A call that `begin` starts: it is given the call's stop token and what takes the answer.
template <typename Response, typename Begin>
grpc::ServerUnaryReactor* answer_later(Response& response, Begin begin) {
  const auto pending = PendingAnswer<Response>::open(response);
  begin(pending->stop_token(), [pending](Result<Response> result) { pending->settle(std::move(result)); });
  return pending.get();
}

}  // namespace segue::daemon
