// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace segue::catalog {

// The text as words for comparison: lower case, Latin letters without accents, punctuation gone, "&" as "and", one
// space between words. Bytes that are not UTF-8 are skipped.
std::string fold_words(std::string_view text);

// A title for comparison: as fold_words, without guests ("feat. B", "(ft. B)") and without brackets or endings that
// name the same recording again ("(Remastered 2011)", " - 2011 Remaster", "(Original Mix)"). "(Extended Mix)",
// "(… Remix)", "(Live)" name another one and stay.
std::string fold_title(std::string_view title);
// An artist for comparison: without guests.
std::string fold_artist(std::string_view artist);

}  // namespace segue::catalog
