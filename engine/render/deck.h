// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/base/audio_block.h"
#include "engine/base/units.h"
#include "engine/render/fade.h"
#include "engine/render/message.h"
#include "engine/render/roll.h"
#include "engine/render/voice.h"
#include "engine/rt/realtime.h"
#include "engine/rt/retire_queue.h"

namespace segue::render {

// One deck: what it plays, how, and where (the transport), sounded by voices. A jump starts a new voice and lets the
// old one fade; nothing is ever cut. Scheduled jumps are armed a pre-roll before their frame and adopted on it.
// Owned by the renderer; everything here is realtime and on the audio thread.
class Deck {
 public:
  // What all decks of an engine share; outlives them.
  struct Shared {
    const FadeShapes& shapes;
    Varispeed& varispeed;
    rt::RetireQueue<const rt::TrackPages>::Writer& tracks;
    rt::RetireQueue<Stretcher>::Writer& stretchers;
    int sample_rate_hz;
  };
  // Deck `index` of `count`; decks take turns in their stretchers' heavy work.
  Deck(const Shared& shared, int index, int count);

  // Whether an event fades in before its frame, so that arm() wants it then.
  static bool has_preroll(const Action& action);
  // Prepares a jump that commits at event.frame, a pre-roll from now; takes the event's stretcher.
  // False if the event will have to begin on its frame after all.
  SEGUE_RT bool arm(Event& event, Frames now);
  // Does what the event says, now. `was_armed`: arm() has had it. False if the deck has no track for it.
  SEGUE_RT bool commit(const Event& event, Frames now, bool was_armed);
  // Gives back what an event that will not be done carries.
  SEGUE_RT void refuse(const Event& event);

  // Once per quantum, before rendering it: pages ahead, end of track, voices that are over.
  SEGUE_RT void begin_quantum(Frames quantum);
  // Fills `out`, part of a quantum. False if the deck is silent (`out` is zeros).
  SEGUE_RT bool render(StereoBlock out, Frames frame);
  SEGUE_RT void snapshot(DeckSnapshot& to, Frames frame) const;

 private:
  // Where a deck stands: what a jump changes.
  struct Place {
    const rt::TrackPages* pages = nullptr;
    std::uint64_t load_id = 0;
    Trajectory path;  // rate 0 unless it plays
    DeckState state = DeckState::kEmpty;
  };
  struct Armed {
    bool is_set = false;
    std::uint64_t changes = 0;  // place_changes_ it was foreseen from
    Frames frame = 0;
    Place place;
    Voice* voice = nullptr;
  };
  // See Voice::release: five 1 ms fade-ins pass during a fade-out; and one armed, one sounding, one rolling.
  static constexpr int kVoices = 10;

  bool jump(const Event& event, Frames now);
  bool eject(Frames now);
  bool park(Frames now, Frames track_frame);
  bool set_rate(double rate, Frames now);
  bool set_pitch_path(const Action& action, Frames now);
  bool install(const InstallStretcher& install, Frames now);

  // Where `action`, a jump, takes a deck that stands at `from`; `from` itself if it needs a track and there is none.
  Place place_after(const Action& action, const Place& from, Frames frame) const;
  Place place_at(Frames frame) const;
  void take_place(const Place& place, Voice* voice, Frames now);
  void adopt(Frames now);
  void disarm(Frames now);
  Voice* start_voice(const Place& place, Stretcher* stretcher, const Fade& fade, Frames now);
  Voice* free_voice(Frames now);
  void count_underrun(Frames now);
  void release_voice(const FadeShape& shape, Frames now);
  void end_voice(Voice& voice);
  void retire_track(const rt::TrackPages* pages);
  void retire_if_unheard(const rt::TrackPages* pages);
  void retire(Stretcher* stretcher);
  void follow_settings(Frames now);
  void swap_voice(Stretcher* stretcher, Frames now);
  void watch_end(Frames quantum);
  // Frame at which `path` comes to the end of `pages`; INT64_MAX if that is not known or not ahead.
  Frames end_of(const rt::TrackPages& pages, const Trajectory& path, Frames now) const;
  void fade_before_end(Voice& voice, Frames now);

  // --- deck_roll.cpp
  bool set_beats(const SetBeats& beats);
  void begin_roll(double edge, Frames now);
  void tend_roll(Frames quantum);
  void steer_roll();
  void end_roll(const FadeShape& shape, Frames now);
  void start_pass(std::int64_t pass, const FadeShape& shape, Frames frame, Frames now);
  void return_from_roll(Frames frame, Frames now);
  bool can_return(double position) const;
  Frames frame_at(double position) const;
  Frames clamp_to_track(const rt::TrackPages& pages, Frames track_frame) const;
  bool is_playing() const { return place_.state == DeckState::kPlaying; }
  bool needs_stretcher_now() const;
  StretchTarget target_for(const Trajectory& path) const;

  Shared shared_;
  int index_;
  int count_;
  int look_ahead_frames_;

  Place place_;
  Armed armed_;
  Frames adopted_at_ = -1;
  std::uint64_t place_changes_ = 0;
  std::array<Voice, kVoices> voices_;
  Voice* voice_ = nullptr;                                // the one that sounds the place; null while the deck stands
  std::array<const rt::TrackPages*, kVoices> leaving_{};  // tracks no longer loaded that voices still sound

  Beats beats_;
  std::optional<Roll> roll_;     // while the deck rolls
  Voice* roll_voice_ = nullptr;  // sounds the roll; null between its passes and when it does not roll
  std::int64_t roll_pass_ = 0;
  Frames roll_began_ = 0;
  std::uint64_t rolls_ = 0;
  Frames rolled_ = 0;  // of the rolls that are over

  double rate_ = 1.0;
  double key_shift_ = 1.0;
  bool keylock_ = false;
  StretcherKind kind_ = StretcherKind::kSoundtouch;
  bool wants_ = false;  // DeckSnapshot::wants_stretcher
  std::uint32_t generation_ = 0;
  std::uint64_t underruns_ = 0;
  std::uint64_t ends_ = 0;
  Frames last_underrun_ = 0;
  std::array<float, kQuantumFrames> mix_left_{};
  std::array<float, kQuantumFrames> mix_right_{};
};

}  // namespace segue::render
