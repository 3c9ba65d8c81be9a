// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <grpcpp/support/status.h>

#include "engine/base/result.h"

namespace segue::daemon {

// The one place where an error becomes what gRPC sends: its code and message, and in grpc-status-details-bin a
// google.rpc.Status with ErrorInfo{reason, domain "segue"}. Long messages are cut so that they fit into a trailer.
grpc::Status to_status(const Error& error);

}  // namespace segue::daemon
