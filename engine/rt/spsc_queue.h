// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/rt/realtime.h"

namespace segue::rt {

// A bounded queue with one writer and one reader, whose ends are separate movable values: whoever holds the
// Writer is the writing thread, whoever holds the Reader the reading one. Both ends are realtime-safe once
// created; creation and destruction allocate.
//
// The writer owns tail, the reader owns head; each is published with release and read by the other end with
// acquire, so the slots between them are never touched by both. Each end keeps its last view of the other's index
// and looks again only when that view says full or empty.
template <typename T>
class SpscQueue {
  static_assert(std::is_trivially_copyable_v<T>, "crossing a zone copies bytes; nothing may need a destructor");

  struct Ring {
    explicit Ring(std::size_t capacity) : slots(capacity + 1) {}
    std::vector<T> slots;  // one slot stays empty, so that full and empty differ
    alignas(64) std::atomic<std::size_t> head{0};
    alignas(64) std::atomic<std::size_t> tail{0};
    std::size_t used(std::size_t from, std::size_t to) const {
      return to >= from ? to - from : to + slots.size() - from;
    }
  };

 public:
  class Writer {
   public:
    explicit Writer(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}

    // False if the queue is full.
    SEGUE_RT bool try_push(const T& value) { return try_push_all(std::span<const T>(&value, 1)); }

    // All values become visible to the reader at once, or none (false).
    SEGUE_RT bool try_push_all(std::span<const T> values) {
      if (values.size() > free_slots()) {
        head_seen_ = ring_->head.load(std::memory_order_acquire);
        if (values.size() > free_slots()) return false;
      }
      std::size_t at = tail_;
      for (const T& value : values) {
        ring_->slots[at] = value;
        at = at + 1 == ring_->slots.size() ? 0 : at + 1;
      }
      tail_ = at;
      ring_->tail.store(at, std::memory_order_release);
      return true;
    }

   private:
    std::size_t free_slots() const { return ring_->slots.size() - 1 - ring_->used(head_seen_, tail_); }
    std::shared_ptr<Ring> ring_;
    std::size_t tail_ = 0;
    std::size_t head_seen_ = 0;
  };

  class Reader {
   public:
    explicit Reader(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}

    // False if the queue is empty.
    SEGUE_RT bool try_pop(T& value) {
      if (head_ == tail_seen_) {
        tail_seen_ = ring_->tail.load(std::memory_order_acquire);
        if (head_ == tail_seen_) return false;
      }
      value = ring_->slots[head_];
      head_ = head_ + 1 == ring_->slots.size() ? 0 : head_ + 1;
      ring_->head.store(head_, std::memory_order_release);
      return true;
    }

   private:
    std::shared_ptr<Ring> ring_;
    std::size_t head_ = 0;
    std::size_t tail_seen_ = 0;
  };

  // The two ends of a queue that holds up to `capacity` values.
  static std::pair<Writer, Reader> create(std::size_t capacity) {
    auto ring = std::make_shared<Ring>(capacity);
    return {Writer(ring), Reader(ring)};
  }
};

}  // namespace segue::rt
