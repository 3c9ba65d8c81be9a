// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <utility>

#include "engine/base/units.h"
#include "engine/control/validate_fields.h"
#include "engine/model/analysis.h"
#include "engine/model/beat_grid.h"
#include "engine/model/config.h"
#include "engine/model/key.h"

// Commands about what is known of a track.
namespace segue::control {
namespace {

constexpr double kShiftMsMax = 10'000, kShiftBeatsMax = 1'000;
constexpr double kScaleMin = 0.25, kScaleMax = 4;
constexpr double kLevelDbMax = 200;  // only refuses nonsense

template <typename Markers>
Result<void> check_markers(const Markers& markers, const Fields& fields) {
  if (markers.size() > model::kGridMarkersMax)
    return invalid("FIELD_OUT_OF_RANGE", fields.where, "markers", "more than 4,096");
  for (int i = 0; i < markers.size(); ++i) {
    const auto& marker = markers.Get(i);
    const std::string at = fields.where + "markers[" + std::to_string(i) + "].";
    const Fields inner{at, fields.decks};
    if (auto place = inner.within("at_s", marker.at_s(), model::kGridFromS, model::kGridToS); !place) return place;
    if (auto bpm = inner.within("bpm", marker.bpm(), model::kBpmMin, model::kBpmMax); !bpm) return bpm;
    if (i > 0 && marker.at_s() <= markers.Get(i - 1).at_s()) {
      return invalid("FIELD_INVALID", at, "at_s", "not after the marker before it");
    }
  }
  return {};
}

Result<void> check_bar(std::uint32_t beats, const Fields& fields) {
  if (beats == 0 || model::is_beats_per_bar(static_cast<int>(beats))) return {};
  return invalid("FIELD_INVALID", fields.where, "beats_per_bar", "neither 2, 3, 4 nor 6");
}

}  // namespace

Result<void> check(const v1::SetGrid& grid, const Fields& fields) {
  if (auto deck = fields.deck(grid.deck()); !deck) return deck;
  if (auto bar = check_bar(grid.beats_per_bar(), fields); !bar) return bar;
  if (grid.markers_size() == 0) {
    if (auto bpm = fields.within("bpm", grid.bpm(), model::kBpmMin, model::kBpmMax); !bpm) return bpm;
    return fields.within("first_beat_s", grid.first_beat_s(), model::kGridFromS, model::kGridToS);
  }
  if (grid.bpm() != 0) return invalid("FIELD_INVALID", fields.where, "bpm", "cannot stand beside markers");
  if (grid.first_beat_s() != 0)
    return invalid("FIELD_INVALID", fields.where, "first_beat_s", "cannot stand beside markers");
  return check_markers(grid.markers(), fields);
}

Result<void> check(const v1::EditGrid& grid, const Fields& fields) {
  if (auto deck = fields.deck(grid.deck()); !deck) return deck;
  const auto is_set = [&fields](const char* field, bool value) -> Result<void> {
    if (value) return {};
    return invalid("FIELD_INVALID", fields.where, field, "only true says anything");
  };
  switch (grid.edit_case()) {
    case v1::EditGrid::kShiftMs: return fields.within("shift_ms", grid.shift_ms(), -kShiftMsMax, kShiftMsMax);
    case v1::EditGrid::kShiftBeats:
      return fields.within("shift_beats", grid.shift_beats(), -kShiftBeatsMax, kShiftBeatsMax);
    case v1::EditGrid::kDownbeatS:
      return fields.within("downbeat_s", grid.downbeat_s(), model::kGridFromS, model::kGridToS);
    case v1::EditGrid::kDownbeatHere: return is_set("downbeat_here", grid.downbeat_here());
    case v1::EditGrid::kScale: return fields.within("scale", grid.scale(), kScaleMin, kScaleMax);
    case v1::EditGrid::kBpm: return fields.within("bpm", grid.bpm(), model::kBpmMin, model::kBpmMax);
    case v1::EditGrid::kTap:
      if (!grid.tap().has_at_s()) return {};
      return fields.within("tap.at_s", grid.tap().at_s(), 0, model::kTrackSecondsMax);
    case v1::EditGrid::kReset: return is_set("reset", grid.reset());
    case v1::EditGrid::EDIT_NOT_SET: break;
  }
  return fields.missing("edit");
}

Result<void> check(const v1::Reanalyze& again, const Fields& fields) {
  if (auto deck = fields.deck(again.deck()); !deck) return deck;
  for (const auto& [field, bpm] : {std::pair("bpm_min", again.bpm_min()), std::pair("bpm_max", again.bpm_max()),
                                   std::pair("bpm", again.bpm())}) {
    if (bpm == 0) continue;
    if (auto within = fields.within(field, bpm, model::kBpmMin, model::kBpmMax); !within) return within;
  }
  model::TempoHint whole;
  if (again.bpm_min() > 0) whole.bpm_min = again.bpm_min();
  if (again.bpm_max() > 0) whole.bpm_max = again.bpm_max();
  if (whole.bpm_min < whole.bpm_max) return {};
  return invalid("FIELD_INVALID", fields.where, "bpm_max", "not more than bpm_min");
}

// The engine's own word, but a script may be anybody's.
Result<void> check(const v1::AdoptAnalysis& known, const Fields& fields) {
  if (auto deck = fields.deck(known.deck()); !deck) return deck;
  if (known.uri().empty()) return fields.missing("uri");
  if (known.uri().size() > model::kUriBytesMax)
    return invalid("URI_INVALID", fields.where, "uri", "longer than 8,192 bytes");
  if (!v1::AdoptAnalysis::Origin_IsValid(known.grid_origin()))
    return invalid("FIELD_INVALID", fields.where, "grid_origin", "unknown");
  if (auto bar = check_bar(known.beats_per_bar(), fields); !bar) return bar;
  if (auto bpm = fields.within("bpm", known.bpm(), 0, model::kBpmMax); !bpm) return bpm;
  if (!known.key().empty() && !model::key_from(known.key()))
    return invalid("FIELD_INVALID", fields.where, "key", "no key");
  for (const auto& [field, value] : {std::pair("first_beat_s", known.first_beat_s()), std::pair("phrase_s", known.phrase_s())}) {
    if (auto within = fields.within(field, value, model::kGridFromS, model::kGridToS); !within) return within;
  }
  for (const auto& [field, value] :
       {std::pair("bpm_confidence", known.bpm_confidence()), std::pair("key_confidence", known.key_confidence())}) {
    if (auto within = fields.within(field, value, 0, 1); !within) return within;
  }
  for (const auto& [field, value] :
       {std::pair("loudness_lufs", known.loudness_lufs()), std::pair("true_peak_dbtp", known.true_peak_dbtp())}) {
    if (auto within = fields.within(field, value, -kLevelDbMax, kLevelDbMax); !within) return within;
  }
  if (auto gain = fields.within("gain_db", known.gain_db(), Decibels::kSilence, model::kGainDbMax); !gain) return gain;
  return check_markers(known.markers(), fields);
}

}  // namespace segue::control
