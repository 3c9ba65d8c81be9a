// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/transfer.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "engine/base/text.h"
#include "engine/net/address_policy.h"
#include "engine/net/curl_options.h"
#include "engine/net/request_headers.h"

namespace segue::net {
namespace {

constexpr std::int64_t kDrainedBytesMax = 16 << 10;  // of a redirect's body, to keep the connection

Nanoseconds monotonic_now() { return SystemClock().monotonic(); }

Nanoseconds at_least_1ms(std::chrono::milliseconds limit) { return std::max(limit, std::chrono::milliseconds(1)); }

std::string seconds_of(std::chrono::milliseconds limit) {
  std::string text = std::to_string(limit.count() / 1000) + '.' + std::to_string(limit.count() % 1000 / 100);
  return text + " s";
}

bool is_public_peer(const std::string& peer, int port, const std::function<bool(const sockaddr&)>& judge) {
  union {
    sockaddr any;
    sockaddr_in in;
    sockaddr_in6 in6;
  } address{};
  if (inet_pton(AF_INET, peer.c_str(), &address.in.sin_addr) == 1) {
    address.in.sin_family = AF_INET;
    address.in.sin_port = htons(static_cast<std::uint16_t>(port));
  } else if (inet_pton(AF_INET6, peer.c_str(), &address.in6.sin6_addr) == 1) {
    address.in6.sin6_family = AF_INET6;
    address.in6.sin6_port = htons(static_cast<std::uint16_t>(port));
  } else {
    return false;
  }
  return judge(address.any);
}

Error address_refused(bool is_redirect) {
  if (is_redirect) {
    return {Code::kPermissionDenied, "REDIRECT_REFUSED",
            "the server redirects to a private address, which is never followed"};
  }
  return {Code::kPermissionDenied, "ADDRESS_REFUSED", "the host has a private address; only the operator may use such"};
}

}  // namespace

Transfer::Transfer(HttpClient::Id id, HttpRequest request, std::shared_ptr<HttpReader> reader, Surroundings& around)
    : id_(id),
      request_(std::move(request)),
      reader_(std::move(reader)),
      around_(around),
      started_at_(monotonic_now()) {}

Result<void> Transfer::prepare() {
  label_ = printable(request_.label.empty() ? "the request" : request_.label, 300);
  auto url = parse_url(request_.url);
  if (!url) return tl::unexpected(url.error());
  if (request_.label.empty()) label_ = url->label();
  if (auto checked = check_request(request_); !checked) return checked;
  if (request_.method == "POST" || !request_.body.empty()) hop_.has_body = true;
  hop_.method = request_.method;
  hop_.url = std::move(*url);
  origin_ = hop_.url.origin();
  began_with_https_ = hop_.url.scheme == "https";
  may_be_private_ = next_may_be_private_ = request_.may_be_private;
  return {};
}

CURL* Transfer::begin_hop(Nanoseconds now) {
  phase_ = Phase::kConnecting;
  phase_at_ = now;
  if (easy_) {
    curl_easy_reset(easy_.get());
  } else {
    easy_.reset(curl_easy_init());
  }
  CURL* const easy = easy_.get();
  if (!easy) return nullptr;
  set_options(easy, around_.options, request_, hop_);
  lines_.reset();
  for (const std::string& line : header_lines(request_, hop_)) {
    curl_slist* const longer = curl_slist_append(lines_.get(), line.c_str());
    if (!longer) return nullptr;
    static_cast<void>(lines_.release());
    lines_.reset(longer);
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lines_.get());
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, is_fresh_ ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_message_);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::head_callback);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::body_callback);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::socket_callback);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Transfer::connected_callback);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_message_[0] = 0;
  head_ = {};
  may_be_private_ = next_may_be_private_;
  has_refused_address_ = false;
  return easy;
}

bool Transfer::end_hop(CURLcode code) {
  const bool has_head = phase_ == Phase::kBody;
  phase_ = Phase::kWaiting;
  if (next_hop_ && !outcome_) {
    hop_ = std::move(*next_hop_);
    next_hop_.reset();
    origin_ = hop_.url.origin();
    ++redirects_;
    return true;
  }
  if (outcome_) return false;
  if (wants_fresh_connection(code)) return is_fresh_ = true;
  if (code != CURLE_OK) outcome_ = failure(code);
  // curl takes a connection that ends within the head for an answer without a body.
  if (code == CURLE_OK && !has_head) outcome_ = error_of(easy_.get(), CURLE_GOT_NOTHING, "");
  return false;
}

