// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/control/compile.h"

namespace segue::control {

// FAILED_PRECONDITION DECK_EMPTY and NO_GRID.
tl::unexpected<Error> no_track(std::uint32_t deck);
tl::unexpected<Error> no_grid(std::uint32_t deck);

// As compile_deck, for the commands that say what is known of a track: none of them reaches render.
Result<Compiled> compile_knowledge(const v1::Command& command, const CompileAt& at, DeckPlan& plan);

}  // namespace segue::control
