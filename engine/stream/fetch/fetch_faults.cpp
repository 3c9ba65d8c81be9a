// SPDX-License-Identifier: GPL-3.0-or-later
// What went wrong: how it is told, and what follows from it. The steering thread's, under the mutex.
#include <algorithm>
#include <utility>

#include "engine/stream/fetch/fetch.h"

namespace segue::stream {
namespace {

using Kind = Answer::Kind;

// A range that is wrong may be a bad moment; wrong again, this server has no ranges.
constexpr int kWrongRangesMax = 2;
// A server without ranges that ends at the same byte so often has no more, whatever it said.
constexpr int kStuckMax = 4;

}  // namespace

void Fetch::begin_fault(const Error& error, bool is_playable, SteadyTime now, Step& step) {
  trouble_ = error;
  has_flowed_ = false;
  // One that is for good is another fault than the passing one before it.
  if (fault_ && !is_playable) end_fault(now, step);
  const bool is_first = !fault_;
  if (is_first) fault_ = Fault{error, now, {}};
  if (fault_->reasons.insert(error.reason).second) services_.tally.add_fault(error.reason);
  if (is_first) step.news.push_back({FetchNews::Kind::kBegan, uri_, ref_.provider, error, 0, is_playable});
}

void Fetch::end_fault(SteadyTime now, Step& step) {
  if (!final_) trouble_.reset();
  if (!fault_) return;
  const std::chrono::duration<double> lasted = now - fault_->begun;
  step.news.push_back({FetchNews::Kind::kEnded, uri_, ref_.provider, fault_->error, lasted.count(), true});
  fault_.reset();
}

void Fetch::give_up(const Error& error, SteadyTime now, Step& step) {
  begin_fault(error, assembly_.is_complete(), now, step);
  final_ = error;
  step.is_retired = true;
  progress();
}

// Another version: what is there stays as it was; the next open gets the new one.
void Fetch::take_change(const Error& error, SteadyTime now, Step& step, Acts& acts) {
  if (content_) services_.versions.mark_stale(content_->id());
  if (!is_handed_out_ && !is_answered_) {
    // Nobody has read a byte: the copy is dropped and the new version fetched from its beginning.
    acts.discard = std::exchange(content_, nullptr);
    has_asked_content_ = false;
    assembly_.forget_all();
    known_ = {};
    cursor_ = 0;
    services_.tally.add_fault(error.reason);
    return;
  }
  is_to_discard_ = true;
  if (assembly_.is_complete()) {
    begin_fault(error, true, now, step);
    step.is_retired = true;
  } else {
    give_up(error, now, step);
  }
}

void Fetch::take_failure(const Ending& ending, SteadyTime now, Step& step, Acts& acts) {
  const Answer& answer = ending.answer;
  const bool is_first_word = !is_answered_ && assembly_.count() == 0;
  const bool is_expired =
      answer.kind == Kind::kExpired || (answer.kind == Kind::kDocument && answer.error.reason != "NOT_AUDIO" &&
                                        answer.error.code != Code::kNotFound && !is_first_word);
  if (answer.kind == Kind::kChanged) return take_change(answer.error, now, step, acts);
  if (is_expired && services_.options.resolve && !has_fresh_address_) {
    begin_fault(answer.error, true, now, step);
    is_expired_ = true;
    return;
  }
  // In the middle of a track a page instead of bytes is more often a hotel's login than the end of the track.
  const bool is_passing_page = answer.kind == Kind::kDocument && !is_first_word && answer.error.reason == "NOT_AUDIO";
  const Code code = answer.error.code;
  const bool is_refused =
      answer.kind == Kind::kFault && (code == Code::kPermissionDenied || code == Code::kInvalidArgument ||
                                      answer.error.reason == "RESPONSE_TOO_LARGE");
  if (answer.kind == Kind::kFinal || is_expired || is_refused || (answer.kind == Kind::kDocument && !is_passing_page)) {
    if (answer.error.reason == "SIZE_WRONG") is_to_discard_ = true;
    return give_up(answer.error, now, step);
  }
  if (answer.has_wrong_range && ++wrong_ranges_ >= kWrongRangesMax) serves_ranges_ = false;
  stuck_ = ending.position == stuck_at_ && answer.error.reason == "BODY_TRUNCATED" ? stuck_ + 1 : 0;
  stuck_at_ = ending.position;
  if (stuck_ >= kStuckMax && serves_ranges_ == false) {
    is_to_discard_ = true;
    return give_up({Code::kDataLoss, "SIZE_WRONG", ref_.label + ": it ends before the size that the server said"}, now,
                   step);
  }
  begin_fault(answer.error, true, now, step);
  if (ending.has_progressed) retry_.succeeded();
  not_before_ = now + retry_.next(answer.retry_after);
  if (answer.retry_after) {
    const auto wait = std::min(*answer.retry_after, services_.options.retry.retry_after_max);
    not_before_ = std::max(not_before_, now + wait);
    services_.gates.close(ending.origin, now + wait);
  }
}

void Fetch::take_ending(SteadyTime now, Step& step, Acts& acts) {
  if (const auto check = std::exchange(check_ending_, std::nullopt)) {
    if (check->answer.kind == Kind::kChanged) take_change(check->answer.error, now, step, acts);
  }
  const auto ending = std::exchange(ending_, std::nullopt);
  if (!ending) return;
  if (ending->has_progressed) {
    has_fresh_address_ = false;
    wrong_ranges_ = 0;
    cursor_ = ending->position;
  }
  if (ending->answer.kind == Kind::kBytes) {
    retry_.succeeded();
    failures_ = 0;
    return;
  }
  if (!ending->has_progressed || !is_answered_) ++failures_;
  is_after_failure_ = true;
  take_failure(*ending, now, step, acts);
  progress();
}

}  // namespace segue::stream
