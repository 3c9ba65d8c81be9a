// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/control/analysis/queue.h"
#include "engine/model/analysis.h"
#include "segue/v1/analysis.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

inline constexpr std::uint32_t kWaveformColumnsMax = 540'000;  // of one answer, as the schema states; 2.2 MB unpacked

// The one place where analyses become messages. Pure.
v1::Analysis to_message(const model::TrackAnalysis& analysis);
// What is told of a track that was asked for by `uri`.
v1::AnalyzeResponse to_message(const std::string& uri, const AnalysisNews& news);
v1::ListAnalysesResponse::Item to_message(const AnalysisQueue::Item& item);
// The picture of an analysis of this content. Fails with INVALID_ARGUMENT FIELD_OUT_OF_RANGE for a column that is not
// there.
Result<v1::GetWaveformResponse> waveform_message(const v1::GetWaveformRequest& request, const std::string& content,
                                                 const model::TrackAnalysis& analysis);

}  // namespace segue::control
