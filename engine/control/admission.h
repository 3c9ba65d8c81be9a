// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/control/agenda.h"
#include "engine/control/frame_map.h"
#include "engine/control/inbox.h"
#include "engine/control/request_memory.h"

namespace segue::control {

// The way in: makes a checked batch of each request, or refuses it with the engine's state unchanged. Answers at once
// unless the client waits for the commit. Control thread.
class Admission {
 public:
  struct Parts {
    const model::Config& config;
    const StateBook& book;
    Journal& journal;
    Agenda& agenda;
  };
  explicit Admission(const Parts& parts) : parts_(parts) {}

  void take(Request request, const FrameMap& map);

 private:
  Result<std::unique_ptr<Batch>> admit(Request& request, const FrameMap& map);
  Result<void> check_revision(const v1::ExecuteRequest& request, const Batch& batch) const;
  Result<void> resolve_time(const v1::ExecuteRequest& request, const FrameMap& map, Batch& batch) const;
  void fill(Batch& batch, Request& request);
  void write_down(const Batch& batch);
  v1::ExecuteResponse accepted(const Batch& batch, Frames frame) const;

  Parts parts_;
  RequestMemory memory_;
  std::uint64_t last_id_ = 0;
};

}  // namespace segue::control
