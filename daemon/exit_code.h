// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace segue::daemon {

// What the process answers its shell; part of the contract with scripts.
enum ExitCode {
  kExitDone = 0,
  kExitOther = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitPermission = 4,
  kExitPrecondition = 6,
  kExitDeadline = 7,
};

inline int exit_code(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return kExitUsage;
    case Code::kNotFound: return kExitNotFound;
    case Code::kPermissionDenied:
    case Code::kUnauthenticated: return kExitPermission;
    case Code::kFailedPrecondition:
    case Code::kAborted: return kExitPrecondition;
    case Code::kDeadlineExceeded: return kExitDeadline;
    default: return kExitOther;
  }
}

}  // namespace segue::daemon
