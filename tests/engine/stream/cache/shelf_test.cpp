// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/shelf.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

ContentName name(std::uint64_t provider, std::uint64_t key) { return {provider, {key, 0}, {}}; }

constexpr auto kAny = [](const ContentName&) { return true; };

TEST(Shelf, NamesTheLongestUnusedOfOneProviderOrOfAll) {
  Shelf shelf;
  shelf.put(name(1, 1), 10, 100);
  shelf.put(name(1, 2), 20, 50);
  shelf.put(name(2, 3), 30, 70);
  const std::uint64_t two = 2;
  const std::uint64_t nobody = 9;
  EXPECT_EQ(shelf.oldest(nullptr, kAny), name(1, 2));
  EXPECT_EQ(shelf.oldest(&two, kAny), name(2, 3));
  EXPECT_EQ(shelf.oldest(&nobody, kAny), std::nullopt);
  EXPECT_EQ(shelf.oldest(nullptr, [](const ContentName& at) { return at.provider == 1 && at.key[0] == 1; }),
            name(1, 1));
  shelf.touch(name(1, 2), 200);
  EXPECT_EQ(shelf.oldest(nullptr, kAny), name(2, 3));
  shelf.put(name(2, 3), 35, 60);
  EXPECT_EQ(shelf.used_at_ns(name(2, 3)), 70) << "the later use counts";
  EXPECT_EQ(shelf.bytes(), 65);
}

// The sums against sums over a plain list, after every one of many random steps.
TEST(Shelf, KeepsItsSums) {
  std::mt19937 random(3);
  Shelf shelf;
  std::map<ContentName, std::int64_t> plain;
  for (int step = 0; step < 5000; ++step) {
    const ContentName at = name(random() % 4, random() % 30);
    const auto bytes = static_cast<std::int64_t>(random() % 1000);
    const auto when = static_cast<std::int64_t>(random() % 1000);
    switch (random() % 4) {
      case 0:
        shelf.put(at, bytes, when);
        plain[at] = bytes;
        break;
      case 1:
        shelf.add_bytes(at, bytes, when);
        plain[at] += bytes;
        break;
      case 2:
        shelf.remove(at);
        plain.erase(at);
        break;
      default: shelf.touch(at, when);
    }
    std::int64_t all = 0;
    std::int64_t of_two = 0;
    for (const auto& [each, count] : plain) {
      all += count;
      of_two += each.provider == 2 ? count : 0;
    }
    ASSERT_EQ(shelf.bytes(), all) << step;
    ASSERT_EQ(shelf.bytes_of_provider(2), of_two) << step;
    ASSERT_EQ(shelf.oldest(nullptr, kAny).has_value(), !plain.empty()) << step;
  }
  shelf.clear();
  EXPECT_EQ(shelf.bytes(), 0);
}

}  // namespace
}  // namespace segue::stream
