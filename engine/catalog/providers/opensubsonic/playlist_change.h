// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/catalog/providers/opensubsonic/session.h"

namespace segue::catalog::opensubsonic {

// Makes one list of songs of another with the calls that the protocol has. Blocks.
struct SongChange {
  const std::vector<std::string>& before;
  const std::vector<std::string>& after;
};

Outcome<void> rename_playlist(Session& session, const std::string& id, const std::string& name,
                              const std::stop_token& stop);
Outcome<void> append_songs(Session& session, const std::string& id, const std::vector<std::string>& songs,
                           const std::stop_token& stop);
// What both have in front is left alone. The rest is changed by one call if it fits into one; else its new form is
// appended before the old one is taken away, so that a failure in between doubles tracks but loses none.
Outcome<void> change_songs(Session& session, const std::string& id, const SongChange& change,
                           const std::stop_token& stop);

}  // namespace segue::catalog::opensubsonic
