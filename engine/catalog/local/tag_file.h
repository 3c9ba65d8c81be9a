// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include <taglib/fileref.h>
#include <taglib/tfilestream.h>

namespace segue::catalog {

// A file of which only so much is read: TagLib looks for a sign of music up to the end of what holds none, and takes
// the length of a tag for true.
class BoundedStream final : public TagLib::FileStream {
 public:
  explicit BoundedStream(const std::string& path) : TagLib::FileStream(path.c_str(), true) {}

  TagLib::ByteVector readBlock(unsigned long length) override {
    TagLib::ByteVector block = TagLib::FileStream::readBlock(std::min(length, left_));
    left_ -= std::min(left_, std::max<unsigned long>(block.size(), kReadCost));
    return block;
  }

 private:
  // Several pictures in full size; a second from a slow disk.
  static constexpr unsigned long kReadBytesMax = 64UL << 20;
  // What a read counts at least: a search goes 1 KiB at a time, and takes a second for 10 MiB.
  static constexpr unsigned long kReadCost = 16UL << 10;

  unsigned long left_ = kReadBytesMax;
};

// A file as TagLib has it open, for reading only: TagLib's own way of opening asks for writing, which a watcher of the
// folder would take for a change.
class TagFile {
 public:
  explicit TagFile(const std::string& path) : stream_(path), file_(&stream_, true, TagLib::AudioProperties::Average) {}

  bool is_open() const { return stream_.isOpen(); }
  // Null if TagLib does not know what it is.
  TagLib::File* file() const { return file_.isNull() ? nullptr : file_.file(); }
  // Its first bytes, as many as tell a container; there however much has been searched.
  TagLib::ByteVector start() {
    stream_.seek(0);
    return stream_.TagLib::FileStream::readBlock(16);
  }

 private:
  BoundedStream stream_;
  TagLib::FileRef file_;
};

// The bytes of a picture in the file; with `wants_bytes` off only whether there is one (an empty string).
std::optional<std::string> picture_in(TagLib::File& file, bool wants_bytes);

// "mp3", "flac", …; empty if not known.
std::string codec_of(TagLib::File& file);
// Bits of a sample; 0 for lossy codecs.
int bits_of(TagLib::File& file);

}  // namespace segue::catalog
