// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/store/faulty_disk.h"

#include <atomic>
#include <climits>
#include <cstring>
#include <map>
#include <mutex>

#include <sqlite3.h>

namespace segue::test {
namespace {

std::atomic<int> writes_left{INT_MAX};
std::atomic<int> fault_code{SQLITE_FULL};
std::atomic<int> failed{0};

sqlite3_vfs* real() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  return vfs;
}

// The real file's methods with writing replaced, one table for each the real disk has.
struct Methods {
  sqlite3_io_methods ours;
  const sqlite3_io_methods* theirs;
};
std::mutex tables_mutex;
std::map<const sqlite3_io_methods*, Methods>& tables() {
  static std::map<const sqlite3_io_methods*, Methods> all;
  return all;
}

int faulty_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (writes_left.load() != INT_MAX && writes_left.fetch_sub(1) <= 0) {
    ++writes_left;
    ++failed;
    return fault_code;
  }
  // The first member is the table that holds both.
  return reinterpret_cast<const Methods*>(file->pMethods)->theirs->xWrite(file, bytes, count, offset);
}

int faulty_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = real()->xOpen(real(), name, file, flags, out_flags);
  if (file->pMethods == nullptr) return code;
  const std::lock_guard lock(tables_mutex);
  Methods& methods = tables()[file->pMethods];
  methods.theirs = file->pMethods;
  methods.ours = *file->pMethods;
  methods.ours.xWrite = faulty_write;
  file->pMethods = &methods.ours;
  return code;
}

sqlite3_vfs* faulty() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs copy = *real();
    copy.zName = "faulty";
    copy.xOpen = faulty_open;
    copy.pNext = nullptr;
    return copy;
  }();
  return &vfs;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  mend();
  sqlite3_vfs_register(faulty(), 1);
}

FaultyDisk::~FaultyDisk() {
  mend();
  sqlite3_vfs_register(real(), 1);
  sqlite3_vfs_unregister(faulty());
}

void FaultyDisk::fail_from(int write, int code) {
  failed = 0;
  fault_code = code;
  writes_left = write;
}

void FaultyDisk::mend() { writes_left = INT_MAX; }
int FaultyDisk::failures() const { return failed; }

}  // namespace segue::test
