// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/disk_folder.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "engine/catalog/local/artwork.h"
#include "engine/catalog/local/tags.h"

namespace segue::catalog {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

FileMark mark_of(const struct stat& found) {
  return {found.st_size, std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec,
          static_cast<std::int64_t>(found.st_ino)};
}

// Nothing of a name needs a look at its file if it is neither a folder nor audio.
void look_at(int folder_fd, const dirent& entry, DiskFolder& folder) {
  const std::string_view name = entry.d_name;
  const bool may_be_folder = entry.d_type == DT_DIR || entry.d_type == DT_UNKNOWN;
  const bool is_audio = is_audio_name(name);
  if (!may_be_folder && !is_audio) {
    const int rank = cover_rank(name);
    if (rank != 0 && (folder.cover.empty() || rank < cover_rank(folder.cover))) folder.cover = name;
    return;
  }
  if (entry.d_type == DT_DIR) {
    folder.folders.emplace_back(name);
    return;
  }
  struct stat found {};
  if (entry.d_type == DT_UNKNOWN && ::fstatat(folder_fd, entry.d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISDIR(found.st_mode)) {
    folder.folders.emplace_back(name);
    return;
  }
  if (!is_audio || ::fstatat(folder_fd, entry.d_name, &found, 0) != 0 || !S_ISREG(found.st_mode)) return;
  folder.files.push_back({std::string(name), mark_of(found)});
}

}  // namespace

DiskFolder read_folder(const std::string& path) {
  DiskFolder folder;
  const Directory open(::opendir(path.c_str()), ::closedir);
  if (!open) {
    folder.state = errno == ENOENT || errno == ENOTDIR ? DiskFolder::State::kMissing : DiskFolder::State::kUnreadable;
    folder.problem = std::generic_category().message(errno);
    return folder;
  }
  for (int names = 0;; ++names) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr && errno != 0) {
      folder.state = DiskFolder::State::kUnreadable;
      folder.problem = std::generic_category().message(errno);
    }
    if (entry == nullptr) break;
    if (names >= kNamesPerFolderMax) {
      folder.is_cut = true;
      break;
    }
    if (entry->d_name[0] != '.') look_at(::dirfd(open.get()), *entry, folder);
  }
  std::sort(folder.files.begin(), folder.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::sort(folder.folders.begin(), folder.folders.end());
  return folder;
}

std::int64_t count_files(const std::string& path, const std::stop_token& stop) {
  std::int64_t count = 0;
  std::vector<std::pair<std::string, int>> open_folders{{path, 0}};
  while (!open_folders.empty() && !stop.stop_requested() && count < kFilesMax) {
    const auto [folder, depth] = std::move(open_folders.back());
    open_folders.pop_back();
    const Directory open(::opendir(folder.c_str()), ::closedir);
    for (int names = 0; open && names < kNamesPerFolderMax; ++names) {
      const dirent* entry = ::readdir(open.get());
      if (entry == nullptr) break;
      if (entry->d_name[0] == '.') continue;
      if (entry->d_type == DT_DIR) {
        if (depth < kDepthMax) open_folders.emplace_back(folder + "/" + entry->d_name, depth + 1);
      } else if (is_audio_name(entry->d_name)) {
        ++count;
      }
    }
  }
  return count;
}

}  // namespace segue::catalog
