// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/folder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/control/journal/reader.h"

namespace segue::control {
namespace {

constexpr std::int64_t kFileSlackBytes = 4096;  // what a file takes on most disks beyond its bytes, at the most
constexpr std::size_t kFilesPerSegmentMax = 16;  // bounds the number of files: reading a folder takes time, too

// Whether a file ends in zeros, as one does that was preallocated and never cut.
bool ends_empty(int file, std::int64_t bytes) {
  std::array<char, 8> last{};
  if (bytes < static_cast<std::int64_t>(last.size())) return bytes == 0;
  const auto offset = static_cast<off_t>(bytes) - static_cast<off_t>(last.size());
  if (::pread(file, last.data(), last.size(), offset) != static_cast<ssize_t>(last.size())) return false;
  return std::all_of(last.begin(), last.end(), [](char byte) { return byte == 0; });
}

void trim(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return;
  struct stat facts {};
  // Whoever writes to it holds the lock.
  const bool is_left = ::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && ::flock(file, LOCK_EX | LOCK_NB) == 0;
  if (is_left && ends_empty(file, facts.st_size)) {
    const auto used = journal_bytes_used(path);
    if (used && *used == 0) {
      (void)::unlink(path.c_str());
    } else if (used) {
      (void)!::ftruncate(file, static_cast<off_t>(*used));
    }
  }
  ::close(file);
}

}  // namespace

void trim_leftovers(const std::string& folder) {
  for (const std::string& file : journal_files(folder)) trim(file);
}

void remove_oldest(const std::string& folder, const model::Config::Journal& config) {
  const std::vector<std::string> files = journal_files(folder);
  const auto segments = std::max(config.segments_max, 2) - 1;
  const std::int64_t room = segments * (config.segment_bytes + kFileSlackBytes);
  const std::size_t files_max = static_cast<std::size_t>(segments) * kFilesPerSegmentMax;
  std::int64_t taken = 0;
  std::size_t kept = 0;
  std::error_code failed;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const auto bytes = std::filesystem::file_size(*file, failed);
    taken += failed ? 0 : static_cast<std::int64_t>(bytes) + kFileSlackBytes;
    if (++kept > files_max || taken > room) std::filesystem::remove(*file, failed);
  }
}

}  // namespace segue::control
