// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/control/analysis/queue.h"
#include "engine/output/sinks/recorder.h"
#include "segue/v1/state.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// The events that watchers are told, one function each. Decks count from 0 here; −1 is none.
v1::Event track_loaded(Frames frame, int deck, std::uint64_t command_id, const std::string& uri);
v1::Event load_failed(Frames frame, int deck, std::uint64_t command_id, const Error& error);
v1::Event track_ended(Frames frame, int deck, const std::string& uri);
v1::Event underrun(Frames frame, int deck, std::uint64_t count);
v1::Event command_late(Frames frame, int deck, std::uint64_t command_id, Frames late_frames);
v1::Event command_failed(Frames frame, int deck, std::uint64_t command_id, const Error& error);
v1::Event output_changed(Frames frame, const std::string& text);
v1::Event roll_started(Frames frame, int deck, std::uint64_t count);
v1::Event roll_ended(Frames frame, int deck);
v1::Event fault_began(Frames frame, int deck, const std::string& uri, const Error& error);
v1::Event live_title(Frames frame, int deck, const std::string& uri, const std::string& title);
v1::Event recording_event(v1::Event::Kind kind, Frames frame, const output::Recorder::Status& status);
// How an analysis gets on; nothing for what waits.
std::optional<v1::Event> analysis_event(const AnalysisNews& news);

v1::Recording to_message(const output::Recorder::Status& status);

}  // namespace segue::control
