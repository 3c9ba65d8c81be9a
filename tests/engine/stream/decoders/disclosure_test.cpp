// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/decoders/disclosure.h"

#include <string>

#include <gtest/gtest.h>
#include <taglib/mp4file.h>

#include "engine/stream/decoders/id3.h"
#include "tests/engine/stream/decoded.h"
#include "tests/engine/stream/memory_source.h"
#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

using std::string_literals::operator""s;

const std::string kManifest =
    "jumb....c2pa.actions.v2 http://cv.iptc.org/newscodes/digitalsourcetype/"
    "trainedAlgorithmicMedia ....";

std::string big(std::size_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

std::string little(std::size_t value) {
  const std::string text = big(value);
  return {text.rbegin(), text.rend()};
}

std::string id3(const std::string& id, const std::string& content) {
  const auto synchsafe = [](std::size_t size) {
    std::string text;
    for (int shift = 21; shift >= 0; shift -= 7) text += static_cast<char>(size >> shift & 0x7f);
    return text;
  };
  const std::string frame = id + synchsafe(content.size()) + "\0\0"s + content;
  return "ID3\4\0\0"s + synchsafe(frame.size()) + frame;
}

std::string said_by(const std::string& bytes) {
  MemorySource source(bytes);
  return read_id3(source).ai_generated;
}

// A second of music encoded by this command of ffmpeg's, and what its decoder says of it.
std::string said_by_file(const char* extension, const char* options, const std::string& behind = "") {
  const std::string command = "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact "s + options + " {out}";
  const test::MediaFormat format{"disclosure", extension, command.c_str(), false, false};
  const auto bytes = test::read_file(test::encode(format, test::MediaSignal{.frames = 44'100}));
  const Result<std::unique_ptr<Decoder>> decoder =
      open_decoder(std::make_unique<MemorySource>(std::string(bytes.begin(), bytes.end()) + behind), "song");
  return decoder ? (*decoder)->facts().ai_generated : decoder.error().message;
}

TEST(Disclosure, TagsAreKnownHoweverTheyAreSpelt) {
  EXPECT_EQ(disclosure_of_tag("AI_GENERATED", "yes"), "AI_GENERATED: yes");
  EXPECT_EQ(disclosure_of_tag("ai-generated", "1"), "ai-generated: 1");
  EXPECT_EQ(disclosure_of_tag("AI Disclosure", "vocals by a model"), "AI Disclosure: vocals by a model");
  EXPECT_EQ(disclosure_of_tag("AIGC", R"({"Label":"1","ContentProducer":"x"})"),
            R"(AIGC: {"Label":"1","ContentProducer":"x"})");
  EXPECT_EQ(disclosure_of_tag("comment", "made with suno; created=2025-10-08T16:20:02Z; id=1"),
            "made with suno; created=2025-10-08T16:20:02Z; id=1");
  EXPECT_EQ(disclosure_of_tag("DigitalSourceType",
                              "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"),
            "compositeWithTrainedAlgorithmicMedia");
}

TEST(Disclosure, NoIsNone) {
  for (const char* no : {"", "0", "no", "No", "FALSE", "none", "human"})
    EXPECT_EQ(disclosure_of_tag("AI_GENERATED", no), "");
  EXPECT_EQ(disclosure_of_tag("DigitalSourceType", "digitalCapture"), "");
  EXPECT_EQ(disclosure_of_tag("title", "AI_GENERATED"), "");
  EXPECT_EQ(disclosure_of_tag("comment", "not made with suno"), "");
  EXPECT_EQ(disclosure_of_tag("ALBUM", "yes"), "");
  EXPECT_EQ(disclosure_of_block("untrainedAlgorithmicMedia"), "");
}

TEST(Disclosure, IsReadFromFramesOfId3) {
  EXPECT_EQ(said_by(id3("TXXX", "\3AI_GENERATED\0true"s)), "AI_GENERATED: true");
  EXPECT_EQ(said_by(id3("TXXX",
                        "\1\xff\xfe"
                        "A\0I\0G\0C\0\0\0\xff\xfe"
                        "1\0"s)),
            "AIGC: 1");
  EXPECT_EQ(said_by(id3("COMM", "\3eng\0made with suno; id=7"s)), "made with suno; id=7");
  EXPECT_EQ(said_by(id3("GEOB", "\0application/c2pa\0\0c2pa\0"s + kManifest)), "trainedAlgorithmicMedia");
  EXPECT_EQ(said_by(id3("GEOB", "\0application/x-c2pa-manifest-store\0\0\0"s + std::string(20'000, '\1') + kManifest)),
            "trainedAlgorithmicMedia");
  EXPECT_EQ(said_by(id3("PRIV", "XMP\0<x:xmpmeta Iptc4xmpExt:DigitalSourceType=\"…/algorithmicMedia\"/>"s)),
            "algorithmicMedia");
  EXPECT_EQ(said_by(id3("GEOB", "\0image/png\0\0\0"s + kManifest)), "") << "an object of another kind";
  EXPECT_EQ(said_by(id3("TIT2", "\3trainedAlgorithmicMedia"s)), "");
}

TEST(Disclosure, IsReadFromFilesOfEveryKind) {
  EXPECT_EQ(said_by_file("mp3", "-metadata AI_GENERATED=yes"), "AI_GENERATED: yes");
  EXPECT_EQ(said_by_file("flac", "-metadata AI_GENERATED=yes"), "AI_GENERATED: yes");
  EXPECT_EQ(said_by_file("ogg", "-c:a libvorbis -metadata AI_GENERATED=yes"), "AI_GENERATED: yes");
  EXPECT_EQ(said_by_file("opus", "-c:a libopus -metadata AIGC=1"), "AIGC: 1");
  EXPECT_EQ(said_by_file("m4a", "-c:a aac -metadata comment='made with suno; id=9'"), "made with suno; id=9");
  EXPECT_EQ(said_by_file("wav", "-metadata comment='made with suno; id=9'"), "made with suno; id=9");
  EXPECT_EQ(said_by_file("mp3", "-metadata AI_GENERATED=no"), "");
  EXPECT_EQ(said_by_file("flac", ""), "");
}

TEST(Disclosure, IsReadFromAtomsOfMp4) {
  const test::MediaFormat format{"disclosure_atoms", "m4a",
                                 "ffmpeg -nostdin -loglevel error -y -i {in} -bitexact -c:a aac {out}", false, false};
  const test::MediaFolder folder;
  const std::string path =
      folder.write("song.m4a", test::read_file(test::encode(format, test::MediaSignal{.frames = 44'100})));
  {
    TagLib::MP4::File file(path.c_str());
    file.tag()->setItem("----:com.apple.iTunes:AI_GENERATED", TagLib::StringList("1"));
    ASSERT_TRUE(file.save());
  }
  const auto decoder = open_path(path);
  ASSERT_TRUE(decoder) << decoder.error().message;
  EXPECT_EQ((*decoder)->facts().ai_generated, "AI_GENERATED: 1");
}

TEST(Disclosure, IsReadFromManifestsBesideTheSound) {
  const std::string uuid = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";
  const std::string box = big(24 + kManifest.size()) + "uuid" + uuid + kManifest;
  EXPECT_EQ(said_by_file("m4a", "-c:a aac", box), "trainedAlgorithmicMedia");
  EXPECT_EQ(said_by_file("wav", "", "C2PA" + little(kManifest.size()) + kManifest), "trainedAlgorithmicMedia");
}

TEST(Disclosure, HostileTagsSayNothingAndEnd) {
  EXPECT_EQ(said_by(id3("TXXX", "\3AI_GENERATED")), "") << "no value";
  EXPECT_EQ(said_by(id3("TXXX", "")), "");
  EXPECT_EQ(said_by(id3("TXXX", "\1")), "");
  EXPECT_EQ(said_by(id3("TXXX",
                        "\1\xff\xfe"
                        "A")),
            "");
  EXPECT_EQ(said_by(id3("COMM", "\3en")), "");
  EXPECT_EQ(said_by(id3("GEOB", "\0application/c2pa"s)), "");
  EXPECT_EQ(said_by(id3("PRIV", "X")), "");
  EXPECT_LE(disclosure_of_tag("AI_GENERATED", std::string(100'000, 'x')).size(), 256U);
  EXPECT_EQ(disclosure_of_tag(std::string(100'000, 'A'), "yes"), "");
  EXPECT_EQ(disclosure_of_tag("AI_GENERATED", "a\nb\x1b[31m"), "AI_GENERATED: ab[31m") << "no control characters";
  // Boxes and chunks that never end, lie about their size, or claim more than there is.
  const auto container = [](const std::string& bytes, const char* format) {
    MemorySource source(bytes);
    return read_disclosure(source, 0, format);
  };
  std::string small_boxes;
  for (int i = 0; i < 100'000; ++i) small_boxes += big(8) + "free";
  EXPECT_EQ(container(small_boxes, "mov"), "");
  EXPECT_EQ(container(big(0) + "uuid" + std::string(64, '\0'), "mov"), "");
  EXPECT_EQ(container(big(1) + "uuid" + std::string(8, '\xff') + std::string(64, '\0'), "mov"), "");
  EXPECT_EQ(container(big(0xffffffff) + "uuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81", "mov"),
            "");
  EXPECT_EQ(container("RIFF\xff\xff\xff\xffWAVEC2PA\xff\xff\xff\xff", "wav"), "");
  EXPECT_EQ(container("", "wav"), "");
}

}  // namespace
}  // namespace segue::stream
