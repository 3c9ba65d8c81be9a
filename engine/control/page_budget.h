// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

#include <unistd.h>

#include "engine/model/config.h"

namespace segue::control {

// RAM for decoded audio: what the operator says, else the smaller of 1 GiB and a quarter of the machine's.
inline std::int64_t page_budget_bytes(const model::Config& config) {
  if (config.pages.budget_bytes > 0) return config.pages.budget_bytes;
  const std::int64_t ram = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  return std::min<std::int64_t>(std::int64_t{1} << 30, std::max<std::int64_t>(ram / 4, std::int64_t{64} << 20));
}

}  // namespace segue::control
