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
#include "engine/control/state.h"

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

// One import under way. Tracks come a batch at a time; of those before, it knows only which of the user's they are.
class Import {
 public:
  using Tell = std::function<void(v1::ImportLibraryResponse)>;

  Import(catalog::Library& library, const v1::ImportLibraryRequest& request, const std::stop_token& stop,
         const Tell& tell)
      : library_(library), request_(request), stop_(stop), tell_(tell) {}

  // What the foreign library holds at present.
  Result<void> take(ForeignLibrary& foreign) {
    Result<std::vector<TrackMatch>> matches = library_.match(foreign.tracks);
    if (!matches) return tl::unexpected(matches.error());
    for (std::size_t i = 0; i < matches->size(); ++i) note_match(foreign.tracks[i], (*matches)[i]);
    const std::size_t count = foreign.tracks.size();
    for (std::size_t first = 0; first < count; first += kTracksAtOnce) {
      if (stop_.stop_requested()) return fail(Code::kCancelled, "CALL_CANCELLED", "nobody waits for it any more");
      const std::size_t end = std::min(count, first + kTracksAtOnce);
      if (auto done = take_tracks(foreign, *matches, first, end); !done) return done;
      tell_progress(foreign.first + end, count < catalog::kForeignTracksAtOnce ? foreign.count() : 0);
    }
    return {};
  }

  Result<void> take_playlists(const std::string& provider, ForeignLibrary& foreign) {
    const auto there = library_.playlists(provider);
    if (!there) return tl::unexpected(there.error());
    for (const catalog::ForeignPlaylist& playlist : foreign.playlists) {
      if (auto done = take_playlist(provider, *there, playlist, foreign); !done) return done;
    }
    return {};
  }

  v1::ImportLibraryResponse::Report report(const ForeignLibrary& foreign) {
    report_.set_program(clean_text(foreign.program));
    report_.set_tracks(static_cast<std::uint32_t>(tracks_.size()));
    set_skipped(report_, foreign);
    if (foreign.fault) {
      *report_.mutable_error() = to_message(*foreign.fault);
      report_.mutable_error()->set_message(clean_text(foreign.fault->message));
    }
    return report_;
  }

 private:
  // One of their tracks that was taken.
  struct Taken {
    std::string text;  // the address of the user's track, or the title of one he does not have
    bool is_matched = false;
  };

  void note_match(const ForeignTrack& track, const TrackMatch& match) {
    tracks_.push_back({match.uri.empty() ? track.title : match.uri, !match.uri.empty()});
    if (!match.uri.empty()) {
      report_.set_matched(report_.matched() + 1);
    } else if (report_.unmatched_size() < kUnmatchedNamedMax) {
      const std::string name = (track.title.empty() ? "" : track.title + " — ") + track.location;
      report_.add_unmatched(clean_text(printable(name, kUnmatchedBytesMax)));
    }
  }

  void tell_progress(std::size_t done, std::size_t total) {
    v1::ImportLibraryResponse piece;
    piece.mutable_progress()->set_task("import of a library");
    piece.mutable_progress()->set_done(static_cast<std::int64_t>(done));
    piece.mutable_progress()->set_total(static_cast<std::int64_t>(total));
    piece.mutable_progress()->set_unit("tracks");
    tell_(std::move(piece));
  }

  // A transaction's worth.
  Result<void> take_tracks(ForeignLibrary& foreign, const std::vector<TrackMatch>& matches, std::size_t first,
                           std::size_t end) {
    std::vector<MarksChange> changes;
    for (std::size_t i = first; i < end; ++i) {
      if (matches[i].uri.empty()) continue;
      if (auto done = take_track(foreign, foreign.tracks[i], matches[i], changes); !done) return done;
    }
    if (request_.dry_run() || changes.empty()) return {};
    const auto left_out = library_.put_changes(changes);
    if (!left_out) return tl::unexpected(left_out.error());
    for (const std::size_t i : *left_out)
      foreign.skip("track", changes[i].uri, "its marks could not be kept, or somebody else has changed them meanwhile");
    report_.set_changed(report_.changed() - static_cast<std::uint32_t>(left_out->size()));
    return {};
  }

