// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/events.h"

#include <cmath>

#include "engine/control/state.h"
#include "engine/net/url.h"

namespace segue::control {
namespace {

constexpr int kPerMille = 1000;

v1::Event event_of(v1::Event::Kind kind, Frames frame, int deck, std::uint64_t command_id, std::string text) {
  v1::Event event;
  event.set_kind(kind);
  event.set_frame(frame);
  event.set_deck(static_cast<std::uint32_t>(deck + 1));
  event.set_command_id(command_id);
  event.set_text(std::move(text));
  return event;
}

v1::Event with(v1::Event event, const Error& error) {
  *event.mutable_error() = to_message(error);
  return event;
}

std::string deck_name(int deck) { return "deck " + std::to_string(deck + 1); }

}  // namespace

v1::Event track_loaded(Frames frame, int deck, std::uint64_t command_id, const std::string& uri) {
  return event_of(v1::Event::TRACK_LOADED, frame, deck, command_id, deck_name(deck) + ": " + net::label_of(uri));
}

v1::Event load_failed(Frames frame, int deck, std::uint64_t command_id, const Error& error) {
  return with(event_of(v1::Event::LOAD_FAILED, frame, deck, command_id, error.message), error);
}

v1::Event track_ended(Frames frame, int deck, const std::string& uri) {
  return event_of(v1::Event::TRACK_ENDED, frame, deck, 0, deck_name(deck) + " has played " + net::label_of(uri));
}

v1::Event underrun(Frames frame, int deck, std::uint64_t count) {
  return event_of(v1::Event::UNDERRUN, frame, deck, 0,
                  deck_name(deck) + " ran out of audio, " + std::to_string(count) + " times so far");
}

v1::Event command_late(Frames frame, int deck, std::uint64_t command_id, Frames late_frames) {
  return event_of(v1::Event::COMMAND_LATE, frame, deck, command_id,
                  "command " + std::to_string(command_id) + " was " + std::to_string(late_frames) + " frames late");
}

v1::Event command_failed(Frames frame, int deck, std::uint64_t command_id, const Error& error) {
  return with(event_of(v1::Event::COMMAND_FAILED, frame, deck, command_id,
                       "command " + std::to_string(command_id) + ": " + error.message),
              error);
}

v1::Event output_changed(Frames frame, const std::string& text) {
  return event_of(v1::Event::OUTPUT_CHANGED, frame, -1, 0, text);
}

v1::Event roll_started(Frames frame, int deck, std::uint64_t count) {
  return event_of(
      v1::Event::ROLL_STARTED, frame, deck, 0,
      deck_name(deck) + " repeats its last beat until there is more to play, roll " + std::to_string(count));
}

v1::Event roll_ended(Frames frame, int deck) {
  return event_of(v1::Event::ROLL_ENDED, frame, deck, 0, deck_name(deck) + " goes on");
}

v1::Event fault_began(Frames frame, int deck, const std::string& uri, const Error& error) {
  v1::Event event = event_of(v1::Event::FAULT_BEGAN, frame, deck, 0, deck_name(deck) + ": " + error.message);
  event.set_uri(uri);
  return with(std::move(event), error);
}

v1::Event live_title(Frames frame, int deck, const std::string& uri, const std::string& title) {
  v1::Event event = event_of(v1::Event::LIVE_TITLE, frame, deck, 0, title);
  event.set_uri(uri);
  return event;
}

v1::Event recording_event(v1::Event::Kind kind, Frames frame, const output::Recorder::Status& status) {
  v1::Event event = event_of(kind, frame, -1, 0, status.path);
  return status.error ? with(std::move(event), *status.error) : event;
}

std::optional<v1::Event> analysis_event(const AnalysisNews& news) {
  using Stage = AnalysisNews::Stage;
  if (news.stage == Stage::kQueued) return std::nullopt;
  const std::string label = net::label_of(news.track.uri);
  v1::Event event = event_of(v1::Event::ANALYSIS_DONE, 0, -1, 0, "analysis of " + label);
  event.set_uri(news.track.uri);
  if (news.stage == Stage::kFailed) {
    event.set_kind(v1::Event::ANALYSIS_FAILED);
    return news.error ? with(std::move(event), *news.error) : event;
  }
  v1::Progress& progress = *event.mutable_progress();
  progress.set_task(event.text());
  progress.set_done(std::llround(news.progress * kPerMille));
  progress.set_total(kPerMille);
  progress.set_unit("per mille");
  progress.set_uri(news.track.uri);
  progress.set_ended(news.stage == Stage::kDone);
  if (news.stage == Stage::kRunning) event.set_kind(v1::Event::ANALYSIS_PROGRESS);
  return event;
}

v1::Recording to_message(const output::Recorder::Status& status) {
  v1::Recording recording;
  recording.set_path(status.path);
  recording.set_first_frame(status.first_frame);
  recording.set_frames(status.frames);
  recording.set_dropped_frames(static_cast<std::uint64_t>(status.dropped_frames));
  if (status.error) *recording.mutable_error() = to_message(*status.error);
  return recording;
}

}  // namespace segue::control
