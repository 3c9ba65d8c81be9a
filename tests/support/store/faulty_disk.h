// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace segue::test {

// While it lives, SQLite's files of this process are on a disk that can be made to fail: every write from the n-th on
// fails with SQLITE_FULL (or another code) until it is mended. One at a time.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  void fail_from(int write, int code);  // counted from now, 0 is the next
  void mend();
  int failures() const;
};

}  // namespace segue::test
