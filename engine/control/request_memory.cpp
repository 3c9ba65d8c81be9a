// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/request_memory.h"

namespace segue::control {
namespace {

constexpr Nanoseconds kRemembered = std::chrono::minutes(10);  // longer than any client retries

std::string key_of(const Request& request) { return request.origin.principal + '\n' + request.message.request_id(); }

Result<v1::ExecuteResponse> as_repetition(Result<v1::ExecuteResponse> answer) {
  if (answer) answer->set_repeated_request(true);
  return answer;
}

}  // namespace

bool RequestMemory::repeats(Request& request, Nanoseconds now) {
  if (request.message.request_id().empty()) return false;
  forget(now);
  request.content = std::hash<std::string>{}(request.message.SerializeAsString());
  const auto found = by_key_.find(key_of(request));
  if (found == by_key_.end()) return false;
  Entry& entry = *found->second;
  if (entry.content != request.content) {
    request.answer(fail(Code::kInvalidArgument, "REQUEST_ID_REUSED", "request_id: was used for another request"));
  } else if (entry.answer) {
    request.answer(as_repetition(*entry.answer));
  } else {
    entry.waiting.push_back(std::move(request.answer));
  }
  return true;
}

Engine::Answer RequestMemory::remember(const Request& request, Engine::Answer answer, Nanoseconds now) {
  if (request.message.request_id().empty()) return answer;
  std::string key = key_of(request);
  entries_.push_back({key, request.content, now, std::nullopt, {}});
  by_key_[key] = std::prev(entries_.end());
  return [this, key = std::move(key), answer = std::move(answer)](Result<v1::ExecuteResponse> result) {
    settle(key, result);
    answer(std::move(result));
  };
}

void RequestMemory::settle(const std::string& key, const Result<v1::ExecuteResponse>& answer) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  found->second->answer = answer;
  const auto waiting = std::move(found->second->waiting);
  found->second->waiting.clear();
  for (const auto& other : waiting) other(as_repetition(answer));
}

void RequestMemory::forget(Nanoseconds now) {
  // An entry whose answer is still to come goes back to the end, since others may hang on it. There are fewer of those
  // than pending batches; a few steps for each request keep up with one new entry for each request.
  for (int steps = 0; steps < 4 && !entries_.empty(); ++steps) {
    Entry& oldest = entries_.front();
    if (entries_.size() < model::kRequestsRememberedMax && now - oldest.accepted_at <= kRemembered) return;
    if (oldest.answer) {
      by_key_.erase(oldest.key);
      entries_.pop_front();
    } else {
      entries_.splice(entries_.end(), entries_, entries_.begin());
    }
  }
}

}  // namespace segue::control
