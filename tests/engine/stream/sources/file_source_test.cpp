// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/sources/file_source.h"

#include <array>
#include <cstring>

#include <gtest/gtest.h>
#include <sys/resource.h>
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

TEST(FileSource, ANameThatNoFileCanHaveIsNamedSo) {
  const test::MediaFolder folder;
  const std::string loop = folder.path("loop");
  ASSERT_EQ(::symlink(loop.c_str(), loop.c_str()), 0);
  EXPECT_EQ(reason_of(loop), "FILE_NAME_INVALID");
  const auto too_long = open_file("/" + std::string(5'000, 'n'));
  ASSERT_FALSE(too_long.has_value());
  EXPECT_EQ(too_long.error().reason, "FILE_NAME_INVALID");
  EXPECT_EQ(too_long.error().code, Code::kInvalidArgument);
  EXPECT_LT(too_long.error().message.size(), 300U);
}

TEST(FileSource, TooManyFilesAreNamedSo) {
  const test::MediaFolder folder;
  const std::string path = folder.write("a", "0123456789");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto source = open_file(path);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().reason, "TOO_MANY_FILES");
  EXPECT_EQ(source.error().code, Code::kResourceExhausted);
}

TEST(FileSource, MessagesAreOneLine) {
  const test::MediaFolder folder;
  const std::string message = open_file(folder.path("new\nline\x1b.wav")).error().message;
  EXPECT_NE(message.find("new\\nline\\x1b.wav"), std::string::npos) << message;
}

}  // namespace
}  // namespace segue::stream
