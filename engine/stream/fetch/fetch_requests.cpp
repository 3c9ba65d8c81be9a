// SPDX-License-Identifier: GPL-3.0-or-later
// Requests and the addresses they go to. The steering thread's, under the mutex, unless it says otherwise.
#include <utility>

#include "engine/net/url.h"
#include "engine/stream/fetch/fetch.h"

namespace segue::stream {
namespace {

// An address that expires this soon would expire on the way.
constexpr std::int64_t kExpiresSoonS = 5;

}  // namespace

bool Fetch::needs_address() const {
  if (!services_.options.resolve) return false;
  if (is_expired_) return true;
  const std::int64_t now_s = std::chrono::duration_cast<std::chrono::seconds>(services_.clock.wall()).count();
  // An address that has just been resolved is used, whatever our clock says.
  return !has_fresh_address_ && ref_.expires_at_s > 0 && ref_.expires_at_s <= now_s + kExpiresSoonS;
}

// A worker's: blocks.
void Fetch::resolve(const std::stop_token& stop) {
  services_.tally.add(&FetchCounters::resolved_again);
  auto resolved = services_.options.resolve(uri_, stop);
  const Lock lock(mutex_);
  resolved_ = std::move(resolved);
}

// What the catalogue answered: where to go on, that it is another content, or why not.
void Fetch::take_address(Result<model::MediaRef> resolved, SteadyTime now, Step& step, Acts& acts) {
  Ending ending;
  if (!resolved) {
    const Code code = resolved.error().code;
    const bool is_passing = code == Code::kUnavailable || code == Code::kDeadlineExceeded ||
                            code == Code::kResourceExhausted || code == Code::kCancelled;
    ending.answer.kind = is_passing ? Answer::Kind::kFault : Answer::Kind::kFinal;
    ending.answer.error = std::move(resolved.error());
    ++failures_;
    take_failure(ending, now, step, acts);
    progress();
    return;
  }
  is_expired_ = false;
  has_fresh_address_ = true;
  if (resolved->url.empty() || resolved->cache_key != ref_.cache_key ||
      are_different(known_, {resolved->etag, "", false, resolved->size})) {
    take_change({Code::kDataLoss, "CONTENT_CHANGED", ref_.label + ": the catalogue has another version now"}, now, step,
                acts);
    return;
  }
  ref_.url = std::move(resolved->url);
  ref_.headers = std::move(resolved->headers);
  ref_.may_be_private = resolved->may_be_private;
  ref_.expires_at_s = resolved->expires_at_s;
}

std::shared_ptr<Transfer> Fetch::make_transfer(std::int64_t from, bool with_range, SteadyTime now) {
  auto transfer = std::make_shared<Transfer>(shared_from_this(), Asked{from, with_range, known_, ref_.label});
  const auto url = net::parse_url(ref_.url);
  transfer->origin_ = url ? url->origin() : "";
  transfer->is_background_ = users_ == 0;
  transfer->begun_ = now;
  transfer->position_ = from;
  return transfer;
}

void Fetch::count_request() {
  ++attempts_;
  services_.tally.add(&FetchCounters::requests);
}

net::HttpRequest Fetch::make_request(const Transfer& transfer, std::int64_t end) const {
  net::HttpRequest request;
  request.url = ref_.url;
  request.label = ref_.label;
  request.headers = ref_.headers;
  request.may_be_private = ref_.may_be_private;
  request.urgency = transfer.is_background_ ? net::HttpUrgency::kBackground : net::HttpUrgency::kNow;
  request.limits = services_.options.limits;
  if (!transfer.asked_.with_range) return request;
  request.from = transfer.asked_.from;
  if (end >= 0) request.to = end - 1;
  const std::string validator = transfer.asked_.known.if_range();
  if (!validator.empty()) request.headers.push_back({"If-Range", validator});
  return request;
}

// Whether the server still has the version of a copy that is whole.
void Fetch::begin_check(SteadyTime now, Acts& acts) {
  wants_check_ = false;
  if (ref_.url.empty()) return;
  check_ = make_transfer(0, false, now);
  check_->is_check_ = true;
  count_request();
  acts.request = make_request(*check_, -1);
  const bool by_etag = !known_.etag.empty();
  acts.request.headers.push_back(by_etag ? model::HttpHeader{"If-None-Match", known_.etag}
                                         : model::HttpHeader{"If-Modified-Since", known_.last_modified});
  acts.start = check_;
}

}  // namespace segue::stream
