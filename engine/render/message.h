// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "engine/base/units.h"
#include "engine/model/config.h"
#include "engine/rt/track_pages.h"

// Everything that crosses between control and render: trivially copyable, no strings, no ownership but raw pointers
// whose owner is control. Decks and channels count from 0 here.
namespace segue::render {

class Stretcher;

enum class Band : std::uint8_t { kLow, kMid, kHigh };
enum class Side : std::uint8_t { kA, kB, kThru };
enum class StretcherKind : std::uint8_t { kVarispeed, kSoundtouch };

// --- control → render: what a command does. `Stretcher*` is primed for the place the deck will start from, or null.

// Puts a track on a deck at track frame 0; each load brings pages of its own. The old track fades out and comes back
// through the retire queue.
struct LoadTrack {
  const rt::TrackPages* pages = nullptr;
  std::uint64_t load_id = 0;  // echoed in the snapshot
  bool play = false;
  Stretcher* stretcher = nullptr;
};
struct EjectTrack {};
struct StartDeck {
  Stretcher* stretcher = nullptr;
};
struct PauseDeck {};
// Pauses and moves to a track frame: stop, and cue while playing.
struct ParkDeck {
  Frames track_frame = 0;
};
struct SeekDeck {
  Frames track_frame = 0;
  Stretcher* stretcher = nullptr;
};
// Tempo as track frames per engine frame, 0 to 2.
struct SetRate {
  double rate = 1.0;
};
// Key shift as a frequency ratio, 0.5 to 2.
struct SetKeyShift {
  double ratio = 1.0;
};
struct SetKeylock {
  bool on = false;
};
struct ChooseStretcher {
  StretcherKind kind = StretcherKind::kSoundtouch;
};
// Where beats are around the playhead, for the roll of a deck that runs dry: at anchor + n × length, in track frames.
// Ignored if the deck has another track meanwhile. Without it beats are half a second from the track's start.
struct SetBeats {
  std::uint64_t load_id = 0;
  double anchor = 0;
  double length = 0;  // > 0
};
// Hands a playing deck a primed stretcher: it sounds from the commit frame on, cross-faded, if the deck's
// generation (see DeckSnapshot) is still the one it was primed for; otherwise it is retired.
struct InstallStretcher {
  Stretcher* stretcher = nullptr;
  std::uint32_t generation = 0;
};
struct SetTrim {
  float gain = 1.0F;
};
struct SetFaderGain {
  float gain = 1.0F;
};
struct SetEqGain {
  Band band = Band::kLow;
  float gain = 1.0F;
};
struct SetCrossfaderPosition {
  float position = 0.0F;  // −1 to 1
};
struct AssignSide {
  Side side = Side::kThru;
};
struct SetMasterGain {
  float gain = 1.0F;
};
// Drops the scheduled event with this ticket if its pre-roll has not begun: that ticket is acknowledged as kCancelled,
// this one as kDone; otherwise this one as kRefused.
struct CancelEvent {
  std::uint64_t ticket = 0;
};

using Action = std::variant<LoadTrack, EjectTrack, StartDeck, PauseDeck, ParkDeck, SeekDeck, SetRate, SetKeyShift,
                            SetKeylock, ChooseStretcher, SetBeats, InstallStretcher, SetTrim, SetFaderGain, SetEqGain,
                            SetCrossfaderPosition, AssignSide, SetMasterGain, CancelEvent>;

inline constexpr Frames kNow = -1;

// One action with its time. Events of one frame commit in the order they were sent.
struct Event {
  std::uint64_t ticket = 0;     // control's name for it, echoed in the Commit
  Frames frame = kNow;          // engine frame of the commit; kNow: the first frame of the next quantum rendered
  Frames late_max = INT64_MAX;  // more frames late than this: not done, acknowledged as kTooLate
  std::uint8_t target = 0;      // deck or channel; unused by the crossfader and the master
  bool immediate = false;       // no pre-roll even if there is time: replays a command that came as `now`
  Action action;
};
static_assert(std::is_trivially_copyable_v<Event>);

// --- render → control

// kRefused: the deck has no track, the heap is full, or (CancelEvent) there is nothing to cancel.
enum class Outcome : std::uint8_t { kDone, kTooLate, kCancelled, kRefused };

// What became of an event. Every event gets exactly one.
struct Commit {
  std::uint64_t ticket = 0;
  Frames frame = 0;  // engine frame at which it took effect
  Frames late_frames = 0;
  Outcome outcome = Outcome::kDone;
  bool immediate = false;  // its fade came after its frame
};

enum class DeckState : std::uint8_t { kEmpty, kReady, kPlaying, kPaused, kEnded };

struct DeckSnapshot {
  std::uint64_t load_id = 0;
  DeckState state = DeckState::kEmpty;
  bool is_audible = false;       // sounds, a fade-out included
  bool wants_stretcher = false;  // sounds through varispeed, though key lock or key shift asks for more
  bool is_stretching = false;    // its stretcher sounds
  std::uint32_t generation = 0;  // changes with every jump, start, stop, load and change of pitch path
  Frames anchor_frame = 0;  // the playhead's path: position(f) = anchor_position + (f − anchor_frame) × anchor_rate
  double anchor_position = 0;  // track frames
  double anchor_rate = 0;      // track frames per engine frame; 0 while it stands
  double position = 0;         // track frame at Snapshot::frame
  double rate = 1;             // tempo set
  double key_shift = 1;        // as SetKeyShift
  bool keylock = false;
  StretcherKind stretcher = StretcherKind::kSoundtouch;
  std::uint64_t underruns = 0;  // since creation
  std::uint64_t ends = 0;       // times a track came to its end, since creation
  Frames last_underrun_frame = 0;
  bool is_rolling = false;   // repeats its last beat, because the pages of its place are missing
  std::uint64_t rolls = 0;   // times it began to, since creation
  Frames rolled_frames = 0;  // engine frames it did so in all
  Frames roll_from = 0;      // while it rolls: the track frames it needs for that, [from, to)
  Frames roll_to = 0;
};

// Levels as amplitudes. Peaks are the largest since the reader's last look would have been; they fall by 20 dB a
// second so that a slow reader sees them.
struct LevelSnapshot {
  float peak[2] = {0, 0};
  float rms[2] = {0, 0};
};

// The truth about sound at one quantum border.
struct Snapshot {
  Frames frame = 0;               // frames rendered
  std::int64_t monotonic_ns = 0;  // when `frame` is handed out, by the start of the last block
  std::array<DeckSnapshot, model::kDecksMax> decks;
  std::array<LevelSnapshot, model::kDecksMax> channels;
  LevelSnapshot master;
  float master_true_peak = 0;      // after the limiter, falls as peaks do
  float master_true_peak_max = 0;  // the largest ever
  float limiter_gain = 1;
  std::uint64_t late_events = 0;
  std::uint64_t refused_events = 0;   // heap full
  std::uint64_t dropped_commits = 0;  // acknowledgements that found the queue full
  std::uint64_t blocks = 0;
};
static_assert(std::is_trivially_copyable_v<Snapshot>);

}  // namespace segue::render
