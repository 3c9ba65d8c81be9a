// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"

namespace segue::net {

// First line of a file that only its owner may read. Fails with NOT_FOUND SECRET_MISSING, PERMISSION_DENIED
// SECRET_EXPOSED (others may read it: chmod 600; or it belongs to neither this user nor root) or SECRET_UNREADABLE,
// INVALID_ARGUMENT SECRET_INVALID (not a regular file; empty, over 4 KiB, control characters).
// Messages name the file, never its content.
Result<std::string> read_secret(const std::string& path);

}  // namespace segue::net
