// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>

#include <curl/curl.h>
#include <pthread.h>

#include "engine/base/clock.h"
#include "engine/base/thread.h"
#include "engine/net/address_policy.h"
#include "engine/net/curl_options.h"
#include "engine/net/http.h"
#include "engine/net/transfer.h"
#include "engine/net/waiting_room.h"

namespace segue::net {
namespace {

constexpr std::size_t kTransfersMax = 1024;           // at once, waiting ones included; a catalogue asks for dozens
constexpr std::chrono::milliseconds kSleepMax{1000};  // without transfers too: nothing hangs on it

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// One thread drives all transfers: it takes what others asked for, lets transfers in, gives curl its turn, ends what
// is done or overdue, and sleeps in curl's poll until a socket, a deadline or a wish wakes it.
class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(const Options& options);
  ~CurlClient() override;

  Id start(HttpRequest request, std::shared_ptr<HttpReader> reader) override;
  void cancel(Id id) override;
  void pause(Id id) override { wish_pause(id, true); }
  void resume(Id id) override { wish_pause(id, false); }
  void set_background_rate(std::int64_t bytes_per_s) override;
  void hold_background(bool on) override;

 private:
  // What other threads have asked for since the last look.
  struct Inbox {
    std::vector<std::shared_ptr<Transfer>> started;
    std::vector<Id> cancelled;
    bool has_wishes = false;
    std::optional<std::int64_t> rate;
    std::optional<bool> is_held;
    bool is_ending = false;
  };

  void run();
  bool take_inbox(Nanoseconds now);
  void begin(const std::shared_ptr<Transfer>& transfer);
  void let_in(Nanoseconds now);
  void settle_all(Nanoseconds now);
  void collect();
  void end_overdue(Nanoseconds now);
  void sleep(Nanoseconds now);
  void end(Transfer& transfer, std::optional<Error> error);
  void stop_running(Transfer& transfer);
  void wish_pause(Id id, bool on);

  std::mutex mutex_;  // guards inbox_, transfers_, last_id_
  Inbox inbox_;
  std::unordered_map<Id, std::shared_ptr<Transfer>> transfers_;
  Id last_id_ = 0;

  // The thread's.
  Surroundings around_;
  WaitingRoom waiting_;
  std::vector<std::shared_ptr<Transfer>> mine_;  // not ended
  bool is_restless_ = false;                     // a place has become free
  bool has_to_settle_ = false;

  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::jthread thread_;
};

CurlClient::CurlClient(const Options& options)
    : around_{options, {}, false}, waiting_(options.connections_max, options.connections_per_host_max) {
  init_curl();
  if (!around_.options.is_public) around_.options.is_public = &is_public;
  around_.background.set_rate(options.background_bytes_per_s, SystemClock().monotonic());
  multi_.reset(curl_multi_init());
  const long connections = std::max(options.connections_max, 2);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  thread_ = std::jthread([this] { run(); });
}

CurlClient::~CurlClient() {
  {
    const std::lock_guard lock(mutex_);
    inbox_.is_ending = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

HttpClient::Id CurlClient::start(HttpRequest request, std::shared_ptr<HttpReader> reader) {
  Id id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_id_;
    inbox_.started.push_back(std::make_shared<Transfer>(id, std::move(request), std::move(reader), around_));
    transfers_.emplace(id, inbox_.started.back());
  }
  curl_multi_wakeup(multi_.get());
  return id;
}

void CurlClient::cancel(Id id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = transfers_.find(id);
    if (found == transfers_.end() || found->second->is_cancel_wanted.exchange(true)) return;
    inbox_.cancelled.push_back(id);
  }
  curl_multi_wakeup(multi_.get());
}

void CurlClient::wish_pause(Id id, bool on) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return;
    found->second->is_pause_wanted = on;
    inbox_.has_wishes = true;
  }
  curl_multi_wakeup(multi_.get());
}

void CurlClient::set_background_rate(std::int64_t bytes_per_s) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.rate = bytes_per_s;
  }
  curl_multi_wakeup(multi_.get());
}

void CurlClient::hold_background(bool on) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.is_held = on;
  }
  curl_multi_wakeup(multi_.get());
}

void CurlClient::run() {
  set_thread_name("segue-http");
  // OpenSSL writes to sockets without MSG_NOSIGNAL; signals of the process are other threads' business.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);

  while (take_inbox(SystemClock().monotonic())) {
    const Nanoseconds now = SystemClock().monotonic();
    let_in(now);
    settle_all(now);
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    collect();
    end_overdue(SystemClock().monotonic());
    sleep(SystemClock().monotonic());
  }
  const auto left = std::move(mine_);
  for (const auto& transfer : left) {
    end(*transfer, Error{Code::kCancelled, "TRANSFER_CANCELLED", "cancelled, as the client ends"});
  }
}

