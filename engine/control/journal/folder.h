// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/model/config.h"

namespace segue::control {

// Housekeeping in the journal's folder. Both may wait for the disk.

// Cuts the files that a killed process left behind to what they hold, and removes those that hold nothing. Files that
// a running process writes are left alone.
void trim_leftovers(const std::string& folder);

// Removes the oldest files until the journal, with one more segment, takes no more room than segments_max segments.
// Counted in bytes, so that many short sessions leave as much history as one long one.
void remove_oldest(const std::string& folder, const model::Config::Journal& config);

}  // namespace segue::control
