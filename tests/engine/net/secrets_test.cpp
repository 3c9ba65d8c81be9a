// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/secrets.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace segue::net {
namespace {

class Secrets : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "segue_secrets_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& content, mode_t mode = 0600) {
    std::string path = folder_ / "secret";
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }
  std::string reason(const std::string& path) {
    const auto secret = read_secret(path);
    if (secret) return "";
    EXPECT_EQ(secret.error().message.find("hunter2"), std::string::npos) << secret.error().message;
    EXPECT_NE(secret.error().message.find("secret"), std::string::npos) << "names the file: " << secret.error().message;
    return secret.error().reason;
  }

  std::filesystem::path folder_;
};

TEST_F(Secrets, TheFirstLineIsTheSecret) {
  EXPECT_EQ(*read_secret(file("hunter2")), "hunter2");
  EXPECT_EQ(*read_secret(file("hunter2\n")), "hunter2");
  EXPECT_EQ(*read_secret(file("hunter2\r\nmore\n")), "hunter2");
  EXPECT_EQ(*read_secret(file(" spaces and ü \n", 0400)), " spaces and ü ");
  EXPECT_EQ(*read_secret(file(std::string(4'096, 'x') + '\n')), std::string(4'096, 'x'));
}

TEST_F(Secrets, FilesThatOthersMayUseAreRefused) {
  for (const mode_t mode : {0644, 0640, 0604, 0620, 0602, 0610, 0601}) {
    EXPECT_EQ(reason(file("hunter2\n", mode)), "SECRET_EXPOSED") << std::oct << mode;
  }
}

TEST_F(Secrets, FilesOfOtherUsersAreRefused) {
  const std::string path = file("hunter2\n");
  if (geteuid() == 0) {
    ASSERT_EQ(chown(path.c_str(), 65'534, 65'534), 0);
    EXPECT_EQ(reason(path), "SECRET_EXPOSED");
  } else {
    EXPECT_EQ(read_secret(path).value_or("refused"), "hunter2") << "one's own";
  }
}

TEST_F(Secrets, MissingFilesAreNamed) {
  EXPECT_EQ(reason(folder_ / "no_secret"), "SECRET_MISSING");
  EXPECT_EQ(reason(file("hunter2") + "/secret"), "SECRET_MISSING");
  EXPECT_EQ(read_secret(folder_ / "no_secret").error().code, Code::kNotFound);
}

TEST_F(Secrets, ContentThatIsNoSecretIsRefused) {
  using namespace std::string_literals;
  for (const std::string& content :
       {""s, "\n"s, "\r\n"s, "\nhunter2"s, "hunter2\0x"s, "hunter2\x1b[0m"s, "hun\rter2\n"s, std::string(4'097, 'x'),
        std::string(4'098, 'x') + "\n", std::string(100'000, 'x')}) {
    EXPECT_EQ(reason(file(content)), "SECRET_INVALID") << content.substr(0, 20);
  }
}

TEST_F(Secrets, OnlyRegularFilesAreRead) {
  EXPECT_EQ(mkdir((folder_ / "secret_folder").c_str(), 0700), 0);
  EXPECT_EQ(reason(folder_ / "secret_folder"), "SECRET_INVALID");
  const std::string pipe = folder_ / "secret_pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(reason(pipe), "SECRET_INVALID") << "and does not wait for a writer";
}

TEST_F(Secrets, LinksAreJudgedByWhatTheyLeadTo) {
  const std::string link = folder_ / "secret_link";
  std::filesystem::create_symlink(file("hunter2\n"), link);
  EXPECT_EQ(*read_secret(link), "hunter2");
  file("hunter2\n", 0644);
  EXPECT_EQ(reason(link), "SECRET_EXPOSED");
}

TEST_F(Secrets, NamesAreShownOnOneLine) {
  const auto secret = read_secret("/no/such\nsecret");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace segue::net
