// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

#include "daemon/analyze_command.h"

namespace segue::daemon {
namespace {

using Json = nlohmann::ordered_json;

// To the places that mean something, so that the line stays readable.
double rounded(double value, double places) {
  const double scale = std::pow(10.0, places);
  return std::round(value * scale) / scale;
}

Json optional_number(const std::optional<double>& value, double places) {
  return value && std::isfinite(*value) ? Json(rounded(*value, places)) : Json(nullptr);
}

// Seconds or null: what has no beats has no first one.
Json if_known(bool is_known, double value, double places) {
  return is_known ? Json(rounded(value, places)) : Json(nullptr);
}

Json alternatives_of(const model::Rhythm& rhythm) {
  Json list = Json::array();
  for (const auto& [bpm, confidence] : rhythm.alternatives) {
    list.push_back({{"bpm", rounded(bpm, 4)}, {"confidence", rounded(confidence, 3)}});
  }
  return list;
}

void put_rhythm(Json& json, const model::Rhythm& rhythm, bool with_beats) {
  const bool has_beats = rhythm.bpm > 0;
  const bool has_grid = !rhythm.grid.empty();
  json["bpm"] = if_known(has_beats, rhythm.bpm, 4);
  json["bpm_confidence"] = if_known(has_beats, rhythm.confidence, 3);
  json["bpm_alternatives"] = alternatives_of(rhythm);
  json["first_beat_s"] = if_known(has_grid, rhythm.first_beat_s, 5);
  json["downbeat_s"] = if_known(has_grid, rhythm.downbeat_s, 5);
  json["downbeat_confidence"] = if_known(has_grid, rhythm.downbeat_confidence, 3);
  json["beats_per_bar"] = has_grid ? Json(rhythm.beats_per_bar) : Json(nullptr);
  json["time_signature"] = has_grid ? Json(model::time_signature(rhythm.beats_per_bar)) : Json(nullptr);
  json["phrase_bars"] = has_grid && rhythm.phrase_bars > 0 ? Json(rhythm.phrase_bars) : Json(nullptr);
  json["phrase_s"] = if_known(has_grid && rhythm.phrase_bars > 0, rhythm.phrase_s, 5);
  Json grid = Json::array();
  for (const auto& [at_s, bpm] : rhythm.grid.markers) {
    grid.push_back({{"at_s", rounded(at_s, 5)}, {"bpm", rounded(bpm, 4)}});
  }
  json["grid"] = std::move(grid);
  if (!with_beats) return;
  Json beats = Json::array();
  for (const double beat_s : rhythm.beats_s) beats.push_back(rounded(beat_s, 5));
  json["beats_s"] = std::move(beats);
}

void put_tonality(Json& json, const model::Tonality& tonality) {
  const bool has_key = tonality.key.has_value();
  json["key"] = has_key ? Json(name_of(*tonality.key)) : Json(nullptr);
  json["camelot"] = has_key ? Json(camelot_of(*tonality.key)) : Json(nullptr);
  json["open_key"] = has_key ? Json(open_key_of(*tonality.key)) : Json(nullptr);
  json["key_confidence"] = if_known(has_key, tonality.confidence, 3);
  Json alternatives = Json::array();
  for (const auto& [key, confidence] : tonality.alternatives) {
    alternatives.push_back({{"key", name_of(key)}, {"confidence", rounded(confidence, 3)}});
  }
  json["key_alternatives"] = std::move(alternatives);
  Json changes = Json::array();
  if (tonality.changes.size() > 1) {
    for (const auto& change : tonality.changes) {
      changes.push_back({{"at_s", rounded(change.at_s, 2)}, {"key", name_of(change.key)}});
    }
  }
  json["key_changes"] = std::move(changes);
  json["tuning_cents"] = if_known(has_key, tonality.tuning_cents, 1);
}

void put_structure(Json& json, const model::Structure& structure) {
  Json sections = Json::array();
  for (const auto& section : structure.sections) {
    sections.push_back({{"at_s", rounded(section.at_s, 4)},
                        {"label", to_string(section.label)},
                        {"bars", section.bars},
                        {"energy", rounded(section.energy, 3)}});
  }
  json["sections"] = std::move(sections);
  const bool is_known = structure.energy_level > 0;
  json["energy"] = is_known ? Json(structure.energy_level) : Json(nullptr);
  json["spectral_tilt_db"] = if_known(is_known, structure.spectral_tilt_db, 2);
  json["mix_in_s"] = if_known(!structure.sections.empty(), structure.mix_in_s, 4);
  json["mix_out_s"] = if_known(!structure.sections.empty(), structure.mix_out_s, 4);
}

}  // namespace

std::string to_json(const std::string& uri, const model::TrackAnalysis& analysis, bool with_beats) {
  Json json;
  json["uri"] = uri;
  json["duration_s"] = if_known(analysis.duration_s > 0, analysis.duration_s, 5);
  put_rhythm(json, analysis.rhythm, with_beats);
  put_tonality(json, analysis.tonality);
  const model::Loudness& loudness = analysis.loudness;
  json["loudness_lufs"] = optional_number(loudness.integrated_lufs, 2);
  json["loudness_range_lu"] = optional_number(loudness.range_lu, 2);
  json["true_peak_dbtp"] = optional_number(loudness.true_peak_dbtp, 3);
  json["clipped_runs"] = loudness.clipped_runs;
  put_structure(json, analysis.structure);
  const bool has_sound = analysis.sound.end_s > analysis.sound.start_s;
  json["silence"] = {{"start_s", if_known(has_sound, analysis.sound.start_s, 4)},
                     {"end_s", if_known(has_sound, analysis.sound.end_s, 4)}};
  json["ai_generated"] = analysis.ai_generated.empty() ? Json(nullptr) : Json(analysis.ai_generated);
  json["warning"] = analysis.warning.empty() ? Json(nullptr) : Json(analysis.warning);
  json["error"] = analysis.error.empty() ? Json(nullptr) : Json(analysis.error);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace segue::daemon
