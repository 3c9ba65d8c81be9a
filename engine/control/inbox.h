// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "engine/engine.h"

namespace segue::control {

// A batch on its way from the facade to control.
struct Request {
  v1::ExecuteRequest message;
  Origin origin;
  Engine::Answer answer;
  bool is_immediate = false;  // replays a batch that came as now: no pre-roll
  std::size_t content = 0;    // hash of the message; control's, for its request_id
};

// Where other threads leave what control has to see to: clients their requests, workers their notes. Any thread
// offers and posts, control alone takes and waits. Not realtime: the audio thread never comes here.
class Inbox {
 public:
  // Something a worker did; runs on the control thread.
  using Note = std::function<void()>;

  // False, and the request untouched, if kCommandQueueMax requests wait already or the inbox is closed.
  bool offer(Request& request);
  void post(Note note);
  // Moves everything that waits to the ends of the two lists, which keep their order.
  void take(std::vector<Request>& requests, std::vector<Note>& notes);
  // Returns when something waits, at the latest after `longest`; at once after interrupt(). True if something waits.
  bool wait(std::chrono::nanoseconds longest);
  void interrupt();
  // Takes no request any more; those that wait are still to be taken.
  void close();

 private:
  std::mutex mutex_;  // guards everything below
  std::condition_variable arrived_;
  std::vector<Request> requests_;
  std::vector<Note> notes_;
  bool is_interrupted_ = false;
  bool is_closed_ = false;
};

}  // namespace segue::control
