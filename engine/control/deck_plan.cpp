// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/deck_plan.h"

#include <cmath>

#include "engine/render/renderer.h"

namespace segue::control {

double DeckPlan::key_shift() const { return pitch_semitones == 0 ? 1.0 : std::exp2(pitch_semitones / 12.0); }

bool DeckPlan::needs_stretcher() const { return render::needs_stretcher(stretcher, keylock, rate(), key_shift()); }

render::StretchTarget DeckPlan::stretch_target(const render::Trajectory& along) const {
  return {along, render::pitch_ratio(keylock, rate(), key_shift())};
}

}  // namespace segue::control
