// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realtime/thread_usage.h"

#include <sys/resource.h>

namespace segue::test {

ThreadUsage ThreadUsage::now() {
  rusage usage{};
  (void)getrusage(RUSAGE_THREAD, &usage);
  return {.minor_faults = usage.ru_minflt,
          .major_faults = usage.ru_majflt,
          .voluntary_switches = usage.ru_nvcsw,
          .involuntary_switches = usage.ru_nivcsw};
}

ThreadUsage ThreadUsage::since(const ThreadUsage& before) const {
  return {.minor_faults = minor_faults - before.minor_faults,
          .major_faults = major_faults - before.major_faults,
          .voluntary_switches = voluntary_switches - before.voluntary_switches,
          .involuntary_switches = involuntary_switches - before.involuntary_switches};
}

}  // namespace segue::test
