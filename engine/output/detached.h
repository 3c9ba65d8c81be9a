// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <system_error>
#include <thread>

namespace segue::output {

// Runs `*work` on a thread that nobody waits for, because what it calls may never return; `*work` owns all it touches.
// False if the system has no thread to give; `work` is then as before.
template <typename Work>
bool run_detached(const std::shared_ptr<Work>& work) {
  try {
    std::thread([work] { (*work)(); }).detach();
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace segue::output
