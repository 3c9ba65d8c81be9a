// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/exchange.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/base/text.h"
#include "engine/catalog/export/rekordbox_file.h"
#include "engine/catalog/import/foreign_formats.h"
#include "engine/catalog/import/location.h"
#include "engine/catalog/import/mp3_offset.h"
#include "engine/catalog/import/take_marks.h"
#include "engine/catalog/import/track_list.h"
#include "engine/catalog/library.h"
#include "engine/control/library/marks_messages.h"
#include "engine/control/library/messages.h"

namespace segue::control {
namespace {

using catalog::ForeignLibrary;
using catalog::ForeignTrack;
using catalog::MarksChange;
using catalog::TrackMatch;

constexpr std::size_t kTracksAtOnce = 200;           // of one transaction, and of one piece of progress
constexpr int kUnmatchedNamedMax = 1'000;            // as the schema states
constexpr std::size_t kUnmatchedBytesMax = 500;      // of one of them
constexpr std::size_t kPlaylistNameMax = 200;        // bytes: what playlists may be called
constexpr const char* kWriterVersion = "1";          // of how we write; rises when readers have to tell
constexpr std::size_t kContentBytesMax = 1 << 20;    // as the schema states
constexpr std::string_view kSlash = "\xe2\x88\x95";  // U+2215, a stroke in a name that is no border of folders

template <typename Report>
void set_skipped(Report& report, const ForeignLibrary& library) {
  for (const catalog::ForeignSkip& skip : library.skipped) *report.add_skipped() = to_message(skip);
  report.set_skipped_count(static_cast<std::uint32_t>(library.skipped_count));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// One import under way.
class Import {
 public:
  Import(catalog::Library& library, const v1::ImportLibraryRequest& request, ForeignLibrary foreign)
      : library_(library), request_(request), foreign_(std::move(foreign)) {}

  Result<void> match() {
    Result<std::vector<TrackMatch>> matches = library_.match(foreign_.tracks);
    if (!matches) return tl::unexpected(matches.error());
    matches_ = *std::move(matches);
    report_.set_program(clean_text(foreign_.program));
    report_.set_tracks(static_cast<std::uint32_t>(foreign_.tracks.size()));
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      const ForeignTrack& track = foreign_.tracks[i];
      if (!matches_[i].uri.empty()) {
        report_.set_matched(report_.matched() + 1);
      } else if (report_.unmatched_size() < kUnmatchedNamedMax) {
        const std::string name = (track.title.empty() ? "" : track.title + " — ") + track.location;
        report_.add_unmatched(clean_text(printable(name, kUnmatchedBytesMax)));
      }
    }
    return {};
  }

  // The tracks from `first` on, a transaction's worth.
  Result<void> take_tracks(std::size_t first) {
    const std::size_t end = std::min(foreign_.tracks.size(), first + kTracksAtOnce);
    std::vector<MarksChange> changes;
    for (std::size_t i = first; i < end; ++i) {
      if (matches_[i].uri.empty()) continue;
      if (auto done = take_track(i, changes); !done) return done;
    }
    if (request_.dry_run() || changes.empty()) return {};
    const auto left_out = library_.put_changes(changes);
    if (!left_out) return tl::unexpected(left_out.error());
    for (const std::size_t i : *left_out)
      foreign_.skip("track", changes[i].uri,
                    "its marks could not be kept, or somebody else has changed them meanwhile");
    report_.set_changed(report_.changed() - static_cast<std::uint32_t>(left_out->size()));
    return {};
  }

  Result<void> take_playlists(const std::string& provider) {
    const auto there = library_.playlists(provider);
    if (!there) return tl::unexpected(there.error());
    for (const catalog::ForeignPlaylist& playlist : foreign_.playlists) {
      if (auto done = take_playlist(provider, *there, playlist); !done) return done;
    }
    return {};
  }

  v1::ImportLibraryResponse::Report report() {
    set_skipped(report_, foreign_);
    return report_;
  }
  std::size_t tracks() const { return foreign_.tracks.size(); }

 private:
  Result<void> take_track(std::size_t i, std::vector<MarksChange>& changes) {
    ForeignTrack track = foreign_.tracks[i];
    if (!matches_[i].path.empty()) {
      const double correction_s =
          catalog::decoder_correction_s(foreign_.profile, catalog::mp3_header_of_file(matches_[i].path));
      catalog::correct(track.marks, correction_s);
      if (correction_s != 0) report_.set_corrected(report_.corrected() + 1);
    }
    // Two of theirs may be one of ours.
    const auto is_it = [&](const MarksChange& change) { return change.uri == matches_[i].uri; };
    if (const auto pending = std::find_if(changes.begin(), changes.end(), is_it); pending != changes.end()) {
      pending->marks = catalog::taken_marks(std::move(pending->marks), track, request_.replace(), foreign_);
      return {};
    }
    const auto kept = library_.marks(matches_[i].uri);
    if (!kept && kept.error().code != Code::kInvalidArgument) return tl::unexpected(kept.error());
    if (!kept) {
      foreign_.skip("track", track.title, kept.error().message);
      return {};
    }
    model::TrackMarks marks = catalog::taken_marks(kept->marks, track, request_.replace(), foreign_);
    if (catalog::same_marks(marks, kept->marks)) return {};
    report_.set_changed(report_.changed() + 1);
    changes.push_back({matches_[i].uri, std::move(marks), kept->version});
    return {};
  }

  static std::string name_of(const catalog::ForeignPlaylist& playlist) {
    std::string name;
    for (const std::string& folder : playlist.folders) name += replaced(folder, "/", kSlash) + "/";
    return name + replaced(playlist.name, "/", kSlash);
  }

  Result<void> take_playlist(const std::string& provider, const std::vector<catalog::Playlist>& there,
                             const catalog::ForeignPlaylist& playlist) {
    const std::string name = name_of(playlist);
    std::vector<std::string> uris;
    for (const std::size_t place : playlist.tracks) {
      if (!matches_[place].uri.empty()) uris.push_back(matches_[place].uri);
      if (matches_[place].uri.empty())
        foreign_.skip("playlist entry", name, "\"" + foreign_.tracks[place].title + "\" is not among your tracks");
    }
    const auto is_there = [&](const catalog::Playlist& other) { return other.name == name; };
    const auto same = std::find_if(there.begin(), there.end(), is_there);
    if (same != there.end()) return compare_playlist(*same, uris);
    if (playlist.name.empty() || name.size() > kPlaylistNameMax) {
      foreign_.skip("playlist", name, "its name with its folders is empty or longer than 200 bytes");
      return {};
    }
    report_.set_playlists(report_.playlists() + 1);
    if (request_.dry_run()) return {};
    const auto made = library_.create_playlist(provider, name, uris);
    if (made) return {};
    if (made.error().code == Code::kUnavailable || made.error().code == Code::kInternal)
      return tl::unexpected(made.error());
    report_.set_playlists(report_.playlists() - 1);
    foreign_.skip("playlist", name, made.error().message);
    return {};
  }

  // What the user has made of a playlist of that name since is not touched.
  Result<void> compare_playlist(const catalog::Playlist& there, const std::vector<std::string>& uris) {
    const auto content = library_.playlist(there.provider, there.id);
    if (!content) return tl::unexpected(content.error());
    const bool is_same =
        std::equal(content->entries.begin(), content->entries.end(), uris.begin(), uris.end(),
                   [](const catalog::Entry& entry, const std::string& uri) { return entry.uri == uri; });
    if (!is_same) foreign_.skip("playlist", there.name, "there is another one of that name; rename it or that one");
    return {};
  }

  catalog::Library& library_;
  const v1::ImportLibraryRequest& request_;
  ForeignLibrary foreign_;
  std::vector<TrackMatch> matches_;
  v1::ImportLibraryResponse::Report report_;
};

Result<ForeignLibrary> read(const v1::ImportLibraryRequest& request) {
  if (!request.content().empty()) {
    return catalog::read_foreign_library(request.format(), {request.path(), request.content()});
  }
  auto file = catalog::load_foreign_file(request.path());
  if (!file) return tl::unexpected(file.error());
  auto library = catalog::read_foreign_library(request.format(), *std::move(file));
  if (!library) return fail_at(printable(request.path(), 200), library.error());
  return library;
}

// As a list of tracks, without folders and marks.
std::string m3u8_of(ForeignLibrary& library) {
  catalog::TrackList list;
  for (const ForeignTrack& track : library.tracks) {
    list.entries.push_back({track.location, track.title, track.artist, track.album, track.duration_s});
  }
  for (const catalog::ForeignPlaylist& playlist : library.playlists)
    library.skip("playlist", playlist.name, "the format has no place for more than one list");
  library.playlists.clear();
  return catalog::write_m3u8(list);
}

// Beside the file first, so that one that is there is whole at any time.
Result<void> write_file(const v1::ExportLibraryRequest& request, const std::string& text) {
  std::error_code fault;
  // Through a link to what it names.
  std::string path = request.path();
  if (const auto named = std::filesystem::canonical(path, fault); !fault) path = named.string();
  const auto status = std::filesystem::symlink_status(path, fault);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return fail(Code::kFailedPrecondition, "NOT_A_FILE", printable(path, 200) + ": not a regular file; name another");
  if (!request.overwrite() && std::filesystem::exists(path, fault))
    return fail(Code::kAlreadyExists, "FILE_EXISTS",
                printable(path, 200) + ": is there already; overwrite it or name another");
  const std::string beside = path + ".part";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      std::filesystem::remove(beside, fault);
      return fail(Code::kPermissionDenied, "FILE_UNWRITABLE", printable(path, 200) + ": cannot be written");
    }
  }
  std::filesystem::rename(beside, path, fault);
  if (fault) return fail(Code::kPermissionDenied, "FILE_UNWRITABLE", printable(path, 200) + ": " + fault.message());
  return {};
}

