// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/health.h"

namespace segue::catalog {
namespace {

constexpr double kSmoothing = 0.2;  // weight of the newest call: a change shows within about ten

bool lays_blame(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded || code == Code::kUnauthenticated ||
         code == Code::kPermissionDenied || code == Code::kDataLoss;
}

Health::State state_after(const Result<void>& outcome) {
  if (outcome) return Health::State::kUp;
  const Code code = outcome.error().code;
  const bool is_refused = code == Code::kUnauthenticated || code == Code::kPermissionDenied;
  return is_refused ? Health::State::kRefused : Health::State::kDown;
}

}  // namespace

bool HealthBook::enter_call(const Result<void>& outcome, double took_ms) {
  ++health_.calls;
  if (outcome) {
    health_.latency_ms += health_.latency_ms == 0 ? took_ms : kSmoothing * (took_ms - health_.latency_ms);
    return health_.state != Health::State::kUp;
  }
  if (outcome.error().code == Code::kCancelled) return false;
  ++health_.failures;
  return lays_blame(outcome.error().code);
}

bool HealthBook::enter_check(const Result<void>& outcome, std::int64_t wall_s) {
  // Neither says anything of the provider: nobody asked it, or it has enough to do.
  const bool says_nothing =
      !outcome && (outcome.error().code == Code::kCancelled || outcome.error().code == Code::kResourceExhausted);
  if (says_nothing) return false;
  const Health::State state = state_after(outcome);
  const bool has_changed = state != health_.state;
  health_.error = outcome ? std::nullopt : std::optional(outcome.error());
  if (!has_changed) return false;
  health_.state = state;
  health_.since_s = wall_s;
  return true;
}

}  // namespace segue::catalog
