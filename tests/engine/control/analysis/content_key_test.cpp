// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/content_key.h"

#include <gtest/gtest.h>

#include "tests/engine/control/analysis/fakes.h"

namespace segue::control::test {
namespace {

std::string key_of(std::string bytes) {
  MemoryMedia media;
  media.add("file:///a", std::move(bytes));
  const auto opened = media.open("file:///a", {});
  const auto key = content_key(*opened->source);
  EXPECT_TRUE(key) << key.error().message;
  return key ? *key : "";
}

// Noise, so that no two pieces are alike.
std::string bytes_of(std::size_t count) {
  std::string bytes = wav_bytes(static_cast<double>(count) / 4 / 48'000 + 1, 48'000);
  bytes.resize(count);
  return bytes;
}

TEST(ContentKey, IsASha256InHexadecimal) {
  const std::string key = key_of(bytes_of(1'000'000));
  EXPECT_EQ(key.size(), 64U);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos) << key;
}

TEST(ContentKey, IsOfTheBytesAlone) { EXPECT_EQ(key_of(bytes_of(700'001)), key_of(bytes_of(700'001))); }

TEST(ContentKey, SeesEveryByteOfASmallFile) {
  const std::string bytes = bytes_of(3'000);
  for (const std::size_t at : {0U, 1'500U, 2'999U}) {
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] + 1);
    EXPECT_NE(key_of(other), key_of(bytes)) << "byte " << at;
  }
  EXPECT_NE(key_of(bytes + '\0'), key_of(bytes));
  EXPECT_FALSE(key_of("").empty());
}

TEST(ContentKey, SeesEitherEndOfALargeFile) {
  const std::string bytes = bytes_of(2'000'000);
  for (const std::size_t at : {0U, 65'535U, 2'000'000U - 65'536U, 1'999'999U}) {
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] + 1);
    EXPECT_NE(key_of(other), key_of(bytes)) << "byte " << at;
  }
}

// Stems of one production are equally long and often silent at both ends.
TEST(ContentKey, TellsApartWhatDiffersInTheMiddleOnly) {
  std::string one(4'000'000, '\0');
  std::string other = one;
  const std::string music = bytes_of(800'000);
  one.replace(1'200'000, music.size(), music);
  other.replace(2'000'000, music.size(), music);
  EXPECT_NE(key_of(one), key_of(other));
}

}  // namespace
}  // namespace segue::control::test
