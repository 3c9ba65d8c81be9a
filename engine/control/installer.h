// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/control/agenda.h"

namespace segue::control {

// Gives a stretcher to decks that came to want one while they play: key lock switched on, a tempo changed. It is
// primed for a frame a little ahead along the deck's path and takes over there. Control thread.
//
// Offline that frame depends on what the deck did alone, and rendering stops at it (next_stop), so that the same
// script gives the same bytes at any block size. Replaying a journal, stretchers are installed where it says.
class Installer {
 public:
  enum class Mode { kLive, kOffline, kReplay };
  struct Parts {
    const model::Config& config;
    const Agenda& agenda;
    Stretchers& stretchers;
    Journal& journal;
    rt::SpscQueue<render::Event>::Writer& events;
    Mode mode;
  };
  explicit Installer(const Parts& parts);

  void observe(const render::Snapshot& snapshot);
  // False if the commit is none of its own.
  bool acknowledge(const render::Commit& commit);
  // Frame at which rendering must pause for an install; INT64_MAX if there is none.
  Frames next_stop() const;
  // Replay: installs at the snapshot's frame.
  void install_now(int deck);

 private:
  struct DeckEntry {
    enum class Phase { kIdle, kPlanned, kPriming, kSent };
    Phase phase = Phase::kIdle;
    Frames frame = 0;  // at which it takes over
    Frames lead = 0;   // how far ahead, live
    std::uint32_t generation = 0;
    double rate = 0;
  };
  void observe_live(int deck, const render::DeckSnapshot& sound);
  void observe_offline(int deck, const render::DeckSnapshot& sound);
  void prime(int deck, const render::DeckSnapshot& sound, Frames frame);
  void send(int deck, render::Stretcher* stretcher);

  Parts parts_;
  const Frames lead_;
  render::Snapshot snapshot_;
  std::vector<DeckEntry> decks_;
};

}  // namespace segue::control
