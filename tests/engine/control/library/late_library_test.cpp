// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/late_library.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "engine/store/database.h"
#include "tests/support/daemon/temp_dir.h"

namespace segue::control {
namespace {

using Steady = std::chrono::steady_clock;

TEST(LateLibrary, AnswersWhileFoldersWaitForTheDatabase) {
  const testing::TempDir directory;
  const std::string path = directory.path("library.db");
  std::filesystem::create_directory(directory.path("music"));
  ASSERT_TRUE(std::make_shared<LateLibrary>(LateLibrary::Options{path, nullptr})->playlists("local"));
  const auto other = store::Database::open({.path = path});
  ASSERT_TRUE(other) << other.error().message;
  auto transaction = store::Transaction::begin(**other);
  ASSERT_TRUE(transaction) << transaction.error().message;

  const auto late = std::make_shared<LateLibrary>(LateLibrary::Options{path, nullptr});
  ASSERT_TRUE(late->add_folders("local", {directory.path("music")}));
  // A database waits 2 s for another one's transaction.
  Steady::duration longest{};
  for (const auto end = Steady::now() + std::chrono::seconds(1); Steady::now() < end;) {
    const auto began = Steady::now();
    EXPECT_EQ(late->scan_progress("local").seen, 0);
    EXPECT_FALSE(late->trouble());
    longest = std::max(longest, Steady::now() - began);
  }
  EXPECT_LT(longest, std::chrono::milliseconds(500));
  ASSERT_TRUE(transaction->commit());
  late->wait_for_scan("local");
  EXPECT_EQ(late->scan_progress("local").provider, "local");
}

}  // namespace
}  // namespace segue::control
