// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

namespace segue::daemon {

// Ends a call that needs no waiting.
inline grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext& context,
                                        const grpc::Status& status = grpc::Status::OK) {
  auto* reactor = context.DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace segue::daemon
