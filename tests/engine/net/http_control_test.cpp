// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/thread.h"
#include "tests/engine/net/listener.h"
#include "tests/engine/net/requests.h"

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using net::HttpClient;
using net::HttpRequest;
using Clock = std::chrono::steady_clock;

HttpRequest background(const std::string& url) {
  HttpRequest request = get(url);
  request.urgency = net::HttpUrgency::kBackground;
  return request;
}

// Of several: the machine may be busy with something else, but not each time.
double fastest_ms(const std::vector<Clock::duration>& times) {
  return std::chrono::duration<double, std::milli>(*std::min_element(times.begin(), times.end())).count();
}

// CPU time of the client's thread, asked there: a transfer that fails at once calls on_end on it.
long long client_cpu_ns(HttpClient& client) {
  const auto listener = std::make_shared<Listener>();
  long long ns = 0;
  listener->on_end_call = [&ns] { ns = thread_cpu_ns(); };
  client.start(get("nothing"), listener);
  EXPECT_TRUE(listener->wait_for_end());
  return ns;
}

// A request is in the server's log a moment before it hangs: what is released in between hangs for ever, so release
// is said until it has been heard.
void release_until(FaultServer& server, const std::function<bool()>& is_true) {
  const auto give_up = Clock::now() + 10s;
  while (!is_true() && Clock::now() < give_up) {
    server.release();
    std::this_thread::yield();
  }
}

