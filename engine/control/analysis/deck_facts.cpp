// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/deck_facts.h"

#include <algorithm>

#include "engine/model/config.h"

namespace segue::control {
namespace {

v1::AdoptAnalysis::Origin message_of(GridOrigin origin) { return static_cast<v1::AdoptAnalysis::Origin>(origin); }

void fill_rhythm(const model::Rhythm& rhythm, v1::AdoptAnalysis& command) {
  if (!(rhythm.bpm > 0)) return;
  command.set_bpm(rhythm.bpm);
  command.set_bpm_confidence(std::clamp(rhythm.confidence, 0.0, 1.0));
  command.set_first_beat_s(rhythm.first_beat_s);
  command.set_phrase_bars(static_cast<std::uint32_t>(rhythm.phrase_bars));
  command.set_phrase_s(rhythm.phrase_s);
}

void fill_grid(const DeckPlan& plan, v1::Deck& deck) {
  deck.clear_grid();
  if (plan.grid == nullptr) return;
  const v1::AdoptAnalysis* facts = plan.knowledge.facts.get();
  v1::Grid& grid = *deck.mutable_grid();
  const int beats_per_bar = plan.grid->beats_per_bar;
  grid.set_origin(message_of(plan.grid_origin));
  grid.set_beats_per_bar(static_cast<std::uint32_t>(beats_per_bar));
  grid.set_first_downbeat_s(plan.grid->markers[0].at_s);
  grid.set_markers(static_cast<std::uint32_t>(plan.grid->markers.size()));
  const bool is_users = plan.grid_origin == GridOrigin::kUser || plan.grid_origin == GridOrigin::kMarks;
  // Of a grid of the user's the analysis knows neither first beat nor phrases.
  grid.set_first_beat_s(is_users || facts == nullptr ? plan.grid->markers[0].at_s : facts->first_beat_s());
  if (is_users || facts == nullptr || facts->phrase_bars() == 0) return;
  grid.set_phrase_bars(facts->phrase_bars());
  grid.set_phrase_s(facts->phrase_s());
  grid.set_phrase_duration_s(facts->phrase_bars() * beats_per_bar * 60.0 / plan.grid->bpm_at(facts->phrase_s()));
}

}  // namespace

void TrackAnswers::take(const std::shared_ptr<const model::TrackAnalysis>& newer) {
  if (newer == nullptr) return;
  if (newer->is_final) {
    rhythm = key = whole = newer;
    return;
  }
  if (whole != nullptr) return;
  const bool has_first_grid = rhythm != nullptr && rhythm->rhythm.grid.empty() && !newer->rhythm.grid.empty();
  const bool loses_grid = rhythm != nullptr && !rhythm->rhythm.grid.empty() && newer->rhythm.grid.empty();
  if (rhythm == nullptr || has_first_grid ||
      (!loses_grid && newer->rhythm.confidence >= rhythm->rhythm.confidence)) {
    rhythm = newer;
  }
  if (key == nullptr || newer->tonality.confidence >= key->tonality.confidence) key = newer;
}

std::optional<double> suggested_gain_db(const model::Loudness& loudness) {
  if (!loudness.integrated_lufs) return std::nullopt;
  double gain_db = kLoudnessTargetLufs - *loudness.integrated_lufs;
  // Only lifting is bounded by peaks: what is hot already is the limiter's business, and as loud as the others.
  if (loudness.true_peak_dbtp) gain_db = std::min(gain_db, std::max(0.0, kTruePeakMaxDbtp - *loudness.true_peak_dbtp));
  return std::clamp(gain_db, -model::kGainDbMax, model::kGainDbMax);
}

v1::AdoptAnalysis facts_message(const TrackAnswers& answers) {
  v1::AdoptAnalysis command;
  if (answers.rhythm != nullptr) fill_rhythm(answers.rhythm->rhythm, command);
  if (answers.key != nullptr && answers.key->tonality.key) {
    command.set_key(model::name_of(*answers.key->tonality.key));
    command.set_key_confidence(std::clamp(answers.key->tonality.confidence, 0.0, 1.0));
  }
  if (answers.whole != nullptr) {
    // Of a part of a track the loudness says nothing: intros are soft.
    const model::Loudness& loudness = answers.whole->loudness;
    if (loudness.integrated_lufs) command.set_loudness_lufs(*loudness.integrated_lufs);
    if (loudness.true_peak_dbtp) command.set_true_peak_dbtp(*loudness.true_peak_dbtp);
    if (const auto gain_db = suggested_gain_db(loudness)) command.set_gain_db(*gain_db);
    command.set_is_final(true);
  }
  if (answers.marks == nullptr) return command;
  if (answers.marks->key) {
    command.set_key(model::name_of(*answers.marks->key));
    command.set_key_confidence(0);
  }
  if (answers.marks->gain_db) command.set_gain_db(*answers.marks->gain_db);
  return command;
}

void put_grid(const model::BeatGrid& grid, v1::AdoptAnalysis::Origin origin, v1::AdoptAnalysis& command) {
  command.set_grid_origin(origin);
  command.set_beats_per_bar(static_cast<std::uint32_t>(grid.beats_per_bar));
  command.clear_markers();
  for (const auto& marker : grid.markers) {
    if (command.markers_size() == model::kGridMarkersMax) break;
    auto& added = *command.add_markers();
    added.set_at_s(marker.at_s);
    added.set_bpm(marker.bpm);
  }
}

void fill_knowledge(const DeckPlan& plan, v1::Deck& deck) {
  const v1::AdoptAnalysis none;
  const v1::AdoptAnalysis& facts = plan.knowledge.facts == nullptr ? none : *plan.knowledge.facts;
  const bool is_users = plan.grid_origin == GridOrigin::kUser || plan.grid_origin == GridOrigin::kMarks;
  deck.set_bpm_confidence(is_users ? 0 : facts.bpm_confidence());
  deck.set_key(facts.key());
  deck.set_key_confidence(facts.key_confidence());
  const auto key = model::key_from(facts.key());
  deck.set_camelot(key ? model::camelot_of(*key) : "");
  deck.clear_loudness_lufs();
  deck.clear_true_peak_dbtp();
  deck.clear_suggested_gain_db();
  if (facts.has_loudness_lufs()) deck.set_loudness_lufs(facts.loudness_lufs());
  if (facts.has_true_peak_dbtp()) deck.set_true_peak_dbtp(facts.true_peak_dbtp());
  if (facts.has_gain_db()) deck.set_suggested_gain_db(facts.gain_db());
  fill_grid(plan, deck);
}

}  // namespace segue::control
