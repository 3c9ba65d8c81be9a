// SPDX-License-Identifier: GPL-3.0-or-later
// Internet radio: endless tracks over one connection after another.
#include <cmath>
#include <cstring>
#include <deque>

#include <gtest/gtest.h>

#include "tests/engine/stream/decoded.h"
#include "tests/engine/stream/loader_fixture.h"

namespace segue::stream {
namespace {

// A station: connections that send what the test gives them, in order, and end when it says so. Thread-safe.
class Station final : public MediaOpener {
 public:
  explicit Station(std::deque<std::string> connections) : connections_(std::move(connections)) {}

  // The current connection has sent all it has and breaks off; the next one may be made.
  void hang_up() {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    changed_.notify_all();
  }
  // How many times somebody has connected or tried to.
  bool wait_for_attempts(int count, std::chrono::milliseconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return attempts_ >= count; });
  }
  Result<OpenedMedia> open(const std::string&, const std::stop_token& stop) override {
    OpenedMedia media;
    Result<std::unique_ptr<ByteSource>> source = connect(stop);
    if (!source) return tl::unexpected(source.error());
    media.source = std::move(*source);
    media.ref.live = true;
    media.ref.label = "station";
    media.ref.title = "The Station";
    media.live_title = [] { return std::string("A Song"); };
    media.reconnect = [this](const std::stop_token& token) { return connect(token); };
    return media;
  }

 private:
  class Connection final : public ByteSource {
   public:
    Connection(Station& station, std::string bytes) : station_(station), bytes_(std::move(bytes)) {}
    Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
      std::unique_lock lock(station_.mutex_);
      if (offset < at_) return fail(Code::kOutOfRange, "BEHIND", "gone");
      const auto size = static_cast<std::int64_t>(bytes_.size());
      station_.changed_.wait(lock, [&] { return at_ < size || station_.ends_ || interrupted_; });
      if (interrupted_) return fail(Code::kAborted, "READ_INTERRUPTED", "interrupted");
      const std::size_t count = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(size - at_));
      std::memcpy(buffer.data(), bytes_.data() + at_, count);
      at_ += static_cast<std::int64_t>(count);
      return count;
    }
    std::int64_t size() const override { return -1; }
    bool is_remote() const override { return true; }
    bool is_sequential() const override { return true; }
    bool is_ready(std::int64_t, std::int64_t) const override {
      const std::lock_guard lock(station_.mutex_);
      return at_ < static_cast<std::int64_t>(bytes_.size());
    }
    void interrupt() override {
      const std::lock_guard lock(station_.mutex_);
      interrupted_ = true;
      station_.changed_.notify_all();
    }

   private:
    Station& station_;
    std::string bytes_;
    std::int64_t at_ = 0;
    bool interrupted_ = false;
  };

  Result<std::unique_ptr<ByteSource>> connect(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ++attempts_;
    changed_.notify_all();
    if (!changed_.wait(lock, stop, [&] { return !connections_.empty(); })) {
      return fail(Code::kCancelled, "CANCELLED", "stopped");
    }
    ends_ = false;
    std::string bytes = std::move(connections_.front());
    connections_.pop_front();
    return std::make_unique<Connection>(*this, std::move(bytes));
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::string> connections_;
  bool ends_ = false;
  int attempts_ = 0;
};

std::string bytes_of(const char* format, int rate_hz, double seconds) {
  const auto bytes = test::read_file(
      test::encode(test::media_format(format), {.rate_hz = rate_hz, .frames = static_cast<Frames>(seconds * rate_hz)}));
  return {bytes.begin(), bytes.end()};
}

