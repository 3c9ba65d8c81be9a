// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/control/deck_plan.h"
#include "engine/control/objects.h"
#include "engine/control/stretchers.h"
#include "engine/engine.h"
#include "engine/render/message.h"

namespace segue::control {

// One command of a batch on its way.
struct Item {
  std::uint64_t id = 0;  // command_id; also the ticket of its event and, for a load, the load's id
  v1::Command command;
  int deck = -1;

  // Set when it is compiled:
  bool has_event = false;
  bool is_immediate = false;  // begins on its frame, without a pre-roll
  std::uint8_t target = 0;
  render::Action action;
  render::Stretcher* stretcher = nullptr;  // primed for `action`; the pool owns it
  std::optional<double> sounds_from;       // where priming and pages are wanted
  PrimeJob primed_for;                     // what `stretcher` was primed for
  bool is_begun = false;                   // of a recording command: the file is being opened, or closed
  DeckPlan before;                         // of its deck
  DeckPlan after;

  // Set by its commit:
  bool is_acknowledged = false;
  render::Commit commit;
};

// Commands that commit on one frame or not at all. Lives in control from acceptance to its answer.
struct Batch {
  enum class Phase {
    kHeld,      // waits for its time, for loads, for pages or for those before it
    kPriming,   // its stretchers are being primed
    kSent,      // render has it
    kRecalled,  // render was asked to give it back, to cancel it or because the decks it was made for changed
  };

  std::uint64_t id = 0;  // of its first command
  std::vector<Item> items;
  Frames wanted = render::kNow;
  Frames order = 0;  // `wanted`, or for now the frame of acceptance: those of one deck commit in this order
  Frames late_max = 0;
  Objects objects = 0;
  Phase phase = Phase::kHeld;
  int priming = 0;            // stretchers still awaited
  int unacknowledged = 0;     // events render has not acknowledged
  bool has_events = false;    // render has a part in it
  bool is_immediate = false;  // replays a batch that came as now
  bool is_cancelled = false;
  bool has_rest = false;                   // render did a part of it and has no room for the rest yet
  std::optional<Nanoseconds> waits_since;  // for pages
  std::string request_id;
  std::string principal;
  bool may_use_any_file = false;
  Engine::Answer answer;  // empty once answered

  bool is_now() const { return wanted == render::kNow; }
};

}  // namespace segue::control
