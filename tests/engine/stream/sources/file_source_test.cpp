// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/file_source.h"

#include <array>
#include <cstring>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/media/media.h"

namespace segue::stream {
namespace {

std::string reason_of(const std::string& path) {
  const auto source = open_file(path);
  return source ? "opened" : source.error().reason;
}

TEST(FileSource, ReadsAtAnyOffset) {
  const test::MediaFolder folder;
  const auto source = open_file(folder.write("a", "0123456789"));
  ASSERT_TRUE(source.has_value());
  EXPECT_EQ((*source)->size(), 10);
  std::array<std::byte, 4> buffer{};
  EXPECT_EQ((*source)->read(3, buffer).value(), 4U);
  EXPECT_EQ(std::memcmp(buffer.data(), "3456", 4), 0);
  EXPECT_EQ((*source)->read(8, buffer).value(), 2U);
  EXPECT_EQ((*source)->read(10, buffer).value(), 0U);
  EXPECT_EQ((*source)->read(1'000'000, buffer).value(), 0U);
}

TEST(FileSource, SaysWhyItCannotOpen) {
  const test::MediaFolder folder;
  EXPECT_EQ(reason_of(folder.path("missing.mp3")), "FILE_MISSING");
  EXPECT_EQ(reason_of(folder.write("file", "x") + "/below"), "FILE_MISSING");
  EXPECT_EQ(reason_of(folder.path("")), "NOT_A_FILE");
  EXPECT_EQ(reason_of("/dev/zero"), "NOT_A_FILE");
  EXPECT_EQ(open_file(folder.path("missing.mp3")).error().code, Code::kNotFound);
  EXPECT_NE(open_file(folder.path("missing.mp3")).error().message.find("missing.mp3"), std::string::npos);
}

TEST(FileSource, APipeOrASocketNeverHoldsTheThread) {
  const test::MediaFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe.mp3").c_str(), 0600), 0);
  EXPECT_EQ(reason_of(folder.path("pipe.mp3")), "NOT_A_FILE");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, folder.path("s").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(reason_of(folder.path("s")), "NOT_A_FILE");
  ::close(fd);
}

TEST(FileSource, AnUnreadableFileIsNamedSo) {
  const test::MediaFolder folder;
  const std::string loop = folder.path("loop");
  ASSERT_EQ(::symlink(loop.c_str(), loop.c_str()), 0);
  EXPECT_EQ(reason_of(loop), "FILE_UNREADABLE");
  EXPECT_EQ(open_file(loop).error().code, Code::kPermissionDenied);
}

}  // namespace
}  // namespace segue::stream
