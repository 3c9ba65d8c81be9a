// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "segue/v1/state.pb.h"

namespace segue::cli {

struct TextStyle {
  bool has_color = false;
  int columns = 0;  // lines are cut to this width; 0: never
};

// The state as a table of decks, a table of channels, a line for the programme and one for the engine.
std::string status_text(const v1::State& state, const TextStyle& style);

// One deck or channel on one line, for a log of changes: "deck 1 playing 1:23.5/5:03.2 +3.50% 128.00 bpm Artist –
// Title".
std::string deck_line(const v1::State& state, const v1::Deck& deck);
std::string channel_line(const v1::Channel& channel);
std::string master_line(const v1::Master& master);
std::string engine_line(const v1::EngineState& engine);

// "1:23.5", "1:02:03.5"; a tenth that is not over does not count, as on a deck's display.
std::string clock_text(double seconds);

// "+3.50%", "-6.0 dB", "kill".
std::string percent_text(double percent);
std::string db_text(double db);

}  // namespace segue::cli