// A server that sent more than it announced has left the rest in the connection, where it looks like the next answer.
bool Transfer::wants_fresh_connection(CURLcode code) const {
  long connects = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connects);
  const bool is_nonsense = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY;
  return is_nonsense && head_.head().status == 0 && connects == 0 && !hop_.has_body && !is_fresh_;
}

Error Transfer::failure(CURLcode code) const {
  if (code == CURLE_COULDNT_CONNECT && has_refused_address_) return address_refused(redirects_ > 0);
  return error_of(easy_.get(), code, curl_message_);
}

// curl comes here before it connects, so that a refused address does not even see a packet …
curl_socket_t Transfer::socket_callback(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.may_be_private_ && !transfer.around_.options.is_public(address->addr)) {
    transfer.has_refused_address_ = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// … and here before each request, also over a connection that another request opened.
int Transfer::connected_callback(void* self, char* peer, char*, int peer_port, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  const bool is_public_now = is_public_peer(peer ? peer : "", peer_port, transfer.around_.options.is_public);
  if (!transfer.may_be_private_ && !is_public_now) {
    transfer.end_with(address_refused(transfer.redirects_ > 0));
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.next_may_be_private_ = transfer.may_be_private_ && !is_public_now;
  transfer.phase_ = Phase::kAsking;
  transfer.phase_at_ = monotonic_now();
  return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::head_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->on_line({data, size * count}) ? size * count : 0;
}

bool Transfer::on_line(std::string_view line) {
  if (phase_ == Phase::kBody || next_hop_) return true;  // trailers
  const auto state = head_.add(line);
  if (!state) return end_with(state.error());
  return *state == AnswerHead::State::kOpen || on_head();
}

bool Transfer::on_head() {
  HttpHead& head = head_.head();
  if (is_redirect(head.status) && !head.header("location").empty()) {
    if (redirects_ >= request_.limits.redirects_max) {
      return end_with({Code::kPermissionDenied, "REDIRECT_REFUSED",
                       "more than " + std::to_string(request_.limits.redirects_max) + " redirects"});
    }
    auto next = follow(hop_, head.status, head.header("location"), began_with_https_);
    if (!next) return end_with(next.error());
    next_hop_ = std::move(*next);
    return head_.length().value_or(kDrainedBytesMax + 1) <= kDrainedBytesMax;
  }
  if (is_cancel_wanted) return end_with(cancelled());
  head.final_url = hop_.url.bare();
  begin_body();
  if (!reader_->on_head(head)) return end_with(cancelled());
  const bool has_body = hop_.method != "HEAD" && head.status != 204 && head.status != 304;
  if (has_body && head_.length().value_or(0) > request_.limits.body_bytes_max) {
    return end_with({Code::kResourceExhausted, "RESPONSE_TOO_LARGE",
                     "the answer has " + std::to_string(*head_.length()) + " bytes, more than the " +
                         std::to_string(request_.limits.body_bytes_max) + " allowed"});
  }
  if (should_stand()) stand();
  return true;
}

void Transfer::begin_body() {
  phase_ = Phase::kBody;
  phase_at_ = counted_at_ = monotonic_now();
  counted_bytes_ = 0;
}

std::size_t Transfer::body_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->on_body(std::as_bytes(std::span(data, size * count)));
}

std::size_t Transfer::on_body(std::span<const std::byte> bytes) {
  if (bytes.empty() || next_hop_) return bytes.size();
  if (is_cancel_wanted) return end_with(cancelled());
  if (should_stand()) {
    is_standing_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  const std::int64_t room = std::max<std::int64_t>(request_.limits.body_bytes_max - body_bytes_, 0);
  const auto taken = bytes.first(std::min(bytes.size(), static_cast<std::size_t>(room)));
  body_bytes_ += static_cast<std::int64_t>(taken.size());
  count_progress();
  if (is_background()) around_.background.take(static_cast<std::int64_t>(bytes.size()));
  if (!taken.empty() && !reader_->on_body(taken)) return end_with(cancelled());
  if (taken.size() < bytes.size()) {
    return end_with(
        {Code::kResourceExhausted, "RESPONSE_TOO_LARGE",
         "the answer has more than the " + std::to_string(request_.limits.body_bytes_max) + " bytes allowed"});
  }
  // Left alone, curl reads a hundred pieces from a full socket before it looks at the next one.
  const bool has_ended_turn = is_background() && around_.background.has_rate();
  around_.has_ended_turns |= has_ended_turn;
  if (has_ended_turn || should_stand()) stand();
  return bytes.size();
}

// The window of stall_max begins anew whenever what is wanted within it has come.
void Transfer::count_progress() {
  const std::int64_t wanted = request_.limits.stall_max.count() * request_.limits.stall_bytes_per_s / 1000;
  if (body_bytes_ - counted_bytes_ < wanted) return;
  counted_at_ = monotonic_now();
  counted_bytes_ = body_bytes_;
}

void Transfer::stand() {
  is_standing_ = true;
  curl_easy_pause(easy_.get(), CURLPAUSE_RECV);
}

bool Transfer::should_stand() const { return is_pause_wanted || (is_background() && around_.is_background_held); }

bool Transfer::settle(Nanoseconds now) {
  if (phase_ != Phase::kBody) return false;
  const bool wants_to_stand = should_stand() || (is_background() && around_.is_background_dry);
  if (wants_to_stand == is_standing_) return false;
  is_standing_ = wants_to_stand;
  counted_at_ = now;
  counted_bytes_ = body_bytes_;
  // Going on, curl hands out what it had kept, and the reader may end the transfer then.
  const CURLcode code = curl_easy_pause(easy_.get(), wants_to_stand ? CURLPAUSE_RECV : CURLPAUSE_CONT);
  if (code != CURLE_OK && !outcome_) outcome_ = failure(code);
  return outcome_.has_value();
}

Nanoseconds Transfer::deadline() const {
  const HttpLimits& limits = request_.limits;
  Nanoseconds at = Nanoseconds::max();
  if (limits.total_max.count() > 0) at = started_at_ + limits.total_max;
  if (phase_ == Phase::kConnecting) at = std::min(at, phase_at_ + at_least_1ms(limits.connect_max));
  if (phase_ == Phase::kAsking) at = std::min(at, phase_at_ + at_least_1ms(limits.first_byte_max));
  if (phase_ == Phase::kBody && !is_standing_) at = std::min(at, counted_at_ + at_least_1ms(limits.stall_max));
  return at;
}

std::optional<Error> Transfer::overdue(Nanoseconds now) const {
  if (now < deadline()) return std::nullopt;
  const HttpLimits& limits = request_.limits;
  if (limits.total_max.count() > 0 && now >= started_at_ + limits.total_max) {
    return Error{Code::kUnavailable, "NET_TIMEOUT", "not done within " + seconds_of(limits.total_max)};
  }
  if (phase_ == Phase::kConnecting) {
    return Error{Code::kUnavailable, "NET_TIMEOUT",
                 "no connection within " + seconds_of(limits.connect_max) + "; check host and network"};
  }
  if (phase_ == Phase::kAsking) {
    return Error{Code::kUnavailable, "NET_TIMEOUT", "no answer within " + seconds_of(limits.first_byte_max)};
  }
  const std::int64_t least = limits.stall_bytes_per_s;
  const std::string what = least > 0 ? "less than " + std::to_string(least) + " bytes/s for " : "no byte for ";
  return Error{Code::kUnavailable, "NET_STALLED", what + seconds_of(limits.stall_max)};
}

bool Transfer::end_with(Error error) {
  outcome_ = std::move(error);
  return false;
}

Error Transfer::cancelled() const { return {Code::kCancelled, "TRANSFER_CANCELLED", "cancelled"}; }

Error Transfer::named(Error error) const {
  error.message = label_ + ": " + error.message;
  return error;
}

void Transfer::finish(std::optional<Error> error) {
  if (!error) error = outcome_;
  easy_.reset();  // gives its connection back before anybody learns of the end
  if (error) {
    reader_->on_end(tl::unexpected(named(std::move(*error))));
  } else {
    reader_->on_end({});
  }
}

}  // namespace segue::net
