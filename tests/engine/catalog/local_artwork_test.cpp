// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <taglib/apefile.h>
#include <taglib/attachedpictureframe.h>
#include <taglib/flacpicture.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4file.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>
#include <taglib/xiphcomment.h>

#include "engine/catalog/local/artwork.h"
#include "engine/catalog/local/tags.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/media/media.h"
#include "tests/support/tagged/music_folder.h"

namespace segue::catalog {
namespace {

namespace fs = std::filesystem;

std::string reason_or_mime(const Result<Artwork>& artwork) { return artwork ? artwork->mime : artwork.error().reason; }

TagLib::ByteVector vector_of(const std::string& bytes) {
  return TagLib::ByteVector(bytes.data(), static_cast<unsigned>(bytes.size()));
}

// A second of music in this format, with `save` having put a picture into it.
template <typename File, typename Save>
std::string with_picture(const segue::testing::TempDir& folder, const char* format, Save save) {
  const test::MediaFormat& media = test::media_format(format);
  const std::string path = folder.path(std::string("x.") + media.extension);
  fs::copy_file(test::encode(media, {.frames = 44'100}), path, fs::copy_options::overwrite_existing);
  File file(path.c_str());
  save(file);
  EXPECT_TRUE(file.save());
  return path;
}

TagLib::ID3v2::AttachedPictureFrame* id3_picture(const std::string& bytes, bool is_front) {
  auto* frame = new TagLib::ID3v2::AttachedPictureFrame;  // the tag owns it
  frame->setMimeType("image/png");
  frame->setType(is_front ? TagLib::ID3v2::AttachedPictureFrame::FrontCover
                          : TagLib::ID3v2::AttachedPictureFrame::BackCover);
  frame->setPicture(vector_of(bytes));
  return frame;
}

TEST(LocalArtwork, ComesOutOfEveryContainerByteForByte) {
  const segue::testing::TempDir folder;
  const std::string png = test::small_png();
  test::write_bytes(folder.path("a.flac"), test::flac_file({}, png));
  test::write_bytes(folder.path("a.mp3"), test::mp3_file({}, png));
  std::vector<std::string> paths = {folder.path("a.flac"), folder.path("a.mp3")};
  paths.push_back(with_picture<TagLib::MP4::File>(folder, "m4a_aac", [&](TagLib::MP4::File& file) {
    TagLib::MP4::CoverArtList covers;
    covers.append(TagLib::MP4::CoverArt(TagLib::MP4::CoverArt::PNG, vector_of(png)));
    file.tag()->setItem("covr", covers);
  }));
  paths.push_back(with_picture<TagLib::RIFF::WAV::File>(
      folder, "wav_16", [&](TagLib::RIFF::WAV::File& file) { file.ID3v2Tag()->addFrame(id3_picture(png, true)); }));
  paths.push_back(with_picture<TagLib::Ogg::Vorbis::File>(folder, "ogg_vorbis", [&](TagLib::Ogg::Vorbis::File& file) {
    auto* picture = new TagLib::FLAC::Picture;  // the tag owns it
    picture->setMimeType("image/png");
    picture->setData(vector_of(png));
    file.tag()->addPicture(picture);
  }));
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    const auto tags = read_tags(path);
    ASSERT_TRUE(tags) << tags.error().message;
    EXPECT_EQ(tags->artwork, "embedded");
    const auto artwork = artwork_of_file(path);
    ASSERT_TRUE(artwork) << artwork.error().message;
    EXPECT_EQ(artwork->mime, "image/png");
    EXPECT_EQ(artwork->bytes, png);
  }
}

TEST(LocalArtwork, TheFrontCoverGoesBeforeOthers) {
  const segue::testing::TempDir folder;
  const std::string back = test::small_png() + "back", front = test::small_png() + "front";
  const std::string path = with_picture<TagLib::RIFF::WAV::File>(folder, "wav_16", [&](TagLib::RIFF::WAV::File& file) {
    file.ID3v2Tag()->addFrame(id3_picture(back, false));
    file.ID3v2Tag()->addFrame(id3_picture(front, true));
  });
  EXPECT_EQ(artwork_of_file(path).value().bytes, front);
}

TEST(LocalArtwork, IsToldByItsFirstBytesAlone) {
  const auto mime = [](const std::string& bytes) {
    const auto artwork = as_artwork(bytes);
    return artwork ? artwork->mime : "none";
  };
  EXPECT_EQ(mime("\xff\xd8\xff\xe0 jpeg"), "image/jpeg");
  EXPECT_EQ(mime(test::small_png()), "image/png");
  EXPECT_EQ(mime("GIF89a"), "image/gif");
  EXPECT_EQ(mime(std::string("RIFF\0\0\0\0WEBPVP8 ", 16)), "image/webp");
  EXPECT_EQ(mime(std::string("RIFF\0\0\0\0WAVEfmt ", 16)), "none");
  for (const char* text : {"", "R", "RIFF", "<svg onload=\"x()\"/>", "<html>", "\x89PNG", "BM"}) {
    EXPECT_EQ(mime(text), "none") << text;
  }
}

TEST(LocalArtwork, IsTwoMebibytesAtMost) {
  const segue::testing::TempDir folder;
  const std::string png = test::small_png();
  const std::string most = png + std::string(kArtworkBytesMax - png.size(), 'x'), more = most + "x";
  EXPECT_TRUE(as_artwork(most));
  EXPECT_FALSE(as_artwork(more));
  test::write_bytes(folder.path("a.flac"), test::flac_file({}, most));
  test::write_bytes(folder.path("b.flac"), test::flac_file({}, more));
  EXPECT_EQ(artwork_of_file(folder.path("a.flac")).value().bytes.size(), kArtworkBytesMax);
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("b.flac"))), "ARTWORK_MISSING");
  folder.write("cover.jpg", "\xff\xd8\xff\xe0");
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("b.flac"))), "image/jpeg") << "too big within: the one beside";
  folder.write("cover.jpg", "\xff\xd8\xff" + more);
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("b.flac"))), "ARTWORK_MISSING");
}

