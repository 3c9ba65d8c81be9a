// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/waiting_room.h"

#include <algorithm>

namespace segue::net {

WaitingRoom::WaitingRoom(int places, int places_per_host)
    : places_(std::max(places, 2)), places_per_host_(std::clamp(places_per_host, 2, places_)) {}

void WaitingRoom::enter(Transfer& transfer, bool is_first) {
  std::deque<Transfer*>& queue = transfer.is_background() ? background_ : urgent_;
  is_first ? queue.push_front(&transfer) : queue.push_back(&transfer);
}

bool WaitingRoom::has_place(const Transfer& transfer) const {
  const auto found = taken_by_origin_.find(transfer.origin());
  const Places at_host = found == taken_by_origin_.end() ? Places{} : found->second;
  if (taken_.all >= places_ || at_host.all >= places_per_host_) return false;
  return !transfer.is_background() ||
         (taken_.background < open_to_background(places_) && at_host.background < open_to_background(places_per_host_));
}

Transfer* WaitingRoom::admit(bool is_background_held) {
  for (std::deque<Transfer*>* queue : {&urgent_, &background_}) {
    if (queue == &background_ && is_background_held) continue;
    const auto next = std::find_if(queue->begin(), queue->end(), [this](Transfer* each) { return has_place(*each); });
    if (next == queue->end()) continue;
    Transfer* const transfer = *next;
    queue->erase(next);
    Places& at_host = taken_by_origin_[transfer->origin()];
    ++taken_.all;
    ++at_host.all;
    taken_.background += transfer->is_background();
    at_host.background += transfer->is_background();
    return transfer;
  }
  return nullptr;
}

void WaitingRoom::leave(const Transfer& transfer) {
  const auto found = taken_by_origin_.find(transfer.origin());
  Places& at_host = found->second;
  --taken_.all;
  --at_host.all;
  taken_.background -= transfer.is_background();
  at_host.background -= transfer.is_background();
  if (at_host.all == 0) taken_by_origin_.erase(found);
}

void WaitingRoom::remove(const Transfer& transfer) {
  std::deque<Transfer*>& queue = transfer.is_background() ? background_ : urgent_;
  std::erase(queue, &transfer);
}

}  // namespace segue::net
