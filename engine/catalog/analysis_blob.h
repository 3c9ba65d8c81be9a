// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/analysis.h"

namespace segue::catalog {

inline constexpr std::size_t kAnalysisBytesMax = 16 << 20;   // of an analysis without its waveform, unpacked: 48 h
inline constexpr std::size_t kWaveformPieceBytes = 1 << 20;  // unpacked; half an hour of detail
inline constexpr std::size_t kWaveformBytesMax = 128 << 20;  // detail of 48 h and some

// An analysis without its waveform as bytes: grid, tempi and levels exact, the times of beats and onsets in whole
// microseconds, curves in 1/65,535. Non-finite numbers become 0.
std::string packed_analysis(const model::TrackAnalysis& analysis);
// Nothing if the bytes are damaged or of a later format.
std::optional<model::TrackAnalysis> unpacked_analysis(std::string_view packed);

// A waveform as pieces that fit into cells of the store: the overview first, then the detail.
std::vector<std::string> packed_waveform(const model::Waveform& waveform);
std::optional<model::Waveform> unpacked_waveform(const std::vector<std::string>& pieces);

}  // namespace segue::catalog
