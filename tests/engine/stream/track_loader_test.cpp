// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/track_loader.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/engine/stream/loader_fixture.h"

namespace segue::stream {
namespace {

using test::MediaSignal;

class TrackLoading : public testing::Test {
 protected:
  std::unique_ptr<TrackLoader> make_loader(int threads = 2) const {
    return TrackLoader::create({.sample_rate_hz = 48'000, .budget_bytes = 256 << 20, .threads = threads}, clock_);
  }
  static std::string track(const char* format = "wav_16",
                           const MediaSignal& signal = {.rate_hz = 48'000, .frames = 400'000}) {
    return test::encode(test::media_format(format), signal);
  }
  rt::BlockClock clock_;
};

TEST_F(TrackLoading, ReadyMeansThatTheHeadCanBePlayed) {
  const auto loader = make_loader();
  const Loaded loaded = load(*loader, track());
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_TRUE((*loaded)->pages().has(0, 16 * rt::kPageFrames));
  EXPECT_EQ((*loaded)->facts().codec, "pcm_s16le");
  EXPECT_TRUE((*loaded)->facts().uri.starts_with("file:///"));
}

TEST_F(TrackLoading, TheWholeTrackComesInByItself) {
  const auto loader = make_loader();
  const MediaSignal signal{.rate_hz = 48'000, .frames = 400'000};
  const Loaded loaded = load(*loader, track("flac", signal));
  ASSERT_TRUE(loaded.has_value());
  const rt::TrackPages& pages = (*loaded)->pages();
  ASSERT_TRUE(eventually([&] { return pages.length_is_final() && pages.has(0, pages.length()); }));
  EXPECT_EQ(pages.length(), signal.frames);
  EXPECT_EQ(pages.published(), (signal.frames + rt::kPageFrames - 1) / rt::kPageFrames);
  test::StereoAudio audio(signal.frames);
  ASSERT_TRUE(pages.read(0, static_cast<int>(signal.frames), audio.left.data(), audio.right.data()));
  EXPECT_EQ(audio.left, test::make_signal(signal)[0]);
}

TEST_F(TrackLoading, AShortTrackIsReadyWhenItIsWhole) {
  const auto loader = make_loader();
  for (const Frames frames : {Frames{1}, Frames{4'096}, Frames{9'600}}) {
    const Loaded loaded = load(*loader, track("flac", {.rate_hz = 48'000, .frames = frames}));
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_TRUE((*loaded)->pages().length_is_final());
    EXPECT_EQ((*loaded)->pages().length(), frames);
    EXPECT_TRUE((*loaded)->pages().has(0, frames));
  }
}

TEST_F(TrackLoading, FailuresSayWhatIsWrong) {
  const auto loader = make_loader();
  const test::MediaFolder folder;
  const std::pair<std::string, const char*> cases[] = {
      {folder.path("missing.mp3"), "FILE_MISSING"},
      {"/dev/zero", "NOT_A_FILE"},
      {folder.write("empty.mp3", ""), "INVALID_MEDIA"},
      {folder.write("text.mp3", std::string(5'000, 'x')), "UNSUPPORTED_MEDIA"},
      {"http://127.0.0.1:1/a.mp3", "URI_UNSUPPORTED"},
      {"no uri at all", "URI_INVALID"},
  };
  for (const auto& [path, reason] : cases) {
    const Loaded loaded = load(*loader, path);
    ASSERT_FALSE(loaded.has_value()) << path;
    EXPECT_EQ(loaded.error().reason, reason) << loaded.error().message;
    EXPECT_NE(loaded.error().message.find(path), std::string::npos) << loaded.error().message;
  }
  EXPECT_TRUE(load(*loader, track()).has_value()) << "the loader goes on";
}

// 20 GB of holes after a header: the search for samples must not go through all of them.
std::string endless_header(const test::MediaFolder& folder) {
  const auto good = test::read_file(test::encode(test::media_format("wav_16"), {.rate_hz = 48'000}));
  const std::string path = folder.write("sparse.wav", std::span(good).first(36));
  std::filesystem::resize_file(path, 20'000'000'000);
  return path;
}

TEST_F(TrackLoading, MessagesAreOneLine) {
  const auto loader = make_loader();
  const test::MediaFolder folder;
  const Loaded loaded = load(*loader, folder.write("new\nline\x1b.wav", std::string(5'000, 'x')));
  ASSERT_FALSE(loaded.has_value());
  EXPECT_NE(loaded.error().message.find("new\\nline\\x1b.wav"), std::string::npos) << loaded.error().message;
}

TEST_F(TrackLoading, ACancelledLoadEndsSoonAndSaysSo) {
  const test::MediaFolder folder;
  const auto loader = make_loader(1);
  std::future<Loaded> opening = start_load(*loader, endless_header(folder), 1);
  std::future<Loaded> queued = start_load(*loader, track(), 2);
  std::future<Loaded> next = start_load(*loader, track(), 3);
  loader->cancel(2);
  loader->cancel(1);
  loader->cancel(99);
  for (std::future<Loaded>* cancelled : {&opening, &queued}) {
    ASSERT_EQ(cancelled->wait_for(std::chrono::seconds(2)), std::future_status::ready);
    const Loaded answer = cancelled->get();
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().reason, "LOAD_CANCELLED") << answer.error().message;
  }
  ASSERT_EQ(next.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(next.get().has_value());
  loader->cancel(3);  // too late: nothing happens
}

TEST_F(TrackLoading, AHeaderWithoutEndIsGivenUp) {
  const test::MediaFolder folder;
  const auto loader = make_loader(1);
  std::future<Loaded> opening = start_load(*loader, endless_header(folder));
  ASSERT_EQ(opening.wait_for(kPatience / 4), std::future_status::ready);
  const Loaded answer = opening.get();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().reason, "INVALID_MEDIA") << answer.error().message;
}

TEST_F(TrackLoading, ManyLoadsOnOneThreadAllGetReady) {
  const auto loader = make_loader(1);
  std::vector<std::future<Loaded>> futures;
  for (int i = 0; i < 8; ++i)
    futures.push_back(start_load(*loader, track(i % 2 == 0 ? "mp3_v0" : "flac"), static_cast<std::uint64_t>(i)));
  std::vector<std::shared_ptr<LoadedTrack>> tracks;
  for (std::future<Loaded>& future : futures) {
    ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
    tracks.push_back(future.get().value());
  }
  for (const auto& loaded : tracks) loader->wait_for(*loaded, {0, kWhole});
  for (const auto& loaded : tracks) EXPECT_TRUE(loaded->pages().has(0, loaded->pages().length()));
}

TEST_F(TrackLoading, AwaitedFramesAreThereAfterwards) {
  const auto loader = make_loader(1);
  const Loaded loaded = load(*loader, track("mp3_320", {.rate_hz = 48'000, .frames = 30 * 48'000}));
  ASSERT_TRUE(loaded.has_value());
  const rt::TrackPages& pages = (*loaded)->pages();
  loader->wait_for(**loaded, {25 * 48'000, 26 * 48'000});
  EXPECT_TRUE(pages.has(25 * 48'000, 26 * 48'000));
  loader->wait_for(**loaded, {-5'000, 100});
  EXPECT_TRUE(pages.has(-5'000, 100));
  loader->wait_for(**loaded, {29 * 48'000, kWhole});
  EXPECT_TRUE(pages.length_is_final());
  EXPECT_EQ(pages.length(), 30 * 48'000);
  loader->wait_for(**loaded, {kWhole / 2, kWhole});
}

TEST_F(TrackLoading, PagesDoNotDependOnTheWayTheyWereMade) {
  const std::string path = track("m4a_aac", {.frames = 30 * 44'100});
  const auto in_order = make_loader(1);
  const Loaded whole = load(*in_order, path);
  ASSERT_TRUE(whole.has_value());
  in_order->wait_for(**whole, {0, kWhole});
  const Frames length = (*whole)->pages().length();
  const auto jumping = make_loader(1);
  const Loaded jumped = load(*jumping, path);
  ASSERT_TRUE(jumped.has_value());
  test::Random random(9);
  for (int i = 0; i < 10; ++i) {
    const auto from = static_cast<Frames>(random.unit() * static_cast<double>(length));
    jumping->wait_for(**jumped, {from, from + 1'000});
  }
  jumping->wait_for(**jumped, {0, kWhole});
  ASSERT_EQ((*jumped)->pages().length(), length);
  test::StereoAudio a(length);
  test::StereoAudio b(length);
  ASSERT_TRUE((*whole)->pages().read(0, static_cast<int>(length), a.left.data(), a.right.data()));
  ASSERT_TRUE((*jumped)->pages().read(0, static_cast<int>(length), b.left.data(), b.right.data()));
  EXPECT_EQ(a.left, b.left);
  EXPECT_EQ(a.right, b.right);
}

TEST_F(TrackLoading, LettingGoOfATrackFreesItsPages) {
  const auto loader = make_loader();
  Loaded loaded = load(*loader, track("mp3_320", {.rate_hz = 48'000, .frames = 60 * 48'000}));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_GT(loader->bytes_used(), 0);
  loaded->reset();
  EXPECT_TRUE(eventually([&] { return loader->bytes_used() == 0; }));
}

TEST_F(TrackLoading, NobodyKeepingTheTrackCancelsIt) {
  const auto loader = make_loader(1);
  std::promise<void> called;
  loader->load(1, uri_of_path(track()), [&](std::uint64_t, const Loaded&) { called.set_value(); });
  ASSERT_EQ(called.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(eventually([&] { return loader->bytes_used() == 0; }));
}

TEST_F(TrackLoading, DestroyingTheLoaderIsQuickAtAnyTime) {
  const std::string path = track("opus", {.rate_hz = 48'000, .frames = 60 * 48'000});
  for (int round = 0; round < 20; ++round) {
    auto loader = make_loader(2);
    std::vector<std::future<Loaded>> futures;
    for (int i = 0; i < 4; ++i) futures.push_back(start_load(*loader, path));
    if (round % 2 == 1) futures[0].wait();
    const auto before = std::chrono::steady_clock::now();
    loader.reset();
    const auto took = std::chrono::steady_clock::now() - before;
    EXPECT_LT(took, std::chrono::milliseconds(1'000)) << "round " << round;  // the goal is 200; a busy machine may add
  }
}

TEST_F(TrackLoading, ATrackMayOutliveItsLoader) {
  auto loader = make_loader();
  Loaded loaded = load(*loader, track());
  ASSERT_TRUE(loaded.has_value());
  loader.reset();
  float left[64];
  float right[64];
  EXPECT_TRUE((*loaded)->pages().read(0, 64, left, right));
  loaded->reset();
}

TEST_F(TrackLoading, ATruncatedFileEndsWhereItEnds) {
  const test::MediaFolder folder;
  auto bytes = test::read_file(track("wav_16", {.rate_hz = 48'000, .frames = 3'000'000}));
  bytes.resize(bytes.size() / 2);
  const auto loader = make_loader();
  const Loaded loaded = load(*loader, folder.write("cut.wav", bytes));
  ASSERT_TRUE(loaded.has_value());
  loader->wait_for(**loaded, {0, kWhole});
  EXPECT_NEAR(static_cast<double>((*loaded)->pages().length()), 1'500'000.0, 100.0);
}

}  // namespace
}  // namespace segue::stream