// In the other program's terms: its times, its strokes in names.
void prepare(ForeignLibrary& library, bool is_list) {
  for (ForeignTrack& track : library.tracks) {
    track.is_key_heard = !track.marks.key.has_value();
    if (track.marks.key) track.key = track.marks.key;
    const std::optional<std::string> path = catalog::path_of_file_uri(track.location);
    if (is_list || !path) continue;
    const auto header = catalog::mp3_header_of_file(*path);
    const double correction_s = -catalog::decoder_correction_s(catalog::DecoderProfile::kRekordbox, header);
    catalog::correct(track.marks, correction_s);
    model::TrackMarks heard;
    heard.grid = std::move(track.heard_grid);
    catalog::correct(heard, correction_s);
    track.heard_grid = std::move(heard.grid);
  }
  for (catalog::ForeignPlaylist& playlist : library.playlists) {
    playlist.name = replaced(playlist.name, kSlash, "/");
    for (std::string& folder : playlist.folders) folder = replaced(folder, kSlash, "/");
  }
}

}  // namespace

Result<void> import_library(catalog::Library& library, const std::string& provider,
                            const v1::ImportLibraryRequest& request, const std::stop_token& stop,
                            const std::function<void(v1::ImportLibraryResponse)>& tell) {
  Result<ForeignLibrary> foreign = read(request);
  if (!foreign) return tl::unexpected(foreign.error());
  Import import(library, request, *std::move(foreign));
  if (auto done = import.match(); !done) return done;
  for (std::size_t first = 0; first < import.tracks(); first += kTracksAtOnce) {
    if (stop.stop_requested()) return fail(Code::kCancelled, "CALL_CANCELLED", "nobody waits for it any more");
    if (auto done = import.take_tracks(first); !done) return done;
    v1::ImportLibraryResponse piece;
    piece.mutable_progress()->set_task("import of a library");
    piece.mutable_progress()->set_done(static_cast<std::int64_t>(std::min(import.tracks(), first + kTracksAtOnce)));
    piece.mutable_progress()->set_total(static_cast<std::int64_t>(import.tracks()));
    piece.mutable_progress()->set_unit("tracks");
    tell(std::move(piece));
  }
  if (auto done = import.take_playlists(provider); !done) return done;
  v1::ImportLibraryResponse last;
  last.mutable_progress()->set_task("import of a library");
  last.mutable_progress()->set_ended(true);
  *last.mutable_report() = import.report();
  tell(std::move(last));
  return {};
}

