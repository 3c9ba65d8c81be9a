// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/model/analysis.h"

namespace segue::analysis {

// Sets mix_in_s and mix_out_s from the sections: the end of the intro and the start of the outro; without them the
// lines 16 bars from either end, or nearer in tracks of less than 64 bars. `lines` are the bar lines, the last one the
// end. Within the music, mix_in_s never behind mix_out_s.
void set_mix_points(model::Structure& structure, const std::vector<double>& lines, const model::SoundBounds& sound);

}  // namespace segue::analysis
