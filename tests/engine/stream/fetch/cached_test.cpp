// SPDX-License-Identifier: GPL-3.0-or-later
// Fetches that begin with something in the cache.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/engine/stream/fetch/rig.h"

namespace segue::stream {
namespace {

using test::Fault;
using test::FaultServer;

constexpr std::int64_t kSize = 1'500'000;

class FetcherCached : public testing::Test {
 protected:
  FetcherCached()
      : folder_(std::filesystem::temp_directory_path() /
                ("segue_fetch_" + std::to_string(getpid()) + "_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    server_.serve("/t", bytes_, {.mime = "audio/flac"});
  }
  ~FetcherCached() override { std::filesystem::remove_all(folder_); }

  Rig::Options options() const {
    Rig::Options options;
    options.folder = folder_;
    return options;
  }
  model::MediaRef ref() const { return Rig::ref(server_.url("/t")); }

  // Fetches the first `bytes` of it, or all, in a run of its own.
  void fill(std::int64_t bytes) {
    Rig rig(options());
    auto media = rig.open(ref());
    ASSERT_TRUE(media) << media.error().message;
    ASSERT_TRUE(read_some(*media->source, 0, bytes));
    // Blocks are readable before they are stored.
    const auto blocks = static_cast<std::uint64_t>((bytes + kBlockBytes - 1) / kBlockBytes);
    while (rig.cache().counters().blocks_stored < blocks) std::this_thread::yield();
    media = {};
    rig.drop_fetcher();
    rig.cache().flush();
  }

  void expect_bytes(OpenedMedia& media, const std::string& bytes) {
    const auto all = read_all(*media.source);
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_TRUE(*all == bytes);
  }

  const std::string bytes_ = track_bytes(kSize);
  const std::filesystem::path folder_;
  FaultServer server_;
};

TEST_F(FetcherCached, AWholeCopyOfAKnownSizeAsksNobody) {
  fill(kSize);
  server_.clear_log();
  Rig rig(options());
  model::MediaRef known = ref();
  known.size = kSize;
  auto media = rig.open(known);
  ASSERT_TRUE(media);
  EXPECT_TRUE(media->status().is_from_disk);
  EXPECT_EQ(media->status().state, FetchStatus::State::kComplete);
  expect_bytes(*media, bytes_);
  EXPECT_TRUE(server_.log().empty());
  EXPECT_EQ(rig.fetcher().counters().contents_from_disk, 1u);
}

TEST_F(FetcherCached, AWholeCopyPlaysWithoutANetwork) {
  fill(kSize);
  server_.stop();
  Rig rig(options());
  auto media = rig.open(ref());
  ASSERT_TRUE(media) << media.error().message;
  expect_bytes(*media, bytes_);
  EXPECT_EQ(rig.story(), "");
}

TEST_F(FetcherCached, AWholeCopyIsCheckedOnceAndPlaysMeanwhile) {
  fill(kSize);
  server_.clear_log();
  server_.serve("/other", track_bytes(1'000));
  Rig rig(options());
  for (int i = 0; i < 3; ++i) {
    auto media = rig.open(ref());
    ASSERT_TRUE(media);
    expect_bytes(*media, bytes_);
    // Whoever lets go before the answer has not checked; behind another's answer it has been heard.
    ASSERT_TRUE(server_.wait_for([](const auto& log) { return !log.empty() && log[0].status != 0; }));
    ASSERT_TRUE(rig.open(Rig::ref(server_.url("/other"), "p/other/" + std::to_string(i))));
  }
  ASSERT_EQ(server_.log("/t").size(), 1u);
  EXPECT_EQ(server_.log("/t")[0].status, 304);
  EXPECT_EQ(rig.story(), "");
}

TEST_F(FetcherCached, ANewVersionOnTheServerIsForTheNextOpen) {
  fill(kSize);
  const std::string fresh = track_bytes(kSize + 5, 2);
  server_.serve("/t", fresh, {.etag = "\"2\""});
  Rig rig(options());
  auto old = rig.open(ref());
  ASSERT_TRUE(old);
  while (rig.news().empty()) std::this_thread::yield();
  expect_bytes(*old, bytes_);
  auto next = rig.open(ref());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->source->size(), kSize + 5);
  expect_bytes(*next, fresh);
  expect_bytes(*old, bytes_);
  EXPECT_TRUE(rig.news()[0].is_playable);
  old = {};
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "CONTENT_CHANGED+ CONTENT_CHANGED-");
}

TEST_F(FetcherCached, ACopyThatTheProviderContradictsIsNotUsed) {
  fill(kSize);
  const std::string fresh = track_bytes(kSize + 5, 2);
  server_.serve("/t", fresh, {.etag = "\"2\""});
  Rig rig(options());
  model::MediaRef known = ref();
  known.size = kSize + 5;
  auto media = rig.open(known);
  ASSERT_TRUE(media);
  expect_bytes(*media, fresh);
}

TEST_F(FetcherCached, AVersionInUseThatTheProviderContradictsStaysWithItsReaders) {
  fill(kSize);
  const std::string fresh = track_bytes(kSize + 5, 2);
  Rig rig(options());
  model::MediaRef known = ref();
  known.size = kSize;
  auto old = rig.open(known);
  ASSERT_TRUE(old);
  server_.serve("/t", fresh, {.etag = "\"2\""});
  known.size = kSize + 5;
  for (int i = 0; i < 2; ++i) {
    auto next = rig.open(known);
    ASSERT_TRUE(next);
    expect_bytes(*next, fresh);
  }
  expect_bytes(*old, bytes_);
}

TEST_F(FetcherCached, OnlyWhatIsMissingIsFetched) {
  server_.script("/t", {Fault{.stall_after = 10 * kBlockBytes}});
  fill(10 * kBlockBytes);
  server_.clear_log();
  Rig rig(options());
  auto media = rig.open(ref());
  ASSERT_TRUE(media);
  expect_bytes(*media, bytes_);
  ASSERT_EQ(server_.log().size(), 1u);
  EXPECT_EQ(server_.log()[0].first, 10 * kBlockBytes);
  EXPECT_EQ(server_.log()[0].request.header("if-range"), "\"1\"");
}

TEST_F(FetcherCached, APartOfAnOldVersionIsDroppedBeforeAnybodyReadsIt) {
  server_.script("/t", {Fault{.stall_after = 10 * kBlockBytes}});
  fill(10 * kBlockBytes);
  const std::string fresh = track_bytes(kSize, 2);
  server_.serve("/t", fresh, {.etag = "\"2\""});
  Rig rig(options());
  auto media = rig.open(ref());
  ASSERT_TRUE(media) << media.error().message;
  expect_bytes(*media, fresh);
  EXPECT_EQ(rig.faults("CONTENT_CHANGED"), 1u);
}

TEST_F(FetcherCached, APartPlaysWithoutANetworkAndGoesOnWithIt) {
  server_.script("/t", {Fault{.stall_after = 10 * kBlockBytes}});
  fill(10 * kBlockBytes);
  server_.stop();
  Rig rig(options());
  auto media = rig.open(ref());
  ASSERT_TRUE(media) << media.error().message;
  const auto part = read_some(*media->source, 0, 10 * kBlockBytes);
  ASSERT_TRUE(part);
  EXPECT_TRUE(*part == bytes_.substr(0, 10 * kBlockBytes));
  server_.start();
  expect_bytes(*media, bytes_);
  ASSERT_TRUE(rig.wait_for_ended(1));
  EXPECT_EQ(rig.story(), "CONNECTION_REFUSED+ CONNECTION_REFUSED-");
}

TEST_F(FetcherCached, AFlippedBitIsFetchedAgainAndNeverRead) {
  fill(kSize);
  int flipped = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file() || entry.file_size() < static_cast<std::uintmax_t>(kSize)) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(5 * kBlockBytes + 77);
    const char byte = static_cast<char>(file.get() ^ 4);
    file.seekp(5 * kBlockBytes + 77);
    file.put(byte);
    ++flipped;
  }
  ASSERT_EQ(flipped, 1);
  server_.clear_log();
  Rig rig(options());
  model::MediaRef known = ref();
  known.size = kSize;
  auto media = rig.open(known);
  ASSERT_TRUE(media);
  expect_bytes(*media, bytes_);
  ASSERT_EQ(server_.log().size(), 1u) << "that block alone";
  EXPECT_EQ(server_.log()[0].first, 5 * kBlockBytes);
  EXPECT_EQ(server_.log()[0].body_bytes, kBlockBytes);
  EXPECT_EQ(rig.cache().counters().blocks_corrupt, 1u);
}

TEST_F(FetcherCached, WithoutADiskItIsKeptInMemory) {
  std::ofstream(folder_) << "a file where the folder should be";
  Rig rig(options());
  auto media = rig.open(ref());
  ASSERT_TRUE(media) << media.error().message;
  expect_bytes(*media, bytes_);
  EXPECT_EQ(rig.story(), "");
}

}  // namespace
}  // namespace segue::stream
