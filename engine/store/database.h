// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/base/result.h"
#include "engine/store/statement.h"

struct sqlite3;

namespace segue::store {

// One connection to an SQLite file in WAL mode. May block; one thread at a time. What the file holds is not trusted:
// no extensions, no schema functions with effects, no attached files, bounded cells. Any number of connections read
// while one writes.
class Database {
 public:
  struct Options {
    std::string path;                       // empty: in memory, seen by this connection alone
    bool is_reader = false;                 // refuses to write; the file must be there
    std::chrono::milliseconds busy{2'000};  // how long to wait for another connection's lock
    int cache_kib = 8'192;                  // pages kept in RAM
    std::string unchecked{};                // a table too large to be read at a start; its damage shows in its rows
  };
  // A file that another connection's death has left unfinished is repaired from its log and checked.
  static Result<std::unique_ptr<Database>> open(const Options& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Any number of statements without values.
  Result<void> run(const std::string& sql);
  // Compiled once for each text: statements given back are lent again.
  Result<Statement> prepare(std::string_view sql);
  // Prepares with values, ready to step.
  template <typename... Values>
  Result<Statement> query(std::string_view sql, const Values&... values) {
    Result<Statement> statement = prepare(sql);
    if (statement) statement->with(values...);
    return statement;
  }
  // Prepares, binds and runs to the end.
  template <typename... Values>
  Result<void> execute(std::string_view sql, const Values&... values) {
    Result<Statement> statement = prepare(sql);
    if (!statement) return tl::unexpected<Error>(statement.error());
    return statement->with(values...).run();
  }
  // The first column of the first row.
  Result<std::int64_t> number(std::string_view sql);

  std::int64_t last_row() const;  // id of the row inserted last
  std::int64_t changes() const;   // rows the last statement changed
  // Whether commits survive a power loss (true) or only the death of the process. Not within a transaction.
  Result<void> set_durable(bool is_durable);

 private:
  explicit Database(sqlite3* database) : database_(database) {}
  Result<void> configure(const Options& options, bool was_unclean);
  Result<void> check(const std::string& unchecked);
  friend Statement;
  void take_back(sqlite3_stmt* statement);

  sqlite3* database_;
  std::unordered_map<std::string_view, sqlite3_stmt*> idle_;  // by their own texts
};

// A write transaction. Undone unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  // After a failure nothing has been written.
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace segue::store
