// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace segue::control {

// A thread behind all others of the machine, which works for one thread of the usual priority that waits for it. The
// two share no lock: what gets no processor must hold nothing that others wait for. One call at a time. The end waits
// for nobody: the thread goes when it gets a processor.
class IdleThread {
 public:
  // Not lowered it is a thread like any other. Throws std::system_error where there are no more threads.
  explicit IdleThread(bool is_lowered);
  ~IdleThread();
  IdleThread(const IdleThread&) = delete;
  IdleThread& operator=(const IdleThread&) = delete;

  // Does it there; returns when it is done.
  void run(std::function<void()> work) { (void)run_or_leave(std::move(work), {}); }
  // The same, or false as soon as it is stopped: then the work goes on for nobody, so it owns all that it uses, and
  // nothing can be run any more.
  [[nodiscard]] bool run_or_leave(std::function<void()> work, const std::stop_token& stop);

 private:
  struct Shared;
  static void live(const std::shared_ptr<Shared>& shared, bool is_lowered);

  const std::shared_ptr<Shared> shared_;
};

}  // namespace segue::control
