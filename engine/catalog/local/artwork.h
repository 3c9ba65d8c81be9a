// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/catalog/entry.h"

namespace segue::catalog {

inline constexpr std::size_t kArtworkBytesMax = 2 << 20;  // a 1,400 px JPEG at the best quality

// The bytes with the type their first ones tell; nothing if they are no picture we know, or too many.
std::optional<Artwork> as_artwork(std::string bytes);
// How much a file of this name is like a cover: 0 none, else the lower the better ("cover.jpg" before "folder.png").
int cover_rank(std::string_view name);
// The picture in the file, else the one next to it. Blocks. Fails with NOT_FOUND ARTWORK_MISSING.
Result<Artwork> artwork_of_file(const std::string& path);

}  // namespace segue::catalog
