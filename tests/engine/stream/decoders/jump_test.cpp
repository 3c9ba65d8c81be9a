// SPDX-License-Identifier: GPL-3.0-or-later
// Seeks over bytes that have not come: the same bits as reading through, from a few bytes around the place.
#include <cmath>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include "engine/stream/decoders/flac_frames.h"
#include "engine/stream/range_set.h"
#include "tests/engine/stream/decoded.h"
#include "tests/engine/stream/memory_source.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using test::MediaFormat;
using test::StereoAudio;

constexpr Frames kCompared = 12'000;  // more than two packets of any size but the largest

// Bytes of which some are missing: reading those fails as if it had been interrupted. Counts what is read.
class GappedSource final : public ByteSource {
 public:
  struct Ledger {
    std::vector<Range> missing;
    RangeSet read;
  };
  GappedSource(std::string bytes, Ledger& ledger) : memory_(std::move(bytes)), ledger_(ledger) {}
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    auto count = static_cast<std::int64_t>(buffer.size());
    for (const Range& gap : ledger_.missing) {
      if (offset >= gap.from && offset < gap.to) return fail(Code::kAborted, "READ_INTERRUPTED", "not here");
      if (gap.from > offset) count = std::min(count, gap.from - offset);
    }
    const Result<std::size_t> got = memory_.read(offset, buffer.first(static_cast<std::size_t>(count)));
    ledger_.read.add({offset, offset + static_cast<std::int64_t>(got.value_or(0))});
    return got;
  }
  std::int64_t size() const override { return memory_.size(); }
  bool is_remote() const override { return true; }

 private:
  MemorySource memory_;
  Ledger& ledger_;
};

std::string bytes_of(const std::string& path) {
  const auto bytes = test::read_file(path);
  return {bytes.begin(), bytes.end()};
}

Result<std::unique_ptr<Decoder>> open_gapped(const std::string& bytes, GappedSource::Ledger& ledger) {
  return open_decoder(std::make_unique<GappedSource>(bytes, ledger), "/music/track");
}

StereoAudio read_through(std::unique_ptr<ByteSource> source) {
  const auto decoder = open_decoder(std::move(source), "/music/track");
  EXPECT_TRUE(decoder.has_value()) << decoder.error().message;
  return decoder ? read_rest(**decoder) : StereoAudio(0);
}

#define SEGUE_FLAC(options) "flac --silent -f " options " -o {out} {in}"
constexpr MediaFormat kJumping[] = {
    {"flac", "flac", SEGUE_FLAC("-5"), true, true},
    {"flac_no_seektable", "flac", SEGUE_FLAC("--no-seektable"), true, true},
    {"flac_192", "flac", SEGUE_FLAC("-b 192"), true, true},
    {"flac_576", "flac", SEGUE_FLAC("-b 576"), true, true},
    {"flac_1000", "flac", SEGUE_FLAC("--lax -b 1000"), true, true},
    {"flac_1152", "flac", SEGUE_FLAC("-0 -b 1152"), true, true},
    {"flac_4608", "flac", SEGUE_FLAC("-8 -b 4608"), true, true},
    {"flac_16384", "flac", SEGUE_FLAC("--lax -b 16384"), true, true},
    {"flac_65535", "flac", SEGUE_FLAC("--lax -b 65535"), true, true},
    {"flac_verbatim", "flac", SEGUE_FLAC("--disable-constant-subframes --disable-fixed-subframes -l 0"), true, true},
    {"flac_ffmpeg", "flac", "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a flac {out}", true, true},
    {"m4a_alac", "m4a", "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a alac -movflags +faststart {out}",
     true, true},
    {"m4a_aac", "m4a",
     "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a aac -b:a 192k -movflags +faststart {out}", false, true},
};
#undef SEGUE_FLAC

class JumpIn : public testing::TestWithParam<MediaFormat> {
 protected:
  static std::string track() { return test::encode(GetParam(), {.rate_hz = 48'000, .frames = 24 * 48'000 + 777}); }
};

