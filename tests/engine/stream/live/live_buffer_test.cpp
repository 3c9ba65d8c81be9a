// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/live/live_buffer.h"

#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

std::vector<std::byte> noise(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

constexpr auto kNothing = [] {};

TEST(LiveBuffer, GivesBytesInOrderAcrossItsEnds) {
  LiveBuffer buffer;
  const std::vector<std::byte> sent = noise(3'000'000, 1);
  std::mt19937 random(2);
  std::vector<std::byte> got;
  std::size_t put = 0;
  while (got.size() < sent.size()) {
    bool is_high = false;
    const std::size_t some = std::min<std::size_t>(sent.size() - put, random() % 20'000);
    ASSERT_TRUE(buffer.put(std::span(sent).subspan(put, some), is_high));
    put += some;
    std::vector<std::byte> part(1 + random() % 20'000);
    if (buffer.size() == 0) continue;
    const auto count = buffer.read(static_cast<std::int64_t>(got.size()), part, kNothing);
    ASSERT_TRUE(count);
    got.insert(got.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(*count));
  }
  EXPECT_EQ(got, sent);
}

TEST(LiveBuffer, SaysWhenToPauseAndHoldsNoMoreThanItsBound) {
  LiveBuffer buffer;
  const std::vector<std::byte> piece(64 << 10);
  std::size_t total = 0;
  bool is_high = false;
  while (!is_high) {
    ASSERT_TRUE(buffer.put(piece, is_high));
    total += piece.size();
  }
  EXPECT_EQ(total, kLivePauseBytes);
  while (buffer.put(piece, is_high)) total += piece.size();
  EXPECT_EQ(total, kLiveBytesMax);
  int lows = 0;
  std::vector<std::byte> rest(kLiveBytesMax - kLiveResumeBytes);
  ASSERT_TRUE(buffer.read(0, std::span(rest).first(rest.size() - 1), [&] { ++lows; }));
  EXPECT_EQ(lows, 0);
  ASSERT_TRUE(buffer.read(static_cast<std::int64_t>(rest.size()) - 1, std::span(rest).first(1), [&] { ++lows; }));
  EXPECT_EQ(lows, 1);
}

TEST(LiveBuffer, PassesOverBytesAndGoesOnlyForward) {
  LiveBuffer buffer;
  bool is_high = false;
  const std::vector<std::byte> sent = noise(1000, 3);
  ASSERT_TRUE(buffer.put(sent, is_high));
  std::byte byte{};
  ASSERT_TRUE(buffer.read(700, {&byte, 1}, kNothing));
  EXPECT_EQ(byte, sent[700]);
  const auto behind = buffer.read(700, {&byte, 1}, kNothing);
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().reason, "READ_BACKWARD");
}

TEST(LiveBuffer, LetsTheSenderGoOnBeforeItWaitsForWhatWasPassedOver) {
  LiveBuffer buffer;
  bool is_high = false;
  ASSERT_TRUE(buffer.put(std::vector<std::byte>(kLivePauseBytes), is_high));
  ASSERT_TRUE(is_high);
  std::byte byte{};
  const auto resumed = [&] {
    if (buffer.received() == static_cast<std::int64_t>(kLivePauseBytes)) {
      bool ignored = false;
      EXPECT_TRUE(buffer.put(std::vector<std::byte>(10, std::byte{7}), ignored));
    }
  };
  const auto count = buffer.read(kLivePauseBytes + 5, {&byte, 1}, resumed);
  ASSERT_TRUE(count);
  EXPECT_EQ(byte, std::byte{7});
}

TEST(LiveBuffer, TellsATitleWhenTheReaderIsThere) {
  LiveBuffer buffer;
  bool is_high = false;
  buffer.put_title("one");
  EXPECT_EQ(buffer.new_title(), "one");
  ASSERT_TRUE(buffer.put(std::vector<std::byte>(100), is_high));
  buffer.put_title("two");
  std::vector<std::byte> part(99);
  ASSERT_TRUE(buffer.read(0, part, kNothing));
  EXPECT_EQ(buffer.new_title(), std::nullopt);
  ASSERT_TRUE(buffer.read(99, std::span(part).first(1), kNothing));
  EXPECT_EQ(buffer.new_title(), "two");
  EXPECT_EQ(buffer.new_title(), std::nullopt);
}

TEST(LiveBuffer, InterruptsTheReadThatWaitsOrTheNextOne) {
  LiveBuffer buffer;
  std::byte byte{};
  buffer.interrupt();
  auto count = buffer.read(0, {&byte, 1}, kNothing);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().reason, "READ_INTERRUPTED");
  std::jthread other([&] { buffer.interrupt(); });
  count = buffer.read(0, {&byte, 1}, kNothing);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().reason, "READ_INTERRUPTED");
}

TEST(LiveBuffer, EndsAfterTheLastByte) {
  for (const bool is_clean : {true, false}) {
    LiveBuffer buffer;
    bool is_high = false;
    ASSERT_TRUE(buffer.put(noise(10, 4), is_high));
    if (is_clean)
      buffer.end({});
    else
      buffer.end(fail(Code::kUnavailable, "CONNECTION_RESET", "radio: reset"));
    std::vector<std::byte> part(10);
    ASSERT_TRUE(buffer.read(0, part, kNothing));
    const auto count = buffer.read(10, part, kNothing);
    EXPECT_EQ(count.has_value(), is_clean);
    EXPECT_EQ(count.value_or(0), 0U);
  }
}

}  // namespace
}  // namespace segue::stream
