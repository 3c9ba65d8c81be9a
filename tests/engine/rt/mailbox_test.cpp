// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/mailbox.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include <gtest/gtest.h>

namespace segue::rt {
namespace {

// Large enough that a torn copy would show.
struct Letter {
  std::array<std::uint64_t, 64> words{};
};

TEST(Mailbox, HoldsADefaultValueAtFirst) {
  auto [writer, reader] = Mailbox<Letter>::create();
  EXPECT_EQ(reader.latest().words[0], 0U);
}

TEST(Mailbox, GivesTheNewestOfSeveral) {
  auto [writer, reader] = Mailbox<int>::create();
  for (int i = 1; i <= 5; ++i) {
    writer.next() = i;
    writer.publish();
  }
  EXPECT_EQ(reader.latest(), 5);
}

TEST(Mailbox, GivesTheSameUntilThereIsANewer) {
  auto [writer, reader] = Mailbox<int>::create();
  writer.next() = 1;
  writer.publish();
  EXPECT_EQ(reader.latest(), 1);
  EXPECT_EQ(reader.latest(), 1);
  writer.next() = 2;  // filled, not yet published
  EXPECT_EQ(reader.latest(), 1);
  writer.publish();
  EXPECT_EQ(reader.latest(), 2);
}

TEST(Mailbox, NeverTearsNorGoesBackBetweenThreads) {
  constexpr std::uint64_t kLetters = 300'000;
  auto ends = Mailbox<Letter>::create();
  std::thread writing([writer = std::move(ends.first)]() mutable {
    for (std::uint64_t number = 1; number <= kLetters; ++number) {
      writer.next().words.fill(number);
      writer.publish();
    }
  });
  std::uint64_t torn = 0;
  std::uint64_t backwards = 0;
  std::uint64_t last = 0;
  while (last < kLetters) {
    const Letter& letter = ends.second.latest();
    const std::uint64_t number = letter.words.front();
    for (const std::uint64_t word : letter.words) torn += word == number ? 0 : 1;
    backwards += number < last ? 1 : 0;
    last = number;
  }
  writing.join();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
}

}  // namespace
}  // namespace segue::rt
