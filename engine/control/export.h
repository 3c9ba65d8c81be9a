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
// Fails as read_journal does, or with FAILED_PRECONDITION JOURNAL_INCOMPLETE if entries are missing: what is left would
// not repeat what was heard.
Result<void> export_session(const std::string& folder, const std::string& epoch, std::ostream& out);

// The same into a file, which is replaced only once all is written. Fails with FAILED_PRECONDITION FILE_UNWRITABLE,
// too.
Result<void> export_session_to(const std::string& folder, const std::string& epoch, const std::string& out_path);

}  // namespace segue::control
