// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/file_source.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/text.h"

namespace segue::stream {
namespace {

std::string errno_text(int error) { return std::generic_category().message(error); }

// A regular file read with pread, so that it has no position of its own. One thread at a time; blocks in the disk.
class FileSource final : public ByteSource {
 public:
  FileSource(int fd, std::int64_t size) : fd_(fd), size_(size) {}
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> buffer) override {
    for (;;) {
      const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), offset);
      if (got == 0 && offset < size_ && !buffer.empty()) {
        return fail(Code::kDataLoss, "FILE_CHANGED", "the file became shorter while it was open");
      }
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) {
        return fail(Code::kDataLoss, "READ_FAILED",
                    "read at byte " + std::to_string(offset) + ": " + errno_text(errno));
      }
    }
  }
  std::int64_t size() const override { return size_; }

 private:
  int fd_;
  std::int64_t size_;
};

constexpr std::size_t kNameBytesMax = 200;  // of a path that no file can have

tl::unexpected<Error> open_error(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return fail(Code::kNotFound, "FILE_MISSING", printable(path) + ": no such file");
    case ELOOP:
    case ENAMETOOLONG:
      return fail(Code::kInvalidArgument, "FILE_NAME_INVALID",
                  printable(path, kNameBytesMax) + ": names no file: " + errno_text(error));
    case EMFILE:
    case ENFILE:
      return fail(Code::kResourceExhausted, "TOO_MANY_FILES",
                  printable(path) + ": cannot be opened: " + errno_text(error) + "; eject tracks or raise the limit");
    default:
      return fail(Code::kPermissionDenied, "FILE_UNREADABLE",
                  printable(path) + ": cannot be opened: " + errno_text(error));
  }
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file(const std::string& path) {
  // Looked at before it is opened: opening some devices has effects. O_NONBLOCK keeps a pipe that takes the file's
  // place in between from holding the thread.
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return open_error(path, errno);
  if (!S_ISREG(found.st_mode)) {
    return fail(Code::kFailedPrecondition, "NOT_A_FILE", printable(path) + ": not a regular file; name an audio file");
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return open_error(path, errno);
  if (::fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
    ::close(fd);
    return fail(Code::kFailedPrecondition, "NOT_A_FILE", printable(path) + ": not a regular file; name an audio file");
  }
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return std::make_unique<FileSource>(fd, found.st_size);
}

}  // namespace segue::stream
