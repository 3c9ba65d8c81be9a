// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "engine/net/transfer.h"

namespace segue::net {

// Lets transfers in, so many in all and per host; urgent ones first, and a third of the places is theirs alone, so
// that background transfers that stand still never keep a load waiting. In order of arrival otherwise. One thread.
class WaitingRoom {
 public:
  WaitingRoom(int places, int places_per_host);
  // `is_first`: before all others of its urgency.
  void enter(Transfer& transfer, bool is_first);
  // The next that may begin, and from now on has a place; null if none.
  Transfer* admit(bool is_background_held);
  // Gives its place back.
  void leave(const Transfer& transfer);
  // Gives up waiting.
  void remove(const Transfer& transfer);

 private:
  struct Places {
    int all = 0;
    int background = 0;
  };
  bool has_place(const Transfer& transfer) const;
  static int open_to_background(int places) { return places - std::max(1, places / 3); }

  const int places_;
  const int places_per_host_;
  Places taken_;
  std::unordered_map<std::string, Places> taken_by_origin_;
  std::deque<Transfer*> urgent_;
  std::deque<Transfer*> background_;
};

}  // namespace segue::net
