// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/sinks/wav_writer.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/engine/output/file_size_limit.h"
#include "tests/engine/output/scratch_folder.h"
#include "tests/engine/output/wav_chunks.h"

namespace segue::output {
namespace {

using test::ScratchFolder;
using test::WavChunks;

constexpr std::size_t kDataAt = 94;

// A second of sound whose samples name their place.
struct Ramp {
  Ramp() : left(48'000), right(48'000) {
    for (std::size_t i = 0; i < left.size(); ++i) {
      left[i] = static_cast<float>(i);
      right[i] = -static_cast<float>(i) - 0.5F;
    }
  }
  ConstStereoBlock first(int frames) const { return {left.data(), right.data(), frames}; }
  std::vector<float> left;
  std::vector<float> right;
};

TEST(WavWriter, WritesAHeaderThatMatchesTheSound) {
  const ScratchFolder folder;
  const Ramp ramp;
  auto writer = WavWriter::create(folder.file("a.wav"), {.sample_rate_hz = 44'100});
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->write(ramp.first(1000)).has_value());
  ASSERT_TRUE((*writer)->write(ramp.first(1)).has_value());
  EXPECT_EQ((*writer)->frames(), 1001);
  ASSERT_TRUE((*writer)->close().has_value());

  const WavChunks wav(folder.file("a.wav"));
  ASSERT_EQ(wav.bytes().size(), kDataAt + 1001 * 8);
  EXPECT_EQ(wav.riff(), "RIFF");
  EXPECT_EQ(wav.number_at<std::uint32_t>(4), wav.bytes().size() - 8);
  EXPECT_EQ(wav.bytes().substr(8, 4), "WAVE");
  EXPECT_EQ(wav.find("JUNK"), 20U);
  EXPECT_EQ(wav.size_of("JUNK"), 28U);
  const std::size_t format = wav.find("fmt ");
  ASSERT_NE(format, 0U);
  EXPECT_EQ(wav.number_at<std::uint16_t>(format), 3) << "IEEE float";
  EXPECT_EQ(wav.number_at<std::uint16_t>(format + 2), 2) << "channels";
  EXPECT_EQ(wav.number_at<std::uint32_t>(format + 4), 44'100U);
  EXPECT_EQ(wav.number_at<std::uint32_t>(format + 8), 44'100U * 8);
  EXPECT_EQ(wav.number_at<std::uint16_t>(format + 12), 8) << "bytes a frame";
  EXPECT_EQ(wav.number_at<std::uint16_t>(format + 14), 32) << "bits";
  EXPECT_EQ(wav.number_at<std::uint32_t>(wav.find("fact")), 1001U);
  EXPECT_EQ(wav.find("data"), kDataAt);
  EXPECT_EQ(wav.size_of("data"), 1001U * 8);
  const auto samples = wav.promised_samples();
  ASSERT_EQ(samples.size(), 2002U);
  for (std::size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(samples[2 * i], ramp.left[i]);
    ASSERT_EQ(samples[2 * i + 1], ramp.right[i]);
  }
}

TEST(WavWriter, BecomesRf64WhenItOutgrows32Bits) {
  const ScratchFolder folder;
  const Ramp ramp;
  const std::int64_t limit = 86 + 1000 * 8;  // as if 32 bits ended at 1000 frames
  for (const int frames : {999, 1000}) {
    const std::string path = folder.file(std::to_string(frames) + ".wav");
    auto writer = WavWriter::create(path, {.rf64_from_bytes = limit});
    ASSERT_TRUE(writer.has_value());
    ASSERT_TRUE((*writer)->write(ramp.first(frames)).has_value());
    ASSERT_TRUE((*writer)->close().has_value());
    const WavChunks wav(path);
    EXPECT_EQ(wav.riff(), frames == 999 ? "RIFF" : "RF64");
    EXPECT_EQ(wav.promised_samples().size(), static_cast<std::size_t>(frames) * 2);
  }
  const WavChunks wav(folder.file("1000.wav"));
  EXPECT_EQ(wav.number_at<std::uint32_t>(4), 0xFFFFFFFFU);
  const std::size_t sizes = wav.find("ds64");
  ASSERT_EQ(sizes, 20U);
  EXPECT_EQ(wav.number_at<std::uint64_t>(sizes), wav.bytes().size() - 8);
  EXPECT_EQ(wav.number_at<std::uint64_t>(sizes + 8), 8000U);
  EXPECT_EQ(wav.number_at<std::uint64_t>(sizes + 16), 1000U);
  EXPECT_EQ(wav.size_of("data"), 0xFFFFFFFFU);
}

TEST(WavWriter, CanBePlayedWhileItIsWritten) {
  const ScratchFolder folder;
  const Ramp ramp;
  auto writer = WavWriter::create(folder.file("a.wav"), {.sample_rate_hz = 48'000});
  ASSERT_TRUE(writer.has_value());
  EXPECT_EQ(WavChunks(folder.file("a.wav")).size_of("data"), 0U);
  std::size_t written = 0;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE((*writer)->write(ramp.first(300)).has_value());
    written += 300;
    if (i % 200 != 199) continue;
    // As it would be after a kill -9 now: what the header promises is there, and at most a second is missing.
    const auto samples = WavChunks(folder.file("a.wav")).promised_samples();
    ASSERT_FALSE(samples.empty());
    EXPECT_GE(samples.size() / 2 + 48'000, written);
  }
}

TEST(WavWriter, RefusesWhatItCannotWriteTo) {
  const ScratchFolder folder;
  std::ofstream(folder.file("there.wav")) << "precious";
  const auto exists = WavWriter::create(folder.file("there.wav"), {});
  ASSERT_FALSE(exists.has_value());
  EXPECT_EQ(exists.error().code, Code::kAlreadyExists);
  EXPECT_EQ(exists.error().reason, "FILE_EXISTS");
  EXPECT_EQ(WavChunks(folder.file("there.wav")).bytes(), "precious");

  ASSERT_EQ(::mkfifo(folder.file("pipe.wav").c_str(), 0600), 0);
  for (const std::string& name : {std::string("no/such/folder.wav"), std::string("pipe.wav"), std::string(".")}) {
    const auto refused = WavWriter::create(folder.file(name), {.mode = WavWriter::Mode::kOverwrite});
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().code, Code::kFailedPrecondition) << name;
    EXPECT_EQ(refused.error().reason, "FILE_UNWRITABLE") << name;
    EXPECT_NE(refused.error().message.find(folder.file(name)), std::string::npos) << refused.error().message;
  }
}

TEST(WavWriter, OverwritesWhenAsked) {
  const ScratchFolder folder;
  std::ofstream(folder.file("a.wav")) << std::string(1'000'000, 'x');
  auto writer = WavWriter::create(folder.file("a.wav"), {.mode = WavWriter::Mode::kOverwrite});
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->close().has_value());
  EXPECT_EQ(std::filesystem::file_size(folder.file("a.wav")), kDataAt);
}

TEST(WavWriter, KeepsWhatFittedOnAFullDisk) {
  const ScratchFolder folder;
  const Ramp ramp;
  auto writer = WavWriter::create(folder.file("a.wav"), {.sample_rate_hz = 48'000});
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->write(ramp.first(40'000)).has_value());
  {
    const test::FileSizeLimit limit(400'004);  // the middle of a frame
    Result<void> result;
    for (int i = 0; i < 10 && result; ++i) result = (*writer)->write(ramp.first(10'000));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Code::kResourceExhausted);
    EXPECT_EQ(result.error().reason, "DISK_FULL");
    EXPECT_NE(result.error().message.find(folder.file("a.wav")), std::string::npos);
  }
  const auto again = (*writer)->write(ramp.first(1));
  ASSERT_FALSE(again.has_value()) << "the file has ended, though there is room again";
  EXPECT_EQ(again.error().reason, "DISK_FULL");
  const Frames expected = (400'004 - static_cast<Frames>(kDataAt)) / 8;
  EXPECT_EQ((*writer)->frames(), expected);
  EXPECT_FALSE((*writer)->close().has_value());
  const auto samples = WavChunks(folder.file("a.wav")).promised_samples();
  ASSERT_EQ(samples.size(), static_cast<std::size_t>(expected) * 2);
  EXPECT_EQ(samples[2 * 40'123], ramp.left[123]);
  EXPECT_EQ(std::filesystem::file_size(folder.file("a.wav")), kDataAt + static_cast<std::size_t>(expected) * 8);
}

}  // namespace
}  // namespace segue::output
