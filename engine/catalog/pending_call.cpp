// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/pending_call.h"

#include <cstdio>

namespace segue::catalog {
namespace {

tl::unexpected<Error> cancelled(const std::string& provider) {
  return fail(Code::kCancelled, "CALL_CANCELLED", provider + ": nobody waits for it any more");
}

std::string seconds(std::chrono::milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", static_cast<double>(time.count()) / 1e3);
  return text;
}

}  // namespace

void PendingCall::begin(const std::string& provider, Nanoseconds now, std::chrono::milliseconds patience,
                        const std::stop_token& stop) {
  const std::weak_ptr<PendingCall> weak = weak_from_this();
  deadline_ = alarms_->at(now + patience, [weak, provider, patience](Alarms::Why why) {
    const auto call = weak.lock();
    if (!call) return;
    if (why == Alarms::Why::kEnd) return call->settle(cancelled(provider));
    call->settle(
        fail(Code::kDeadlineExceeded, "PROVIDER_TIMEOUT", provider + ": no answer within " + seconds(patience)));
  });
  if (!stop.stop_possible()) return;
  // Whoever requests the stop may hold locks: it only rings.
  on_stop_.emplace(stop, [weak, provider, alarms = alarms_] {
    alarms->soon([weak, provider](Alarms::Why) {
      if (const auto call = weak.lock()) call->settle(cancelled(provider));
    });
  });
}

void PendingCall::settle(Result<void> outcome) {
  if (is_settled_.exchange(true, std::memory_order_acq_rel)) return;
  alarms_->cancel(deadline_);
  stop_.request_stop();
  const Worker::Done done = std::move(done_);
  done_ = nullptr;
  done(std::move(outcome));
}

}  // namespace segue::catalog
