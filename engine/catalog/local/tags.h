// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/catalog/entry.h"

namespace segue::catalog {

// Whether the name ends like a kind of audio file the engine knows.
bool is_audio_name(std::string_view name);
// The name without its extension, cleaned: the title of a file that has none.
std::string title_of_name(std::string_view name);

// What a file says of itself: every field of Entry that tags and headers can fill, cleaned, title from the file's name
// if it has none. `artwork` is "embedded" if it holds a picture. Opens the file for reading only; blocks. Fails with
// DATA_LOSS FILE_UNREADABLE (the message says why, without the path).
Result<Entry> read_tags(const std::string& path);

// The first picture in the file, the front cover if it is marked as such; nothing if there is none that is one.
std::optional<Artwork> embedded_picture(const std::string& path);

}  // namespace segue::catalog
