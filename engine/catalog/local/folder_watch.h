// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <unordered_map>

struct inotify_event;

namespace segue::catalog {

// Folders in which something has happened. True: with everything below.
using DirtyFolders = std::map<std::string, bool>;

// Tells by inotify in which folders names or contents change. One thread; add() and read() make system calls and do
// not wait. A folder is to be added before it is read, so that nothing falls in between.
class FolderWatch {
 public:
  explicit FolderWatch(int watches_max);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  int descriptor() const { return descriptor_; }  // readable when there is something to read(); −1: no inotify
  // Whether every folder added is watched; false once the system's limit was met.
  bool is_complete() const { return is_complete_; }
  int folders() const { return static_cast<int>(paths_.size()); }
  const std::string& problem() const { return problem_; }  // why it is not complete

  void add(const std::string& path);
  // Everything that has happened so far. True if news were lost: look at everything again.
  bool read(DirtyFolders& dirty);

 private:
  bool take(const inotify_event& event, const char* name, DirtyFolders& dirty);
  void forget(const std::string& path);  // and what is below

  const int watches_max_;
  int descriptor_;
  bool is_complete_;
  std::string problem_;
  std::unordered_map<int, std::string> paths_;  // by watch
  std::map<std::string, int> watches_;          // by path, so that those below follow
};

}  // namespace segue::catalog
