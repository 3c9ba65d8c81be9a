// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/wav.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

// A file name of this test alone, removed afterwards.
class Wav : public testing::Test {
 protected:
  ~Wav() override { std::filesystem::remove(path_); }
  std::vector<char> bytes() const {
    std::ifstream stream(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  void set_bytes(const std::vector<char>& bytes) const {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  const std::string path_ =
      (std::filesystem::temp_directory_path() /
       ("segue_wav_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
        std::to_string(::getpid())))
          .string();
};

TEST_F(Wav, KeepsEveryBitOfEveryFormat) {
  for (const WavFormat format :
       {WavFormat{.bits = 16}, WavFormat{.bits = 24}, WavFormat{.bits = 32, .is_float = true}}) {
    const int bits = format.is_float ? 24 : format.bits;
    const std::vector<std::vector<float>> channels = {integer_noise(999, bits, 0.99, 1),
                                                      integer_noise(999, bits, 0.99, 2)};
    ASSERT_TRUE(write_wav(path_, channels, format));
    const auto file = read_wav(path_);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->bits, format.bits);
    EXPECT_EQ(file->is_float, format.is_float);
    EXPECT_EQ(file->rate_hz, 48'000);
    EXPECT_EQ(file->channels, channels) << format.bits;
  }
}

TEST_F(Wav, OfOneChannelIsHeardInBoth) {
  ASSERT_TRUE(write_wav(path_, {integer_noise(11, 24, 0.9, 1)}, {.rate_hz = 8'000, .bits = 24}));  // 33 bytes: padded
  const auto file = read_wav(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->frames(), 11);
  EXPECT_EQ(file->stereo().left, file->stereo().right);
}

TEST_F(Wav, OfASizeThatIsNotTheFilesIsRefused) {
  ASSERT_TRUE(write_wav(path_, {integer_noise(100, 16, 0.9, 1)}, {}));
  auto whole = bytes();
  auto cut = whole;
  cut.resize(cut.size() - 10);
  set_bytes(cut);
  EXPECT_FALSE(read_wav(path_));
  auto longer = whole;
  longer.insert(longer.end(), 4, '\0');
  set_bytes(longer);
  EXPECT_FALSE(read_wav(path_));
  whole[4] = static_cast<char>(whole[4] + 2);  // the RIFF size
  set_bytes(whole);
  EXPECT_FALSE(read_wav(path_));
}

TEST_F(Wav, Rf64TakesItsSizesFromItsOwnChunk) {
  ASSERT_TRUE(write_wav(path_, {integer_noise(100, 16, 0.9, 1)}, {}));
  const auto plain = bytes();
  const auto channels = read_wav(path_)->channels;
  // RF64, all ones, WAVE, a ds64 of 28 bytes, then the rest with a data size of all ones.
  std::vector<char> big = {'R', 'F', '6', '4', '\xff', '\xff', '\xff', '\xff', 'W', 'A',
                           'V', 'E', 'd', 's', '6',    '4',    28,     0,      0,   0};
  const auto append_number = [&big](std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) big.push_back(static_cast<char>(value >> (8 * i)));
  };
  append_number(plain.size() - 8 + 36);
  append_number(200);
  append_number(100);
  big.insert(big.end(), 4, '\0');
  big.insert(big.end(), plain.begin() + 12, plain.end());
  const std::size_t size_at = big.size() - 200 - 4;
  std::fill_n(big.begin() + static_cast<std::ptrdiff_t>(size_at), 4, '\xff');
  set_bytes(big);
  const auto file = read_wav(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->is_rf64);
  EXPECT_EQ(file->channels, channels);
}

TEST_F(Wav, ThatIsMissingIsNotFound) {
  const auto file = read_wav(path_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace segue::test
