// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/database.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/support/daemon/temp_dir.h"
#include "tests/support/store/faulty_disk.h"

namespace segue::store {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

std::unique_ptr<Database> opened(const std::string& path, bool is_reader = false) {
  auto database = Database::open({.path = path, .is_reader = is_reader, .busy = milliseconds(50)});
  EXPECT_TRUE(database) << database.error().message;
  return std::move(*database);
}

TEST(Database, GivesBackWhatItWasGiven) {
  const auto database = opened("");
  ASSERT_TRUE(database->run("CREATE TABLE t(a, b, c, d)"));
  const std::string bytes("\0\xff'\"; DROP TABLE t", 19);
  ASSERT_TRUE(database->execute("INSERT INTO t VALUES(?, ?, ?, ?)", 7, 0.5, std::string("it's"), Blob{bytes}));
  auto row = database->query("SELECT a, b, c, d, NULL FROM t");
  ASSERT_TRUE(row);
  ASSERT_TRUE(row->step().value());
  EXPECT_EQ(row->integer(0), 7);
  EXPECT_EQ(row->real(1), 0.5);
  EXPECT_EQ(row->text(2), "it's");
  EXPECT_EQ(row->text(3), bytes);
  EXPECT_TRUE(row->is_null(4));
  EXPECT_FALSE(row->step().value());
}

TEST(Database, AStatementIsCompiledOnceAndComesBackFresh) {
  const auto database = opened("");
  ASSERT_TRUE(database->run("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2)"));
  {
    auto half_read = database->query("SELECT a FROM t WHERE a >= ?", 1);
    ASSERT_TRUE(half_read->step().value());
    auto second = database->query("SELECT a FROM t WHERE a >= ?", 2);  // while the first is out
    ASSERT_TRUE(second->step().value());
    EXPECT_EQ(second->integer(0), 2);
    EXPECT_EQ(half_read->integer(0), 1);
  }
  auto unbound = database->prepare("SELECT a FROM t WHERE a >= ?");
  ASSERT_TRUE(unbound);
  EXPECT_FALSE(unbound->step().value()) << "no value is left from before";
  EXPECT_TRUE(database->run("DROP TABLE t")) << "nothing is being read any more";
  EXPECT_EQ(database->query("SELECT a FROM t WHERE a >= ?", 1)->step().error().reason, "STORE_FAILED");
}

TEST(Database, ManyTextsAreNoTrouble) {
  const auto database = opened("");
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 200; ++i) EXPECT_EQ(database->number("SELECT " + std::to_string(i)).value(), i);
  }
}

TEST(Database, SaysWhatIsWrongWithAStatement) {
  const auto database = opened("");
  EXPECT_EQ(database->run("SELEKT 1").error().reason, "STORE_FAILED");
  EXPECT_FALSE(database->execute("SELECT ?", 1, 2)) << "a value too many";
  EXPECT_FALSE(database->run("SELECT \"no such column\"")) << "no strings in double quotes";
  EXPECT_EQ(database->run("CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(5000000))").error().reason,
            "STORE_TOO_BIG");
}

TEST(Database, AnUncommittedTransactionIsUndone) {
  const auto database = opened("");
  ASSERT_TRUE(database->run("CREATE TABLE t(a)"));
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database->run("INSERT INTO t VALUES(1)"));
  }
  EXPECT_EQ(database->number("SELECT count(*) FROM t").value(), 0);
}

TEST(Database, ReadersDoNotWaitForTheWriterAndCannotWrite) {
  const segue::testing::TempDir folder;
  const auto writer = opened(folder.path("a.db"));
  ASSERT_TRUE(writer->run("CREATE TABLE t(a); INSERT INTO t VALUES(1)"));
  const auto reader = opened(folder.path("a.db"), true);
  auto transaction = Transaction::begin(*writer);
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(writer->run("INSERT INTO t VALUES(2)"));
  EXPECT_EQ(reader->number("SELECT count(*) FROM t").value(), 1);
  EXPECT_EQ(reader->run("INSERT INTO t VALUES(3)").error().reason, "STORE_READ_ONLY");
  const auto second = opened(folder.path("a.db"));
  EXPECT_EQ(Transaction::begin(*second).error().reason, "STORE_BUSY");
}

TEST(Database, AFileThatIsNoneIsKeptAndNamed) {
  const segue::testing::TempDir folder;
  const std::string text(5'000, 'x');
  const std::string path = folder.write("a.db", text);
  const auto database = Database::open({.path = path});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().reason, "STORE_CORRUPT");
  EXPECT_THAT(database.error().message, HasSubstr(path));
  EXPECT_EQ(std::filesystem::file_size(path), text.size());
}

TEST(Database, DamageIsFoundAfterAnUncleanEnd) {
  const segue::testing::TempDir folder;
  const std::string path = folder.path("a.db"), copy = folder.path("b.db");
  {
    const auto database = opened(path);
    ASSERT_TRUE(database->run("CREATE TABLE t(a); CREATE INDEX i ON t(a)"));
    ASSERT_TRUE(
        database->run("WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n WHERE x < 9999) "
                      "INSERT INTO t SELECT x FROM n"));
    ASSERT_TRUE(database->run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES(0)"));
    std::filesystem::copy_file(path, copy);
    std::filesystem::copy_file(path + "-wal", copy + "-wal");
  }
  {
    std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5 * 4'096);  // some of these pages are not in the log
    file << std::string(10 * 4'096, '\x55');
  }
  const auto database = Database::open({.path = copy});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, Code::kDataLoss) << database.error().message;
}

TEST(Database, AFullDiskAtAnyWriteLosesNothingCommitted) {
  const segue::testing::TempDir folder;
  test::FaultyDisk disk;
  int failures = 0;
  for (int write = 0; write < 40; ++write) {
    const auto database = opened(folder.path(std::to_string(write) + ".db"));
    ASSERT_TRUE(database->run("CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(9000))"));
    disk.fail_from(write, SQLITE_FULL);
    const auto done = [&]() -> Result<void> {
      auto transaction = Transaction::begin(*database);
      if (!transaction) return tl::unexpected<Error>(transaction.error());
      for (int i = 0; i < 10; ++i) {
        if (auto inserted = database->run("INSERT INTO t VALUES(zeroblob(9000))"); !inserted) return inserted;
      }
      return transaction->commit();
    }();
    disk.mend();
    if (!done) {
      ++failures;
      EXPECT_EQ(done.error().reason, "STORE_FULL") << done.error().message;
    }
    EXPECT_EQ(database->number("SELECT count(*) FROM t").value(), done ? 11 : 1) << "write " << write;
    EXPECT_TRUE(database->run("INSERT INTO t VALUES(1)")) << "it goes on once there is room";
  }
  EXPECT_GT(failures, 5);
}

}  // namespace
}  // namespace segue::store
