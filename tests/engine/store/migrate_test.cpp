// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/migrate.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/support/daemon/temp_dir.h"

namespace segue::store {
namespace {

constexpr std::int32_t kOurs = 77;
constexpr std::array<Migration, 3> kSteps = {{{1, "CREATE TABLE a(x)"},
                                              {2, "CREATE TABLE b(x); INSERT INTO b SELECT x + 1 FROM a"},
                                              {3, "ALTER TABLE b ADD COLUMN y"}}};

std::unique_ptr<Database> opened(const std::string& path) { return std::move(Database::open({.path = path}).value()); }

TEST(Migrate, TakesAnOlderFileStepByStepAndKeepsItsRows) {
  const segue::testing::TempDir folder;
  {
    const auto database = opened(folder.path("a.db"));
    ASSERT_TRUE(migrate(*database, std::span(kSteps).first(1), kOurs));
    ASSERT_TRUE(database->run("INSERT INTO a VALUES(41)"));
  }
  const auto database = opened(folder.path("a.db"));
  const auto done = migrate(*database, kSteps, kOurs);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(database->number("SELECT x FROM b WHERE y IS NULL").value(), 42);
  EXPECT_EQ(database->number("PRAGMA user_version").value(), 3);
  EXPECT_EQ(database->number("PRAGMA application_id").value(), kOurs);
  EXPECT_TRUE(migrate(*database, kSteps, kOurs)) << "again changes nothing";
}

TEST(Migrate, AFailingStepLeavesTheOneBefore) {
  const auto database = opened("");
  constexpr std::array<Migration, 2> kBroken = {
      {{1, "CREATE TABLE a(x)"}, {2, "CREATE TABLE b(x); CREATE TABLE a(x)"}}};
  EXPECT_FALSE(migrate(*database, kBroken, kOurs));
  EXPECT_EQ(database->number("PRAGMA user_version").value(), 1);
  EXPECT_EQ(database->number("SELECT count(*) FROM sqlite_schema").value(), 1);
}

TEST(Migrate, RefusesANewerFileAndAnotherProgramsFile) {
  const auto newer = opened("");
  ASSERT_TRUE(migrate(*newer, kSteps, kOurs));
  EXPECT_EQ(migrate(*newer, std::span(kSteps).first(2), kOurs).error().reason, "STORE_TOO_NEW");
  EXPECT_EQ(migrate(*newer, kSteps, kOurs + 1).error().reason, "STORE_FOREIGN");
  const auto foreign = opened("");
  ASSERT_TRUE(foreign->run("CREATE TABLE moz_cookies(x)"));
  EXPECT_EQ(migrate(*foreign, kSteps, kOurs).error().reason, "STORE_FOREIGN");
}

}  // namespace
}  // namespace segue::store