  Result<void> take_track(ForeignLibrary& foreign, ForeignTrack& track, const TrackMatch& match,
                          std::vector<MarksChange>& changes) {
    if (!match.path.empty()) {
      const double correction_s =
          catalog::decoder_correction_s(foreign.profile, catalog::mp3_header_of_file(match.path));
      catalog::correct(track.marks, correction_s);
      if (correction_s != 0) report_.set_corrected(report_.corrected() + 1);
    }
    // Two of theirs may be one of ours.
    const auto is_it = [&](const MarksChange& change) { return change.uri == match.uri; };
    if (const auto pending = std::find_if(changes.begin(), changes.end(), is_it); pending != changes.end()) {
      pending->marks = catalog::taken_marks(std::move(pending->marks), track, request_.replace(), foreign);
      return {};
    }
    const auto kept = library_.marks(match.uri);
    if (!kept && kept.error().code != Code::kInvalidArgument) return tl::unexpected(kept.error());
    if (!kept) {
      foreign.skip("track", track.title, kept.error().message);
      return {};
    }
    model::TrackMarks marks = catalog::taken_marks(kept->marks, track, request_.replace(), foreign);
    if (catalog::same_marks(marks, kept->marks)) return {};
    report_.set_changed(report_.changed() + 1);
    changes.push_back({match.uri, std::move(marks), kept->version});
    return {};
  }

  static std::string name_of(const catalog::ForeignPlaylist& playlist) {
    std::string name;
    for (const std::string& folder : playlist.folders) name += replaced(folder, "/", kSlash) + "/";
    return name + replaced(playlist.name, "/", kSlash);
  }

  Result<void> take_playlist(const std::string& provider, const std::vector<catalog::Playlist>& there,
                             const catalog::ForeignPlaylist& playlist, ForeignLibrary& foreign) {
    const std::string name = name_of(playlist);
    std::vector<std::string> uris;
    for (const std::size_t number : playlist.tracks) {
      const Taken& track = tracks_[number];
      if (track.is_matched) uris.push_back(track.text);
      if (!track.is_matched) foreign.skip("playlist entry", name, "\"" + track.text + "\" is not among your tracks");
    }
    const auto is_there = [&](const catalog::Playlist& other) { return other.name == name; };
    const auto same = std::find_if(there.begin(), there.end(), is_there);
    if (same != there.end()) return compare_playlist(*same, uris, foreign);
    if (playlist.name.empty() || name.size() > kPlaylistNameMax) {
      foreign.skip("playlist", name, "its name with its folders is empty or longer than 200 bytes");
      return {};
    }
    report_.set_playlists(report_.playlists() + 1);
    if (request_.dry_run()) return {};
    const auto made = library_.create_playlist(provider, name, uris);
    if (made) return {};
    if (made.error().code == Code::kUnavailable || made.error().code == Code::kInternal)
      return tl::unexpected(made.error());
    report_.set_playlists(report_.playlists() - 1);
    foreign.skip("playlist", name, made.error().message);
    return {};
  }

  // What the user has made of a playlist of that name since is not touched.
  Result<void> compare_playlist(const catalog::Playlist& there, const std::vector<std::string>& uris,
                                ForeignLibrary& foreign) {
    const auto content = library_.playlist(there.provider, there.id);
    if (!content) return tl::unexpected(content.error());
    const bool is_same =
        std::equal(content->entries.begin(), content->entries.end(), uris.begin(), uris.end(),
                   [](const catalog::Entry& entry, const std::string& uri) { return entry.uri == uri; });
    if (!is_same) foreign.skip("playlist", there.name, "there is another one of that name; rename it or that one");
    return {};
  }

  catalog::Library& library_;
  const v1::ImportLibraryRequest& request_;
  const std::stop_token& stop_;
  const Tell& tell_;
  std::vector<Taken> tracks_;  // by their numbers
  v1::ImportLibraryResponse::Report report_;
};

Result<ForeignLibrary> read(const v1::ImportLibraryRequest& request, ForeignLibrary::Take take) {
  if (!request.content().empty()) {
    return catalog::read_foreign_library(request.format(), {request.path(), request.content()}, std::move(take));
  }
  auto file = catalog::look_at_foreign_file(request.path());
  if (!file) return tl::unexpected(file.error());
  auto library = catalog::read_foreign_library(request.format(), *std::move(file), std::move(take));
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
  Import import(library, request, stop, tell);
  Result<ForeignLibrary> foreign = read(request, [&](ForeignLibrary& held) { return import.take(held); });
  if (!foreign) return tl::unexpected(foreign.error());
  if (auto done = foreign->finish(); !done) return done;
  if (auto done = import.take_playlists(provider, *foreign); !done) return done;
  v1::ImportLibraryResponse last;
  last.mutable_progress()->set_task("import of a library");
  last.mutable_progress()->set_ended(true);
  *last.mutable_report() = import.report(*foreign);
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