INSTANTIATE_TEST_SUITE_P(Decoder, JumpIn, testing::ValuesIn(kJumping),
                         [](const auto& tested) { return std::string(tested.param.name); });

void expect_same(const StereoAudio& whole, Decoder& decoder, Frames at) {
  const auto sought = decoder.seek(at);
  ASSERT_TRUE(sought.has_value()) << sought.error().message << " at frame " << at;
  const StereoAudio part = read_frames(decoder, kCompared);
  const StereoAudio expected = whole.cut(at, std::min(at + kCompared, whole.frames()));
  ASSERT_EQ(part.frames(), expected.frames()) << "at frame " << at;
  EXPECT_TRUE(part.left == expected.left && part.right == expected.right) << "at frame " << at;
}

TEST_P(JumpIn, TheNetworkGivesTheBitsOfTheFile) {
  const std::string bytes = bytes_of(track());
  const StereoAudio local = read_through(std::make_unique<MemorySource>(bytes));
  GappedSource::Ledger ledger;
  const StereoAudio remote = read_through(std::make_unique<GappedSource>(bytes, ledger));
  ASSERT_EQ(remote.frames(), local.frames());
  EXPECT_TRUE(remote.left == local.left && remote.right == local.right);
}

TEST_P(JumpIn, AnyPlaceGivesTheBitsOfReadingThrough) {
  const std::string bytes = bytes_of(track());
  const StereoAudio whole = read_through(std::make_unique<MemorySource>(bytes));
  GappedSource::Ledger ledger;
  const int seeks = std::getenv("SEGUE_SOAK") != nullptr ? 1'000 : 40;
  test::Random random(17);
  std::vector<Frames> places = {whole.frames() - 1, 0, whole.frames() / 2, 1, whole.frames() - 70'000};
  for (int i = 0; i < seeks; ++i) {
    places.push_back(static_cast<Frames>(random.unit() * static_cast<double>(whole.frames())));
  }
  auto decoder = open_gapped(bytes, ledger);
  ASSERT_TRUE(decoder.has_value());
  for (std::size_t i = 0; i < places.size() && !HasFailure(); ++i) {
    if (i % 10 == 0) decoder = open_gapped(bytes, ledger);  // one that has been nowhere yet
    expect_same(whole, **decoder, places[i]);
  }
}

TEST_P(JumpIn, AMissingMiddleIsJumpedOver) {
  const std::string bytes = bytes_of(track());
  const StereoAudio whole = read_through(std::make_unique<MemorySource>(bytes));
  const auto size = static_cast<std::int64_t>(bytes.size());
  GappedSource::Ledger ledger;
  const auto decoder = open_gapped(bytes, ledger);
  ASSERT_TRUE(decoder.has_value());
  (void)read_frames(**decoder, 48'000);
  ledger.missing = {{size * 3 / 10, size * 6 / 10}};
  const auto at = whole.frames() * 85 / 100;
  expect_same(whole, **decoder, at);
  ledger.missing = {};
  for (const Frames back : {whole.frames() * 45 / 100, whole.frames() * 20 / 100, whole.frames() * 86 / 100}) {
    expect_same(whole, **decoder, back);
  }
  ASSERT_TRUE((*decoder)->seek(0).has_value());
  const StereoAudio again = read_rest(**decoder);
  ASSERT_EQ(again.frames(), whole.frames());
  EXPECT_TRUE(again.left == whole.left && again.right == whole.right);
  EXPECT_TRUE((*decoder)->length_is_exact());
  EXPECT_EQ((*decoder)->damaged_packets(), 0U);
}

constexpr std::int64_t kJumpBytesMax = 512 << 10;

// The bytes that a seek to 80 % of five minutes takes with two seconds of sound there.
std::int64_t bytes_of_jump(const MediaFormat& format, const test::MediaSignal& signal) {
  const std::string bytes = bytes_of(test::encode(format, signal));
  const auto size = static_cast<std::int64_t>(bytes.size());
  GappedSource::Ledger ledger;
  const auto decoder = open_gapped(bytes, ledger);
  EXPECT_TRUE(decoder.has_value());
  (void)read_frames(**decoder, signal.rate_hz);
  ledger.missing = {{size / 10, size / 2}, {size * 95 / 100, size}};  // the tail has not come either
  ledger.read = {};
  const auto sought = (*decoder)->seek(signal.frames * 8 / 10);
  EXPECT_TRUE(sought.has_value()) << sought.error().message;
  EXPECT_EQ(read_frames(**decoder, kCompared).frames(), kCompared);
  std::printf("%s: %lld of %lld bytes\n", format.name, static_cast<long long>(ledger.read.count()),
              static_cast<long long>(size));
  return ledger.read.count();
}

TEST(Jump, EightyPercentOfFiveMinutesTakesLittle) {
  const test::MediaSignal signal{.rate_hz = 44'100, .frames = 300 * 44'100};
  EXPECT_LT(bytes_of_jump(kJumping[0], signal), kJumpBytesMax);
  EXPECT_LT(bytes_of_jump(test::media_format("flac"), signal), kJumpBytesMax);
  EXPECT_LT(bytes_of_jump(kJumping[std::size(kJumping) - 2], signal), kJumpBytesMax);
  EXPECT_LT(bytes_of_jump(kJumping[std::size(kJumping) - 1], signal), kJumpBytesMax);
}

// Silence at first, then music, then noise: bytes say little about time.
TEST(Jump, UnevenFilesAreSearchedInFewLooks) {
  constexpr Frames kPart = 30 * 44'100;
  auto channels = test::make_signal({.frames = 4 * kPart});
  test::Random random(3);
  for (std::vector<float>& channel : channels) {
    std::fill(channel.begin(), channel.begin() + kPart, 0.0F);
    for (auto at = channel.begin() + 3 * kPart; at != channel.end(); ++at) {
      *at = std::round(static_cast<float>(random.between(-0.5, 0.5)) * 32'768.0F) / 32'768.0F;
    }
  }
  const std::string bytes = bytes_of(test::encode(kJumping[1], channels, 44'100, 16));
  const StereoAudio whole = read_through(std::make_unique<MemorySource>(bytes));
  for (const int percent : {10, 24, 26, 50, 74, 76, 90}) {
    GappedSource::Ledger ledger;
    const auto decoder = open_gapped(bytes, ledger);
    ASSERT_TRUE(decoder.has_value());
    ledger.read = {};
    expect_same(whole, **decoder, whole.frames() * percent / 100);
    EXPECT_LT(ledger.read.count(), kJumpBytesMax) << percent << " %";
  }
}

// Damaged files: jumping about gives what reading on over the same bytes gives.
TEST(Jump, DamageIsHeardInTheSamePlacesHoweverTheyAreReached) {
  const int variants = std::getenv("SEGUE_SOAK") != nullptr ? 400 : 24;
  for (int i = 0; i < variants && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("variant " + std::to_string(i));
    const MediaFormat& format = kJumping[static_cast<std::size_t>(i) % std::size(kJumping)];
    std::string bytes = bytes_of(test::encode(format, {.rate_hz = 48'000, .frames = 24 * 48'000 + 777}));
    test::Random random(static_cast<std::uint64_t>(i) + 1);
    const auto place = [&] {
      return 10'000 + static_cast<std::size_t>(random.unit() * (static_cast<double>(bytes.size()) - 20'000));
    };
    for (int hits = 0; hits < 20; ++hits) bytes[place()] ^= static_cast<char>(1 << random.below(8));
    const std::size_t hole = place();
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(hole), std::min<std::size_t>(5'000, bytes.size() - hole),
                0);
    GappedSource::Ledger ledger;
    const StereoAudio whole = read_through(std::make_unique<GappedSource>(bytes, ledger));
    auto decoder = open_gapped(bytes, ledger);
    ASSERT_TRUE(decoder.has_value());
    for (int seeks = 0; seeks < 20 && !testing::Test::HasFailure(); ++seeks) {
      expect_same(whole, **decoder, static_cast<Frames>(random.unit() * static_cast<double>(whole.frames())));
    }
  }
}

// A header that is lost takes its packet with it, and nothing else.
TEST(Jump, ALostFlacHeaderIsSilenceOfItsPacketsLength) {
  const std::string healthy = bytes_of(test::encode(kJumping[0], {.rate_hz = 48'000, .frames = 20 * 48'000}));
  const std::span<const std::uint8_t> view(reinterpret_cast<const std::uint8_t*>(healthy.data()), healthy.size());
  const auto stream = parse_flac_stream(view.subspan(8));
  ASSERT_TRUE(stream.has_value());
  std::string bytes = healthy;
  int lost = 0;
  for (std::size_t at = 0; at + 16 < view.size(); ++at) {
    const auto header = parse_flac_header(view.subspan(at, 16), *stream);
    const Frames number = header ? header->start / 4'096 : 0;
    if (number == 50 || number == 51 || number == 90) {
      bytes[at + 1] = 0;
      ++lost;
    }
  }
  ASSERT_EQ(lost, 3);
  const StereoAudio whole = read_through(std::make_unique<MemorySource>(healthy));
  GappedSource::Ledger ledger;
  const auto decoder = open_gapped(bytes, ledger);
  ASSERT_TRUE(decoder.has_value());
  const StereoAudio audio = read_rest(**decoder);
  EXPECT_EQ((*decoder)->damaged_packets(), 3U);
  ASSERT_EQ(audio.frames(), whole.frames());
  for (Frames at = 0; at < audio.frames(); ++at) {
    const Frames number = at / 4'096;
    const bool is_lost = number == 50 || number == 51 || number == 90;
    const bool is_faded = (number == 52 || number == 91) && at % 4'096 < 64;
    const auto i = static_cast<std::size_t>(at);
    const bool is_dying = number != 51 && at % 4'096 < 64;
    if (is_faded || (is_lost && is_dying)) continue;
    ASSERT_EQ(audio.left[i], is_lost ? 0.0F : whole.left[i]) << "frame " << at;
  }
}

// What numbers its packets in no way that is certain is read from its start.
TEST(Jump, UncertainNumbersAreNotTrusted) {
  const auto flac = test::read_file(test::encode(kJumping[0], {.frames = 100'000}));
  const auto stream = parse_flac_stream(std::span(flac).subspan(8));
  ASSERT_TRUE(stream.has_value());
  std::size_t second = 0;
  for (std::size_t at = 0; second == 0 && at + 16 < flac.size(); ++at) {
    const auto header = parse_flac_header(std::span(flac).subspan(at, 16), *stream);
    if (header && header->start == 4'096) second = at;
  }
  std::size_t first = 0;
  while (!parse_flac_header(std::span(flac).subspan(first, 16), *stream)) ++first;
  // A recording that was cut at its front: its packets begin at number 1.
  std::string cut(flac.begin(), flac.end());
  cut.erase(first, second - first);
  // Lengths that the stream does not agree with.
  std::string lying(flac.begin(), flac.end());
  lying[8] = 0;
  lying[9] = 16;
  for (const std::string& bytes : {cut, lying}) {
    const StereoAudio local = read_through(std::make_unique<MemorySource>(bytes));
    GappedSource::Ledger ledger;
    const StereoAudio remote = read_through(std::make_unique<GappedSource>(bytes, ledger));
    EXPECT_GT(local.frames(), 90'000);
    ASSERT_EQ(remote.frames(), local.frames());
    EXPECT_TRUE(remote.left == local.left && remote.right == local.right);
  }
}

}  // namespace
}  // namespace segue::stream