Result<v1::ExportLibraryResponse> export_library(catalog::Library& library, const v1::ExportLibraryRequest& request) {
  const bool is_list = request.format() == "m3u8" ||
                       (request.format().empty() && catalog::list_format_of_path(request.path()).has_value());
  if (!is_list && !request.format().empty() && request.format() != "rekordbox")
    return fail(Code::kInvalidArgument, "LIBRARY_FORMAT_UNKNOWN",
                "format " + printable(request.format(), 40) + " is none of rekordbox, m3u8");
  Result<ForeignLibrary> all = library.collect();
  if (!all) return tl::unexpected(all.error());
  prepare(*all, is_list);
  const std::string text = is_list ? m3u8_of(*all) : catalog::write_rekordbox(*all, kWriterVersion);
  v1::ExportLibraryResponse response;
  response.set_tracks(static_cast<std::uint32_t>(all->tracks.size()));
  response.set_playlists(static_cast<std::uint32_t>(all->playlists.size()));
  set_skipped(response, *all);
  if (!request.path().empty()) {
    if (auto done = write_file(request, text); !done) return tl::unexpected(done.error());
  } else if (text.size() > kContentBytesMax) {
    return fail(Code::kResourceExhausted, "LIBRARY_TOO_LARGE", "the file has more than 1 MiB; name a path for it");
  } else {
    response.set_content(text);
  }
  return response;
}

}  // namespace segue::control
