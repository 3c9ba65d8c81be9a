// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/index_format.h"

#include <random>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

constexpr std::uint64_t kSalt = 0x0123456789ABCDEF;

std::vector<std::byte> record_bytes(const IndexRecord& record, std::uint64_t salt = kSalt) {
  std::vector<std::byte> bytes;
  append_record(bytes, record, salt);
  return bytes;
}

TEST(IndexFormat, ReadsWhatItWrote) {
  const ContentId id{"shop", std::string("key with \0 and ü", 17), "etag:\"x\""};
  const std::vector<std::byte> bytes = encode_header(id, kSalt);
  const auto header = decode_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->id.provider, id.provider);
  EXPECT_EQ(header->id.key, id.key);
  EXPECT_EQ(header->id.validator, id.validator);
  EXPECT_EQ(header->salt, kSalt);
  EXPECT_EQ(header->bytes, bytes.size());

  const auto record = decode_record(record_bytes({IndexRecord::Kind::kBlock, 65'536, 77, 0xDEADBEEF}), kSalt);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, IndexRecord::Kind::kBlock);
  EXPECT_EQ(record->length, 65'536U);
  EXPECT_EQ(record->value, 77);
  EXPECT_EQ(record->crc, 0xDEADBEEF);
}

TEST(IndexFormat, RefusesEverySingleFlippedBitAndEveryCut) {
  const std::vector<std::byte> header = encode_header({"p", "k", "v"}, kSalt);
  const std::vector<std::byte> record = record_bytes({IndexRecord::Kind::kSize, 0, 123'456, 0});
  const auto damaged = [](std::vector<std::byte> bytes, std::size_t bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    return bytes;
  };
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) EXPECT_FALSE(decode_header(damaged(header, bit))) << bit;
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit)
    EXPECT_FALSE(decode_record(damaged(record, bit), kSalt)) << bit;
  for (std::size_t cut = 0; cut < header.size(); ++cut) EXPECT_FALSE(decode_header(std::span(header).first(cut)));
  for (std::size_t cut = 0; cut < record.size(); ++cut)
    EXPECT_FALSE(decode_record(std::span(record).first(cut), kSalt));
}

TEST(IndexFormat, RefusesRecordsOfAnotherFileAndValuesBeyondBounds) {
  EXPECT_FALSE(decode_record(record_bytes({IndexRecord::Kind::kBlock, 1, 0, 0}, kSalt + 1), kSalt));
  EXPECT_FALSE(decode_record(record_bytes({IndexRecord::Kind::kBlock, 1, kBlocksMax, 0}), kSalt));
  EXPECT_FALSE(decode_record(record_bytes({IndexRecord::Kind::kBlock, 1, -1, 0}), kSalt));
  EXPECT_FALSE(decode_record(record_bytes({IndexRecord::Kind::kBlock, 65'537, 0, 0}), kSalt));
  EXPECT_FALSE(decode_record(record_bytes({IndexRecord::Kind::kSize, 0, INT64_MAX, 0}), kSalt));
  EXPECT_FALSE(decode_record(record_bytes({static_cast<IndexRecord::Kind>(9), 0, 0, 0}), kSalt));
}

TEST(IndexFormat, SurvivesAnyBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes(random() % 200);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    if (bytes.size() >= 8 && round % 2 == 0) {
      const std::vector<std::byte> magic = encode_header({}, 0);
      std::copy_n(magic.begin(), 8, bytes.begin());
    }
    EXPECT_FALSE(decode_header(bytes));
    EXPECT_FALSE(decode_record(bytes, kSalt));
  }
}

}  // namespace
}  // namespace segue::stream
