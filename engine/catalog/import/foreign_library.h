// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/key.h"
#include "engine/model/marks.h"

// What another DJ program's library holds, in our terms: the readers beside this header fill it, the import matches it
// with the user's tracks. Plain values; everything is bounded and cleaned text (import/foreign_text.h).
namespace segue::catalog {

inline constexpr std::size_t kForeignTracksMax = 1'000'000;  // ten times the largest collections; beyond, a fault
inline constexpr std::size_t kForeignTracksAtOnce = 20'000;  // held in memory while a file is read: some 30 MB
inline constexpr std::size_t kForeignPlaylistsMax = 10'000;
inline constexpr std::size_t kForeignEntriesMax = 4'000'000;   // of all playlists; beyond, a fault
inline constexpr std::size_t kForeignMarkersMax = 20'000;      // of one grid: two hours marked beat by beat
inline constexpr std::size_t kForeignSkippedNamedMax = 1'000;  // named one by one; all are counted

// Whose decoder the times were read with. Programs disagree by up to a frame on where an MP3 begins; mp3_offset.h
// knows by how much. kNone: times are ours.
enum class DecoderProfile { kNone, kRekordbox, kTraktor, kSerato, kMixxx };

// A track as the other program knows it. Times are the other program's own: no reader corrects them.
struct ForeignTrack {
  std::string location;  // file:///…, of Windows file:///C:/…; or http(s)://…, segue://…; see foreign_location()
  std::string title;
  std::string artist;
  std::string album;
  std::string genre;
  int year = 0;
  double duration_s = 0;          // 0: not known
  double bpm = 0;                 // as the program shows it; 0: not known. Also without a grid in marks
  std::optional<model::Key> key;  // as the program shows it; readers leave marks.key alone
  bool is_key_heard = false;      // it is an analysis's or a catalogue's: nobody has said it of this track
  std::int64_t size_bytes = 0;    // 0: not known
  model::TrackMarks marks;        // grid, cues, loops, rating, colour, comment, plays, gain
  std::optional<model::BeatGrid> heard_grid;  // an analysis's; for writers, where marks have none
};

struct ForeignPlaylist {
  std::vector<std::string> folders;  // it lies in, outermost first
  std::string name;
  std::vector<std::size_t> tracks;  // their numbers in the file, from 0
};

// Something that was not taken over: "cue", "track", "playlist", "playlist entry", "grid", "key".
struct ForeignSkip {
  std::string what;
  std::string name;    // of the track or playlist it belongs to
  std::string reason;  // a sentence without a full stop: "starts at -3 s"
};

// The numbers of tracks by what playlists call them. Names are kept as their hashes: there may be a million.
class ForeignPlaces {
 public:
  // The first of that name counts.
  void add(std::string_view name, std::size_t number) { numbers_.emplace(std::hash<std::string_view>{}(name), number); }
  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = numbers_.find(std::hash<std::string_view>{}(name));
    return found == numbers_.end() ? std::nullopt : std::optional<std::size_t>(found->second);
  }

 private:
  std::unordered_map<std::size_t, std::size_t> numbers_;
};

struct ForeignLibrary {
  std::string program;  // as the file says: "rekordbox 6.7.4"
  DecoderProfile profile = DecoderProfile::kNone;
  std::vector<ForeignTrack> tracks;  // all of them; while a file is read for a Take, those it has not taken yet
  std::size_t first = 0;             // the number of the first of them
  std::vector<ForeignPlaylist> playlists;
  std::vector<ForeignSkip> skipped;  // the first kForeignSkippedNamedMax
  std::int64_t skipped_count = 0;
  std::size_t entries = 0;     // of all playlists
  std::optional<Error> fault;  // why the file was not read to its end; what was read before is here

  // Takes what `tracks` holds, so that memory does not grow with the file; a failure ends the reading.
  using Take = std::function<Result<void>(ForeignLibrary& library)>;
  Take take;  // called whenever there are kForeignTracksAtOnce; null: all are kept

  // How many tracks have been read.
  std::size_t count() const { return first + tracks.size(); }
  // One more track, unless the reading is over.
  void add(ForeignTrack track);
  // One more entry of a playlist, called `name` in the file; nothing if it is not among the tracks.
  void add_entry(ForeignPlaylist& playlist, std::optional<std::size_t> track, std::string_view name);
  // No more is to be read, as `fault` or `refusal` says.
  bool is_over() const { return fault || refusal; }
  // Hands over what is left.
  Result<void> finish();
  // What `take` failed with.
  std::optional<Error> refusal;

  // Counts and, as long as there is room, names what was left out; the texts are tidied here.
  void skip(std::string_view what, std::string_view name, std::string_view reason);
};

// Where the other program says a file is: file://localhost/… or file:///… with percent escapes, a plain POSIX path,
// C:\…, C:/… or \\server\share\…; also http(s):// and segue:// addresses. As an address, file:///C:/… for a drive,
// file:////server/share/… for a share. Nothing for what is none: empty, relative, control characters, over 8 KiB.
std::optional<std::string> foreign_location(std::string_view text);

// A finite number from text, with a point whatever the locale ("1,5" is read as well, as some programs write it);
// nothing for anything else, "nan" and "inf" included.
std::optional<double> foreign_number(std::string_view text);

// Times and values that marks may hold: within a track of the greatest length, 20 to 400 BPM.
bool is_mark_time(double seconds);
bool is_grid_bpm(double bpm);

}  // namespace segue::catalog
