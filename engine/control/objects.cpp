// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/objects.h"

namespace segue::control {

int deck_of(const v1::Command& command) {
  const auto from_zero = [](std::uint32_t deck) { return static_cast<int>(deck) - 1; };
  switch (command.action_case()) {
    case v1::Command::kLoad: return from_zero(command.load().deck());
    case v1::Command::kEject: return from_zero(command.eject().deck());
    case v1::Command::kPlay: return from_zero(command.play().deck());
    case v1::Command::kPause: return from_zero(command.pause().deck());
    case v1::Command::kCue: return from_zero(command.cue().deck());
    case v1::Command::kStop: return from_zero(command.stop().deck());
    case v1::Command::kSeek: return from_zero(command.seek().deck());
    case v1::Command::kSetTempo: return from_zero(command.set_tempo().deck());
    case v1::Command::kSetPitch: return from_zero(command.set_pitch().deck());
    case v1::Command::kSetKeylock: return from_zero(command.set_keylock().deck());
    case v1::Command::kSetStretcher: return from_zero(command.set_stretcher().deck());
    case v1::Command::kSetGrid: return from_zero(command.set_grid().deck());
    case v1::Command::kEditGrid: return from_zero(command.edit_grid().deck());
    case v1::Command::kReanalyze: return from_zero(command.reanalyze().deck());
    case v1::Command::kAdoptAnalysis: return from_zero(command.adopt_analysis().deck());
    default: return -1;
  }
}

Objects objects_of(const v1::Command& command) {
  const auto channel = [](std::uint32_t number) { return channel_bit(static_cast<int>(number) - 1); };
  switch (command.action_case()) {
    case v1::Command::kSetGain: return channel(command.set_gain().channel());
    case v1::Command::kSetFader: return channel(command.set_fader().channel());
    case v1::Command::kSetEq: return channel(command.set_eq().channel());
    case v1::Command::kAssign: return channel(command.assign().channel());
    case v1::Command::kSetCrossfader:
    case v1::Command::kSetMaster: return kMasterBit;
    case v1::Command::kStartRecording:
    case v1::Command::kStopRecording: return kRecordingBit;
    case v1::Command::kCancel:
    case v1::Command::ACTION_NOT_SET: return 0;
    default: return deck_bit(deck_of(command));
  }
}

}  // namespace segue::control
