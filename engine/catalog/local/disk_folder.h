// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::catalog {

// What tells that a file is as it was.
struct FileMark {
  std::int64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t inode = 0;
  bool operator==(const FileMark&) const = default;
};

struct DiskFile {
  std::string name;  // as the disk has it: any bytes
  FileMark mark;
};

// A folder of the disk as it is now: its audio files and its folders, hidden ones left out. A link to a file counts as
// the file; a link to a folder is not followed, so there are no loops and nothing is found twice.
struct DiskFolder {
  enum class State { kRead, kMissing, kUnreadable };
  State state = State::kRead;
  std::string problem;  // kMissing and kUnreadable: what the system says
  std::vector<DiskFile> files;
  std::vector<std::string> folders;
  std::string cover;    // the picture that stands for the folder; empty: none
  bool is_cut = false;  // it has more names than we look at
};

inline constexpr int kDepthMax = 32;                  // folders within folders
inline constexpr int kNamesPerFolderMax = 200'000;    // twice a large library in one folder
inline constexpr std::int64_t kFilesMax = 2'000'000;  // of one provider: 1 GiB of database

DiskFolder read_folder(const std::string& path);
// Audio files below, by their names alone.
std::int64_t count_files(const std::string& path, const std::stop_token& stop);

}  // namespace segue::catalog