TEST(HttpControl, CancelTakesEffectAtOnceInEveryPhase) {
  FaultServer server;
  server.serve("/a", pattern(1'000'000));
  const auto client = HttpClient::create({});
  const Fault phases[] = {
      {.hang = true}, {.delay_first_byte = 60s}, {.stall_after = 100'000}, {.drip_bytes = 100, .drip_every = 5ms}};
  for (const Fault& phase : phases) {
    std::vector<Clock::duration> times;
    for (int i = 0; i < 9; ++i) {
      server.clear_log();
      server.script("/a", {phase});
      const auto listener = std::make_shared<Listener>();
      const auto id = client->start(get(server.url("/a")), listener);
      ASSERT_TRUE(server.wait_for_requests(1));
      ASSERT_TRUE(listener->wait_for_bytes(phase.stall_after ? 100'000 : phase.drip_bytes > 0 ? 100 : 0));
      const auto asked = Clock::now();
      client->cancel(id);
      ASSERT_TRUE(listener->wait_for_end());
      times.push_back(listener->ended_at() - asked);
      EXPECT_EQ(listener->reason(), "TRANSFER_CANCELLED");
      EXPECT_EQ(listener->ends(), 1);
    }
    EXPECT_LE(fastest_ms(times), 10.0);
    server.release();
  }
}

TEST(HttpControl, CancelReachesTransfersThatHaveNotBegun) {
  FaultServer server;
  server.script("*", {{.times = Fault::kForEver, .hang = true}});
  const auto client = HttpClient::create({.connections_max = 2, .connections_per_host_max = 2});
  std::vector<std::shared_ptr<Listener>> listeners;
  std::vector<HttpClient::Id> ids;
  for (int i = 0; i < 10; ++i) {
    listeners.push_back(std::make_shared<Listener>());
    ids.push_back(client->start(get(server.url("/a")), listeners.back()));
  }
  ASSERT_TRUE(server.wait_for_requests(2));
  for (std::size_t i = ids.size(); i-- > 0;) client->cancel(ids[i]);
  for (const auto& listener : listeners) {
    ASSERT_TRUE(listener->wait_for_end());
    EXPECT_EQ(listener->reason(), "TRANSFER_CANCELLED");
  }
  EXPECT_LE(server.connections(), 3);
}

TEST(HttpControl, StartDoesNotWaitForAnything) {
  FaultServer server;
  server.serve("/a", "x");
  const auto client = HttpClient::create({});
  ASSERT_TRUE(client->fetch(get(server.url("/a"))));
  std::vector<Clock::duration> times;
  for (int i = 0; i < 21; ++i) {
    std::this_thread::yield();
    const auto listener = std::make_shared<Listener>();
    const auto began = Clock::now();
    client->start(get(server.url("/a")), listener);
    ASSERT_TRUE(listener->wait_for_end());
    times.push_back(listener->head_at() - began);
  }
  EXPECT_LE(fastest_ms(times), 10.0);
}

TEST(HttpControl, AReaderMayEndItsTransfer) {
  FaultServer server;
  server.serve("/a", pattern(1'000'000));
  const auto client = HttpClient::create({});
  const auto at_head = std::make_shared<Listener>();
  at_head->on_head_call = [](const auto&) { return false; };
  client->start(get(server.url("/a")), at_head);
  ASSERT_TRUE(at_head->wait_for_end());
  EXPECT_EQ(at_head->reason(), "TRANSFER_CANCELLED");
  EXPECT_EQ(at_head->bytes(), 0U);
  const auto in_body = std::make_shared<Listener>();
  in_body->on_body_call = [](std::size_t so_far) { return so_far < 200'000; };
  client->start(get(server.url("/a")), in_body);
  ASSERT_TRUE(in_body->wait_for_end());
  EXPECT_EQ(in_body->reason(), "TRANSFER_CANCELLED");
  EXPECT_LT(in_body->bytes(), 400'000U);
}

TEST(HttpControl, AReaderMayStartAndCancelOthers) {
  FaultServer server;
  server.serve("/a", "x");
  server.script("/hung", {{.hang = true}});
  const auto client = HttpClient::create({});
  const auto hung = std::make_shared<Listener>();
  const auto next = std::make_shared<Listener>();
  const auto first = std::make_shared<Listener>();
  const auto hung_id = client->start(get(server.url("/hung")), hung);
  first->on_end_call = [&] {
    client->start(get(server.url("/a")), next);
    client->cancel(hung_id);
  };
  client->start(get(server.url("/a")), first);
  ASSERT_TRUE(first->wait_for_end());
  ASSERT_TRUE(next->wait_for_end());
  ASSERT_TRUE(hung->wait_for_end());
  EXPECT_EQ(next->reason(), "");
  EXPECT_EQ(hung->reason(), "TRANSFER_CANCELLED");
}

TEST(HttpControl, APausedTransferStandsStillAndIsNotAStall) {
  FaultServer server;
  const std::string bytes = pattern(30'000'000);
  server.serve("/a", bytes);
  const auto client = HttpClient::create({});
  const auto listener = std::make_shared<Listener>();
  HttpRequest request = get(server.url("/a"));
  request.limits.stall_max = 100ms;
  request.limits.body_bytes_max = 40'000'000;
  std::atomic<HttpClient::Id> id = 0;
  bool has_paused = false;
  listener->on_body_call = [&](std::size_t so_far) {
    if (so_far > 1'000'000 && !has_paused) {
      has_paused = true;
      client->pause(id);
    }
    return true;
  };
  server.freeze();
  id = client->start(request, listener);
  server.thaw();
  ASSERT_TRUE(listener->wait_for_bytes(1'000'001));
  const auto cpu_before = client_cpu_ns(*client);
  const std::size_t before = listener->bytes();
  // Three times stall_max passes on the client's own clock: a transfer that is overdue then would have ended.
  server.script("/hung", {{.hang = true}});
  const auto clock = std::make_shared<Listener>();
  HttpRequest waiting = get(server.url("/hung"));
  waiting.limits.total_max = 400ms;
  client->start(waiting, clock);
  ASSERT_TRUE(clock->wait_for_end());
  EXPECT_EQ(clock->reason(), "NET_TIMEOUT");
  EXPECT_LT(server.log("/a")[0].body_bytes, 20'000'000) << "the peer is slowed down: sockets hold some MB, we nothing";
  EXPECT_EQ(listener->bytes(), before) << "on_body after the piece that asked for the pause";
  EXPECT_EQ(listener->ends(), 0) << listener->message();
  EXPECT_LT(client_cpu_ns(*client) - cpu_before, 40'000'000) << "of 400 ms: it does not spin";
  client->resume(id);
  ASSERT_TRUE(listener->wait_for_end());
  EXPECT_EQ(listener->reason(), "");
  EXPECT_TRUE(listener->body() == bytes);
}

TEST(HttpControl, APauseBeforeTheAnswerHoldsTheBody) {
  FaultServer server;
  server.serve("/a", pattern(500'000));
  server.script("/a", {{.hang = true}});
  const auto client = HttpClient::create({});
  const auto listener = std::make_shared<Listener>();
  const auto id = client->start(get(server.url("/a")), listener);
  ASSERT_TRUE(server.wait_for_requests(1));
  client->pause(id);
  client_cpu_ns(*client);  // the client has seen it
  release_until(server, [&] { return listener->head().status != 0; });
  ASSERT_TRUE(listener->wait_for_head());
  client_cpu_ns(*client);
  EXPECT_EQ(listener->bytes(), 0U);
  client->pause(id);
  client->resume(id);
  client->pause(id);
  client->resume(id);
  ASSERT_TRUE(listener->wait_for_end());
  EXPECT_EQ(listener->reason(), "");
  EXPECT_EQ(listener->bytes(), 500'000U);
}

TEST(HttpControl, APausedTransferCanBeCancelled) {
  FaultServer server;
  server.serve("/a", pattern(10'000'000));
  const auto client = HttpClient::create({});
  const auto listener = std::make_shared<Listener>();
  std::atomic<HttpClient::Id> id = 0;
  listener->on_body_call = [&](std::size_t) {
    client->pause(id);
    return true;
  };
  server.freeze();
  HttpRequest request = get(server.url("/a"));
  request.limits.body_bytes_max = 40'000'000;
  id = client->start(request, listener);
  server.thaw();
  ASSERT_TRUE(listener->wait_for_bytes(1));
  const auto asked = Clock::now();
  client->cancel(id);
  ASSERT_TRUE(listener->wait_for_end());
  EXPECT_EQ(listener->reason(), "TRANSFER_CANCELLED");
  EXPECT_LT(listener->ended_at() - asked, 1s);
}

TEST(HttpControl, BackgroundTransfersStandStillWhileHeld) {
  FaultServer server;
  const std::string bytes = pattern(20'000'000);
  server.serve("/a", bytes);
  server.serve("/now", pattern(2'000'000));
  const auto client = HttpClient::create({});
  HttpRequest request = background(server.url("/a"));
  request.limits.body_bytes_max = 40'000'000;
  request.limits.stall_max = 300ms;
  const auto before = std::make_shared<Listener>();
  client->start(request, before);
  ASSERT_TRUE(before->wait_for_bytes(1));
  client->hold_background(true);
  const auto during = std::make_shared<Listener>();
  client->start(request, during);
  client_cpu_ns(*client);
  const std::size_t held_at = before->bytes();
  const auto cpu_before = client_cpu_ns(*client);
  HttpRequest now = get(server.url("/now"));
  server.script("/now", {{.rate_bytes_per_s = 5'000'000}});
  EXPECT_EQ(reason_of(client->fetch(now)), "") << "400 ms, more than stall_max";
  EXPECT_EQ(before->bytes(), held_at);
  EXPECT_EQ(during->bytes(), 0U);
  EXPECT_EQ(before->ends() + during->ends(), 0);
  EXPECT_LT(client_cpu_ns(*client) - cpu_before, 100'000'000) << "it does not spin";
  client->hold_background(false);
  ASSERT_TRUE(before->wait_for_end());
  ASSERT_TRUE(during->wait_for_end());
  EXPECT_EQ(before->reason() + during->reason(), "");
  EXPECT_TRUE(before->body() == bytes);
  EXPECT_TRUE(during->body() == bytes);
}

TEST(HttpControl, BackgroundTransfersShareTheirRateEvenly) {
  constexpr std::size_t kSize = 4'000'000;
  constexpr double kRate = 2'000'000;
  FaultServer server;
  server.serve("/a", pattern(kSize));
  const auto client = HttpClient::create({.background_bytes_per_s = static_cast<std::int64_t>(kRate)});
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < 4; ++i) {
    listeners.push_back(std::make_shared<Listener>());
    client->start(background(server.url("/a")), listeners.back());
  }
  for (const auto& listener : listeners) ASSERT_TRUE(listener->wait_for_bytes(1));
  const auto sum = [&] {
    std::size_t bytes = 0;
    for (const auto& listener : listeners) bytes += listener->bytes();
    return bytes;
  };
  const std::size_t first = sum();
  const auto began = Clock::now();
  const auto cpu_before = client_cpu_ns(*client);
  EXPECT_EQ(reason_of(client->fetch(get(server.url("/a")))), "") << "urgent ones are not capped";
  EXPECT_LT(Clock::now() - began, 1s);
  ASSERT_TRUE(listeners[0]->wait_for_bytes(500'000));
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const double rate = static_cast<double>(sum() - first) / seconds;
  EXPECT_LT(rate, kRate * 1.25) << "over " << seconds << " s";
  EXPECT_GT(rate, kRate * 0.5) << "over " << seconds << " s";
  std::size_t least = kSize;
  std::size_t most = 0;
  for (const auto& listener : listeners) {
    least = std::min(least, listener->bytes());
    most = std::max(most, listener->bytes());
  }
  EXPECT_LT(most - least, 150'000U) << "four pieces of 32 KiB";
  EXPECT_LT(static_cast<double>(client_cpu_ns(*client) - cpu_before) / 1e9, seconds * 0.3) << "it does not spin";
  client->set_background_rate(0);
  for (const auto& listener : listeners) {
    ASSERT_TRUE(listener->wait_for_end());
    EXPECT_EQ(listener->reason(), "");
    EXPECT_EQ(listener->bytes(), kSize);
  }
}

TEST(HttpControl, BackgroundTransfersLeaveRoomForUrgentOnes) {
  FaultServer server;
  server.serve("/now", "x");
  server.script("/a", {{.times = Fault::kForEver, .hang = true}});
  const auto client = HttpClient::create({.connections_max = 6, .connections_per_host_max = 3});
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < 20; ++i) {
    listeners.push_back(std::make_shared<Listener>());
    client->start(background(server.url("/a")), listeners.back());
  }
  ASSERT_TRUE(server.wait_for_requests(2));
  EXPECT_EQ(reason_of(client->fetch(get(server.url("/now")))), "");
  EXPECT_EQ(server.log("/a").size(), 2U);
}

TEST(HttpControl, ThirtyTwoTransfersAtOnce) {
  std::vector<std::unique_ptr<FaultServer>> servers;
  const std::string bytes = pattern(300'000);
  for (int i = 0; i < 8; ++i) {
    servers.push_back(std::make_unique<FaultServer>());
    servers.back()->serve("/a", bytes);
    servers.back()->script("/a", {{.times = 4, .rate_bytes_per_s = 1'500'000}});
  }
  const auto client = HttpClient::create({});
  std::vector<std::shared_ptr<Listener>> listeners;
  const auto began = Clock::now();
  for (int i = 0; i < 32; ++i) {
    listeners.push_back(std::make_shared<Listener>());
    client->start(get(servers[i % 8]->url("/a")), listeners.back());
  }
  for (const auto& listener : listeners) {
    ASSERT_TRUE(listener->wait_for_end());
    EXPECT_EQ(listener->reason(), "");
    EXPECT_TRUE(listener->body() == bytes);
  }
  EXPECT_LT(Clock::now() - began, 3s) << "one after the other takes 6.4 s";
}

TEST(HttpControl, ConnectionsAreBoundedPerHost) {
  FaultServer server;
  server.handle("/a", [](const Request&) { return Response{.body = "x", .fault = {.latency = 5ms}}; });
  const auto client = HttpClient::create({.connections_per_host_max = 3});
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < 30; ++i) {
    listeners.push_back(std::make_shared<Listener>());
    client->start(get(server.url("/a")), listeners.back());
  }
  for (const auto& listener : listeners) {
    ASSERT_TRUE(listener->wait_for_end());
    EXPECT_EQ(listener->reason(), "");
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST(HttpControl, MoreTransfersThanAnybodyNeedsAreRefused) {
  FaultServer server;
  server.script("*", {{.times = Fault::kForEver, .hang = true}});
  auto client = HttpClient::create({});
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < 1'100; ++i) {
    listeners.push_back(std::make_shared<Listener>());
    client->start(get(server.url("/a")), listeners.back());
  }
  ASSERT_TRUE(listeners.back()->wait_for_end());
  EXPECT_EQ(listeners.back()->reason(), "TOO_MANY_TRANSFERS");
  client.reset();
  int refused = 0;
  for (const auto& listener : listeners) {
    ASSERT_EQ(listener->ends(), 1);
    refused += listener->reason() == "TOO_MANY_TRANSFERS";
  }
  EXPECT_EQ(refused, 1'100 - 1'024);
}

TEST(HttpControl, TheDestructorEndsEveryTransferOnce) {
  FaultServer server;
  server.serve("/a", pattern(5'000'000));
  server.script("/hung", {{.times = Fault::kForEver, .hang = true}});
  server.script("/stalled", {{.times = Fault::kForEver, .body = pattern(100'000), .stall_after = 1'000}});
  for (int round = 0; round < 20; ++round) {
    auto client = HttpClient::create({});
    std::vector<std::shared_ptr<Listener>> listeners;
    for (int i = 0; i < 24; ++i) {
      listeners.push_back(std::make_shared<Listener>());
      const char* paths[] = {"/a", "/hung", "/stalled", "/a"};
      const auto id = client->start(i % 5 == 0 ? background(server.url(paths[i % 4])) : get(server.url(paths[i % 4])),
                                    listeners.back());
      if (i % 4 == 3 && i > 3) client->pause(id);
    }
    ASSERT_TRUE(listeners[3]->wait_for_bytes(round % 2));
    const auto began = Clock::now();
    client.reset();
    EXPECT_LT(Clock::now() - began, 2s);
    for (const auto& listener : listeners) {
      EXPECT_EQ(listener->ends(), 1);
      EXPECT_TRUE(listener->reason().empty() || listener->reason() == "TRANSFER_CANCELLED") << listener->reason();
    }
  }
}

TEST(HttpControl, FetchEndsWhenItIsStopped) {
  FaultServer server;
  server.script("/a", {{.times = Fault::kForEver, .hang = true}});
  const auto client = HttpClient::create({});
  std::stop_source stop;
  Result<net::HttpResponse> answer;
  std::thread waiting([&] { answer = client->fetch(get(server.url("/a")), stop.get_token()); });
  EXPECT_TRUE(server.wait_for_requests(1));
  stop.request_stop();
  waiting.join();
  EXPECT_EQ(reason_of(answer), "TRANSFER_CANCELLED");
  EXPECT_EQ(reason_of(client->fetch(get(server.url("/a")), stop.get_token())), "TRANSFER_CANCELLED")
      << "stopped before";
}

TEST(HttpControl, ManyThreadsMayUseAClient) {
  FaultServer server;
  server.serve("/a", pattern(20'000));
  const auto client = HttpClient::create({});
  std::vector<std::thread> threads;
  const int rounds = std::getenv("SEGUE_SOAK") ? 2'000 : 60;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        const auto listener = std::make_shared<Listener>();
        const auto id = client->start((i + t) % 2 ? background(server.url("/a")) : get(server.url("/a")), listener);
        if (i % 3 == 1) client->pause(id);
        if (i % 7 == 0) client->hold_background(i % 14 == 0);
        if (i % 3 == 1) client->resume(id);
        if (i % 5 == 0) client->cancel(id);
        client->hold_background(false);
        ASSERT_TRUE(listener->wait_for_end());
        EXPECT_EQ(listener->reason(), listener->bytes() == 20'000 ? "" : "TRANSFER_CANCELLED");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace segue::test
