// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/migrate.h"

#include <string>

namespace segue::store {
namespace {

Result<void> check_owner(Database& database, std::int32_t application_id) {
  const Result<std::int64_t> found = database.number("PRAGMA application_id");
  if (!found) return tl::unexpected<Error>(found.error());
  if (*found == application_id) return {};
  const Result<std::int64_t> objects = database.number("SELECT count(*) FROM sqlite_schema");
  if (!objects) return tl::unexpected<Error>(objects.error());
  if (*found == 0 && *objects == 0) return {};  // new
  return fail(Code::kFailedPrecondition, "STORE_FOREIGN", "is a database of another program; name another file");
}

// The version is read inside the transaction: another process may have been faster.
Result<void> take_step(Database& database, const Migration& step, std::int32_t application_id) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return tl::unexpected<Error>(transaction.error());
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected<Error>(version.error());
  if (*version >= step.version) return {};
  if (auto done = database.run(step.sql); !done) return done;
  auto done = database.run("PRAGMA user_version=" + std::to_string(step.version) +
                           "; PRAGMA application_id=" + std::to_string(application_id));
  return done ? transaction->commit() : done;
}

}  // namespace

Result<void> migrate(Database& database, std::span<const Migration> steps, std::int32_t application_id) {
  if (auto done = check_owner(database, application_id); !done) return done;
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected<Error>(version.error());
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (*version > newest) {
    return fail(Code::kFailedPrecondition, "STORE_TOO_NEW",
                "has schema " + std::to_string(*version) + " of a newer Segue, this one knows up to " +
                    std::to_string(newest) + "; update Segue or name another file");
  }
  for (const Migration& step : steps) {
    if (step.version <= *version) continue;
    if (auto done = take_step(database, step, application_id); !done) {
      return fail_at("migration to schema " + std::to_string(step.version), done.error());
    }
  }
  return {};
}

}  // namespace segue::store
