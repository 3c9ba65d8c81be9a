// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "engine/base/result.h"
#include "segue/v1/library_service.pb.h"

namespace segue::catalog {
class Library;
}

namespace segue::control {

namespace v1 = ::segue::v1;

// Taking over and handing on libraries of other programs; on a thread that may wait for the disk. `provider` is the one
// that keeps the user's playlists. They stop between tracks when asked to, with CANCELLED CALL_CANCELLED; what was
// written by then stays.
Result<void> import_library(catalog::Library& library, const std::string& provider,
                            const v1::ImportLibraryRequest& request, const std::stop_token& stop,
                            const std::function<void(v1::ImportLibraryResponse)>& tell);
Result<v1::ExportLibraryResponse> export_library(catalog::Library& library, const v1::ExportLibraryRequest& request);

}  // namespace segue::control