std::int64_t pages_for_seconds(std::int64_t seconds) { return seconds * 48'000 / rt::kPageFrames; }

class LiveLoading : public testing::Test {
 protected:
  std::unique_ptr<TrackLoader> make_loader(Station& station, double timeshift_s = 120) {
    return TrackLoader::create(
        {.sample_rate_hz = 48'000, .budget_bytes = 256 << 20, .opener = &station, .timeshift_s = timeshift_s}, clock_);
  }
  static Loaded load_station(TrackLoader& loader) {
    auto promise = std::make_shared<std::promise<Loaded>>();
    std::future<Loaded> future = promise->get_future();
    loader.load(1, "http://station/",
                [promise](std::uint64_t, Loaded loaded) { promise->set_value(std::move(loaded)); });
    if (future.wait_for(kPatience) != std::future_status::ready) return fail(Code::kUnknown, "NEVER_READY", "");
    return future.get();
  }
  static test::StereoAudio read(const rt::TrackPages& pages, Frames from, Frames to) {
    test::StereoAudio audio(to - from);
    EXPECT_TRUE(pages.read(from, static_cast<int>(to - from), audio.left.data(), audio.right.data()));
    return audio;
  }
  rt::BlockClock clock_;
};

TEST_F(LiveLoading, AStationIsReadyWithItsHeadAndHasNoEnd) {
  Station station({bytes_of("mp3_320", 48'000, 10)});
  const auto loader = make_loader(station);
  const Loaded loaded = load_station(*loader);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_TRUE((*loaded)->is_live());
  EXPECT_EQ((*loaded)->live_title(), "A Song");
  EXPECT_EQ((*loaded)->facts().title, "The Station");
  const rt::TrackPages& pages = (*loaded)->pages();
  ASSERT_TRUE(eventually([&] { return pages.length() > 432000; }));
  EXPECT_FALSE(pages.length_is_final());
  EXPECT_TRUE(pages.has(0, pages.length()));
  const auto decoder = open_path(test::encode(test::media_format("mp3_320"), {.rate_hz = 48'000, .frames = 480'000}));
  const test::StereoAudio whole = read_rest(**decoder);
  const test::StereoAudio heard = read(pages, 240, 9 * 48'000);
  EXPECT_EQ(heard.left, whole.cut(240, 9 * 48'000).left);
  EXPECT_EQ(pages.page(0)->left[0], 0.0F) << "it fades in";
}

TEST_F(LiveLoading, AFurtherConnectionGoesOnWithoutAClickWhateverItsFormat) {
  Station station({bytes_of("mp3_128", 44'100, 4), bytes_of("flac", 48'000, 3), bytes_of("ogg_vorbis", 44'100, 3),
                   bytes_of("adts_aac", 48'000, 4)});
  const auto loader = make_loader(station);
  const Loaded loaded = load_station(*loader);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  for (int connection = 2; connection <= 5; ++connection) {
    station.hang_up();
    ASSERT_TRUE(station.wait_for_attempts(connection));
  }
  const rt::TrackPages& pages = (*loaded)->pages();
  ASSERT_TRUE(eventually([&] { return pages.length() > 662400; })) << pages.length();
  EXPECT_LT(pages.length(), 686'400);
  EXPECT_FALSE(pages.length_is_final());
  // The material itself has no larger step than its own; a cut would have one of its full level.
  const test::StereoAudio heard = read(pages, 0, pages.length());
  float own_step = 0;
  for (Frames i = 48'000; i < 3 * 48'000; ++i) {
    own_step = std::max(
        own_step, std::fabs(heard.left[static_cast<std::size_t>(i)] - heard.left[static_cast<std::size_t>(i - 1)]));
  }
  for (const double junction : {4.0, 7.0, 10.0}) {
    float step = 0;
    for (auto i = static_cast<Frames>((junction - 0.1) * 48'000); i < static_cast<Frames>((junction + 0.2) * 48'000);
         ++i) {
      step = std::max(step,
                      std::fabs(heard.left[static_cast<std::size_t>(i)] - heard.left[static_cast<std::size_t>(i - 1)]));
    }
    EXPECT_LE(step, own_step * 1.5F) << "near " << junction << " s";
  }
}

TEST_F(LiveLoading, PagesBehindTheTimeShiftAreGivenBackUnlessWanted) {
  Station station({bytes_of("mp3_320", 48'000, 5), bytes_of("mp3_320", 48'000, 30)});
  const auto loader = make_loader(station, 10);
  const Loaded loaded = load_station(*loader);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const rt::TrackPages& pages = (*loaded)->pages();
  const WantedRange range[] = {{3 * 48'000, 4 * 48'000}};
  loader->want(**loaded, range);
  station.hang_up();
  ASSERT_TRUE(eventually([&] { return pages.length() > 1632000; }));
  EXPECT_TRUE(pages.has(3 * 48'000, 4 * 48'000)) << "wanted";
  EXPECT_TRUE(pages.has(25 * 48'000, 34 * 48'000)) << "within the time shift";
  EXPECT_FALSE(pages.has(10 * 48'000, 10 * 48'000 + 1));
  EXPECT_LE(loader->bytes_used(), page_bytes(pages_for_seconds(10 + 3 + 1) + 6));
  loader->wait_for(**loaded, {10 * 48'000, 11 * 48'000});  // returns: they never come back
}

TEST_F(LiveLoading, LettingGoEndsAnyWaitAtOnce) {
  for (const bool is_connecting : {false, true}) {
    Station station({bytes_of("mp3_320", 48'000, 4)});
    const auto loader = make_loader(station);
    Loaded loaded = load_station(*loader);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    ASSERT_TRUE(eventually([&] { return (*loaded)->pages().length() > 168'000; }));
    if (is_connecting) {
      station.hang_up();
      ASSERT_TRUE(station.wait_for_attempts(2));
    }
    loaded->reset();
    EXPECT_TRUE(eventually([&] { return loader->bytes_used() == 0; }));
  }
}

// A station that sends a file as fast as it is read must not fill the memory: a minute's at once, then 1.05 of real
// time.
TEST_F(LiveLoading, ASourceFasterThanItsSoundIsSlowedDown) {
  constexpr double kSent = 69;
  constexpr double kPace = 1.05;
  constexpr double kAhead = 60 * kPace;  // what sounds in a minute at that pace
  Station station({bytes_of("mp3_128", 48'000, kSent)});
  const auto loader = make_loader(station);
  const auto before = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count(); };
  const Loaded loaded = load_station(*loader);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const rt::TrackPages& pages = (*loaded)->pages();
  double most_ahead = -1e9;
  ASSERT_TRUE(eventually([&] {
    const double made = static_cast<double>(pages.length()) / 48'000;
    most_ahead = std::max(most_ahead, made - kAhead - kPace * passed());
    return made > kAhead + 2;
  }));
  EXPECT_GT(passed(), 1.5) << "s for two seconds beyond the minute";
  EXPECT_LT(passed(), 20.0);
  EXPECT_LE(most_ahead, 0.2) << "s ahead of the pace";
}

// What connects but cannot be played is tried again, with pauses, for as long as the track is loaded.
TEST_F(LiveLoading, AConnectionThatCannotBePlayedIsFollowedByTheNext) {
  const std::string noise(300'000, 'x');
  Station station({bytes_of("mp3_128", 48'000, 4), noise, noise, bytes_of("mp3_128", 48'000, 5)});
  const auto loader = make_loader(station);
  const Loaded loaded = load_station(*loader);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const auto before = std::chrono::steady_clock::now();
  for (int attempt = 2; attempt <= 4; ++attempt) {
    ASSERT_TRUE(eventually([&] {
      station.hang_up();
      return station.wait_for_attempts(attempt, std::chrono::milliseconds(5));
    }));
  }
  const rt::TrackPages& pages = (*loaded)->pages();
  ASSERT_TRUE(eventually([&] { return pages.length() > 8 * 48'000; }));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(250 + 500)) << "it pauses";
  EXPECT_FALSE(pages.length_is_final());
  EXPECT_FALSE((*loaded)->trouble().has_value());
  EXPECT_TRUE(pages.has(0, 8 * 48'000)) << "without a hole";
}

TEST_F(LiveLoading, AStationThatSendsNoAudioFailsTheLoad) {
  Station station({std::string(200'000, 'x')});
  station.hang_up();
  const auto loader = make_loader(station);
  std::future<Loaded> future = start_load(*loader, "http://station/");
  ASSERT_TRUE(station.wait_for_attempts(1));
  ASSERT_TRUE(eventually([&] {
    station.hang_up();
    return future.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
  }));
  const Loaded loaded = future.get();
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().reason, "UNSUPPORTED_MEDIA") << loaded.error().message;
}

}  // namespace
}  // namespace segue::stream