TEST(LocalArtwork, WhatIsNoPictureIsNotShown) {
  const segue::testing::TempDir folder;
  test::write_bytes(folder.path("a.flac"), test::flac_file({}, "<html>a trap</html>"));
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("a.flac"))), "ARTWORK_MISSING");
  folder.write("cover.jpg", "root:x:0:0");
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("a.flac"))), "ARTWORK_MISSING");
  folder.write("folder.png", test::small_png());
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("a.flac"))), "image/png") << "the next one that is a picture";
}

TEST(LocalArtwork, PipesLinksToNowhereAndFoldersAreNoPictures) {
  const segue::testing::TempDir folder;
  test::write_bytes(folder.path("a.flac"), test::flac_file({}));
  ASSERT_EQ(::mkfifo(folder.path("cover.jpg").c_str(), 0600), 0);
  fs::create_symlink(folder.path("nowhere"), folder.path("folder.jpg"));
  fs::create_directory(folder.path("front.jpg"));
  EXPECT_EQ(reason_or_mime(artwork_of_file(folder.path("a.flac"))), "ARTWORK_MISSING");
}

TEST(LocalArtwork, NamesCountInTheirOrderAndInAnyCase) {
  EXPECT_LT(cover_rank("Cover.JPG"), cover_rank("folder.jpg"));
  EXPECT_LT(cover_rank("folder.jpg"), cover_rank("cover.png"));
  EXPECT_GT(cover_rank("FRONT.png"), 0);
  for (const char* name : {"", "cover", "cover.jpg.exe", "back.jpg", "my cover.jpg", ".cover.jpg"}) {
    EXPECT_EQ(cover_rank(name), 0) << name;
  }
}

TEST(LocalArtwork, ACutFileIsNoTrouble) {
  const segue::testing::TempDir folder;
  const std::string whole = test::flac_file({{"TITLE", "x"}}, test::small_png());
  const std::string mp3 = test::mp3_file({{"TITLE", "x"}}, test::small_png());
  for (std::size_t size = 0; size < std::min(whole.size(), mp3.size()); size += 3) {
    test::write_bytes(folder.path("a.flac"), whole.substr(0, size));
    test::write_bytes(folder.path("a.mp3"), mp3.substr(0, size));
    for (const char* name : {"a.flac", "a.mp3"}) {
      const auto artwork = artwork_of_file(folder.path(name));
      if (artwork) {
        EXPECT_EQ(artwork->mime, "image/png") << name << " cut at " << size;
      } else {
        EXPECT_EQ(artwork.error().code, Code::kNotFound);
      }
    }
  }
}

}  // namespace
}  // namespace segue::catalog
