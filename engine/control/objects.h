// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "segue/v1/command.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// A set of the things commands name, one bit each: decks, channels, the master (crossfader included), the recording
// and the engine. Those who read the state find the recording in the master.
using Objects = std::uint64_t;
inline constexpr Objects deck_bit(int deck) { return Objects{1} << deck; }
inline constexpr Objects channel_bit(int channel) { return Objects{1} << (16 + channel); }
inline constexpr Objects kMasterBit = Objects{1} << 32;
inline constexpr Objects kEngineBit = Objects{1} << 33;
inline constexpr Objects kRecordingBit = Objects{1} << 34;
inline constexpr Objects kDeckBits = 0xFFFF;

// What a valid command names. A deck's commands name its deck alone: faders move while a track is still loading.
Objects objects_of(const v1::Command& command);
// The deck a command names, from 0; −1 if it names none.
int deck_of(const v1::Command& command);

}  // namespace segue::control
