// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/compile_knowledge.h"

#include <utility>

#include "engine/control/analysis/grid_edit.h"
#include "engine/model/config.h"

namespace segue::control {
namespace {

std::string deck_name(std::uint32_t deck) { return "deck " + std::to_string(deck); }

double here_s(const CompileAt& at, const DeckPlan& plan) {
  const double from = plan.has_ended ? 0.0 : plan.path.at(at.frame);
  return from / at.sample_rate_hz;
}

void use_grid(model::BeatGrid grid, GridOrigin origin, DeckPlan& plan) {
  plan.grid = std::make_shared<const model::BeatGrid>(std::move(grid));
  plan.grid_origin = origin;
}

template <typename Command>
model::BeatGrid grid_of(const Command& command) {
  model::BeatGrid grid;
  for (const auto& marker : command.markers()) grid.markers.push_back({marker.at_s(), marker.bpm()});
  if (command.beats_per_bar() != 0) grid.beats_per_bar = static_cast<int>(command.beats_per_bar());
  return grid;
}

Result<Compiled> compile(const v1::SetGrid& command, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(command.deck());
  model::BeatGrid grid = grid_of(command);
  if (grid.empty()) grid.markers.push_back({command.first_beat_s(), command.bpm()});
  use_grid(std::move(grid), GridOrigin::kUser, plan);
  return Compiled{};
}

Result<Compiled> reset(std::uint32_t deck, DeckPlan& plan) {
  if (plan.knowledge.analysed == nullptr) {
    return fail(Code::kFailedPrecondition, "NOT_ANALYSED", deck_name(deck) + ": its track is not analysed yet");
  }
  plan.grid = plan.knowledge.analysed;
  plan.grid_origin = plan.knowledge.analysed_by;
  plan.knowledge.taps = nullptr;
  return Compiled{};
}

Result<Compiled> tap(const v1::EditGrid& command, const CompileAt& at, DeckPlan& plan) {
  const double tap_s = command.tap().has_at_s() ? command.tap().at_s() : here_s(at, plan);
  std::vector<double> taps;
  if (plan.knowledge.taps != nullptr) taps = *plan.knowledge.taps;
  const bool goes_on = !taps.empty() && tap_s > taps.back() && tap_s - taps.back() <= kTapPauseS;
  if (!goes_on) taps.clear();
  if (taps.size() == kTapsMax) taps.erase(taps.begin());
  taps.push_back(tap_s);
  if (auto grid = tapped(taps, plan.grid.get())) use_grid(*std::move(grid), GridOrigin::kUser, plan);
  plan.knowledge.taps = std::make_shared<const std::vector<double>>(std::move(taps));
  return Compiled{};
}

model::BeatGrid edited(const v1::EditGrid& command, const CompileAt& at, const DeckPlan& plan) {
  const model::BeatGrid& grid = *plan.grid;
  switch (command.edit_case()) {
    case v1::EditGrid::kShiftMs: return shifted_by_seconds(grid, command.shift_ms() / 1000);
    case v1::EditGrid::kShiftBeats: return shifted_by_beats(grid, command.shift_beats());
    case v1::EditGrid::kDownbeatS: return with_downbeat_at(grid, command.downbeat_s(), true);
    case v1::EditGrid::kDownbeatHere: return with_downbeat_at(grid, here_s(at, plan), !plan.is_playing);
    case v1::EditGrid::kScale: return scaled(grid, command.scale());
    default: return with_bpm(grid, command.bpm(), here_s(at, plan));
  }
}

Result<Compiled> compile(const v1::EditGrid& command, const CompileAt& at, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(command.deck());
  if (command.has_reset()) return reset(command.deck(), plan);
  if (command.has_tap()) return tap(command, at, plan);
  if (plan.grid == nullptr && command.has_bpm()) {
    use_grid({{{here_s(at, plan), command.bpm()}}, 4}, GridOrigin::kUser, plan);
    return Compiled{};
  }
  if (plan.grid == nullptr) return no_grid(command.deck());
  model::BeatGrid grid = edited(command, at, plan);
  if (!is_valid(grid)) {
    return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE",
                "edit_grid: the grid of " + deck_name(command.deck()) + " would leave 20 to 400 bpm or lie hours away");
  }
  use_grid(std::move(grid), GridOrigin::kUser, plan);
  plan.knowledge.taps = nullptr;
  return Compiled{};
}

Result<Compiled> compile(const v1::Reanalyze& command, DeckPlan& plan) {
  if (plan.track == nullptr) return no_track(command.deck());
  plan.knowledge.again = std::make_shared<const v1::Reanalyze>(command);
  return Compiled{};
}

// What the user says stays; what is known of another track than the deck's is late news.
Result<Compiled> compile(const v1::AdoptAnalysis& command, DeckPlan& plan) {
  if (plan.track == nullptr || plan.track->facts().uri != command.uri()) return Compiled{};
  auto facts = std::make_shared<v1::AdoptAnalysis>(command);
  facts->clear_markers();
  plan.knowledge.facts = std::move(facts);
  if (command.markers_size() == 0) return Compiled{};
  const auto origin = static_cast<GridOrigin>(command.grid_origin());
  const bool is_analysis = origin == GridOrigin::kLibrary || origin == GridOrigin::kAnalysis;
  auto grid = std::make_shared<const model::BeatGrid>(grid_of(command));
  if (is_analysis) {
    plan.knowledge.analysed = grid;
    plan.knowledge.analysed_by = origin;
  }
  const bool is_users = plan.grid_origin == GridOrigin::kUser;
  if (is_users || (is_analysis && plan.grid_origin == GridOrigin::kMarks)) return Compiled{};
  plan.grid = std::move(grid);
  plan.grid_origin = origin;
  return Compiled{};
}

}  // namespace

tl::unexpected<Error> no_track(std::uint32_t deck) {
  return fail(Code::kFailedPrecondition, "DECK_EMPTY", deck_name(deck) + " has no track: load one");
}

tl::unexpected<Error> no_grid(std::uint32_t deck) {
  return fail(Code::kFailedPrecondition, "NO_GRID", deck_name(deck) + " has no beat grid: set one with set_grid");
}

bool needs_beats(const v1::Command& command) {
  if (command.has_seek()) return command.seek().to_case() == v1::Seek::kBeats;
  return command.has_set_tempo() && command.set_tempo().tempo_case() == v1::SetTempo::kBpm;
}

Result<Compiled> compile_knowledge(const v1::Command& command, const CompileAt& at, DeckPlan& plan) {
  switch (command.action_case()) {
    case v1::Command::kSetGrid: return compile(command.set_grid(), plan);
    case v1::Command::kEditGrid: return compile(command.edit_grid(), at, plan);
    case v1::Command::kReanalyze: return compile(command.reanalyze(), plan);
    case v1::Command::kAdoptAnalysis: return compile(command.adopt_analysis(), plan);
    default: return Compiled{};
  }
}

}  // namespace segue::control
