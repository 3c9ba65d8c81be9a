// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/catalog/catalogue.h"
#include "engine/model/analysis.h"
#include "segue/v1/library_service.pb.h"
#include "segue/v1/provider_service.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// Checks every field of a request against what its schema states. Fail with INVALID_ARGUMENT naming the field
// ("limit: 501 is not within 0 to 500"). Pure; any thread.
Result<catalog::Search> search_of(const v1::SearchRequest& request);
Result<void> check(const v1::BrowseRequest& request);
Result<void> check(const v1::GetTrackRequest& request);
Result<void> check(const v1::GetArtworkRequest& request);
Result<void> check(const v1::ListPlaylistsRequest& request);
Result<void> check(const v1::GetPlaylistRequest& request);
Result<void> check(const v1::CreatePlaylistRequest& request);
Result<catalog::PlaylistEdit> edit_of(const v1::EditPlaylistRequest& request);
Result<void> check(const v1::DeletePlaylistRequest& request);
Result<void> check(const v1::PrefetchRequest& request);
Result<void> check(const v1::CancelPrefetchRequest& request);
Result<void> check(const v1::RefreshProviderRequest& request);
Result<void> check(const v1::ImportLibraryRequest& request);
Result<void> check(const v1::ExportLibraryRequest& request);
Result<void> check(const v1::GetMarksRequest& request);
Result<void> check(const v1::SetMarksRequest& request);
Result<void> check(const v1::AnalyzeRequest& request);
// Of a checked request.
model::TempoHint hint_of(const v1::TempoHint& hint);
Result<void> check(const v1::GetAnalysisRequest& request);
Result<void> check(const v1::GetWaveformRequest& request);

}  // namespace segue::control
