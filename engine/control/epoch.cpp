// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/epoch.h"

#include <cstdio>
#include <ctime>
#include <random>

namespace segue::control {

std::string make_epoch(const Clock& clock) {
  const auto seconds = static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(clock.wall()).count());
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char time[32];
  std::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &utc);
  std::random_device random;
  char text[48];
  std::snprintf(text, sizeof text, "%s-%08x", time, static_cast<unsigned>(random()));
  return text;
}

}  // namespace segue::control
