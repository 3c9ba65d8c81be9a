// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/statement.h"

#include <utility>

#include <sqlite3.h>

#include "engine/base/text.h"
#include "engine/store/database.h"

namespace segue::store {

Statement::~Statement() {
  if (statement_ != nullptr) database_->take_back(statement_);
}

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

void Statement::reset() {
  (void)sqlite3_reset(statement_);  // repeats the failure of the last step, which has been told
  (void)sqlite3_clear_bindings(statement_);
  bind_error_ = SQLITE_OK;
}

void Statement::remember(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

void Statement::bind(int place, std::int64_t value) { remember(sqlite3_bind_int64(statement_, place, value)); }
void Statement::bind(int place, double value) { remember(sqlite3_bind_double(statement_, place, value)); }
void Statement::bind(int place, std::nullptr_t) { remember(sqlite3_bind_null(statement_, place)); }

void Statement::bind(int place, std::string_view value) {
  // A null pointer would bind NULL.
  const char* text = value.data() == nullptr ? "" : value.data();
  remember(sqlite3_bind_text64(statement_, place, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int place, Blob value) {
  const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
  remember(sqlite3_bind_blob64(statement_, place, bytes, value.bytes.size(), SQLITE_TRANSIENT));
}

Result<bool> Statement::step() {
  if (statement_ == nullptr) return fail(Code::kInternal, "STORE_FAILED", "an empty statement was run");
  if (bind_error_ != SQLITE_OK) return store_error(bind_error_, sqlite3_errstr(bind_error_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* handle = sqlite3_db_handle(statement_);
  auto error = store_error(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
  (void)sqlite3_reset(statement_);
  return error;
}

Result<void> Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (!row) return tl::unexpected<Error>(row.error());
    if (!*row) return {};
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
}

tl::unexpected<Error> store_error(int code, const std::string& what) {
  const std::string message = printable(what);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::kUnavailable, "STORE_BUSY", message + "; another program holds it: end that one");
    case SQLITE_FULL: return fail(Code::kResourceExhausted, "STORE_FULL", message + "; make room on the disk");
    case SQLITE_READONLY:
      return fail(Code::kFailedPrecondition, "STORE_READ_ONLY", message + "; make the file and its folder writable");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fail(Code::kDataLoss, "STORE_CORRUPT", message);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR: return fail(Code::kUnavailable, "STORE_UNUSABLE", message);
    case SQLITE_TOOBIG: return fail(Code::kInvalidArgument, "STORE_TOO_BIG", message);
    default: return fail(Code::kInternal, "STORE_FAILED", message + " (SQLite code " + std::to_string(code) + ")");
  }
}

}  // namespace segue::store
