// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "segue/v1/journal.pb.h"

namespace segue::control {

inline constexpr const char* kJournalSuffix = ".journal";

// Where a data directory keeps the journal.
std::string journal_folder(const std::string& data_dir);
// The journal's files in a folder, oldest first.
std::vector<std::string> journal_files(const std::string& folder);

// The bytes that whole records take of a file; nothing if it ends in a torn one.
std::optional<std::size_t> journal_bytes_used(const std::string& file);

// Calls `each` with every whole record of an epoch, in order, its beginning once; stops at a torn one. An empty epoch means the newest.
// Fails with NOT_FOUND JOURNAL_EMPTY or EPOCH_UNKNOWN.
Result<void> read_journal(const std::string& folder, const std::string& epoch,
                          const std::function<void(const ::segue::v1::JournalEntry&)>& each);

}  // namespace segue::control
