// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/catalog/import/track_list.h"

namespace segue::catalog {

// The members of read_track_list; see there. `text` is within bounds and holds no NUL.
Result<TrackList> read_m3u(std::string_view text, bool is_utf8_promised, const std::string& base);
Result<TrackList> read_pls(std::string_view text, const std::string& base);
Result<TrackList> read_xspf(std::string_view text, const std::string& base);

// Takes the next line off the front of `text`, without its end (LF, CR LF or CR) and without blanks around it.
std::string_view next_line(std::string_view& text);
// Puts `track` at the end unless its location, as the file has it, means nothing below `base`, or the list is full:
// then it counts as skipped.
void add_track(TrackList& list, ListedTrack track, std::string_view location, const std::string& base);
// "Artist - Title" taken apart; without " - " all of it is the title.
void set_names(ListedTrack& track, std::string_view text);

}  // namespace segue::catalog
