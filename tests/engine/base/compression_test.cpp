// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compression.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue {
namespace {

std::vector<std::uint8_t> some_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>((i * i) >> 7));
  return bytes;
}

TEST(Compression, GivesBackWhatItTook) {
  for (const std::size_t count : {0U, 1U, 1'000U, 65'536U, 65'537U, 1'000'000U}) {
    const auto bytes = some_bytes(count);
    const auto back = decompress(compress(bytes), count);
    ASSERT_TRUE(back) << count;
    EXPECT_EQ(*back, bytes) << count;
  }
}

TEST(Compression, MakesRepetitiveBytesSmall) {
  EXPECT_LT(compress(std::vector<std::uint8_t>(1'000'000)).size(), 2'000U);
}

TEST(Compression, RefusesWhatIsDamagedCutShortOrHasATail) {
  const std::string packed = compress(some_bytes(10'000));
  const std::string bad[] = {"",
                             "no stream at all",
                             packed.substr(0, packed.size() / 2),
                             packed.substr(0, packed.size() - 1),
                             packed + "x",
                             std::string(packed).replace(20, 4, "....")};
  for (const std::string& text : bad) {
    const auto back = decompress(text, 1 << 20);
    ASSERT_FALSE(back) << text.size();
    EXPECT_EQ(back.error().reason, "COMPRESSION_INVALID");
  }
}

TEST(Compression, NeverHoldsMoreThanItMay) {
  const std::string bomb = compress(std::vector<std::uint8_t>(50'000'000));
  const auto back = decompress(bomb, 1'000'000);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().reason, "TOO_LARGE");
}

}  // namespace
}  // namespace segue
