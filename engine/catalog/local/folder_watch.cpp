// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/folder_watch.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/inotify.h>
#include <unistd.h>

namespace segue::catalog {
namespace {

// What changes names or contents. Not IN_MODIFY: a file being written tells when it is closed.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::size_t kReadBytes = 64 << 10;  // some 1,000 events a call

}  // namespace

FolderWatch::FolderWatch(int watches_max)
    : watches_max_(watches_max),
      descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      is_complete_(descriptor_ >= 0) {
  if (descriptor_ < 0) problem_ = std::generic_category().message(errno);
}

FolderWatch::~FolderWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FolderWatch::add(const std::string& path) {
  if (descriptor_ < 0) return;
  if (folders() >= watches_max_ && !watches_.contains(path)) {
    is_complete_ = false;
    problem_ = "the limit of " + std::to_string(watches_max_) + " watched folders is met";
    return;
  }
  const int watch = ::inotify_add_watch(descriptor_, path.c_str(), kEvents);
  if (watch < 0) {
    // A folder that has gone or cannot be read is the scan's to tell; the rest means that we shall miss something.
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return;
    is_complete_ = false;
    problem_ =
        errno == ENOSPC ? "the limit fs.inotify.max_user_watches is met" : std::generic_category().message(errno);
    return;
  }
  // A folder that was moved keeps its watch: it goes by its new path from now on.
  if (const auto old = paths_.find(watch); old != paths_.end() && old->second != path) watches_.erase(old->second);
  paths_[watch] = path;
  watches_[path] = watch;
}

void FolderWatch::forget(const std::string& path) {
  const std::string below = path + "/";
  for (auto it = watches_.lower_bound(path); it != watches_.end();) {
    const bool is_it = it->first == path;
    if (!is_it && !it->first.starts_with(below)) {
      // Names like "path-2" sort between "path" and "path/x".
      if (it->first.compare(0, path.size(), path) != 0) break;
      ++it;
      continue;
    }
    (void)::inotify_rm_watch(descriptor_, it->second);
    paths_.erase(it->second);
    it = watches_.erase(it);
  }
}

bool FolderWatch::read(DirtyFolders& dirty) {
  if (descriptor_ < 0) return false;
  bool has_lost = false;
  alignas(inotify_event) static thread_local char buffer[kReadBytes];
  for (;;) {
    const ssize_t got = ::read(descriptor_, buffer, sizeof buffer);
    if (got <= 0) return has_lost;
    for (ssize_t at = 0; at < got;) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      has_lost |= take(event, buffer + at + sizeof event, dirty);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

bool FolderWatch::take(const inotify_event& event, const char* name, DirtyFolders& dirty) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) return true;
  const auto found = paths_.find(event.wd);
  if (found == paths_.end()) return false;  // of a watch that has been given up
  const std::string folder = found->second;
  if ((event.mask & IN_IGNORED) != 0) {  // the folder is gone or its disk is
    watches_.erase(folder);
    paths_.erase(found);
    return false;
  }
  dirty.try_emplace(folder, false);
  if ((event.mask & IN_UNMOUNT) != 0) dirty[folder] = true;
  if ((event.mask & IN_ISDIR) == 0 || event.len == 0) return false;
  const std::string child = folder + "/" + name;
  if ((event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) forget(child);
  if ((event.mask & (IN_MOVED_TO | IN_CREATE | IN_ATTRIB)) != 0) dirty[child] = true;
  return false;
}

}  // namespace segue::catalog
