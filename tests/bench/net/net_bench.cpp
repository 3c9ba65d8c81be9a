// SPDX-License-Identifier: GPL-3.0-or-later
// What the HTTP client costs and how fast it reacts, over loopback.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/thread.h"
#include "engine/net/http.h"
#include "tests/bench/report.h"
#include "tests/support/net/fault_server.h"

namespace segue::bench {
namespace {

using Clock = std::chrono::steady_clock;
using net::HttpClient;

constexpr std::size_t kBodyBytes = 256 << 20;
constexpr int kRounds = 400;

// Keeps nothing but times. wait() may be used once per transfer.
class Watcher final : public net::HttpReader {
 public:
  bool on_head(const net::HttpHead&) override {
    cpu_ns_ = thread_cpu_ns();
    return true;
  }
  bool on_body(std::span<const std::byte> bytes) override {
    if (bytes_ == 0) first_byte_ = Clock::now();
    bytes_ += bytes.size();
    has_bytes_ = true;
    has_bytes_.notify_all();
    return true;
  }
  void on_end(Result<void> outcome) override {
    ended_ = Clock::now();
    cpu_ns_ = thread_cpu_ns() - cpu_ns_;
    is_fine_ = outcome.has_value();
    has_ended_ = true;
    has_ended_.notify_all();
  }
  void wait_for_bytes() { has_bytes_.wait(false); }
  void wait() { has_ended_.wait(false); }

  std::size_t bytes_ = 0;
  long long cpu_ns_ = 0;  // of the client's thread, from head to end
  bool is_fine_ = false;
  Clock::time_point first_byte_;
  Clock::time_point ended_;

 private:
  std::atomic<bool> has_bytes_ = false;
  std::atomic<bool> has_ended_ = false;
};

double ms(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

net::HttpRequest get(const std::string& url) {
  net::HttpRequest request{.url = url, .may_be_private = true};
  request.limits.body_bytes_max = std::int64_t{1} << 40;
  return request;
}

void measure_throughput(Report& report, const std::string& name, test::Tls tls) {
  test::FaultServer server({.tls = tls});
  server.serve("/a", std::string(kBodyBytes, 'x'));
  const auto client = HttpClient::create({.ca_file = server.ca_file()});
  std::vector<double> mb_per_cpu_s;
  std::vector<double> mb_per_s;
  for (int round = 0; round < 5; ++round) {
    const auto watcher = std::make_shared<Watcher>();
    client->start(get(server.url("/a")), watcher);
    watcher->wait();
    if (!watcher->is_fine_) return;
    mb_per_cpu_s.push_back(kBodyBytes / 1e6 / (static_cast<double>(watcher->cpu_ns_) / 1e9));
    mb_per_s.push_back(kBodyBytes / 1e6 / (ms(watcher->ended_ - watcher->first_byte_) / 1e3));
  }
  report.add("net." + name + ".mb_per_cpu_second", percentile(mb_per_cpu_s, 50), "MB/s");
  report.add("net." + name + ".mb_per_second", percentile(mb_per_s, 50), "MB/s");
}

void measure_first_byte(Report& report) {
  test::FaultServer server;
  server.serve("/a", std::string(1'000, 'x'));
  const auto client = HttpClient::create({});
  std::vector<double> first_ms;
  for (int round = 0; round < kRounds; ++round) {
    const auto watcher = std::make_shared<Watcher>();
    const auto began = Clock::now();
    client->start(get(server.url("/a")), watcher);
    watcher->wait();
    if (round > 0) first_ms.push_back(ms(watcher->first_byte_ - began));  // the first one connects
  }
  report.add("net.first_byte_kept_connection.p50", percentile(first_ms, 50), "ms", Goal::at_most(10));
  report.add("net.first_byte_kept_connection.p99", percentile(first_ms, 99), "ms");
}

void measure_cancel(Report& report) {
  test::FaultServer server;
  server.serve("/a", std::string(4 << 20, 'x'));
  server.script("/a", {{.times = test::Fault::kForEver, .rate_bytes_per_s = 1'000'000}});
  const auto client = HttpClient::create({});
  std::vector<double> cancel_ms;
  for (int round = 0; round < kRounds; ++round) {
    const auto watcher = std::make_shared<Watcher>();
    const auto id = client->start(get(server.url("/a")), watcher);
    watcher->wait_for_bytes();
    const auto asked = Clock::now();
    client->cancel(id);
    watcher->wait();
    cancel_ms.push_back(ms(watcher->ended_ - asked));
  }
  report.add("net.cancel.p50", percentile(cancel_ms, 50), "ms", Goal::at_most(10));
  report.add("net.cancel.p99", percentile(cancel_ms, 99), "ms", Goal::at_most(10));
}

}  // namespace
}  // namespace segue::bench

int main() {
  segue::bench::Report report;
  segue::bench::measure_throughput(report, "http", segue::test::Tls::kNone);
  segue::bench::measure_throughput(report, "https", segue::test::Tls::kValid);
  segue::bench::measure_first_byte(report);
  segue::bench::measure_cancel(report);
  return 0;
}
