// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/control/deck_plan.h"
#include "engine/model/analysis.h"
#include "engine/model/marks.h"
#include "segue/v1/state.pb.h"

// Between what an analysis says and what the deck shows.
namespace segue::control {

// Loudness that tracks are brought to, and the peak they are not lifted beyond: modern masters lie at −6 to −9 LUFS,
// and two of them together must not lean on the limiter.
inline constexpr double kLoudnessTargetLufs = -14;
inline constexpr double kTruePeakMaxDbtp = -1;

// What is known of a track, each part from the best answer so far; null: nothing yet.
struct TrackAnswers {
  std::shared_ptr<const model::TrackAnalysis> rhythm;
  std::shared_ptr<const model::TrackAnalysis> key;
  std::shared_ptr<const model::TrackAnalysis> whole;  // final
  std::shared_ptr<const model::TrackMarks> marks;

  // Takes from a newer answer what is better: all of a final one, of an estimate what is more certain, or new.
  void take(const std::shared_ptr<const model::TrackAnalysis>& newer);
};

// Trim that brings the track to the common loudness; nothing without loudness.
std::optional<double> suggested_gain_db(const model::Loudness& loudness);

// The command that puts all this on a deck, without grid and origin.
v1::AdoptAnalysis facts_message(const TrackAnswers& answers);
// Puts a grid into it, at most kGridMarkersMax markers.
void put_grid(const model::BeatGrid& grid, v1::AdoptAnalysis::Origin origin, v1::AdoptAnalysis& command);

// What the state shows of it, but for the tempo at the playhead.
void fill_knowledge(const DeckPlan& plan, v1::Deck& deck);

}  // namespace segue::control
