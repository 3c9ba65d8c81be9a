// SPDX-License-Identifier: GPL-3.0-or-later
// Records one behind the other: a tag of four letters, a length of four bytes, the biggest first, and as many bytes,
// which are UTF-16, the bigger byte first, or, of "otrk", records of their own.
#include "engine/catalog/import/serato_crates.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "engine/catalog/import/byte_cursor.h"
#include "engine/catalog/import/foreign_formats.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/serato.h"
#include "engine/catalog/utf8.h"

namespace segue::catalog {
namespace {

constexpr const char* kDatabase = "database V2";
constexpr std::string_view kBorder = "%%";  // of folders in a crate's name

// Halves of pairs that stand alone become U+FFFD.
std::string utf8_of_utf16(std::string_view bytes) {
  std::string text;
  ByteCursor cursor(bytes);
  while (cursor.rest().size() >= 2) {
    auto letter = static_cast<std::uint32_t>(cursor.big_endian(2));
    if (letter >= 0xD800 && letter < 0xE000) {
      ByteCursor ahead(cursor.rest());
      const auto low = static_cast<std::uint32_t>(ahead.big_endian(2));
      const bool is_pair = letter < 0xDC00 && low >= 0xDC00 && low < 0xE000;
      letter = is_pair ? 0x10000 + ((letter & 0x3FF) << 10 | (low & 0x3FF)) : 0xFFFD;
      if (is_pair) cursor = ahead;
    }
    append_utf8(text, letter);
  }
  return text;
}

// One call for each record; false if the bytes break off within one.
bool each_record(std::string_view bytes, const std::function<void(std::string_view tag, std::string_view body)>& visit) {
  ByteCursor cursor(bytes);
  while (!cursor.is_at_end()) {
    const std::string_view tag = cursor.take(4);
    const std::string_view body = cursor.take(cursor.u32());
    if (!cursor.is_good()) return false;
    visit(tag, body);
  }
  return true;
}

// "04:05.62" or "1:02:03".
double seconds_of(std::string_view clock) {
  double seconds = 0;
  while (!clock.empty()) {
    const std::size_t end = std::min(clock.find(':'), clock.size());
    const auto part = foreign_number(clock.substr(0, end));
    if (!part || *part < 0) return 0;
    seconds = seconds * 60 + *part;
    clock.remove_prefix(std::min(end + 1, clock.size()));
  }
  return is_mark_time(seconds) ? seconds : 0;
}

bool is_database(const std::string& version) { return version.find("Database") != std::string::npos; }

// "Gigs%%Late.crate" as folder "Gigs" and the list "Late".
ForeignPlaylist named(const std::string& path) {
  ForeignPlaylist playlist;
  std::string name = std::filesystem::path(path).stem().string();
  for (std::size_t at = name.find(kBorder); at != std::string::npos; at = name.find(kBorder)) {
    if (at > 0) playlist.folders.push_back(tidy(name.substr(0, at)));
    name.erase(0, at + kBorder.size());
  }
  playlist.name = tidy(name);
  return playlist;
}

class SeratoReader {
 public:
  // `drive`: the folder that paths count from; "": not known.
  SeratoReader(ForeignLibrary& library, std::string drive) : library_(library), drive_(std::move(drive)) {
    library_.program = "Serato";
    library_.profile = DecoderProfile::kSerato;
    for (std::size_t i = 0; i < library_.tracks.size(); ++i) places_.emplace(library_.tracks[i].location, i);
  }

  Result<void> read(const std::string& path, std::string_view bytes) {
    std::string version;
    (void)each_record(bytes.substr(0, 512), [&](std::string_view tag, std::string_view body) {
      if (tag == "vrsn") version = utf8_of_utf16(body);
    });
    if (version.empty())
      return fail(Code::kInvalidArgument, "LIBRARY_FILE_INVALID", "the file is none of Serato's: it has no version");
    return is_database(version) ? read_database(path, bytes) : read_crate(path, bytes);
  }

 private:
  Result<void> read_database(const std::string& path, std::string_view bytes) {
    const bool is_whole = each_record(bytes, [this](std::string_view tag, std::string_view body) {
      if (tag == "otrk") read_track(body);
    });
    if (!is_whole) library_.skip("file", path, "it breaks off; what comes before is read");
    return {};
  }

  Result<void> read_crate(const std::string& path, std::string_view bytes) {
    ForeignPlaylist playlist = named(path);
    const bool is_whole = each_record(bytes, [&](std::string_view tag, std::string_view body) {
      if (tag == "otrk") read_entry(body, playlist);
    });
    if (!is_whole) library_.skip("playlist", playlist.name, "its file breaks off; what comes before is read");
    if (library_.playlists.size() >= kForeignPlaylistsMax) {
      library_.skip("playlist", playlist.name, "there are 10,000 already");
    } else {
      library_.playlists.push_back(std::move(playlist));
    }
    return {};
  }

