// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/secrets.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/text.h"

namespace segue::net {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;  // the longest tokens in use (JWT with claims) have about 2 KiB

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
};

tl::unexpected<Error> invalid(const std::string& file, const std::string& why) {
  return fail(Code::kInvalidArgument, "SECRET_INVALID", file + ": " + why);
}

tl::unexpected<Error> not_opened(const std::string& file, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return fail(Code::kNotFound, "SECRET_MISSING",
                file + ": there is no such file; create it with the secret as its first line");
  }
  return fail(Code::kPermissionDenied, "SECRET_UNREADABLE",
              file + ": cannot be opened: " + std::error_code(error, std::generic_category()).message());
}

Result<void> check_owner(const std::string& file, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return invalid(file, "is not a regular file");
  if ((status.st_mode & 077) != 0) {
    return fail(Code::kPermissionDenied, "SECRET_EXPOSED", file + ": others may read or write it; run chmod 600 on it");
  }
  if (status.st_uid != geteuid() && status.st_uid != 0) {
    return fail(Code::kPermissionDenied, "SECRET_EXPOSED",
                file + ": belongs to another user; chown it to the user of this program");
  }
  return {};
}

}  // namespace

Result<std::string> read_secret(const std::string& path) {
  const std::string file = printable(path);
  if (path.find('\0') != std::string::npos) return invalid(file, "its name holds NUL");
  // Symbolic links are followed: secret stores hand files out as links, and what counts is the file that was opened.
  // Not blocking, so that a named pipe cannot hold the caller.
  const Descriptor descriptor{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (descriptor.fd < 0) return not_opened(file, errno);
  struct stat status {};
  if (fstat(descriptor.fd, &status) != 0) return not_opened(file, errno);
  if (auto checked = check_owner(file, status); !checked) return tl::unexpected(checked.error());

  std::array<char, kSecretBytesMax + 2> buffer{};  // and a line end
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count = read(descriptor.fd, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return not_opened(file, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  std::string_view line(buffer.data(), size);
  line = line.substr(0, line.find('\n'));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  Result<std::string> secret = std::string(line);
  if (line.empty()) secret = invalid(file, "its first line is empty; write the secret there");
  if (line.size() > kSecretBytesMax) secret = invalid(file, "its first line is longer than 4 KiB");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(line.begin(), line.end(), is_control))
    secret = invalid(file, "its first line holds NUL or another control character");
  explicit_bzero(buffer.data(), buffer.size());
  return secret;
}

}  // namespace segue::net
