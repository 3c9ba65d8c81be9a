// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "engine/base/result.h"
#include "engine/control/deck_plan.h"
#include "engine/render/message.h"
#include "segue/v1/command.pb.h"

namespace segue::control {

// When and against what a deck's command is compiled.
struct CompileAt {
  Frames frame = 0;  // engine frame at which it is meant to commit
  int sample_rate_hz = 48'000;
  std::uint64_t load_id = 0;                          // for a load: its id
  std::shared_ptr<const stream::LoadedTrack> loaded;  // for a load: what was loaded
};

// What a command makes render do.
struct Compiled {
  std::optional<render::Action> action;  // none: the command concerns control alone, or changes nothing
  std::uint8_t target = 0;
  // Where the deck will sound from, if it starts to sound or jumps while sounding: pages must be there, and a
  // stretcher primed if the plan wants one.
  std::optional<double> sounds_from;
};

// Turns a valid deck command into what render does, and `plan` into what the deck is after it. Fails, and leaves the
// plan alone, with FAILED_PRECONDITION DECK_EMPTY, NO_GRID, or INVALID_ARGUMENT FIELD_OUT_OF_RANGE for a tempo in BPM
// that lies beyond ±100 %. Pure.
Result<Compiled> compile_deck(const v1::Command& command, const CompileAt& at, DeckPlan& plan);

// What the command does depends on where the beats are when it is compiled.
bool needs_beats(const v1::Command& command);

// Enters into `committed` what a deck command that was compiled into `after` has done at `frame`, and nothing else:
// other commands may have come between.
void enter_commit(const v1::Command& command, const DeckPlan& after, Frames frame, DeckPlan& committed);

// Turns a valid channel, crossfader or master command into what render does. Pure.
Compiled compile_mixer(const v1::Command& command);

}  // namespace segue::control
