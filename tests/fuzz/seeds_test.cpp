// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/fuzz/target.h"

namespace segue::fuzz {
namespace {

int rounds() { return std::getenv("SEGUE_SOAK") != nullptr ? 100'000 : 1'000; }

// Bytes are changed, taken out, doubled and cut off, as a broken disk does it; the fuzzer does worse.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random()) % (n + 1); };
  for (std::size_t change = below(6); change > 0 && !bytes.empty(); --change) {
    const std::size_t at = below(bytes.size() - 1);
    switch (below(3)) {
      case 0: bytes[at] = static_cast<char>(random()); break;
      case 1: bytes.erase(at, below(20)); break;
      case 2: bytes.insert(at, bytes.substr(below(bytes.size() - 1), below(40))); break;
      default: bytes.resize(at); break;
    }
  }
  return bytes;
}

class Fuzz : public testing::TestWithParam<Target> {};

// What fails aborts and says what was not so.
TEST_P(Fuzz, TargetBearsItsSeedsAndThemDamaged) {
  std::mt19937 random(20261201);
  for (const auto seed : GetParam().seeds) {
    if (seed == nullptr) break;
    const std::uint64_t before = required;
    GetParam().run(seed());
    EXPECT_GT(required, before) << "the seed is read, and what is read of it checked";
    for (int round = 0; round < rounds(); ++round) GetParam().run(damaged(seed(), random));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Fuzz, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace segue::fuzz
