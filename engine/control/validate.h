// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "segue/v1/engine_service.pb.h"

namespace segue::control {

// Checks every field of a batch against the ranges its schema states, without looking at the engine's state. Fails
// with INVALID_ARGUMENT naming the field ("commands[1].set_fader.level: 2 is not within 0 to 1"), or with NOT_FOUND
// DECK_UNKNOWN or CHANNEL_UNKNOWN. Pure; any thread.
Result<void> validate(const v1::ExecuteRequest& request, int decks);

// As validate, for one command; `where` names it in errors.
Result<void> validate(const v1::Command& command, int decks, const std::string& where);

}  // namespace segue::control
