// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/audio/signals.h"
#include "tests/support/reference/score.h"

namespace segue::reference {

// Plays a score and masters it: ducking, reverb, hiss, loudness, peak. Nothing in it moves a sound in time.
test::StereoAudio mix_down(const ReferencePlan& plan, const ReferenceTruth& truth, const Score& score);

}  // namespace segue::reference
