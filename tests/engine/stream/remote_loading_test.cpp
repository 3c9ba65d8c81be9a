// SPDX-License-Identifier: GPL-3.0-or-later
// Tracks whose bytes come over a network: nothing waits for them that need not.
#include <cstdlib>

#include <gtest/gtest.h>
#include <time.h>

#include "engine/stream/track_loader.h"
#include "tests/engine/stream/loader_fixture.h"
#include "tests/engine/stream/slow_source.h"

namespace segue::stream {
namespace {

using Clock = std::chrono::steady_clock;

constexpr test::MediaSignal kSignal{.rate_hz = 48'000, .frames = 60 * 48'000};

// An MP4 whose index comes first.
constexpr test::MediaFormat kStreamable = {
    "m4a_streamable", "m4a",
    "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a aac -b:a 192k -movflags +faststart {out}", false, true};

std::string bytes_of(const std::string& path) {
  const auto bytes = test::read_file(path);
  return {bytes.begin(), bytes.end()};
}

double process_cpu_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class RemoteLoading : public testing::Test {
 protected:
  std::unique_ptr<TrackLoader> make_loader(int threads = 2) {
    return TrackLoader::create(
        {.sample_rate_hz = 48'000, .budget_bytes = 512 << 20, .threads = threads, .opener = &opener_}, clock_);
  }
  static std::string path(const char* format, const test::MediaSignal& signal = kSignal) {
    return test::encode(test::media_format(format), signal);
  }
  static std::future<Loaded> start(TrackLoader& loader, const std::string& uri, std::uint64_t id = 1) {
    auto promise = std::make_shared<std::promise<Loaded>>();
    loader.load(id, uri, [promise](std::uint64_t, Loaded loaded) { promise->set_value(std::move(loaded)); });
    return promise->get_future();
  }
  static Loaded get(std::future<Loaded>& future) {
    if (future.wait_for(kPatience) != std::future_status::ready) return fail(Code::kUnknown, "NEVER_READY", "");
    return future.get();
  }
  static model::MediaRef lasting(double seconds) {
    model::MediaRef ref;
    ref.duration_s = seconds;
    return ref;
  }
  Loaded load_local(TrackLoader& loader, const char* format) { return load(loader, path(format)); }
  // Bit by bit the same as the file's, as far as the pages are there; returns how many pages were compared.
  static std::int64_t expect_same(const rt::TrackPages& pages, const rt::TrackPages& local) {
    std::int64_t compared = 0;
    for (std::int64_t i = 0; i < local.page_count(); ++i) {
      const rt::Page* a = pages.page(i);
      const rt::Page* b = local.page(i);
      if (a == nullptr || b == nullptr) continue;
      EXPECT_EQ(std::memcmp(a, b, sizeof(rt::Page)), 0) << "page " << i;
      ++compared;
    }
    return compared;
  }

  SlowOpener opener_;
  rt::BlockClock clock_;
  std::vector<std::future<Loaded>> futures_;
};

TEST_F(RemoteLoading, TheCatalogueFillsWhatTheFileDoesNotSay) {
  const auto loader = make_loader();
  model::MediaRef ref;
  ref.label = "http://host/4711";
  ref.title = "Title";
  ref.artist = "Artist";
  ref.album = "Album";
  opener_.add("segue://p/1", bytes_of(path("wav_16")), ref)->arrive_all();
  std::future<Loaded> future = start(*loader, "segue://p/1");
  const Loaded loaded = get(future);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ((*loaded)->facts().title, "Title");
  EXPECT_EQ((*loaded)->facts().artist, "Artist");
  EXPECT_EQ((*loaded)->facts().album, "Album");
  EXPECT_EQ((*loaded)->facts().uri, "segue://p/1");
  EXPECT_EQ((*loaded)->fetch().state, FetchStatus::State::kFetching);
  EXPECT_FALSE((*loaded)->is_live());
}

TEST_F(RemoteLoading, EveryFormatPlaysAsFromAFileHoweverItsBytesCome) {
  const bool is_soak = std::getenv("SEGUE_SOAK") != nullptr;
  const std::int64_t piece = is_soak ? 20'000 : 100'000;
  const auto loader = make_loader();
  for (const test::MediaFormat& format : test::media_formats()) {
    // A second beyond the head.
    const std::string file = is_soak ? path(format.name, {}) : path(format.name, {.frames = 5 * 22'050 + 123});
    const Loaded local = load(*loader, file);
    ASSERT_TRUE(local.has_value());
    loader->wait_for(**local, {0, kWhole});
    const auto slow = opener_.add("segue://p/1", bytes_of(file));
    std::future<Loaded> future = start(*loader, "segue://p/1");
    std::jthread network([&](const std::stop_token& stop) {
      for (std::int64_t at = 0; at < slow->size() && !stop.stop_requested(); at += piece) {
        slow->wait_for_reader(at, slow->size(), std::chrono::milliseconds(1));
        slow->arrive(at, at + piece);
      }
    });
    const Loaded loaded = get(future);
    ASSERT_TRUE(loaded.has_value()) << format.name << loaded.error().message;
    loader->wait_for(**loaded, {0, kWhole});
    EXPECT_EQ((*loaded)->pages().length(), (*local)->pages().length()) << format.name;
    EXPECT_EQ(expect_same((*loaded)->pages(), (*local)->pages()), (*local)->pages().published()) << format.name;
  }
}

TEST_F(RemoteLoading, StalledTracksHoldUpNobody) {
  const auto loader = make_loader(2);
  std::vector<std::shared_ptr<SlowBytes>> stalled;
  std::vector<std::future<Loaded>> futures;
  const std::string mp3 = bytes_of(path("mp3_320"));
  for (std::uint64_t id = 10; id < 20; ++id) {
    const std::string uri = "segue://p/" + std::to_string(id);
    stalled.push_back(opener_.add(uri, mp3));
    stalled.back()->arrive(0, 300'000);  // the head, and some
    futures.push_back(start(*loader, uri, id));
  }
  std::vector<Loaded> held;
  for (std::future<Loaded>& future : futures) held.push_back(get(future));
  for (const auto& bytes : stalled) ASSERT_TRUE(bytes->wait_for_reader());
  for (std::uint64_t id = 30; id < 34; ++id) {
    const std::string uri = "segue://p/" + std::to_string(id);
    opener_.add_hanging(uri);
    futures.push_back(start(*loader, uri, id));
  }
  ASSERT_TRUE(opener_.wait_for_hanging(4));
  const Loaded local = load_local(*loader, "flac");
  ASSERT_TRUE(local.has_value());
  loader->wait_for(**local, {0, kWhole});
  EXPECT_TRUE((*local)->pages().length_is_final());
}

TEST_F(RemoteLoading, MoreStalledTracksThanThreadsMayWaitAreServedInTurn) {
  const auto loader = make_loader(2);
  const std::string mp3 = bytes_of(path("mp3_320"));
  std::vector<std::shared_ptr<SlowBytes>> bytes;
  std::vector<std::future<Loaded>> futures;
  for (std::uint64_t id = 0; id < 40; ++id) {
    const std::string uri = "segue://p/" + std::to_string(id);
    bytes.push_back(opener_.add(uri, mp3));
    futures.push_back(start(*loader, uri, id + 1));
  }
  for (std::size_t i = 0; i < 16; ++i) ASSERT_TRUE(bytes[i]->wait_for_reader()) << i;
  EXPECT_TRUE(load_local(*loader, "flac").has_value()) << "a file needs no thread that waits";
  std::vector<Loaded> held;
  for (std::size_t i = 0; i < futures.size(); ++i) {
    bytes[i]->arrive_all();
    held.push_back(get(futures[i]));
    ASSERT_TRUE(held.back().has_value()) << i << held.back().error().message;
  }
}

// A new load is worth more than any track's rest.
TEST_F(RemoteLoading, ALoadTakesTheThreadOfABackgroundThatWaits) {
  const auto loader = make_loader(2);
  const std::string mp3 = bytes_of(path("mp3_320"));
  std::vector<Loaded> held;
  for (std::uint64_t id = 0; id < 20; ++id) {
    const std::string uri = "segue://p/" + std::to_string(id);
    opener_.add(uri, mp3)->arrive(0, 300'000);
    std::future<Loaded> future = start(*loader, uri, id + 1);
    held.push_back(get(future));
    ASSERT_TRUE(held.back().has_value()) << id << held.back().error().message;
  }
}

// A deck about to run dry is worth more than any load.
TEST_F(RemoteLoading, AWantedPageTakesTheThreadOfALoadThatWaits) {
  const auto loader = make_loader(2);
  const std::string wav = bytes_of(path("wav_16"));
  const auto playing = opener_.add("segue://p/playing", wav);
  playing->arrive(0, 500'000);
  std::future<Loaded> future = start(*loader, "segue://p/playing");
  const Loaded loaded = get(future);
  ASSERT_TRUE(loaded.has_value());
  std::vector<std::shared_ptr<SlowBytes>> stalled;
  for (std::uint64_t id = 0; id < 30; ++id) {
    const std::string uri = "segue://p/" + std::to_string(id);
    stalled.push_back(opener_.add(uri, wav));
    futures_.push_back(start(*loader, uri, id + 2));
  }
  for (std::size_t i = 0; i < 16; ++i) ASSERT_TRUE(stalled[i]->wait_for_reader()) << i;
  const WantedRange range[] = {{30 * 48'000, 33 * 48'000}};
  // Told over and over, as control does while a deck plays.
  bool is_there = false;
  for (int told = 0; told < 400 && !is_there; ++told) {
    loader->want(**loaded, range);
    is_there = playing->wait_for_reader(29 * 192'000, 33 * 192'000, std::chrono::milliseconds(50));
  }
  ASSERT_TRUE(is_there);
  playing->arrive_all();
  loader->wait_for(**loaded, {30 * 48'000, 33 * 48'000});
  EXPECT_TRUE((*loaded)->pages().has(30 * 48'000, 33 * 48'000));
  for (const auto& bytes : stalled) bytes->arrive_all();
  for (std::future<Loaded>& one : futures_) EXPECT_TRUE(get(one).has_value());
}

TEST_F(RemoteLoading, CancellingEndsOpeningWithinTenMilliseconds) {
  const auto loader = make_loader(2);
  opener_.add_hanging("segue://p/hang");
  std::vector<double> took_ms;
  for (std::uint64_t round = 1; round <= 9; ++round) {
    const bool is_connecting = round % 2 == 0;
    const auto slow = opener_.add("segue://p/1", bytes_of(path("mp3_320")));
    std::future<Loaded> future = start(*loader, is_connecting ? "segue://p/hang" : "segue://p/1", round);
    ASSERT_TRUE(is_connecting ? opener_.wait_for_hanging(1) : slow->wait_for_reader());
    const auto before = Clock::now();
    loader->cancel(round);
    const Loaded answer = get(future);
    took_ms.push_back(ms_since(before));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().reason, "LOAD_CANCELLED");
  }
  EXPECT_LE(*std::min_element(took_ms.begin(), took_ms.end()), 10.0) << "ms, the fastest";
}

TEST_F(RemoteLoading, ASeekMovesTheReaderWithinTenMilliseconds) {
  const auto loader = make_loader(2);
  const auto slow = opener_.add("segue://p/1", bytes_of(path("wav_16")));
  slow->arrive(0, 500'000);
  std::future<Loaded> future = start(*loader, "segue://p/1");
  const Loaded loaded = get(future);
  ASSERT_TRUE(loaded.has_value());
  ASSERT_TRUE(slow->wait_for_reader());
  std::vector<double> took_ms;
  for (const std::int64_t second : {40, 20, 50, 10, 30, 55, 15}) {
    const WantedRange range[] = {{second * 48'000, (second + 5) * 48'000}};
    const auto before = Clock::now();
    loader->want(**loaded, range);
    ASSERT_TRUE(slow->wait_for_reader((second - 1) * 192'000, (second + 5) * 192'000, std::chrono::seconds(20)));
    took_ms.push_back(ms_since(before));
  }
  EXPECT_LE(*std::min_element(took_ms.begin(), took_ms.end()), 10.0) << "ms, the fastest";
  slow->arrive_all();
  loader->wait_for(**loaded, {0, kWhole});
  const Loaded local = load_local(*loader, "wav_16");
  loader->wait_for(**local, {0, kWhole});
  EXPECT_EQ(expect_same((*loaded)->pages(), (*local)->pages()), (*local)->pages().published());
}

// Seeks at random while the bytes trickle in, in every format: the pages are the file's.
TEST_F(RemoteLoading, SeeksWhileBytesComeLeaveThePagesRight) {
  for (const char* format : {"wav_24", "flac", "m4a_alac", "mp3_v0", "m4a_aac", "adts_aac", "ogg_vorbis", "opus"}) {
    const auto loader = make_loader();
    const Loaded local = load_local(*loader, format);
    ASSERT_TRUE(local.has_value());
    loader->wait_for(**local, {0, kWhole});
    const auto slow = opener_.add("segue://p/1", bytes_of(path(format)));
    slow->arrive(0, slow->size() / 4);
    std::future<Loaded> future = start(*loader, "segue://p/1");
    std::jthread network([&](const std::stop_token& stop) {
      for (std::int64_t at = slow->size() / 4; at < slow->size() && !stop.stop_requested(); at += 20'000) {
        slow->wait_for_reader(at, slow->size(), std::chrono::milliseconds(2));
        slow->arrive(at, at + 20'000);
      }
    });
    const Loaded loaded = get(future);
    ASSERT_TRUE(loaded.has_value()) << format << loaded.error().message;
    test::Random random(5);
    for (int seeks = 0; seeks < 40; ++seeks) {
      const auto from = static_cast<Frames>(random.unit() * 55 * 48'000);
      const WantedRange range[] = {{from, from + 3 * 48'000}};
      loader->want(**loaded, range);
      slow->wait_for_reader(0, slow->size(), std::chrono::milliseconds(1));
    }
    loader->wait_for(**loaded, {0, kWhole});
    EXPECT_EQ(expect_same((*loaded)->pages(), (*local)->pages()), (*local)->pages().published()) << format;
    EXPECT_FALSE((*loaded)->trouble().has_value()) << format;
  }
}

// In formats that number their packets a seek is served from its own bytes.
TEST_F(RemoteLoading, ASeekAheadWaitsForItsOwnBytesOnly) {
  for (const bool is_flac : {true, false}) {
    const auto loader = make_loader();
    const std::string file = is_flac ? path("flac") : test::encode(kStreamable, kSignal);
    const Loaded local = load(*loader, file);
    ASSERT_TRUE(local.has_value());
    loader->wait_for(**local, {0, kWhole});
    const auto slow = opener_.add("segue://p/1", bytes_of(file));
    slow->arrive(0, slow->size() / 4);
    slow->arrive(slow->size() * 7 / 10, slow->size() * 9 / 10);
    std::future<Loaded> future = start(*loader, "segue://p/1");
    const Loaded loaded = get(future);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    ASSERT_TRUE(slow->wait_for_reader());
    const WantedRange range[] = {{48 * 48'000, 51 * 48'000}};
    loader->want(**loaded, range);
    loader->wait_for(**loaded, {48 * 48'000, 51 * 48'000});
    EXPECT_FALSE((*loaded)->pages().has(25 * 48'000, 26 * 48'000));
    slow->arrive_all();
    loader->wait_for(**loaded, {0, kWhole});
    EXPECT_EQ(expect_same((*loaded)->pages(), (*local)->pages()), (*local)->pages().published());
    EXPECT_TRUE((*loaded)->pages().length_is_final());
  }
}

// Far reads cost a round trip each and wait for their bytes: until the head is there, only the head is read.
TEST_F(RemoteLoading, OpeningReadsTheHeadOnly) {
  for (const char* format : {"wav_16", "wav_24", "rf64", "aiff", "flac", "ogg_flac", "mp3_320", "mp3_v0", "mp3_128",
                             "adts_aac", "ogg_vorbis", "opus", "m4a_streamable"}) {
    const auto loader = make_loader();
    const bool is_m4a = std::string_view(format) == kStreamable.name;
    const auto slow =
        opener_.add("segue://p/1", bytes_of(is_m4a ? test::encode(kStreamable, kSignal) : path(format)), lasting(60));
    slow->arrive(0, slow->size() * 2 / 10);
    std::future<Loaded> future = start(*loader, "segue://p/1");
    const Loaded loaded = get(future);
    ASSERT_TRUE(loaded.has_value()) << format << loaded.error().message;
    std::int64_t furthest = 0;
    for (const std::int64_t at : slow->jumps()) furthest = std::max(furthest, at);
    EXPECT_LE(furthest, slow->size() * 2 / 10) << format;
    EXPECT_NEAR(static_cast<double>((*loaded)->pages().length()), 60.0 * 48'000, 3.0 * 48'000) << format;
    std::printf("%-10s %8lld of %9lld bytes, %2zu jumps\n", format, static_cast<long long>(slow->bytes_read()),
                static_cast<long long>(slow->size()), slow->jumps().size());
  }
}

TEST_F(RemoteLoading, AStallCostsNoProcessorTime) {
  const auto loader = make_loader(2);
  std::vector<Loaded> held;
  std::vector<std::shared_ptr<SlowBytes>> bytes;
  for (std::uint64_t id = 0; id < 20; ++id) {  // more than may wait
    const std::string uri = "segue://p/" + std::to_string(id);
    bytes.push_back(opener_.add(uri, bytes_of(path("mp3_320"))));
    bytes.back()->arrive(0, 200'000);
    std::future<Loaded> future = start(*loader, uri, id + 1);
    held.push_back(get(future));
    ASSERT_TRUE(held.back().has_value());
  }
  const WantedRange range[] = {{20 * 48'000, 30 * 48'000}};
  for (const Loaded& loaded : held) loader->want(**loaded, range);
  // Until everything stands still: the CPU clock has not moved for a while.
  ASSERT_TRUE(eventually([&] {
    const double before = process_cpu_ms();
    bytes[0]->wait_for_reader(-2, -1, std::chrono::milliseconds(50));
    return process_cpu_ms() - before < 1.0;
  }));
  const double before = process_cpu_ms();
  EXPECT_FALSE(bytes[0]->wait_for_reader(-3, -2, std::chrono::milliseconds(500)));
  EXPECT_LT(process_cpu_ms() - before, 5.0) << "ms within 500 ms";
}

TEST_F(RemoteLoading, ASourceThatFailsForGoodLeavesPagesMissingAndSaysWhy) {
  for (const char* format : {"wav_16", "mp3_320", "m4a_aac", "ogg_vorbis"}) {
    const auto loader = make_loader(2);
    const auto slow = opener_.add("segue://p/1", bytes_of(path(format)), lasting(60));
    slow->arrive(0, slow->size() / 2);
    slow->arrive(slow->size() * 9 / 10, slow->size());  // an MP4's index
    std::future<Loaded> future = start(*loader, "segue://p/1");
    const Loaded loaded = get(future);
    ASSERT_TRUE(loaded.has_value()) << format << loaded.error().message;
    const WantedRange range[] = {{0, 58 * 48'000}};
    loader->want(**loaded, range);
    ASSERT_TRUE(slow->wait_for_reader()) << format;
    slow->fail({Code::kFailedPrecondition, "CONTENT_CHANGED", "host: another version"});
    loader->wait_for(**loaded, {50 * 48'000, 51 * 48'000});  // returns: it never will be there
    ASSERT_TRUE((*loaded)->trouble().has_value()) << format;
    EXPECT_EQ((*loaded)->trouble()->reason, "CONTENT_CHANGED");
    EXPECT_FALSE((*loaded)->pages().has(50 * 48'000, 51 * 48'000));
    const Loaded local = load_local(*loader, format);
    loader->wait_for(**local, {0, kWhole});
    EXPECT_GT(expect_same((*loaded)->pages(), (*local)->pages()), 100) << format;
  }
}

TEST_F(RemoteLoading, NeitherTroubleNorErrorsShowThePasswordInAnAddress) {
  const std::string uri = "http://dj:pass-word@host.example/a?key=pass-word";
  const auto loader = make_loader(2);
  const auto slow = opener_.add(uri, bytes_of(path("mp3_320")), lasting(60));
  slow->arrive(0, slow->size() / 2);
  std::future<Loaded> future = start(*loader, uri);
  const Loaded loaded = get(future);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const WantedRange range[] = {{0, 58 * 48'000}};
  loader->want(**loaded, range);
  ASSERT_TRUE(slow->wait_for_reader());
  slow->fail({Code::kFailedPrecondition, "CONTENT_CHANGED", "host: another version"});
  loader->wait_for(**loaded, {50 * 48'000, 51 * 48'000});
  ASSERT_TRUE((*loaded)->trouble().has_value());
  EXPECT_EQ((*loaded)->trouble()->message.find("pass-word"), std::string::npos) << (*loaded)->trouble()->message;

  opener_.add(uri, std::string(300'000, 'x'), {})->arrive(0, 300'000);
  future = start(*loader, uri, 2);
  const Loaded junk = get(future);
  ASSERT_FALSE(junk.has_value());
  EXPECT_EQ(junk.error().message.find("pass-word"), std::string::npos) << junk.error().message;
}

TEST_F(RemoteLoading, ASourceThatFailsBeforeTheHeadIsThereFailsTheLoad) {
  const auto loader = make_loader(2);
  const auto slow = opener_.add("segue://p/1", bytes_of(path("wav_16")));
  slow->arrive(0, 70'000);
  std::future<Loaded> future = start(*loader, "segue://p/1");
  ASSERT_TRUE(slow->wait_for_reader());
  slow->fail({Code::kNotFound, "HTTP_404", "host: not found"});
  const Loaded loaded = get(future);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().reason, "HTTP_404");
  EXPECT_EQ(loaded.error().code, Code::kNotFound);
}

TEST_F(RemoteLoading, LettingGoOfAStalledTrackAndDestroyingTheLoaderAreQuick) {
  for (int round = 0; round < 10; ++round) {
    auto loader = make_loader(2);
    const auto slow = opener_.add("segue://p/1", bytes_of(path("mp3_320")));
    slow->arrive(0, 200'000);
    std::future<Loaded> future = start(*loader, "segue://p/1");
    Loaded loaded = get(future);
    ASSERT_TRUE(loaded.has_value());
    ASSERT_TRUE(slow->wait_for_reader());
    if (round % 2 == 0) {
      loaded->reset();
      EXPECT_TRUE(eventually([&] { return loader->bytes_used() == 0; }));
    }
    const auto before = Clock::now();
    loader.reset();
    EXPECT_LT(ms_since(before), 1'000.0);
  }
}

}  // namespace
}  // namespace segue::stream
