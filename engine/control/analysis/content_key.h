// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/stream/byte_source.h"

namespace segue::control {

// Names the content of a track by its bytes, wherever they come from: a SHA-256, in hexadecimal, over the length and
// samples of the bytes – 64 KiB at either end and 14 pieces of 4 KiB evenly between; files up to 256 KiB whole. The
// pieces between tell apart what is silent at both ends and equally long, as the stems of one production are. Another
// encoding, quality or tag is another content: grids shift with each of them. Reads 184 KiB at most, which must be
// there: of a track that still streams in, reading the end would make the network jump. Fails with what the source
// says, or with FAILED_PRECONDITION CONTENT_ENDLESS where the length is not known.
Result<std::string> content_key(stream::ByteSource& source);

}  // namespace segue::control
