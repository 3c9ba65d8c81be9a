// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "engine/base/result.h"
#include "engine/base/units.h"

namespace segue::control {

// Writes an epoch of a folder's journal (the newest, if `epoch` is empty) as a session script: what committed, on the
// frames at which it did. Commands that came to nothing, recordings and cancellations are left out.
Result<void> export_session(const std::string& folder, const std::string& epoch, std::ostream& out);

}  // namespace segue::control
