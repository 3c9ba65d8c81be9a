// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/catalog/library.h"
#include "engine/control/analysis/store.h"

namespace segue::control {

// The key an analysis has in the library: the length, by which an address alone can be checked, and the content's key.
std::string library_key(const TrackIdentity& track);

// The library as a store of analyses and marks.
std::shared_ptr<AnalysisStore> make_library_store(std::shared_ptr<catalog::Library> library);

}  // namespace segue::control
