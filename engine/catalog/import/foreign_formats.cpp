// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_formats.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "engine/base/text.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/import/mixxx.h"
#include "engine/catalog/import/rekordbox.h"
#include "engine/catalog/import/serato.h"
#include "engine/catalog/import/serato_crates.h"
#include "engine/catalog/import/track_list.h"
#include "engine/catalog/import/traktor.h"

namespace segue::catalog {
namespace {

constexpr const char* kSeratoFolder = "_Serato_";
constexpr std::size_t kLookBytes = 4'096;                // the root element is within the first line or two
constexpr std::size_t kForeignFileBytesMax = 256 << 20;  // of what is read at once: a database of 300,000 tracks

bool holds(const ForeignFile& file, std::string_view word) {
  return std::string_view(file.bytes).substr(0, kLookBytes).find(word) != std::string_view::npos;
}

Result<ForeignFile> whole_of(ForeignFile file) {
  if (!file.is_head) return file;
  return load_foreign_file(file.path);
}

// A list of tracks is a library of one playlist.
Result<ForeignLibrary> read_m3u_library(ForeignFile head, ForeignLibrary::Take take) {
  const Result<ForeignFile> whole = whole_of(std::move(head));
  if (!whole) return tl::unexpected<Error>(whole.error());
  const ForeignFile& file = *whole;
  const std::string base = file_uri_of(file.path.empty() ? "/playlist.m3u8" : file.path);
  const auto format = list_format_of_path(file.path).value_or(ListFormat::kM3u8);
  const Result<TrackList> list = read_track_list(file.bytes, format, base);
  if (!list) return tl::unexpected<Error>(list.error());
  ForeignLibrary library;
  library.take = std::move(take);
  library.program = "a playlist";
  const std::string stem = std::filesystem::path(file.path).stem().string();
  ForeignPlaylist playlist{{}, list->title.empty() ? tidy(stem) : list->title, {}};
  for (const ListedTrack& listed : list->entries) {
    ForeignTrack track;
    track.location = listed.location;
    track.title = listed.title;
    track.artist = listed.artist;
    track.album = listed.album;
    track.duration_s = listed.duration_s;
    playlist.tracks.push_back(library.tracks.size());
    library.tracks.push_back(std::move(track));
  }
  for (int i = 0; i < list->skipped; ++i)
    library.skip("playlist entry", playlist.name, "its location means nothing here");
  if (!playlist.name.empty()) library.playlists.push_back(std::move(playlist));
  return library;
}

// What is in memory or, however much it is, on the disk.
template <typename Read>
Result<ForeignLibrary> read_stream(const ForeignFile& file, ForeignLibrary::Take take, Read read) {
  if (file.is_head) {
    std::ifstream in(file.path, std::ios::binary);
    return read(in, std::move(take));
  }
  std::istringstream in(file.bytes);
  return read(in, std::move(take));
}

Result<ForeignLibrary> read_rekordbox_file(ForeignFile file, ForeignLibrary::Take take) {
  return read_stream(file, std::move(take),
                     [](std::istream& in, ForeignLibrary::Take with) { return read_rekordbox(in, std::move(with)); });
}

Result<ForeignLibrary> read_traktor_file(ForeignFile file, ForeignLibrary::Take take) {
  return read_stream(file, std::move(take),
                     [](std::istream& in, ForeignLibrary::Take with) { return read_traktor(in, std::move(with)); });
}

// SQLite opens it itself. Cues are rows of a table of their own, so all tracks are kept.
Result<ForeignLibrary> read_mixxx_file(ForeignFile file, ForeignLibrary::Take take) {
  Result<ForeignLibrary> library = read_mixxx(file.path);
  if (library) library->take = std::move(take);
  return library;
}

bool is_folder(const ForeignFile& file) {
  std::error_code ignored;
  return !file.path.empty() && std::filesystem::is_directory(file.path, ignored);
}

bool is_serato(const ForeignFile& file) { return is_folder(file) || file.bytes.starts_with("vrsn"); }

// Serato's library is in the tags of the files of a folder, and in a folder of its own beside them.
Result<ForeignLibrary> read_serato_library(ForeignFile file) {
  ForeignLibrary library;
  library.program = "Serato";
  library.profile = DecoderProfile::kSerato;
  if (!is_folder(file)) {
    if (auto read = add_serato_records(library, file.path, file.bytes); !read) return tl::unexpected(read.error());
    return library;
  }
  const std::filesystem::path folder = std::filesystem::path(file.path + "/").parent_path();
  if (folder.filename() == kSeratoFolder) {
    add_serato_folder(library, folder.string());
    return library;
  }
  std::error_code fault;
  using Walk = std::filesystem::recursive_directory_iterator;
  Walk at(file.path, std::filesystem::directory_options::skip_permission_denied, fault);
  for (; !fault && at != Walk(); at.increment(fault)) {
    std::error_code ignored;
    if (library.is_over()) break;
    if (at->is_regular_file(ignored)) add_serato_file(library, at->path().string());
  }
  if (fault) library.skip("folder", file.path, fault.message());
  if (const auto own = folder / kSeratoFolder; std::filesystem::is_directory(own, fault)) {
    add_serato_folder(library, own.string());
  }
  return library;
}

// Its crates name tracks again, so all tracks are kept.
Result<ForeignLibrary> read_serato_file(ForeignFile head, ForeignLibrary::Take take) {
  Result<ForeignFile> file = whole_of(std::move(head));
  if (!file) return tl::unexpected<Error>(file.error());
  Result<ForeignLibrary> library = read_serato_library(*std::move(file));
  if (library) library->take = std::move(take);
  return library;
}

}  // namespace

const std::vector<ForeignFormat>& foreign_formats() {
  static const std::vector<ForeignFormat> kFormats = {
      {"rekordbox", [](const ForeignFile& file) { return holds(file, "<DJ_PLAYLISTS"); }, read_rekordbox_file},
      {"traktor", [](const ForeignFile& file) { return holds(file, "<NML"); }, read_traktor_file},
      {"m3u8",
       [](const ForeignFile& file) { return holds(file, "#EXTM3U") || list_format_of_path(file.path).has_value(); },
       read_m3u_library},
      {"mixxx", [](const ForeignFile& file) { return file.bytes.starts_with("SQLite format 3"); }, read_mixxx_file},
      {"serato", is_serato, read_serato_file},
  };
  return kFormats;
}

Result<ForeignLibrary> read_foreign_library(const std::string& format, ForeignFile file, ForeignLibrary::Take take) {
  std::string known;
  for (const ForeignFormat& each : foreign_formats()) {
    if (format.empty() ? each.is_it(file) : format == each.name) return each.read(std::move(file), std::move(take));
    known += std::string(known.empty() ? "" : ", ") + each.name;
  }
  return fail(
      Code::kInvalidArgument, "LIBRARY_FORMAT_UNKNOWN",
      (format.empty() ? "the file looks like none of " : "format " + printable(format, 40) + " is none of ") + known);
}

namespace {

// `bytes_max` of the file at most.
Result<ForeignFile> read_file(const std::string& path, std::uintmax_t bytes_max, bool is_all_wanted) {
  std::error_code fault;
  const auto size = std::filesystem::file_size(path, fault);
  const std::string name = printable(path, 200);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return ForeignFile{path, {}, false};  // a library of many files
  if (fault == std::errc::no_such_file_or_directory || fault == std::errc::not_a_directory)
    return fail(Code::kNotFound, "FILE_MISSING", name + ": there is no such file");
  if (fault) return fail(Code::kPermissionDenied, "FILE_UNREADABLE", name + ": " + fault.message());
  if (is_all_wanted && size > bytes_max)
    return fail(Code::kInvalidArgument, "LIBRARY_FILE_TOO_LARGE", name + ": has more than 256 MiB");
  std::ifstream in(path, std::ios::binary);
  ForeignFile file{path, std::string(static_cast<std::size_t>(std::min(size, bytes_max)), '\0'), size > bytes_max};
  in.read(file.bytes.data(), static_cast<std::streamsize>(file.bytes.size()));
  if (!in) return fail(Code::kPermissionDenied, "FILE_UNREADABLE", name + ": cannot be read");
  return file;
}

}  // namespace

Result<ForeignFile> look_at_foreign_file(const std::string& path) { return read_file(path, kLookBytes, false); }
Result<ForeignFile> load_foreign_file(const std::string& path) { return read_file(path, kForeignFileBytesMax, true); }

}  // namespace segue::catalog
