// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/server_context.h>

#include "daemon/peers.h"
#include "engine/engine.h"

namespace segue::daemon {

// Who makes a call: the process at the other end of its connection. Everyone the listener lets in is the daemon's own
// user or root, and may therefore use any file.
inline Result<Origin> origin_of(const Peers& peers, const grpc::CallbackServerContext& context) {
  const auto peer = peers.find(context.peer());
  if (!peer) return fail(Code::kUnauthenticated, "PEER_UNKNOWN", "the connection's process is not known");
  return Origin{.principal = "uid:" + std::to_string(peer->uid), .may_use_any_file = true};
}

}  // namespace segue::daemon
