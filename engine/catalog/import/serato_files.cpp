// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include <taglib/aifffile.h>
#include <taglib/flacfile.h>
#include <taglib/generalencapsulatedobjectframe.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4file.h>
#include <taglib/mpegfile.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>
#include <taglib/xiphcomment.h>

#include "engine/catalog/import/byte_cursor.h"
#include "engine/catalog/import/serato.h"
#include "engine/catalog/local/tag_file.h"
#include "engine/catalog/local/tags.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kObjectBytesMax = 1 << 20;  // a grid of every beat of ten hours has half as much

// What the object is called, where it goes, and the names of the fields that hold it elsewhere.
struct Kind {
  std::string_view object;
  std::string SeratoObjects::*field;
  const char* comment;      // FLAC
  const char* ogg_comment;  // Ogg
  const char* atom;         // MP4
};
constexpr std::array<Kind, 4> kKinds = {{
    {"Serato Markers2", &SeratoObjects::markers2, "SERATO_MARKERS_V2", "SERATO_MARKERS2",
     "----:com.serato.dj:markersv2"},
    {"Serato Markers_", &SeratoObjects::markers, nullptr, nullptr, "----:com.serato.dj:markers"},
    {"Serato BeatGrid", &SeratoObjects::beat_grid, "SERATO_BEATGRID", nullptr, "----:com.serato.dj:beatgrid"},
    {"Serato Autotags", &SeratoObjects::autotags, "SERATO_AUTOGAIN", nullptr, "----:com.serato.dj:autgain"},
}};

void take(SeratoObjects& objects, const Kind& kind, std::string_view bytes) {
  if (bytes.size() <= kObjectBytesMax) objects.*kind.field = std::string(bytes);
}

// Base64 of a type of content, two NULs, the object's name, a NUL, and the object.
void take_wrapped(SeratoObjects& objects, const Kind& kind, const std::string& text) {
  if (text.size() > 2 * kObjectBytesMax) return;
  const std::optional<std::string> decoded = decode_loose_base64(text);
  if (!decoded) return take(objects, kind, text);  // what it is not, its reader will say
  ByteCursor cursor(*decoded);
  cursor.text();
  cursor.text();
  const std::string_view name = cursor.text();
  if (cursor.is_good() && name == kind.object) return take(objects, kind, cursor.rest());
  take(objects, kind, text);
}

void read_id3(const TagLib::ID3v2::Tag* tag, SeratoObjects& objects) {
  if (tag == nullptr) return;
  for (const TagLib::ID3v2::Frame* frame : tag->frameList("GEOB")) {
    const auto* object = dynamic_cast<const TagLib::ID3v2::GeneralEncapsulatedObjectFrame*>(frame);
    if (object == nullptr) continue;
    const std::string name = object->description().to8Bit(true);
    const TagLib::ByteVector bytes = object->object();
    for (const Kind& kind : kKinds) {
      if (name == kind.object) take(objects, kind, {bytes.data(), bytes.size()});
    }
  }
}

void read_comments(const TagLib::Ogg::XiphComment* comments, bool is_ogg, SeratoObjects& objects) {
  if (comments == nullptr) return;
  const TagLib::Ogg::FieldListMap& fields = comments->fieldListMap();
  for (const Kind& kind : kKinds) {
    const char* name = is_ogg ? kind.ogg_comment : kind.comment;
    if (name == nullptr) continue;
    const auto found = fields.find(name);
    if (found != fields.end() && !found->second.isEmpty()) {
      take_wrapped(objects, kind, found->second.front().to8Bit(true));
    }
  }
}

void read_atoms(const TagLib::MP4::Tag* tag, SeratoObjects& objects) {
  if (tag == nullptr) return;
  objects.is_mp4 = true;
  for (const Kind& kind : kKinds) {
    if (!tag->contains(kind.atom)) continue;
    const TagLib::StringList texts = tag->item(kind.atom).toStringList();
    if (!texts.isEmpty()) take_wrapped(objects, kind, texts.front().to8Bit(true));
  }
}

void read_file(TagLib::File& file, SeratoObjects& objects) {
  if (auto* mpeg = dynamic_cast<TagLib::MPEG::File*>(&file)) return read_id3(mpeg->ID3v2Tag(), objects);
  if (auto* aiff = dynamic_cast<TagLib::RIFF::AIFF::File*>(&file)) return read_id3(aiff->tag(), objects);
  if (auto* wav = dynamic_cast<TagLib::RIFF::WAV::File*>(&file)) return read_id3(wav->ID3v2Tag(), objects);
  if (auto* flac = dynamic_cast<TagLib::FLAC::File*>(&file)) {
    read_id3(flac->ID3v2Tag(), objects);
    return read_comments(flac->xiphComment(), false, objects);
  }
  if (auto* ogg = dynamic_cast<TagLib::Ogg::Vorbis::File*>(&file)) return read_comments(ogg->tag(), true, objects);
  if (auto* mp4 = dynamic_cast<TagLib::MP4::File*>(&file)) return read_atoms(mp4->tag(), objects);
}

}  // namespace

Result<SeratoObjects> read_serato_objects(const std::string& path) {
  const TagFile file(path);
  if (!file.is_open()) return fail(Code::kDataLoss, "FILE_UNREADABLE", "the file cannot be opened");
  SeratoObjects objects;
  if (file.file() != nullptr) read_file(*file.file(), objects);
  return objects;
}

void add_serato_file(ForeignLibrary& library, const std::string& path) {
  library.program = "Serato";
  library.profile = DecoderProfile::kSerato;
  const Result<SeratoObjects> objects = read_serato_objects(path);
  if (!objects) return library.skip("track", path, objects.error().message);
  if (objects->empty()) return;
  const std::optional<std::string> location = foreign_location(path);
  if (!location) return library.skip("track", path, "has no absolute path");
  ForeignTrack track;
  track.location = *location;
  if (const Result<Entry> entry = read_tags(path)) {
    track.title = entry->title;
    track.artist = entry->artist;
    track.album = entry->album;
    track.duration_s = entry->duration_s;
  }
  read_serato_marks(*objects, track, library);
  library.add(std::move(track));
}

}  // namespace segue::catalog
