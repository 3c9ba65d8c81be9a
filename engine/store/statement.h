// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

struct sqlite3_stmt;

namespace segue::store {

class Database;

// Bytes that are not text: paths, which may hold anything but NUL.
struct Blob {
  std::string_view bytes;
};

// A compiled statement of one Database, which outlives it and takes it back at the end. One thread at a time. Values
// are bound from 1 and read from column 0; what bind() copies may go at once, what text() and blob() return lives until
// the next step().
class Statement {
 public:
  Statement() = default;
  Statement(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Begins anew with these values. A value that cannot be bound makes the next step fail.
  template <typename... Values>
  Statement& with(const Values&... values) {
    reset();
    int place = 0;
    (bind(++place, values), ...);
    return *this;
  }

  // True if there is a row to read, false at the end.
  Result<bool> step();
  // Steps to the end; for statements whose rows nobody wants.
  Result<void> run();

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // also of a blob
  bool is_null(int column) const;

 private:
  void reset();
  void bind(int place, std::int64_t value);
  void bind(int place, int value) { bind(place, std::int64_t{value}); }
  void bind(int place, bool value) { bind(place, std::int64_t{value}); }
  void bind(int place, double value);
  void bind(int place, std::string_view value);
  void bind(int place, const std::string& value) { bind(place, std::string_view(value)); }
  void bind(int place, const char* value) { bind(place, std::string_view(value)); }
  void bind(int place, Blob value);
  void bind(int place, std::nullptr_t);
  void remember(int code);

  Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;  // first failure since reset
};

// What SQLite's result code means: UNAVAILABLE STORE_BUSY, RESOURCE_EXHAUSTED STORE_FULL, FAILED_PRECONDITION
// STORE_READ_ONLY, DATA_LOSS STORE_CORRUPT, UNAVAILABLE STORE_UNUSABLE (cannot be opened or read), INVALID_ARGUMENT
// STORE_TOO_BIG, else INTERNAL STORE_FAILED.
tl::unexpected<Error> store_error(int code, const std::string& what);

}  // namespace segue::store
