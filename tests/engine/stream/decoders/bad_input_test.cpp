// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "engine/stream/decoders/mpeg_audio.h"
#include "tests/engine/stream/decoded.h"
#include "tests/engine/stream/memory_source.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using test::MediaSignal;
using Bytes = std::vector<std::uint8_t>;

constexpr Frames kShort = 60'000;

Bytes encoded(const char* format, const MediaSignal& signal = {.frames = kShort}) {
  return test::read_file(test::encode(test::media_format(format), signal));
}

Result<std::unique_ptr<Decoder>> open_bytes(const Bytes& bytes) {
  return open_decoder(std::make_unique<MemorySource>(std::string(bytes.begin(), bytes.end())), "/music/track.mp3");
}

// What opening and reading everything comes to: the frames, or the error's reason.
struct Outcome {
  std::string reason;
  Frames frames = 0;
  std::uint64_t damaged = 0;
};

// Plays it all, then jumps about; fails if anything is not finite, not bounded, or does not end.
Outcome play(const Bytes& bytes, const std::string& what) {
  const auto decoder = open_bytes(bytes);
  if (!decoder) {
    EXPECT_EQ(decoder.error().code, Code::kFailedPrecondition) << what;
    EXPECT_NE(decoder.error().message.find("/music/track.mp3"), std::string::npos)
        << what << ": " << decoder.error().message;
    EXPECT_EQ(decoder.error().message.find('\n'), std::string::npos) << what;
    return {decoder.error().reason};
  }
  Outcome outcome;
  float left[4096];
  float right[4096];
  constexpr Frames kEndless = 100 * kShort;
  while (outcome.frames < kEndless) {
    const Result<int> got = (*decoder)->read(left, right, 4096);
    if (!got || *got == 0) break;
    outcome.frames += *got;
    for (int i = 0; i < *got; ++i) {
      if (!(std::fabs(left[i]) <= 8.0F) || !(std::fabs(right[i]) <= 8.0F)) {
        ADD_FAILURE() << what << ": sample " << left[i] << ", " << right[i];
        return outcome;
      }
    }
  }
  EXPECT_LT(outcome.frames, kEndless) << what << " does not end";
  outcome.damaged = (*decoder)->damaged_packets();
  for (const Frames at : {outcome.frames / 2, Frames{0}, outcome.frames - 1, outcome.frames + 100'000}) {
    if ((*decoder)->seek(std::max<Frames>(at, 0)).has_value()) (void)(*decoder)->read(left, right, 4096);
  }
  return outcome;
}

void put_big_endian(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i)
    bytes.at(at + static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

std::size_t find(const Bytes& bytes, std::string_view what) {
  const auto at = std::search(bytes.begin(), bytes.end(), what.begin(), what.end());
  EXPECT_NE(at, bytes.end()) << what;
  return static_cast<std::size_t>(at - bytes.begin());
}

TEST(BadInput, NothingToPlayIsInvalid) {
  EXPECT_EQ(play({}, "empty").reason, "INVALID_MEDIA");
  EXPECT_EQ(play({'x'}, "one byte").reason, "INVALID_MEDIA");
  EXPECT_EQ(play({'I', 'D', '3', 4, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "only a tag").reason,
            "INVALID_MEDIA");
  for (const char* format : {"wav_16", "flac", "m4a_aac", "ogg_vorbis", "opus", "aiff"}) {
    Bytes head = encoded(format);
    head.resize(44);
    const std::string reason = play(head, format).reason;
    EXPECT_TRUE(reason == "INVALID_MEDIA" || reason == "UNSUPPORTED_MEDIA") << format << ": " << reason;
  }
}

TEST(BadInput, OtherThingsAreUnsupported) {
  const std::string text = "All work and no play makes Jack a dull boy.\n";
  std::string page;
  for (int i = 0; i < 500; ++i) page += text;
  EXPECT_EQ(play(Bytes(page.begin(), page.end()), "text").reason, "UNSUPPORTED_MEDIA");
  Bytes noise(50'000);
  test::Random random(5);
  for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random.bits());
  const std::string reason = play(noise, "noise").reason;
  EXPECT_TRUE(reason == "UNSUPPORTED_MEDIA" || reason == "INVALID_MEDIA") << reason;
  EXPECT_EQ(play(Bytes(50'000, 0), "zeros").reason, "UNSUPPORTED_MEDIA");
}

TEST(BadInput, APlaylistOpensNothing) {
  for (const std::string list :
       {"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:1/a.ts\n",
        "[playlist]\nFile1=file:///etc/passwd\n",
        "<?xml version=\"1.0\"?><MPD "
        "xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>file:///etc/passwd</BaseURL></MPD>"}) {
    const auto decoder = open_bytes(Bytes(list.begin(), list.end()));
    ASSERT_FALSE(decoder.has_value()) << list;
    EXPECT_EQ(decoder.error().reason, "UNSUPPORTED_MEDIA") << list;
    EXPECT_EQ(decoder.error().message.find("root:"), std::string::npos);
  }
}

TEST(BadInput, AnotherExtensionMakesNoDifference) {
  const test::MediaFolder folder;
  const auto decoder = open_path(folder.write("really_flac.mp3", encoded("flac")));
  ASSERT_TRUE(decoder.has_value());
  EXPECT_EQ((*decoder)->facts().codec, "flac");
  EXPECT_EQ(read_rest(**decoder).frames(), kShort);
}

TEST(BadInput, FilmsWithoutSoundHaveNoAudio) {
  const test::MediaFormat film{
      "film", "mp4", "ffmpeg -nostdin -loglevel error -y -f lavfi -i color=size=64x64:duration=1 -c:v mpeg4 {out}",
      false, false};
  EXPECT_EQ(play(test::read_file(test::encode(film, {.frames = 1'000})), "film").reason, "NO_AUDIO");
}

TEST(BadInput, EncryptedAndUnknownCodecsAreNamed) {
  for (const char* entry : {"drms", "enca"}) {
    Bytes bytes = encoded("m4a_aac");
    std::memcpy(bytes.data() + find(bytes, "mp4a"), entry, 4);
    const auto decoder = open_bytes(bytes);
    ASSERT_FALSE(decoder.has_value());
    EXPECT_EQ(decoder.error().reason, "UNSUPPORTED_MEDIA");
    EXPECT_NE(decoder.error().message.find("DRM"), std::string::npos) << decoder.error().message;
  }
  Bytes wav = encoded("wav_16");
  wav[20] = 0x34;  // an unknown format tag
  wav[21] = 0x12;
  EXPECT_EQ(play(wav, "unknown tag").reason, "UNSUPPORTED_MEDIA");
}

TEST(BadInput, TheShortestTracksPlay) {
  for (const test::MediaFormat& format : test::media_formats()) {
    if (!format.has_exact_length) continue;
    for (const Frames frames : {Frames{1}, Frames{9'600}}) {
      const Outcome outcome =
          play(test::read_file(test::encode(format, {.rate_hz = 48'000, .frames = frames})), format.name);
      // What ffmpeg writes as an MP3's padding leaves up to a packet of silence.
      const bool is_loose = std::string_view(format.name) == "mp3_ffmpeg";
      EXPECT_GE(outcome.frames, frames) << format.name << " " << outcome.reason;
      EXPECT_LE(outcome.frames, frames + (is_loose ? 1'151 : 0)) << format.name;
    }
  }
}

TEST(BadInput, NanAndInfinityBecomeHarmless) {
  std::vector<float> samples(kShort, 0.25F);
  samples[100] = std::nanf("");
  samples[101] = INFINITY;
  samples[102] = -3e38F;
  const test::MediaFormat copy{"nan", "wav", "cp {in} {out}", true, true};
  const Bytes bytes = test::read_file(test::encode(copy, {samples, samples}, 48'000, 32));
  const auto decoder = open_bytes(bytes);
  ASSERT_TRUE(decoder.has_value());
  const test::StereoAudio audio = read_rest(**decoder);
  ASSERT_EQ(audio.frames(), kShort);
  EXPECT_EQ(audio.left[100], 0.0F);
  EXPECT_EQ(audio.left[101], 0.0F);
  EXPECT_EQ(audio.left[102], -8.0F);
  EXPECT_EQ(audio.left[103], 0.25F);
}

TEST(BadInput, LyingHeadersAreOverruledByWhatIsThere) {
  for (const std::uint32_t packets : {0U, 10'000U, 0xffffffffU}) {
    Bytes mp3 = encoded("mp3_v0");
    put_big_endian(mp3, find(mp3, "Xing") + 8, packets);
    const Frames frames = play(mp3, "mp3").frames;
    EXPECT_GE(frames, kShort) << packets;
    EXPECT_LT(frames, kShort + 3 * 1'152) << packets;
  }
  for (const std::uint32_t size : {0U, 0xffffffffU, 0x7fffffffU}) {
    Bytes wav = encoded("wav_16");
    const std::size_t at = find(wav, "data") + 4;
    for (std::size_t i = 0; i < 4; ++i) wav[at + i] = static_cast<std::uint8_t>(size >> (8 * i));
    EXPECT_EQ(play(wav, "wav").frames, kShort) << size;
  }
  for (const std::uint8_t high : {std::uint8_t{0}, std::uint8_t{15}}) {  // FLAC: total samples 0 and 2^36 − 1
    Bytes flac = encoded("flac");
    flac[21] = static_cast<std::uint8_t>((flac[21] & 0xf0) | high);
    std::fill(flac.begin() + 22, flac.begin() + 26, high == 0 ? 0x00 : 0xff);
    EXPECT_EQ(play(flac, "flac").frames, kShort) << int{high};
  }
}

constexpr std::uint32_t kPictureBytes = 200U << 20;

// The peak of this process' memory in KiB.
long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void expect_cheap(const std::string& path) {
  const long before = peak_kib();
  const auto decoder = open_path(path);
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  EXPECT_EQ(read_rest(**decoder).frames(), kShort);
  EXPECT_LT(peak_kib() - before, 32 * 1024) << "KiB";
}

TEST(BadInput, AnId3TagWithAHugePictureCostsNothing) {
  const Bytes mp3 = encoded("mp3_320");
  const test::MediaFolder folder;
  constexpr std::uint32_t kTagBytes = kPictureBytes + 10;
  Bytes head = {'I', 'D', '3', 4, 0, 0};
  const auto put_synchsafe = [&](std::uint32_t n) {
    for (const int shift : {21, 14, 7, 0}) head.push_back(static_cast<std::uint8_t>(n >> shift & 0x7f));
  };
  put_synchsafe(kTagBytes);
  head.insert(head.end(), {'A', 'P', 'I', 'C'});
  put_synchsafe(kPictureBytes);
  const std::string path = folder.write("art.mp3", head);
  std::filesystem::resize_file(path, 10 + kTagBytes);
  std::ofstream(path, std::ios::binary | std::ios::app)
      .write(reinterpret_cast<const char*>(mp3.data()), static_cast<std::streamsize>(mp3.size()));
  expect_cheap(path);
}

TEST(BadInput, AnMp4WithAHugePictureCostsNothing) {
  const test::MediaFormat tagged{
      "tagged", "m4a", "ffmpeg -nostdin -loglevel error -y -i {in} -c:a alac -metadata title=x {out}", true, true};
  Bytes mp4 = test::read_file(test::encode(tagged, {.frames = kShort}));
  // The movie box is the last one; the list of tags is the last box in it, so the picture's box can be put at its end.
  const auto grow = [&](const char* type) {
    const std::size_t at = find(mp4, type) - 4;
    const std::uint32_t size = static_cast<std::uint32_t>(mp4[at]) << 24 |
                               static_cast<std::uint32_t>(mp4[at + 1]) << 16 |
                               static_cast<std::uint32_t>(mp4[at + 2]) << 8 | mp4[at + 3];
    ASSERT_EQ(at + size, mp4.size()) << type << " is not last";
    put_big_endian(mp4, at, size + 24 + kPictureBytes);
  };
  for (const char* type : {"moov", "udta", "meta", "ilst"}) grow(type);
  const std::size_t cover = mp4.size();
  mp4.resize(cover + 24, 0);
  put_big_endian(mp4, cover, 24 + kPictureBytes);
  std::memcpy(mp4.data() + cover + 4, "covr", 4);
  put_big_endian(mp4, cover + 8, 16 + kPictureBytes);
  std::memcpy(mp4.data() + cover + 12, "data", 4);
  mp4[cover + 19] = 13;  // JPEG
  const test::MediaFolder folder;
  const std::string path = folder.write("art.m4a", mp4);
  std::filesystem::resize_file(path, mp4.size() + kPictureBytes);
  expect_cheap(path);
}

TEST(BadInput, ATruncatedFilePlaysWhatIsThere) {
  constexpr Frames kTenSeconds = 480'000;
  for (const char* format : {"wav_16", "aiff", "flac", "mp3_320", "adts_aac", "ogg_vorbis", "opus"}) {
    const Bytes whole = encoded(format, {.rate_hz = 48'000, .frames = kTenSeconds});
    for (const int percent : {95, 60, 30}) {
      Bytes part = whole;
      part.resize(whole.size() * static_cast<std::size_t>(percent) / 100);
      const Outcome outcome = play(part, format);
      const double fraction = static_cast<double>(outcome.frames) / static_cast<double>(kTenSeconds);
      EXPECT_NEAR(fraction, percent / 100.0, 0.15) << format << " " << percent << " % " << outcome.reason;
    }
  }
}

TEST(BadInput, AFailingDiskIsAnErrorNotAHang) {
  const Bytes bytes = encoded("flac", {.frames = 400'000});
  const std::string text(bytes.begin(), bytes.end());
  const auto decoder =
      open_decoder(std::make_unique<MemorySource>(text, static_cast<std::int64_t>(text.size() / 2)), "/music/a.flac");
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  Frames frames = 0;
  float left[4096];
  float right[4096];
  Result<int> got = 0;
  while ((got = (*decoder)->read(left, right, 4096)) && *got > 0) frames += *got;
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().reason, "READ_FAILED");
  EXPECT_GT(frames, 80'000);
}

TEST(BadInput, ADamagedFlacFrameIsSilenceOfItsLength) {
  const Bytes whole = encoded("flac", {.frames = 200'000});
  const auto healthy = open_bytes(whole);
  Bytes bytes = whole;
  for (std::size_t i = 0; i < 40; ++i) bytes[bytes.size() / 2 + i] ^= 0x5a;
  const auto damaged = open_bytes(bytes);
  ASSERT_TRUE(healthy.has_value() && damaged.has_value());
  const test::StereoAudio expected = read_rest(**healthy);
  const test::StereoAudio audio = read_rest(**damaged);
  EXPECT_GE((*damaged)->damaged_packets(), 1U);
  ASSERT_EQ(audio.frames(), expected.frames());
  EXPECT_TRUE(std::equal(audio.left.begin(), audio.left.begin() + 50'000, expected.left.begin()));
  EXPECT_TRUE(std::equal(audio.left.end() - 50'000, audio.left.end(), expected.left.end() - 50'000))
      << "what follows keeps its place";
}

// Bytes from the middle of a file on are turned into something else.
Bytes destroyed(Bytes bytes, std::size_t count, bool is_noise) {
  test::Random random(3);
  const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2);
  std::generate_n(middle, count, [&] { return is_noise ? static_cast<std::uint8_t>(random.bits()) : 0; });
  return bytes;
}

TEST(BadInput, WhatFollowsADestroyedMiddleKeepsItsPlace) {
  // The place of what follows is known to a packet at a constant bit rate, exactly where packets say where they stand.
  const std::pair<const char*, Frames> formats[] = {{"mp3_320", 1'152}, {"flac", 0}};
  for (const auto& [format, tolerance] : formats) {
    for (const bool is_noise : {false, true}) {
      const std::string what = std::string(format) + (is_noise ? " noise" : " zeros");
      const Bytes whole = encoded(format, {.frames = 441'000});
      const auto healthy = open_bytes(whole);
      const auto damaged = open_bytes(destroyed(whole, whole.size() / 10, is_noise));
      ASSERT_TRUE(healthy.has_value() && damaged.has_value()) << what;
      const test::StereoAudio expected = read_rest(**healthy);
      EXPECT_EQ((*healthy)->damaged_packets(), 0U) << what;
      EXPECT_EQ((*healthy)->first_damage(), -1) << what;
      const test::StereoAudio audio = read_rest(**damaged);
      EXPECT_NEAR(static_cast<double>(audio.frames()), static_cast<double>(expected.frames()),
                  static_cast<double>(tolerance))
          << what;
      EXPECT_GE((*damaged)->damaged_packets(), 5U) << what;
      EXPECT_NEAR(static_cast<double>((*damaged)->first_damage()), 220'500.0, 20'000.0) << what;
      const std::string said = damage_of(**damaged);
      EXPECT_NE(said.find(" packets could not be decoded, the first at "), std::string::npos) << said;
    }
  }
}

TEST(BadInput, LostPagesOfAnOggAreTold) {
  for (const char* format : {"ogg_flac", "ogg_vorbis", "opus"}) {
    const Bytes whole = encoded(format, {.frames = 441'000});
    const auto healthy = open_bytes(whole);
    const auto damaged = open_bytes(destroyed(whole, whole.size() / 5, false));
    ASSERT_TRUE(healthy.has_value() && damaged.has_value()) << format;
    (void)read_rest(**healthy);
    (void)read_rest(**damaged);
    EXPECT_EQ((*healthy)->damaged_packets(), 0U) << format;
    EXPECT_GE((*damaged)->damaged_packets(), 1U) << format;
    const double at_s = static_cast<double>((*damaged)->first_damage()) / (*damaged)->facts().source_rate_hz;
    EXPECT_NEAR(at_s, 5, 1.5) << format;
  }
}

TEST(BadInput, ADestroyedMiddleIsTheSameWhereverOneComesFrom) {
  const auto once = open_bytes(destroyed(encoded("mp3_320", {.frames = 441'000}), 16'000, true));
  const auto again = open_bytes(destroyed(encoded("mp3_320", {.frames = 441'000}), 16'000, true));
  ASSERT_TRUE(once.has_value() && again.has_value());
  const test::StereoAudio all = read_rest(**once);
  for (const Frames at : {Frames{400'000}, Frames{240'000}, Frames{225'000}, Frames{100'000}, Frames{300'000}}) {
    ASSERT_TRUE((*again)->seek(at).has_value());
    const test::StereoAudio rest = read_rest(**again);
    ASSERT_EQ(rest.frames(), all.frames() - at) << at;
    EXPECT_TRUE(std::equal(rest.left.begin(), rest.left.end(), all.left.begin() + static_cast<std::ptrdiff_t>(at)))
        << at;
  }
}

TEST(BadInput, TagsWithinAndBehindAnMp3AreNoDamage) {
  const Bytes whole = encoded("mp3_320", {.frames = 200'000});
  Bytes tagged = whole;
  std::string tag = "APETAGEX" + std::string("\xd0\x07\0\0", 4) + std::string("\xe8\x03\0\0", 4);
  tag.resize(1'032, 'x');
  tagged.insert(tagged.end(), tag.begin(), tag.end());
  // Between two packets, as where two files were joined.
  std::size_t at = 0;
  while (at < whole.size() / 2) {
    const auto header = parse_mpeg_header(std::span(whole).subspan(at));
    ASSERT_TRUE(header.has_value()) << "no packet at byte " << at;
    at += static_cast<std::size_t>(header->packet_bytes);
  }
  Bytes id3 = {'I', 'D', '3', 4, 0, 0, 0, 0, 0x0f, 0x50};
  id3.resize(10 + 0x0f * 128 + 0x50, 'y');
  tagged.insert(tagged.begin() + static_cast<std::ptrdiff_t>(at), id3.begin(), id3.end());
  const auto healthy = open_bytes(whole);
  const auto decoder = open_bytes(tagged);
  ASSERT_TRUE(healthy.has_value() && decoder.has_value());
  EXPECT_EQ(read_rest(**decoder).frames(), read_rest(**healthy).frames());
  EXPECT_EQ((*decoder)->damaged_packets(), 0U);
  EXPECT_EQ(damage_of(**decoder), "");
}

// One damaged copy of a file.
Bytes damaged_copy(const Bytes& whole, test::Random& random) {
  Bytes bytes = whole;
  const auto position = [&] { return static_cast<std::size_t>(random.unit() * static_cast<double>(bytes.size())); };
  switch (random.below(4)) {
    case 0:  // scattered flips
      for (std::size_t i = 0; i < bytes.size() / 2'000 + 1; ++i)
        bytes[position()] ^= static_cast<std::uint8_t>(1U << random.below(8));
      break;
    case 1: {  // a zeroed block
      const std::size_t at = position();
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + 4096, bytes.size())), 0);
      break;
    }
    case 2:  // cut off
      bytes.resize(position());
      break;
    default:  // a hit in the headers
      for (int i = 0; i < 4; ++i)
        bytes[static_cast<std::size_t>(random.below(static_cast<int>(std::min<std::size_t>(bytes.size(), 1'000))))] =
            static_cast<std::uint8_t>(random.bits());
      break;
  }
  return bytes;
}

TEST(BadInput, DamageOfAnyKindNeverCrashesHangsOrBlares) {
  const bool soak = std::getenv("SEGUE_SOAK") != nullptr;
  const int variants = soak ? 10'000 : 200;
  const char* formats[] = {"mp3_v0",    "m4a_aac", "m4a_alac", "flac",     "ogg_vorbis", "opus",
                           "wav_float", "aiff",    "adts_aac", "ogg_flac", "caf",        "w64"};
  int played = 0;
  std::vector<Bytes> wholes;
  for (const char* format : formats) wholes.push_back(encoded(format));
  for (int i = 0; i < variants; ++i) {
    test::Random random(static_cast<std::uint64_t>(i) + 1);
    const std::size_t which = static_cast<std::size_t>(i) % wholes.size();
    const std::string what = std::string(formats[which]) + " variant " + std::to_string(i);
    played += play(damaged_copy(wholes[which], random), what).frames > 0 ? 1 : 0;
    ASSERT_FALSE(testing::Test::HasFailure()) << what;
  }
  EXPECT_GT(played, variants / 2) << "what can be played of a damaged file is played";
}

}  // namespace
}  // namespace segue::stream
