// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "engine/net/answer_head.h"
#include "engine/net/http.h"
#include "engine/net/redirect.h"
#include "engine/net/token_bucket.h"

namespace segue::net {

// What all transfers of a client share. The client's thread's.
struct Surroundings {
  HttpClient::Options options;
  TokenBucket background;
  bool is_background_held = false;
  bool is_background_dry = false;  // as of this turn, for all alike: else the first one would get everything
  bool has_ended_turns = false;    // transfers that stand only because others are to have their turn
};

// One request with its redirects, from start to on_end: the hops, the limits, what curl calls. Each hop is one run of
// the curl handle in the client's multi handle. The client's thread's, except the two wishes.
class Transfer {
 public:
  enum class Phase { kWaiting, kConnecting, kAsking, kBody };

  Transfer(HttpClient::Id id, HttpRequest request, std::shared_ptr<HttpReader> reader, Surroundings& around);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  HttpClient::Id id() const { return id_; }
  const std::string& origin() const { return origin_; }
  bool is_background() const { return request_.urgency == HttpUrgency::kBackground; }
  CURL* easy() const { return easy_.get(); }
  bool is_active() const { return phase_ != Phase::kWaiting; }

  // Wishes of any thread; the client's thread looks at them.
  std::atomic<bool> is_pause_wanted = false;
  std::atomic<bool> is_cancel_wanted = false;

  // Takes the address apart, once. A failure is the outcome.
  Result<void> prepare();
  // The handle, ready for the present hop; null without memory.
  CURL* begin_hop(Nanoseconds now);
  // The hop's run is over. True: there is a next one, to be begun when there is room.
  bool end_hop(CURLcode code);
  // Makes the transfer stand or go on as is wanted. True: that ended it.
  bool settle(Nanoseconds now);
  // When it is overdue if nothing happens; Nanoseconds::max() for never.
  Nanoseconds deadline() const;
  // What is overdue at `now`, if anything.
  std::optional<Error> overdue(Nanoseconds now) const;
  // Calls on_end with `error`, what went wrong inside, or success.
  void finish(std::optional<Error> error = std::nullopt);

 private:
  static std::size_t head_callback(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t socket_callback(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int connected_callback(void* self, char* peer, char* local, int peer_port, int local_port);

  bool on_line(std::string_view line);
  bool on_head();
  std::size_t on_body(std::span<const std::byte> bytes);
  void begin_body();
  void count_progress();
  void stand();
  bool should_stand() const;
  bool wants_fresh_connection(CURLcode code) const;
  bool end_with(Error error);  // false, for callbacks
  Error cancelled() const;
  Error named(Error error) const;
  Error failure(CURLcode code) const;

  const HttpClient::Id id_;
  HttpRequest request_;
  const std::shared_ptr<HttpReader> reader_;
  Surroundings& around_;
  std::string label_;
  std::string origin_;

  struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, ListDeleter> lines_;  // curl reads it until the hop ends
  std::unique_ptr<CURL, EasyDeleter> easy_;
  char curl_message_[CURL_ERROR_SIZE] = {};

  Phase phase_ = Phase::kWaiting;
  Hop hop_;
  std::optional<Hop> next_hop_;  // the answer redirects there
  int redirects_ = 0;
  bool began_with_https_ = false;
  bool may_be_private_ = false;       // this hop
  bool next_may_be_private_ = false;  // a hop after this one
  bool has_refused_address_ = false;
  bool is_fresh_ = false;  // no kept connection

  AnswerHead head_;
  std::int64_t body_bytes_ = 0;
  bool is_standing_ = false;
  std::optional<Error> outcome_;  // why a callback ended it

  Nanoseconds started_at_;
  Nanoseconds phase_at_{0};
  Nanoseconds counted_at_{0};       // begin of the stall window …
  std::int64_t counted_bytes_ = 0;  // … and the bytes that had come then
};

}  // namespace segue::net
