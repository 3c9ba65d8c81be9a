// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "engine/base/text.h"

namespace segue::store {
namespace {

constexpr int kCellBytesMax = 4 << 20;        // full-text segments take some KiB; nothing else is longer
constexpr int kStatementBytesMax = 64 << 10;  // the longest migration
constexpr int kExpressionDepthMax = 64;       // ours nest a few levels
constexpr std::size_t kIdleMax = 64;          // statements kept compiled: more than the library has, some 10 KiB each

// SQLite counts its memory under one lock for the whole process; nobody reads the count.
void forgo_memory_count() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

// The limits that a hostile file or a slip of ours meets.
void set_limits(sqlite3* database) {
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kCellBytesMax);
  sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, kStatementBytesMax);
  sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, kExpressionDepthMax);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_extended_result_codes(database, 1);
}

// A write-ahead log that is still there: the last connection did not close, or another one is open.
bool has_log(const std::string& path) {
  struct stat found {};
  return !path.empty() && ::stat((path + "-wal").c_str(), &found) == 0 && found.st_size > 0;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const Options& options) {
  const std::string name = options.path.empty() ? "a database in memory" : printable(options.path);
  const bool was_unclean = !options.is_reader && has_log(options.path);
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                    (options.is_reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  forgo_memory_count();
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(options.path.empty() ? ":memory:" : options.path.c_str(), &handle, flags, nullptr);
  if (handle == nullptr) return fail(Code::kResourceExhausted, "STORE_FAILED", name + ": out of memory");
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return store_error(code, name + ": " + sqlite3_errmsg(handle));
  if (auto done = database->configure(options, was_unclean); !done) return fail_at(name, done.error());
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close_v2(database_);
}

Result<void> Database::configure(const Options& options, bool was_unclean) {
  set_limits(database_);
  sqlite3_busy_timeout(database_, static_cast<int>(options.busy.count()));
  std::string settings =
      "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
      std::to_string(options.cache_kib) + ";";
  if (options.is_reader) return run(settings + "PRAGMA query_only=ON;");
  // The journal is bounded so that one large transaction does not leave a large file behind.
  settings += "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=16777216;";
  if (auto done = run(settings); !done) return done;
  return was_unclean ? check(options.unchecked) : Result<void>{};
}

// All tables but one: each for itself, because that is how one can be left out.
Result<void> Database::check(const std::string& unchecked) {
  Result<Statement> found = query(
      "SELECT q.* FROM sqlite_schema s, pragma_quick_check(s.name) q "
      "WHERE s.type = 'table' AND s.rootpage > 0 AND s.name <> ?",
      unchecked);
  if (!found) return tl::unexpected<Error>(found.error());
  for (;;) {
    const Result<bool> row = found->step();
    if (!row) return tl::unexpected<Error>(row.error());
    if (!*row) return {};
    if (found->text(0) == "ok") continue;
    return fail(Code::kDataLoss, "STORE_CORRUPT", "after an unclean end: " + printable(found->text(0), 200));
  }
}

Result<void> Database::run(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return store_error(sqlite3_extended_errcode(database_), sqlite3_errmsg(database_));
}

Result<Statement> Database::prepare(std::string_view sql) {
  if (auto idle = idle_.extract(sql)) return Statement(*this, idle.mapped());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return store_error(sqlite3_extended_errcode(database_), sqlite3_errmsg(database_));
  return Statement(*this, statement);
}

// Reset, for one that is not at its end keeps what it reads from being tidied.
void Database::take_back(sqlite3_stmt* statement) {
  (void)sqlite3_reset(statement);
  (void)sqlite3_clear_bindings(statement);
  if (idle_.size() >= kIdleMax) {
    sqlite3_finalize(idle_.begin()->second);
    idle_.erase(idle_.begin());
  }
  // A second one of the same text is not kept.
  if (!idle_.emplace(sqlite3_sql(statement), statement).second) sqlite3_finalize(statement);
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return tl::unexpected<Error>(statement.error());
  const Result<bool> row = statement->step();
  if (!row) return tl::unexpected<Error>(row.error());
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_); }
std::int64_t Database::changes() const { return sqlite3_changes64(database_); }

Result<void> Database::set_durable(bool is_durable) {
  return run(is_durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return tl::unexpected<Error>(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // Fails if SQLite has undone it by itself, as it does on a full disk.
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto done = database_->run("COMMIT");
  if (done) database_ = nullptr;  // else the destructor undoes it
  return done;
}

}  // namespace segue::store
