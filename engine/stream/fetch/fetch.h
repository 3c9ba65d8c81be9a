// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/stream/fetch/assembly.h"
#include "engine/stream/fetch/prefetch.h"
#include "engine/stream/fetch/transfer.h"

namespace segue::stream {

// One content being fetched, for all who want it. Three kinds of threads meet here, under one mutex that is held for
// no call-out: users read and wait; the client's thread brings bytes (the functions that take a Transfer); the
// steering thread alone decides what to ask for and when (step). Cache and catalogue are asked by worker threads.
class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(FetchServices& services, std::string key, std::string uri, model::MediaRef ref);

  // --- users, any thread
  // A reader's part of the fetch.
  struct Reader {
    bool is_interrupted = false;
  };
  void join() { change_users(1); }
  void leave() { change_users(-1); }
  // It has failed for good or holds an old version: the next open begins anew.
  bool is_retired() const;
  // Retires it if the catalogue speaks of another version than the one it holds; who reads that keeps it.
  bool yields_to(const model::MediaRef& ref);
  void add(std::shared_ptr<Prefetch> prefetch);
  void remove(const std::shared_ptr<Prefetch>& prefetch);
  // Looks into the cache, once; whoever comes meanwhile waits. Nothing is asked of a server before.
  void prepare();
  // Until there are bytes to read, or it is clear that open() fails.
  Result<void> wait_for_answer(const std::stop_token& stop);
  Result<std::size_t> read(Reader& reader, std::int64_t offset, std::span<std::byte> buffer);
  void interrupt(Reader& reader);
  bool is_ready(std::int64_t offset, std::int64_t bytes) const;
  bool is_partly_absent() const;
  std::int64_t size() const;
  FetchStatus status() const;
  model::MediaRef ref() const;

  // --- the client's thread
  bool on_head(Transfer& transfer, const net::HttpHead& head);
  bool on_body(Transfer& transfer, std::span<const std::byte> bytes);
  void on_end(Transfer& transfer, const Result<void>& outcome);

  // --- the steering thread
  struct Step {
    SteadyTime next = SteadyTime::max();  // when to look again
    std::vector<FetchNews> news;
    bool is_busy_now = false;     // transferring for a deck
    bool is_busy_behind = false;  // transferring for a prefetch
    bool is_retired = false;      // the next open of this key begins anew
    std::vector<std::pair<std::shared_ptr<Prefetch>, Result<void>>> done;
    std::vector<std::pair<std::shared_ptr<Prefetch>, std::int64_t>> progress;
    std::int64_t size = -1;
  };
  Step step(SteadyTime now, bool may_run_behind);
  bool is_unused() const;
  // Nobody uses it, but it may be taken up again where it stands: when its last reader left; else nothing.
  std::optional<SteadyTime> lingering_since() const;
  bool is_busy_behind() const;  // as Step has it
  // Readers fail with CANCELLED; what is under way ends. `waits`: returns once nobody is in the cache for it.
  Step close(SteadyTime now, bool waits);
  const std::string& key() const { return key_; }

 private:
  struct Demand {
    std::int64_t offset = 0;
    std::uint64_t serial = 0;
  };
  // How a transfer ended, for the steering thread.
  struct Ending {
    Answer answer;  // kBytes: as it should; kFault …: error tells
    std::int64_t position = 0;
    bool has_progressed = false;
    bool is_check = false;
    std::string origin;
  };
  struct Fault {
    Error error;
    SteadyTime begun;
    std::set<std::string> reasons;
  };
  enum class Job { kNone, kPrepare, kOpen, kResolve };
  // What a step does once the mutex is free.
  struct Acts {
    std::vector<net::HttpClient::Id> cancel;
    std::optional<net::HttpClient::Id> pause;
    std::optional<net::HttpClient::Id> resume;
    std::shared_ptr<Transfer> start;
    net::HttpRequest request;
    Job job = Job::kNone;
    std::shared_ptr<CachedContent> discard;
  };
  using Lock = std::unique_lock<std::mutex>;
  // Whole blocks that may wait for their place in the cache, before the transfer is paused.
  static constexpr std::size_t kWaitingMax = 64;  // 4 MiB

