// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "clients/cli/grammar.h"
#include "clients/cli/state_view.h"
#include "clients/cli/value.h"
#include "segue/v1/state.pb.h"

// The makers of the grammar's rows: words in, one Command out. The number of arguments has been checked.
namespace segue::cli {

Result<v1::Command> make_load(const Call& call, StateView& view);
Result<v1::Command> make_eject(const Call& call, StateView& view);
Result<v1::Command> make_play(const Call& call, StateView& view);
Result<v1::Command> make_pause(const Call& call, StateView& view);
Result<v1::Command> make_cue(const Call& call, StateView& view);
Result<v1::Command> make_stop(const Call& call, StateView& view);
Result<v1::Command> make_seek(const Call& call, StateView& view);
Result<v1::Command> make_tempo(const Call& call, StateView& view);
Result<v1::Command> make_pitch(const Call& call, StateView& view);
Result<v1::Command> make_keylock(const Call& call, StateView& view);
Result<v1::Command> make_stretcher(const Call& call, StateView& view);
Result<v1::Command> make_grid(const Call& call, StateView& view);

Result<v1::Command> make_gain(const Call& call, StateView& view);
Result<v1::Command> make_fader(const Call& call, StateView& view);
Result<v1::Command> make_eq(const Call& call, StateView& view);
Result<v1::Command> make_crossfader(const Call& call, StateView& view);
Result<v1::Command> make_assign(const Call& call, StateView& view);
Result<v1::Command> make_master(const Call& call, StateView& view);
Result<v1::Command> make_record(const Call& call, StateView& view);
Result<v1::Command> make_cancel(const Call& call, StateView& view);

// Ends of a control's travel, as the schema states them: a step stops there, as a knob does. An absolute value is not
// held back, so that the daemon refuses it by name.
struct Travel {
  double least = 0.0;
  double most = 0.0;
};

// Where `step` leads from `now`, free of the dust of binary fractions (0.1 + 0.2 is 0.3).
double stepped(const Step& step, double now, Travel travel);

// Seconds into the track at state.engine.frame, from the deck's anchor.
double position_now(const v1::State& state, const v1::Deck& deck);

}  // namespace segue::cli
