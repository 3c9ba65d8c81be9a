// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/control/library/access.h"

namespace segue::control {

// The calls of LibraryAccess about marks and other programs' libraries: they check the request and run on a thread of
// the provider that keeps the library, which may wait for a disk. `parts` is shared with what may outlive its answer.
using SharedParts = std::shared_ptr<const LibraryParts>;

// The provider on whose threads one may wait for the library.
std::string keeper_of(const LibraryParts& parts);

void call_import(const SharedParts& parts, const v1::ImportLibraryRequest& request, const Origin& origin,
                 const std::stop_token& stop, std::function<void(v1::ImportLibraryResponse)> tell,
                 std::function<void(Result<void>)> done);
void call_export(const SharedParts& parts, v1::ExportLibraryRequest request, const Origin& origin,
                 const std::stop_token& stop, LibraryAccess::Answer<v1::ExportLibraryResponse> answer);
void call_get_marks(const SharedParts& parts, const v1::GetMarksRequest& request, const std::stop_token& stop,
                    LibraryAccess::Answer<v1::GetMarksResponse> answer);
void call_set_marks(const SharedParts& parts, v1::SetMarksRequest request, const std::stop_token& stop,
                    LibraryAccess::Answer<v1::SetMarksResponse> answer);

}  // namespace segue::control
