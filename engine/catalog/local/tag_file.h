// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include <taglib/fileref.h>
#include <taglib/tfilestream.h>

namespace segue::catalog {

// A file as TagLib has it open, for reading only: TagLib's own way of opening asks for writing, which a watcher of the
// folder would take for a change.
class TagFile {
 public:
  explicit TagFile(const std::string& path)
      : stream_(path.c_str(), true), file_(&stream_, true, TagLib::AudioProperties::Average) {}

  bool is_open() const { return stream_.isOpen(); }
  // Null if TagLib does not know what it is.
  TagLib::File* file() const { return file_.isNull() ? nullptr : file_.file(); }
  // Its first bytes, as many as tell a container.
  TagLib::ByteVector start() {
    stream_.seek(0);
    return stream_.readBlock(16);
  }

 private:
  TagLib::FileStream stream_;
  TagLib::FileRef file_;
};

// The bytes of a picture in the file; with `wants_bytes` off only whether there is one (an empty string).
std::optional<std::string> picture_in(TagLib::File& file, bool wants_bytes);

// "mp3", "flac", …; empty if not known.
std::string codec_of(TagLib::File& file);
// Bits of a sample; 0 for lossy codecs.
int bits_of(TagLib::File& file);

}  // namespace segue::catalog
