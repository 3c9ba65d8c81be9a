// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/render/message.h"
#include "engine/rt/realtime.h"

namespace segue::render {

// Events by the frame at which something is to be done about them; those of one frame in the order they came. An
// event with a pre-roll comes up twice: to be armed, then to be committed. Preallocated; realtime.
class EventHeap {
 public:
  struct Entry {
    Frames due = 0;
    std::uint64_t order = 0;
    bool wants_arming = false;  // due is the start of its pre-roll
    bool was_armed = false;
    Event event;
  };

  explicit EventHeap(std::size_t capacity) { entries_.reserve(capacity); }

  bool is_full() const { return entries_.size() == entries_.capacity(); }
  // Frame of the first entry; INT64_MAX if there is none.
  SEGUE_RT Frames next_due() const { return entries_.empty() ? INT64_MAX : entries_.front().due; }
  SEGUE_RT void push(const Entry& entry) {
    entries_.push_back(entry);
    std::push_heap(entries_.begin(), entries_.end(), is_later);
  }
  SEGUE_RT Entry pop() {
    std::pop_heap(entries_.begin(), entries_.end(), is_later);
    const Entry first = entries_.back();
    entries_.pop_back();
    return first;
  }
  // Takes out the event with this ticket unless its pre-roll has begun; false if there is none.
  SEGUE_RT bool take(std::uint64_t ticket, Event& event) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.event.ticket == ticket && !entry.was_armed;
    });
    if (found == entries_.end()) return false;
    event = found->event;
    *found = entries_.back();
    entries_.pop_back();
    std::make_heap(entries_.begin(), entries_.end(), is_later);
    return true;
  }

 private:
  static bool is_later(const Entry& a, const Entry& b) { return a.due != b.due ? a.due > b.due : a.order > b.order; }
  std::vector<Entry> entries_;
};

}  // namespace segue::render
