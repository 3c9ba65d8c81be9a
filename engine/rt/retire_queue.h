// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <utility>

#include "engine/rt/spsc_queue.h"

namespace segue::rt {

// Carries what render is done with back to control, which destroys it. Control reserves a slot for each object it
// sends to render, so retiring can never find the queue full.
template <typename T>
class RetireQueue {
 public:
  // Render's end.
  class Writer {
   public:
    explicit Writer(typename SpscQueue<T*>::Writer writer) : writer_(std::move(writer)) {}
    // Gives `object` back. Never fails: its slot was reserved when it was sent.
    SEGUE_RT void retire(T* object) { (void)writer_.try_push(object); }

   private:
    typename SpscQueue<T*>::Writer writer_;
  };

  // Control's end.
  class Reader {
   public:
    Reader(typename SpscQueue<T*>::Reader reader, std::size_t capacity) : reader_(std::move(reader)), free_(capacity) {}
    // False if too many objects are out; then nothing may be sent.
    bool reserve() { return free_ == 0 ? false : (--free_, true); }
    // Takes back a reservation whose object was never sent.
    void release() { ++free_; }
    // The next object that render is done with, or null.
    T* collect() {
      T* object = nullptr;
      if (!reader_.try_pop(object)) return nullptr;
      ++free_;
      return object;
    }

   private:
    typename SpscQueue<T*>::Reader reader_;
    std::size_t free_;
  };

  static std::pair<Writer, Reader> create(std::size_t capacity) {
    auto [writer, reader] = SpscQueue<T*>::create(capacity);
    return {Writer(std::move(writer)), Reader(std::move(reader), capacity)};
  }
};

}  // namespace segue::rt
