// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace segue::test {

// What the kernel did for the calling thread: a second look at a realtime thread that needs no interposed symbol.
struct ThreadUsage {
  long minor_faults = 0;          // pages touched for the first time
  long major_faults = 0;          // pages read from a disk
  long voluntary_switches = 0;    // times it waited
  long involuntary_switches = 0;  // times another thread took its processor

  static ThreadUsage now();
  ThreadUsage since(const ThreadUsage& before) const;
};

}  // namespace segue::test
