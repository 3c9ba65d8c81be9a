// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/disk.h"

#include <cerrno>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace segue::stream {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kStatBlockBytes = 512;  // unit of st_blocks, stat(3type)

int answer(int result) { return result < 0 ? -errno : result; }

std::int64_t modified_ns(const struct stat& about) {
  return about.st_mtim.tv_sec * kNanosecondsPerSecond + about.st_mtim.tv_nsec;
}

// Calls `visit` with each name in the folder. The descriptor is read through a duplicate.
template <typename Visit>
void list(int folder, Visit visit) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  DIR* entries = ::fdopendir(copy);
  if (entries == nullptr) {
    ::close(copy);
    return;
  }
  while (const dirent* entry = ::readdir(entries)) {
    if (entry->d_name[0] != '.') visit(*entry);
  }
  ::closedir(entries);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

int Disk::open_root(const std::string& path) {
  // The parents too, as for any folder that a configuration names.
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    ::mkdir(path.substr(0, slash).c_str(), 0755);
  const int made = answer(::mkdir(path.c_str(), kFolderMode));
  const int opened = answer(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened == -ENOENT && made < 0 ? made : opened;
}

int Disk::lock(int folder) { return answer(::flock(folder, LOCK_EX | LOCK_NB)); }

bool Disk::is_gone(int folder) {
  struct stat about {};
  return ::fstat(folder, &about) < 0 || about.st_nlink == 0;
}

int Disk::open_folder(int parent, const std::string& name, bool may_make) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int opened = answer(::openat(parent, name.c_str(), kFlags));
  if (opened >= 0 || !may_make) return opened;
  if (opened == -ENOTDIR || opened == -ELOOP) remove(parent, name);
  const int made = answer(::mkdirat(parent, name.c_str(), kFolderMode));
  if (made < 0 && made != -EEXIST) return made;
  return answer(::openat(parent, name.c_str(), kFlags));
}

int Disk::open_file(int folder, const std::string& name, Mode mode) {
  int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  flags |= mode == Mode::kRead ? O_RDONLY : O_RDWR;
  if (mode == Mode::kCreate) flags |= O_CREAT | O_EXCL;
  const int opened = answer(::openat(folder, name.c_str(), flags, kFileMode));
  if (opened < 0) return opened;
  struct stat about {};
  if (::fstat(opened, &about) == 0 && S_ISREG(about.st_mode)) return opened;
  ::close(opened);
  return -EINVAL;
}

std::int64_t Disk::file_bytes(int file) {
  struct stat about {};
  return ::fstat(file, &about) < 0 ? -errno : about.st_size;
}

std::int64_t Disk::used_at_ns(int file) {
  struct stat about {};
  return ::fstat(file, &about) < 0 ? -errno : modified_ns(about);
}

std::int64_t Disk::read_at(int file, std::int64_t offset, std::span<std::byte> buffer) {
  std::int64_t done = 0;
  while (done < static_cast<std::int64_t>(buffer.size())) {
    const auto rest = buffer.subspan(static_cast<std::size_t>(done));
    const ssize_t count = ::pread(file, rest.data(), rest.size(), offset + done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -errno;
    if (count == 0) break;
    done += count;
  }
  return done;
}

int Disk::write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -errno;
    if (count == 0) return -EIO;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
  return 0;
}

int Disk::set_used_at(int file, std::int64_t unix_ns) {
  const timespec at{unix_ns / kNanosecondsPerSecond, unix_ns % kNanosecondsPerSecond};
  const timespec both[2] = {at, at};
  return answer(::futimens(file, both));
}

int Disk::remove(int folder, const std::string& name) {
  const int removed = answer(::unlinkat(folder, name.c_str(), 0));
  return removed == -EISDIR || removed == -EPERM ? remove_folder(folder, name) : removed;
}

int Disk::remove_folder(int parent, const std::string& name) {
  return answer(::unlinkat(parent, name.c_str(), AT_REMOVEDIR));
}

std::vector<std::string> Disk::folders(int folder) {
  std::vector<std::string> names;
  list(folder, [&](const dirent& entry) {
    if (entry.d_type == DT_DIR || entry.d_type == DT_UNKNOWN) names.emplace_back(entry.d_name);
  });
  return names;
}

std::vector<Disk::File> Disk::files(int folder) {
  std::vector<File> found;
  list(folder, [&](const dirent& entry) {
    struct stat about {};
    if (::fstatat(folder, entry.d_name, &about, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(about.st_mode)) return;
    found.push_back({entry.d_name, about.st_blocks * kStatBlockBytes, modified_ns(about)});
  });
  return found;
}

}  // namespace segue::stream
