// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include "tests/engine/net/listener.h"
#include "tests/engine/net/requests.h"

namespace segue::test {
namespace {

// What names mean to libcurl in this program. "hang.test" is asked for until release().
class Names {
 public:
  static Names& get() {
    static Names names;
    return names;
  }
  // The answer to the next questions; the last one stays.
  void set(const std::string& name, std::vector<std::string> addresses) {
    const std::lock_guard lock(mutex_);
    addresses_[name] = std::move(addresses);
  }
  std::string take(const std::string& name) {
    std::unique_lock lock(mutex_);
    if (name == "hang.test") {
      ++hanging_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return is_released_; });
      --hanging_;
      changed_.notify_all();
    }
    const auto found = addresses_.find(name);
    if (found == addresses_.end()) return "";
    const std::string address = found->second.front();
    if (found->second.size() > 1) found->second.erase(found->second.begin());
    return address;
  }
  void wait_for_hanging(int count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] { return hanging_ >= count; }));
  }
  // All who hang go, and later ones do not.
  void release() {
    std::unique_lock lock(mutex_);
    is_released_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return hanging_ == 0; });
    is_released_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<std::string>> addresses_;
  int hanging_ = 0;
  bool is_released_ = false;
};

}  // namespace
}  // namespace segue::test

// libcurl's calls end here instead of in the C library.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string name = node ? node : "";
  if (!name.ends_with(".test") && !name.ends_with(".invalid")) return real(node, service, hints, result);
  const std::string address = segue::test::Names::get().take(name);
  return address.empty() ? EAI_NONAME : real(address.c_str(), service, hints, result);
}

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using net::HttpClient;
using net::HttpRequest;
using Clock = std::chrono::steady_clock;

std::string url_of(const std::string& host, const FaultServer& server) {
  return "http://" + host + ':' + std::to_string(server.port()) + "/a";
}

TEST(Names, AnUnknownNameIsSaidToBe) {
  const auto client = HttpClient::create({});
  for (const char* host : {"nothing.test", "name.invalid"}) {
    const auto answer = client->fetch(get(std::string("http://") + host + "/"));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "DNS_FAILED") << host;
    EXPECT_EQ(answer.error().code, Code::kUnavailable);
  }
}

TEST(Names, ANameThatMeansAPrivateAddressIsRefused) {
  FaultServer server;
  server.serve("/a", "x");
  const auto client = HttpClient::create({});
  for (const char* address : {"127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "0.0.0.0"}) {
    Names::get().set("evil.test", {address});
    const auto fresh = HttpClient::create({});
    EXPECT_EQ(reason_of(fresh->fetch(get_public(url_of("evil.test", server)))), "ADDRESS_REFUSED") << address;
  }
  EXPECT_EQ(server.connections(), 0);
}

// The name is judged where it is used: an answer that was fine a moment ago counts for nothing.
TEST(Names, ANameThatChangesItsMindIsRefused) {
  FaultServer outside;
  outside.script("/a", {{.times = Fault::kForEver, .headers = {{"Connection", "close"}}, .body = "x"}});
  HttpClient::Options options;
  options.is_public = [](const sockaddr& address) {
    return address.sa_family == AF_INET &&
           reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr == htonl(INADDR_LOOPBACK);
  };
  Names::get().set("fickle.test", {"127.0.0.1", "127.0.0.2"});
  EXPECT_EQ(reason_of(HttpClient::create(options)->fetch(get_public(url_of("fickle.test", outside)))), "");
  EXPECT_EQ(reason_of(HttpClient::create(options)->fetch(get_public(url_of("fickle.test", outside)))),
            "ADDRESS_REFUSED");
}

TEST(Names, ANameServerThatHangsHoldsNobody) {
  FaultServer server;
  server.serve("/a", "x");
  auto client = HttpClient::create({});
  std::vector<Clock::duration> times;
  for (int i = 0; i < 5; ++i) {
    const auto listener = std::make_shared<Listener>();
    const auto id = client->start(get("http://hang.test/"), listener);
    Names::get().wait_for_hanging(i + 1);
    EXPECT_EQ(reason_of(client->fetch(get(server.url("/a")))), "") << "others go on";
    const auto asked = Clock::now();
    client->cancel(id);
    ASSERT_TRUE(listener->wait_for_end());
    times.push_back(listener->ended_at() - asked);
  }
  EXPECT_LT(*std::min_element(times.begin(), times.end()), 10ms);
  HttpRequest request = get("http://hang.test/");
  request.limits.connect_max = 100ms;
  const auto answer = client->fetch(request);
  EXPECT_EQ(reason_of(answer), "NET_TIMEOUT");
  const auto last = std::make_shared<Listener>();
  client->start(get("http://hang.test/"), last);
  Names::get().wait_for_hanging(7);
  const auto began = Clock::now();
  client.reset();
  EXPECT_LT(Clock::now() - began, 2s) << "nor the end";
  EXPECT_EQ(last->reason(), "TRANSFER_CANCELLED");
  Names::get().release();
}

TEST(Names, AHostWithADeadAddressIsReachedByTheOther) {
  FaultServer server;
  server.serve("/a", "x");
  // "localhost" is ::1 and 127.0.0.1 on most machines; the server listens on the second only.
  Names::get().set("both.test", {"localhost"});
  EXPECT_EQ(reason_of(HttpClient::create({})->fetch(get(url_of("both.test", server)))), "");
}

}  // namespace
}  // namespace segue::test