bool CurlClient::take_inbox(Nanoseconds now) {
  Inbox inbox;
  {
    const std::lock_guard lock(mutex_);
    std::swap(inbox, inbox_);
  }
  if (inbox.rate) around_.background.set_rate(*inbox.rate, now);
  if (inbox.is_held) around_.is_background_held = *inbox.is_held;
  has_to_settle_ |= inbox.has_wishes || inbox.rate || inbox.is_held;
  for (const auto& transfer : inbox.started) begin(transfer);
  for (const Id id : inbox.cancelled) {
    const auto found = std::find_if(mine_.begin(), mine_.end(), [id](const auto& each) { return each->id() == id; });
    if (found == mine_.end()) continue;
    const std::shared_ptr<Transfer> transfer = *found;
    end(*transfer, Error{Code::kCancelled, "TRANSFER_CANCELLED", "cancelled"});
  }
  return !inbox.is_ending;
}

void CurlClient::begin(const std::shared_ptr<Transfer>& transfer) {
  mine_.push_back(transfer);
  if (auto ready = transfer->prepare(); !ready) return end(*transfer, ready.error());
  if (mine_.size() > kTransfersMax) {
    return end(*transfer, Error{Code::kResourceExhausted, "TOO_MANY_TRANSFERS",
                                "more than " + std::to_string(kTransfersMax) + " transfers at once; try again later"});
  }
  waiting_.enter(*transfer, false);
}

void CurlClient::let_in(Nanoseconds now) {
  is_restless_ = false;
  while (Transfer* const transfer = waiting_.admit(around_.is_background_held)) {
    CURL* const easy = transfer->begin_hop(now);
    if (!easy || curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
      end(*transfer, Error{Code::kResourceExhausted, "NET_FAILED", "no memory for a transfer"});
    }
  }
}

void CurlClient::settle_all(Nanoseconds now) {
  around_.background.refill(now);
  const bool was_dry = around_.is_background_dry;
  const bool is_dry = around_.is_background_dry = around_.background.is_dry();
  if (!has_to_settle_ && !is_dry && !was_dry && !around_.has_ended_turns) return;
  has_to_settle_ = false;
  if (!is_dry) around_.has_ended_turns = false;
  const auto all = mine_;  // ends may come out of it
  for (const auto& transfer : all) {
    if (transfer->is_active() && transfer->settle(now)) end(*transfer, std::nullopt);
  }
}

void CurlClient::collect() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    void* owner = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
    auto& transfer = *static_cast<Transfer*>(owner);
    stop_running(transfer);
    if (transfer.end_hop(code)) {
      waiting_.enter(transfer, true);
    } else {
      end(transfer, std::nullopt);
    }
  }
}

void CurlClient::end_overdue(Nanoseconds now) {
  for (std::size_t i = mine_.size(); i-- > 0;) {
    const std::shared_ptr<Transfer> transfer = mine_[i];
    if (auto error = transfer->overdue(now)) end(*transfer, std::move(error));
    i = std::min(i, mine_.size());
  }
}

void CurlClient::sleep(Nanoseconds now) {
  around_.background.refill(now);
  if (is_restless_ || (around_.has_ended_turns && !around_.background.is_dry())) return;
  Nanoseconds until = now + kSleepMax;
  for (const auto& transfer : mine_) until = std::min(until, transfer->deadline());
  if (around_.background.is_dry()) until = std::min(until, now + around_.background.wait());
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(until - now, Nanoseconds(0)));
  curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(ms.count()), nullptr);
}

void CurlClient::stop_running(Transfer& transfer) {
  curl_multi_remove_handle(multi_.get(), transfer.easy());
  waiting_.leave(transfer);
  is_restless_ = true;
}

void CurlClient::end(Transfer& transfer, std::optional<Error> error) {
  if (transfer.is_active()) {
    stop_running(transfer);
  } else {
    waiting_.remove(transfer);
  }
  const auto found =
      std::find_if(mine_.begin(), mine_.end(), [&](const auto& each) { return each.get() == &transfer; });
  const std::shared_ptr<Transfer> kept = found == mine_.end() ? nullptr : *found;
  if (found != mine_.end()) mine_.erase(found);
  std::shared_ptr<Transfer> registered;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = transfers_.find(transfer.id());
    registered = std::move(entry->second);
    transfers_.erase(entry);
  }
  registered->finish(std::move(error));
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::create(const Options& options) { return std::make_unique<CurlClient>(options); }

}  // namespace segue::net
