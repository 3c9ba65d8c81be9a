// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/clock.h"

namespace segue::control {

// A name for a run of the engine, "20261120T113346Z-9f86d081": unique, and in order of time when sorted.
std::string make_epoch(const Clock& clock);

}  // namespace segue::control
