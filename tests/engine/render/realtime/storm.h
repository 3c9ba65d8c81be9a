// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/render/renderer.h"
#include "tests/support/audio/memory_track.h"

namespace segue::test {

// What a storm does; each with about the same share, jumps with more.
enum class Gust : std::uint8_t {
  kLoad,
  kLoadAndPlay,
  kEject,
  kStart,
  kPause,
  kPark,
  kSeek,
  kRate,
  kKeyShift,
  kKeylock,
  kChoose,
  kInstall,
  kTrim,
  kFader,
  kEq,
  kCrossfader,
  kAssign,
  kMaster,
  kCancel,
  kHole
};
inline constexpr int kGusts = 20;
const char* to_string(Gust gust);

// A hall of tracks for a storm: music of different tempo, some ending abruptly. Equal for equal seeds.
std::vector<std::unique_ptr<MemoryTrack>> storm_tracks(int count, Frames frames, double amplitude, std::uint64_t seed);

struct StormOptions {
  std::uint64_t seed = 1;
  int decks = 4;
  int sample_rate_hz = 48'000;
  int gusts_per_step_max = 3;  // 0 to this many
  bool moves_levels = true;    // trims, faders, equaliser, crossfader, master
  bool tears_holes = true;     // pages go missing and come back
  bool jumps_tempo = true;     // tempo anywhere from 0 to 2; otherwise within ± 8 %, as a DJ's fader has it
  Frames apart = 0;            // at least so much between two events of a deck; then nothing comes late
  Frames end_margin = 0;       // jumps stay this far from the end of a track
};

// In control's place: sends seeded actions of every kind, now, ahead and late, with primed stretchers where a deck may
// want one, and takes back what render gives back. Not realtime; any thread but the audio thread. Tracks and renderer
// outlive it. Everything it sent must come back: once per event, once per track, once per stretcher.
class Storm {
 public:
  Storm(const StormOptions& options, render::Renderer::Wiring& wiring,
        std::vector<std::unique_ptr<MemoryTrack>>& tracks);

  // Collects, then sends a few.
  void step();
  // Plays a track on every deck, so that the storm has something to disturb.
  void begin();
  // Stops sending and ejects every deck; then step() until is_over().
  void finish();
  // Every event was answered and everything came back.
  bool is_over() const { return is_finishing_ && events_out_ == 0 && tracks_out_ == 0 && stretchers_out_ == 0; }

  std::uint64_t sent() const;
  std::uint64_t sent(Gust gust) const { return sent_[static_cast<std::size_t>(gust)]; }
  // How many events came to each outcome.
  std::uint64_t answered(render::Outcome outcome) const { return answered_[static_cast<std::size_t>(outcome)]; }
  // In words: what is wrong with the accounts; empty if nothing.
  std::string wrong() const { return wrong_; }
  // What has not come back yet.
  std::string still_out() const;
  // Counts per kind, for the test's output.
  std::string summary() const;
  // What was done within `reach` frames of an engine frame, for a failure message.
  std::string around(Frames frame, Frames reach) const;

 private:
  static constexpr int kEventsOutMax = 512;
  static constexpr int kStretchers = 48;

  void collect();
  void blow(Gust gust);
  void blow_on_deck(Gust gust, int deck);
  void blow_on_mixer(Gust gust, int channel);
  void send(Gust gust, int target, render::Action action);
  Frames pick_frame();
  // Moves the next event of a deck away from its last one.
  void keep_apart(int deck);
  void tear_or_mend();
  MemoryTrack* take_track();
  render::Stretcher* primed(const MemoryTrack* track, double track_frame, int deck);
  const render::DeckSnapshot& deck(int index) { return snapshot_->decks[static_cast<std::size_t>(index)]; }

  StormOptions options_;
  render::Renderer::Wiring& wiring_;
  std::vector<std::unique_ptr<MemoryTrack>>& tracks_;
  Random random_;
  std::vector<MemoryTrack*> free_tracks_;
  std::vector<std::unique_ptr<render::Stretcher>> stretchers_;
  std::vector<render::Stretcher*> free_stretchers_;
  std::vector<const MemoryTrack*> loaded_;  // last sent to each deck
  std::vector<double> rates_;               // last sent to each deck
  std::vector<Frames> busy_until_;          // of each deck, by StormOptions::apart
  const render::Snapshot* snapshot_ = nullptr;
  std::array<std::uint64_t, kGusts> sent_{};
  std::array<std::uint64_t, 4> answered_{};
  struct Sent {
    Gust gust = Gust::kLoad;
    int target = 0;
    Frames frame = render::kNow;
    bool has_stretcher = false;
    bool is_answered = false;
    render::Commit commit;
  };
  std::vector<Sent> history_;  // by ticket
  Frames next_frame_ = render::kNow;
  bool next_is_immediate_ = false;
  std::uint64_t ticket_ = 0;
  std::uint64_t loads_ = 0;
  int events_out_ = 0;
  int tracks_out_ = 0;
  int stretchers_out_ = 0;
  bool is_finishing_ = false;
  std::string wrong_;
};

}  // namespace segue::test
