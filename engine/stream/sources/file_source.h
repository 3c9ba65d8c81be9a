// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/stream/decoder.h"

namespace segue::stream {

// Opens a regular file; the size is the one at opening, later growth is not seen. Fails with NOT_FOUND FILE_MISSING,
// INVALID_ARGUMENT FILE_NAME_INVALID, PERMISSION_DENIED FILE_UNREADABLE, RESOURCE_EXHAUSTED TOO_MANY_FILES, or
// FAILED_PRECONDITION NOT_A_FILE (a folder, a device, a pipe, a socket).
Result<std::unique_ptr<ByteSource>> open_file(const std::string& path);

}  // namespace segue::stream
