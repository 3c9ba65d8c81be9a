// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/engine/control/analysis/fakes.h"

namespace segue::control::test {

using Stage = AnalysisNews::Stage;

inline constexpr int kRateA = 8'000, kRateB = 11'025, kRateC = 12'000;  // tell tracks apart

class AnalysisQueueTest : public ::testing::Test {
 protected:
  AnalysisQueueTest() {
    options.make_analyser = make_fakes(heard);
    options.store = store;
    options.look_again = std::chrono::milliseconds(1);
    options.is_lowered = false;  // a busy machine would never get to it
  }
  // Members of the options may be changed before the first call.
  AnalysisQueue& queue() {
    if (!queue_) queue_ = std::make_unique<AnalysisQueue>(options);
    return *queue_;
  }
  std::uint64_t ask(const std::string& uri, Listener& listener, Urgency urgency = Urgency::kAsked) {
    const auto asked = queue().ask({.uri = uri, .urgency = urgency}, listener.tell());
    EXPECT_TRUE(asked);
    return asked ? *asked : 0;
  }
  // Asks, and returns once all that is left to do is listening.
  std::uint64_t ask_and_wait(const std::string& uri, Listener& listener, Urgency urgency) {
    const std::uint64_t asked = ask(uri, listener, urgency);
    (void)listener.wait_for([](const AnalysisNews& news) { return news.marks != nullptr; });
    return asked;
  }
  AnalysisNews analyse(const std::string& uri) {
    Listener listener;
    ask(uri, listener);
    return listener.wait();
  }

  MemoryMedia media;
  const std::shared_ptr<Heard> heard = std::make_shared<Heard>();
  const std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>();
  AnalysisQueue::Options options{.opener = media};

 private:
  std::unique_ptr<AnalysisQueue> queue_;
};

}  // namespace segue::control::test