  void read_track(std::string_view record) {
    ForeignTrack track;
    std::string path;
    const bool is_whole = each_record(record, [&](std::string_view tag, std::string_view body) {
      if (tag == "pfil") path = utf8_of_utf16(body);
      if (tag == "tsng") track.title = tidy(utf8_of_utf16(body));
      if (tag == "tart") track.artist = tidy(utf8_of_utf16(body));
      if (tag == "talb") track.album = tidy(utf8_of_utf16(body));
      if (tag == "tgen") track.genre = tidy(utf8_of_utf16(body));
      if (tag == "tcom") track.marks.comment = tidy(utf8_of_utf16(body));
      if (tag == "tkey") track.key = model::key_from(utf8_of_utf16(body));
      if (tag == "tlen") track.duration_s = seconds_of(utf8_of_utf16(body));
      if (tag == "tbpm") track.bpm = foreign_number(utf8_of_utf16(body)).value_or(0);
    });
    if (!is_grid_bpm(track.bpm)) track.bpm = 0;
    if (!is_whole) library_.skip("track", track.title, "its record breaks off");
    const auto place = place_of(path);
    if (!place) return;
    ForeignTrack& known = library_.tracks[*place];
    // What its file's tags say is there already; the words are the database's.
    track.location = known.location;
    track.marks = known.marks.comment.empty() ? with_comment(known.marks, track.marks.comment) : known.marks;
    if (track.bpm == 0) track.bpm = known.bpm;
    known = std::move(track);
  }

  static model::TrackMarks with_comment(model::TrackMarks marks, std::string comment) {
    marks.comment = std::move(comment);
    return marks;
  }

  void read_entry(std::string_view record, ForeignPlaylist& playlist) {
    std::string path;
    (void)each_record(record, [&](std::string_view tag, std::string_view body) {
      if (tag == "ptrk") path = utf8_of_utf16(body);
    });
    const auto place = place_of(path);
    if (!place) return;
    library_.add_entry(playlist, *place, path);
  }

  // Where the track is in the library, which it is added to if need be, with its file's marks.
  std::optional<std::size_t> place_of(const std::string& path) {
    const std::string found = path_on_drive(path);
    const std::optional<std::string> location = foreign_location(found);
    if (!location) library_.skip("track", path, "its path names no file");
    if (!location || library_.is_over()) return std::nullopt;
    const auto known = places_.find(*location);
    if (known != places_.end()) return known->second;
    ForeignTrack track;
    track.location = *location;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(found, ignored)) {
      if (const auto objects = read_serato_objects(found)) read_serato_marks(*objects, track, library_);
    }
    library_.add(std::move(track));
    if (library_.is_over()) return std::nullopt;
    return places_.emplace(*location, library_.tracks.size() - 1).first->second;
  }

  // Of a drive of its own the paths count from its top; of the system's, from "/".
  std::string path_on_drive(const std::string& path) const {
    if (path.empty() || path.starts_with('/') || path.find(":\\") == 1 || path.find(":/") == 1) return path;
    const std::string on_drive = drive_ + "/" + path;
    std::error_code ignored;
    return !drive_.empty() && std::filesystem::exists(on_drive, ignored) ? on_drive : "/" + path;
  }

  ForeignLibrary& library_;
  const std::string drive_;
  std::unordered_map<std::string, std::size_t> places_;  // by location
};

void read_file(SeratoReader& reader, ForeignLibrary& library, const std::string& path) {
  auto file = load_foreign_file(path);
  const auto read = file ? reader.read(path, file->bytes) : Result<void>(tl::unexpected(file.error()));
  if (!read) library.skip("file", path, read.error().message);
}

}  // namespace

void add_serato_folder(ForeignLibrary& library, const std::string& folder) {
  namespace fs = std::filesystem;
  const std::string plain = fs::path(folder + "/").parent_path().string();
  SeratoReader reader(library, fs::path(plain).parent_path().string());
  std::error_code fault;
  const std::string database = plain + "/" + kDatabase;
  if (fs::exists(database, fault)) read_file(reader, library, database);
  std::vector<std::string> crates;
  fs::directory_iterator at(plain + "/Subcrates", fault);
  for (; !fault && at != fs::directory_iterator(); at.increment(fault)) {
    if (at->path().extension() == ".crate") crates.push_back(at->path().string());
  }
  std::sort(crates.begin(), crates.end());
  for (const std::string& crate : crates) read_file(reader, library, crate);
}

Result<void> add_serato_records(ForeignLibrary& library, const std::string& path, std::string_view bytes) {
  namespace fs = std::filesystem;
  fs::path folder = fs::path(path).parent_path();
  if (folder.filename() == "Subcrates") folder = folder.parent_path();
  SeratoReader reader(library, folder.filename() == "_Serato_" ? folder.parent_path().string() : "");
  return reader.read(path, bytes);
}

}  // namespace segue::catalog
