// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/control/agenda.h"
#include "engine/control/publisher.h"
#include "engine/control/state.h"
#include "engine/render/message.h"
#include "engine/rt/spsc_queue.h"

namespace segue::control {

// Looks at what the decks do by themselves and tells it: ends of tracks, underruns and rolls, how a track's bytes come
// in, what a station plays. Tells render where beats are, for rolls, and brings a deck that plays a live source back to
// where it ran dry once there is something to play again: its end moves on as fast as the deck does. Control thread.
class DeckWatch {
 public:
  struct Parts {
    const model::Config& config;
    const Clock& clock;
    StateBook& book;
    Publisher& publisher;
    const Agenda& agenda;
    rt::SpscQueue<render::Event>::Writer& events;
    // Seeks a deck, from 0, to seconds, as a client would.
    std::function<void(int deck, double seconds, std::function<void()> failed)> seek;
  };
  explicit DeckWatch(Parts parts);

  // Once a step, with the snapshot before and the one of now.
  void look(const render::Snapshot& before, const render::Snapshot& now);

 private:
  struct Entry {
    std::uint64_t told_underruns = 0;
    Nanoseconds underruns_told_at{0};
    std::uint64_t load_id = 0;  // that the members below are of
    render::SetBeats beats;     // told last
    std::string live_title;
    std::optional<std::string> trouble;  // reason
    std::optional<Frames> live_dry_at;   // track frame at which a live source ran dry
    bool has_asked_back = false;         // a seek to there is under way
  };

  void look_at(int deck, const render::DeckSnapshot& before, const render::DeckSnapshot& now, Frames frame);
  void tell_underruns(int deck, const render::DeckSnapshot& now);
  void tell_roll(int deck, const render::DeckSnapshot& before, const render::DeckSnapshot& now, Frames frame);
  void tell_beats(int deck, const render::DeckSnapshot& now);
  void tell_network(int deck, Frames frame);
  void bring_back(int deck, const render::DeckSnapshot& now);

  Parts parts_;
  std::vector<Entry> entries_;
  Nanoseconds network_told_at_{0};
};

}  // namespace segue::control
