// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "engine/store/migrate.h"

namespace segue::catalog {

// "SEGU": the library's files tell whose they are.
inline constexpr std::int32_t kLibraryApplication = 0x53454755;

// The schema's history, oldest first. A step that has been released is never changed; a new one is added.
std::span<const store::Migration> library_migrations();

}  // namespace segue::catalog
