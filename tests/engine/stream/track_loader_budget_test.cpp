// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "engine/stream/track_loader.h"
#include "tests/engine/stream/loader_fixture.h"

namespace segue::stream {
namespace {

using test::MediaSignal;

constexpr std::int64_t kBudgetPages = 96;
constexpr MediaSignal kLong{.rate_hz = 48'000, .frames = 300 * rt::kPageFrames};

std::unique_ptr<TrackLoader> make_loader(const rt::BlockClock& clock, std::int64_t pages = kBudgetPages,
                                         bool evicts = true) {
  return TrackLoader::create(
      {.sample_rate_hz = 48'000, .budget_bytes = page_bytes(pages), .threads = 2, .evicts = evicts}, clock);
}

std::string long_track() { return test::encode(test::media_format("flac"), kLong); }

WantedRange pages_from(std::int64_t page, std::int64_t count) {
  return {page * rt::kPageFrames, (page + count) * rt::kPageFrames};
}

TEST(TrackLoaderBudget, WantedRangesFollowThePlayheadWithinTheBudget) {
  const rt::BlockClock clock;
  const auto loader = make_loader(clock);
  const Loaded loaded = load(*loader, long_track());
  ASSERT_TRUE(loaded.has_value());
  const auto original = test::make_signal(kLong);
  for (std::int64_t page = 0; page + 30 < 300; page += 7) {
    const WantedRange ranges[] = {pages_from(page, 30), pages_from(5, 4)};
    loader->want(**loaded, ranges);
    ASSERT_TRUE(eventually([&] { return (*loaded)->pages().has(ranges[0].from, ranges[0].to); })) << "page " << page;
    ASSERT_TRUE(eventually([&] { return (*loaded)->pages().has(ranges[1].from, ranges[1].to); })) << "the cue";
    EXPECT_LE(loader->bytes_used(), page_bytes(kBudgetPages));
    float left[100];
    float right[100];
    ASSERT_TRUE((*loaded)->pages().read(ranges[0].from, 100, left, right));
    for (int i = 0; i < 100; ++i) ASSERT_EQ(left[i], original[0][static_cast<std::size_t>(ranges[0].from + i)]);
  }
  EXPECT_TRUE((*loaded)->pages().has(5 * rt::kPageFrames, 9 * rt::kPageFrames)) << "pinned all along";
}

TEST(TrackLoaderBudget, TheBackgroundNeverTakesWhatSomebodyWants) {
  const rt::BlockClock clock;
  const auto loader = make_loader(clock);
  const Loaded first = load(*loader, long_track());
  ASSERT_TRUE(first.has_value());
  const WantedRange range[] = {pages_from(100, 40)};
  loader->want(**first, range);
  loader->wait_for(**first, range[0]);
  const Loaded second = load(*loader, long_track());
  ASSERT_TRUE(second.has_value()) << "a new head finds room";
  EXPECT_TRUE((*second)->pages().has(0, 16 * rt::kPageFrames));
  EXPECT_TRUE((*first)->pages().has(range[0].from, range[0].to));
  EXPECT_LE(loader->bytes_used(), page_bytes(kBudgetPages));
}

TEST(TrackLoaderBudget, OfflineKeepsEverything) {
  const rt::BlockClock clock;
  const auto loader = make_loader(clock, 16, false);
  const Loaded loaded = load(*loader, long_track());
  ASSERT_TRUE(loaded.has_value());
  for (std::int64_t page = 299; page > 0; page -= 30) loader->wait_for(**loaded, pages_from(page, 1));
  loader->wait_for(**loaded, {0, kWhole});
  EXPECT_TRUE((*loaded)->pages().has(0, kLong.frames));
  EXPECT_EQ((*loaded)->pages().published(), 300);
}

// More heads than the budget holds, of tracks that nobody takes away: each gets ready all the same.
TEST(TrackLoaderBudget, AStormOfLoadsOnASmallBudgetGetsReady) {
  const rt::BlockClock clock;
  const auto loader = make_loader(clock, 64);
  const std::string path = long_track();
  std::vector<std::future<Loaded>> answers;
  for (std::uint64_t id = 1; id <= 40; ++id) answers.push_back(start_load(*loader, path, id));
  std::vector<Loaded> held;
  for (std::future<Loaded>& answer : answers) {
    ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready) << "load " << held.size() + 1;
    held.push_back(answer.get());
    EXPECT_TRUE(held.back().has_value());
    EXPECT_LE(loader->bytes_used(), page_bytes(64));
  }
}

// A file that is cut while it plays: the length stays, what is lost is silence, and the track says so.
TEST(TrackLoaderBudget, AFileThatShrinksWhileOpenIsReported) {
  const test::MediaFolder folder;
  const rt::BlockClock clock;
  const auto loader = make_loader(clock, 64);
  for (const char* format : {"wav_16", "mp3_320"}) {
    const std::string path = folder.write(format, test::read_file(test::encode(test::media_format(format), kLong)));
    const Loaded loaded = load(*loader, path);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_FALSE((*loaded)->trouble().has_value());
    const rt::TrackPages& pages = (*loaded)->pages();
    const Frames length = pages.length();
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    const WantedRange ranges[] = {pages_from(270, 20)};
    loader->want(**loaded, ranges);
    loader->wait_for(**loaded, ranges[0]);
    EXPECT_TRUE(pages.has(ranges[0].from, ranges[0].to)) << format;
    EXPECT_EQ(pages.length(), length) << format;
    float left[100];
    float right[100];
    ASSERT_TRUE(pages.read(280 * rt::kPageFrames, 100, left, right));
    EXPECT_EQ(std::count(left, left + 100, 0.0F), 100) << format;
    const std::optional<Error> trouble = (*loaded)->trouble();
    ASSERT_TRUE(trouble.has_value()) << format;
    EXPECT_EQ(trouble->code, Code::kDataLoss);
    EXPECT_EQ(trouble->reason, "FILE_CHANGED");
    EXPECT_NE(trouble->message.find(format), std::string::npos) << trouble->message;
  }
}

// Render reads at random while pages are reclaimed under it; what it sees within a block must never change.
TEST(TrackLoaderBudget, APageNeverChangesWhileRenderLooksAtIt) {
  rt::BlockClock clock;
  clock.set_halted(false);
  const auto loader = make_loader(clock, 48);
  std::atomic<bool> stop = false;
  std::atomic<const LoadedTrack*> playing = nullptr;
  std::atomic<std::int64_t> wrong = 0;
  std::atomic<std::int64_t> seen = 0;
  const auto original = test::make_signal(kLong);
  std::thread render([&] {
    test::Random random(1);
    while (!stop) {
      clock.begin();
      if (const LoadedTrack* track = playing; track != nullptr) {
        for (int i = 0; i < 20; ++i) {
          const std::int64_t index = random.below(300);
          const rt::Page* page = track->pages().page(index);
          if (page == nullptr) continue;
          ++seen;
          for (int frame = 0; frame < rt::kPageFrames; frame += 97) {
            if (page->left[frame] != original[0][static_cast<std::size_t>(index * rt::kPageFrames + frame)]) ++wrong;
          }
        }
      }
      clock.end();
    }
  });
  const Loaded loaded = load(*loader, long_track());
  ASSERT_TRUE(loaded.has_value());
  playing = loaded->get();
  test::Random random(2);
  for (int i = 0; i < 60; ++i) {
    const WantedRange range[] = {pages_from(random.below(280), 15)};
    loader->want(**loaded, range);
    ASSERT_TRUE(eventually([&] { return (*loaded)->pages().has(range[0].from, range[0].to); })) << "jump " << i;
    ASSERT_LE(loader->bytes_used(), page_bytes(48));
  }
  stop = true;
  render.join();
  EXPECT_EQ(wrong, 0) << "of " << seen << " pages seen";
  EXPECT_GT(seen, 100);
  clock.set_halted(true);
}

// Ten hours of 16-bit stereo in a file of 6.4 GB that takes no disk.
TEST(TrackLoaderBudget, TenHoursStayWithinTheBudget) {
  const test::MediaFolder folder;
  const std::string path =
      folder.write("ten_hours.wav",
                   test::read_file(test::encode(test::media_format("wav_16"), {.rate_hz = 44'100, .frames = 1'000})));
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const auto bytes = test::read_file(path);
  const auto data = std::search(bytes.begin(), bytes.end(), "data", "data" + 4) - bytes.begin();
  file.seekp(data + 4);
  file.write("\xff\xff\xff\xff", 4);
  file.close();
  constexpr Frames kTenHours = 36'000LL * 44'100;
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(data + 8 + kTenHours * 4));

  const rt::BlockClock clock;
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto loader = make_loader(clock, 256);
  const Loaded loaded = load(*loader, path);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ((*loaded)->pages().length(), 36'000LL * 48'000);
  for (const double hours : {9.9, 3.0, 0.5}) {
    const auto from = static_cast<Frames>(hours * 3'600 * 48'000);
    const WantedRange range[] = {{from, from + 10 * 48'000}};
    loader->want(**loaded, range);
    loader->wait_for(**loaded, range[0]);
    EXPECT_TRUE((*loaded)->pages().has(range[0].from, range[0].to));
    EXPECT_LE(loader->bytes_used(), page_bytes(256));
  }
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, (page_bytes(256) >> 10) + 48 * 1024)
      << "KiB; 48 MiB beyond the budget for the libraries' first use";
}

}  // namespace
}  // namespace segue::stream