  void change_users(int by);
  // With a transfer of somebody who has left, for whoever comes back; stands still.
  bool is_lingering() const { return users_ == 0 && prefetches_.empty() && running_ && !running_->is_background_; }
  void progress() { ++progress_, changed_.notify_all(); }
  // fetch_readers.cpp
  std::size_t read_cached(Lock& lock, std::int64_t offset, std::span<std::byte> buffer);
  std::size_t read_waiting(std::int64_t offset, std::span<std::byte> buffer) const;
  bool is_on_its_way(std::int64_t block) const;
  std::optional<Result<void>> opening(SteadyTime now, SteadyTime begun) const;
  void look_for_copy();
  // fetch_bytes.cpp
  bool accept(Transfer& transfer);
  bool deliver(Lock& lock, Transfer& transfer, std::span<const std::byte> bytes);
  bool sniff(Transfer& transfer);
  void store(Lock& lock, Assembly::Block block);
  void measure(std::size_t bytes);
  void end_unsized(Lock& lock, Transfer& transfer);
  void attach();
  void put_waiting(Lock& lock, CachedContent& content);
  // fetch_steps.cpp
  void take_ending(SteadyTime now, Step& step, Acts& acts);
  void take_failure(const Ending& ending, SteadyTime now, Step& step, Acts& acts);
  void take_change(const Error& error, SteadyTime now, Step& step, Acts& acts);
  void give_up(const Error& error, SteadyTime now, Step& step);
  void tend_transfer(Acts& acts);
  void tend_prefetches(SteadyTime now, Step& step);
  bool may_jump() const;
  bool wants_cut() const;
  const Demand* first_demand() const;
  void plan(SteadyTime now, bool may_run_behind, Step& step, Acts& acts);
  void drop_transfer(Acts& acts);
  void act(Acts acts);
  // fetch_requests.cpp
  std::shared_ptr<Transfer> make_transfer(std::int64_t from, bool with_range, SteadyTime now);
  net::HttpRequest make_request(const Transfer& transfer, std::int64_t end) const;
  void count_request();
  bool needs_address() const;
  void resolve(const std::stop_token& stop);
  void take_address(Result<model::MediaRef> resolved, SteadyTime now, Step& step, Acts& acts);
  void begin_check(SteadyTime now, Acts& acts);
  // fetch_faults.cpp
  void begin_fault(const Error& error, bool is_playable, SteadyTime now, Step& step);
  void end_fault(SteadyTime now, Step& step);

  FetchServices& services_;
  const std::string key_;
  const std::string uri_;
  std::once_flag prepared_once_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  model::MediaRef ref_;
  int users_ = 0;
  SteadyTime left_at_{};  // by the last of them
  std::vector<std::shared_ptr<Prefetch>> prefetches_;
  bool is_prepared_ = false;
  bool is_closed_ = false;
  bool is_answered_ = false;    // there are bytes of a track to read
  bool is_handed_out_ = false;  // somebody may have read: the version is settled
  bool is_from_disk_ = false;
  bool wants_check_ = false;
  std::optional<Error> final_;
  std::optional<Error> trouble_;
  std::shared_ptr<CachedContent> content_;
  bool has_asked_content_ = false;
  bool is_to_discard_ = false;  // with the last user: what the cache has is another version's
  Identity known_;
  Assembly assembly_;
  std::vector<Assembly::Block> waiting_;  // for content_
  std::set<std::int64_t> putting_;        // on their way into the cache
  int in_cache_ = 0;                      // threads that use content_ without the mutex
  std::map<const Reader*, Demand> demands_;
  std::uint64_t demand_serial_ = 0;
  std::uint64_t progress_ = 0;
  std::shared_ptr<Transfer> running_;
  std::shared_ptr<Transfer> check_;
  std::optional<Ending> ending_;
  std::optional<Ending> check_ending_;
  std::optional<bool> serves_ranges_;
  bool has_flowed_ = false;  // wanted bytes came since the fault began
  bool is_after_failure_ = false;
  std::optional<Result<model::MediaRef>> resolved_;
  double bytes_per_s_ = 0;
  std::int64_t rate_bytes_ = 0;
  SteadyTime rate_since_{};
  std::chrono::nanoseconds first_byte_in_{0};  // of the latest answer
  std::uint64_t attempts_ = 0;
  std::uint64_t resumed_ = 0;
  int failures_ = 0;  // since bytes came
  SteadyTime not_before_{};

  // The steering thread's own.
  Job job_ = Job::kNone;  // set by it, cleared by the worker under the mutex
  net::Retry retry_;
  std::int64_t cursor_ = 0;  // where the next request begins to look for a gap
  bool is_expired_ = false;
  bool has_fresh_address_ = false;  // resolved, and no byte came yet
  int wrong_ranges_ = 0;
  std::int64_t stuck_at_ = -1;
  int stuck_ = 0;
  std::optional<Fault> fault_;
};

}  // namespace segue::stream
