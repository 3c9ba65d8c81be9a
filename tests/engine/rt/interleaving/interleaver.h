// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

// Runs two pieces of code that share ModelAtomics and ModelCells in every possible order of their atomic operations,
// and watches the C++ memory model's rule while it does: a cell that one thread wrote may be touched by the other
// only if an acquire that read a release stands between. So a missing ordering is found in any order in which it
// matters, though the runs themselves are sequential. (Not modelled: a load that returns an outdated value without
// a race. The protocols checked here take that for "not yet".)
namespace segue::test {

inline constexpr int kThreads = 2;

// What each thread has seen of each: a vector clock.
using Seen = std::array<int, kThreads>;

// Orders that a run may ignore, to see that the check would notice.
enum class Weakened { kNothing, kAcquire, kRelease };

struct Exploration {
  long schedules = 0;
  std::string failure;  // the first one, with its schedule; empty if all went well
};

// One trial: two bodies and what must hold after both. Made anew for each schedule.
struct Trial {
  std::array<std::function<void()>, kThreads> bodies;
  std::function<std::string()> check;  // empty: all is well
};
Exploration explore(const std::function<Trial()>& make_trial, Weakened weakened = Weakened::kNothing);

// Stops a trial with a failure; for use in bodies.
void fail_trial(const std::string& why);

namespace interleaver {

// Called by the model types. A step is where the other thread may come in.
void step();
bool is_acquire(std::memory_order order);
bool is_release(std::memory_order order);
Seen& seen_by_this_thread();
int this_thread();
void tick();

}  // namespace interleaver

// Stands in for std::atomic.
template <typename T>
class ModelAtomic {
 public:
  ModelAtomic() = default;
  ModelAtomic(T value) : value_(value) {}

  T load(std::memory_order order = std::memory_order_seq_cst) const {
    interleaver::step();
    if (interleaver::is_acquire(order)) take();
    return value_;
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    interleaver::step();
    put(value, order, {});
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    interleaver::step();
    return modify(value, order);
  }
  T fetch_add(T more, std::memory_order order = std::memory_order_seq_cst) {
    interleaver::step();
    return modify(static_cast<T>(value_ + more), order);
  }

 private:
  void take() const {
    for (std::size_t i = 0; i < kThreads; ++i) {
      interleaver::seen_by_this_thread()[i] = std::max(interleaver::seen_by_this_thread()[i], released_[i]);
    }
  }
  // A read-modify-write carries on the release it read, whatever its own order.
  T modify(T value, std::memory_order order) {
    if (interleaver::is_acquire(order)) take();
    const T before = value_;
    put(value, order, released_);
    return before;
  }
  void put(T value, std::memory_order order, Seen carried) {
    interleaver::tick();
    value_ = value;
    released_ = carried;
    if (!interleaver::is_release(order)) return;
    for (std::size_t i = 0; i < kThreads; ++i)
      released_[i] = std::max(released_[i], interleaver::seen_by_this_thread()[i]);
  }

  T value_{};
  Seen released_{};
};

// Remembers who touched a piece of ordinary memory when, and fails the trial at a data race.
class AccessLog {
 public:
  void note_read();
  void note_write();

 private:
  Seen reads_{};
  Seen writes_{};
};

// Ordinary memory of one value.
template <typename T>
class ModelCell {
 public:
  void write(const T& value) {
    log_.note_write();
    value_ = value;
  }
  const T& read() const {
    log_.note_read();
    return value_;
  }

 private:
  T value_{};
  mutable AccessLog log_;
};

// Stands in for std::vector where elements are only assigned and copied out.
template <typename T>
class ModelVector {
 public:
  class Element {
   public:
    explicit Element(ModelCell<T>& cell) : cell_(cell) {}
    Element& operator=(const T& value) {
      cell_.write(value);
      return *this;
    }
    operator T() const { return cell_.read(); }

   private:
    ModelCell<T>& cell_;
  };

  explicit ModelVector(std::size_t size) : cells_(size) {}
  Element operator[](std::size_t index) { return Element(cells_.at(index)); }
  std::size_t size() const { return cells_.size(); }

 private:
  std::vector<ModelCell<T>> cells_;
};

}  // namespace segue::test
