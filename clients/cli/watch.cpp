// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "clients/cli/json.h"
#include "clients/cli/runners.h"
#include "clients/cli/status_text.h"
#include "clients/cli/terminal.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

TextStyle style_of(const Environment& environment) {
  return {environment.has_color, environment.stdout_is_terminal ? environment.terminal_columns : 0};
}

void merge(const v1::WatchResponse::Change& change, v1::State& state) {
  for (const auto& deck : change.decks()) {
    if (deck.deck() >= 1 && deck.deck() <= static_cast<std::uint32_t>(state.decks_size())) {
      *state.mutable_decks(static_cast<int>(deck.deck()) - 1) = deck;
    }
  }
  for (const auto& channel : change.channels()) {
    if (channel.channel() >= 1 && channel.channel() <= static_cast<std::uint32_t>(state.channels_size())) {
      *state.mutable_channels(static_cast<int>(channel.channel()) - 1) = channel;
    }
  }
  if (change.has_master()) *state.mutable_master() = change.master();
  if (change.has_engine()) *state.mutable_engine() = change.engine();
}

std::string change_lines(const v1::WatchResponse::Change& change, const v1::State& state) {
  std::string lines;
  for (const auto& deck : change.decks()) lines += deck_line(state, deck);
  for (const auto& channel : change.channels()) lines += channel_line(channel);
  if (change.has_master()) lines += master_line(change.master());
  if (change.has_engine()) lines += engine_line(change.engine());
  return lines;
}

std::string event_line(const v1::Event& event) {
  std::string line = "frame " + std::to_string(event.frame()) + " " + v1::Event::Kind_Name(event.kind());
  const std::string deck = "deck " + std::to_string(event.deck());
  if (event.deck() > 0 && !event.text().starts_with(deck)) line += " " + deck;
  if (event.command_id() > 0) line += " command " + std::to_string(event.command_id());
  if (!event.text().empty()) line += ": " + one_line(event.text());
  if (event.has_error()) {
    const v1::Error& error = event.error();
    const bool is_told = event.text().find(error.message()) != std::string::npos;
    line += " (" + one_line(is_told ? error.reason() : error.reason() + ": " + error.message()) + ")";
  }
  return line + "\n";
}

// On a terminal the same table is drawn over itself; elsewhere each change is a line, as in a log.
class StateScreen {
 public:
  explicit StateScreen(const Environment& environment)
      : is_terminal_(environment.stdout_is_terminal), style_(style_of(environment)) {}

  Result<void> take(const v1::WatchResponse& response) {
    std::string lines;
    switch (response.news_case()) {
      case v1::WatchResponse::kSnapshot:
        state_ = response.snapshot();
        lines = status_text(state_, style_);
        break;
      case v1::WatchResponse::kChange:
        merge(response.change(), state_);
        lines = change_lines(response.change(), state_);
        break;
      case v1::WatchResponse::kEvent: last_event_ = lines = event_line(response.event()); break;
      case v1::WatchResponse::kResync: lines = "gap: " + one_line(response.resync().cause()) + "\n"; break;
      default: break;
    }
    state_.mutable_engine()->set_frame(response.frame());
    return is_terminal_ ? redraw() : print(lines);
  }

 private:
  // Line wrapping is off meanwhile, so that a long title cannot push the table down.
  Result<void> redraw() {
    const std::string text = status_text(state_, style_) + "\n" + last_event_;
    std::string screen = is_first_ ? "\033[2J" : "";
    screen += "\033[?7l\033[H";
    for (const char c : text) screen += c == '\n' ? std::string("\033[K\n") : std::string(1, c);
    is_first_ = false;
    return print(screen + "\033[J\033[?7h");
  }

  bool is_terminal_ = false;
  TextStyle style_;
  v1::State state_;
  std::string last_event_;
  bool is_first_ = true;
};

std::string level_text(float left_db, float right_db) {
  constexpr float kFloorDb = -99.9F;  // what fits the column; anything below is as good as silent
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%5.1f %5.1f", static_cast<double>(std::max(left_db, kFloorDb)),
                static_cast<double>(std::max(right_db, kFloorDb)));
  return buffer;
}

std::string meter_line(const v1::WatchMetersResponse& meters) {
  char programme[96];
  std::snprintf(programme, sizeof(programme), " dBFS  true peak %5.1f dBTP  limiter %5.1f dB",
                static_cast<double>(std::max(meters.master_true_peak_db(), -99.9F)),
                static_cast<double>(meters.limiter_gain_db()));
  std::string line =
      "master " + level_text(meters.master().peak_left_db(), meters.master().peak_right_db()) + programme;
  for (int i = 0; i < meters.channels_size(); ++i) {
    const v1::Level& level = meters.channels(i);
    line += "  " + std::to_string(i + 1) + " " + level_text(level.peak_left_db(), level.peak_right_db());
  }
  return line;
}

Result<void> watch_state(const Call& call, Session& session) {
  StateScreen screen(call.environment);
  return session.watch([&](const v1::WatchResponse& response) -> Result<void> {
    if (call.invocation.format == Format::kText) return screen.take(response);
    return print(to_json(response, Format::kJsonl));
  });
}

Result<void> watch_events(const Call& call, Session& session) {
  return session.watch([&](const v1::WatchResponse& response) -> Result<void> {
    if (response.has_resync() && !call.invocation.is_quiet) {
      print_message("segue: some events were lost: " + one_line(response.resync().cause()) + "\n");
    }
    if (!response.has_event()) return {};
    const bool is_text = call.invocation.format == Format::kText;
    return print(is_text ? event_line(response.event()) : to_json(response.event(), Format::kJsonl));
  });
}

Result<void> watch_meters(const Call& call, Session& session) {
  const bool is_terminal = call.environment.stdout_is_terminal;
  const auto columns = static_cast<std::size_t>(std::max(1, call.environment.terminal_columns));
  return session.watch_meters(call.invocation.rate_hz, [&](const v1::WatchMetersResponse& meters) -> Result<void> {
    if (call.invocation.format != Format::kText) return print(to_json(meters, Format::kJsonl));
    const std::string line = meter_line(meters);
    return print(is_terminal ? "\r\033[K" + shortened(line, columns) : line + "\n");
  });
}

}  // namespace

Result<int> run_watch(const Call& call, Session& session) {
  const std::string what = call.arguments.empty() ? "state" : call.arguments[0];
  Result<void> watched;
  if (what == "state") {
    watched = watch_state(call, session);
  } else if (what == "events") {
    watched = watch_events(call, session);
  } else if (what == "meters") {
    watched = watch_meters(call, session);
  } else {
    return bad_value("watch: there is state, events and meters, not '" + one_line(what) + "'");
  }
  if (!watched) return tl::unexpected(watched.error());
  return 0;
}

Result<int> run_status(const Call& call, Session& session) {
  const auto state = session.state();
  if (!state) return tl::unexpected(state.error());
  const bool is_text = call.invocation.format == Format::kText;
  const auto printed =
      print(is_text ? status_text(*state, style_of(call.environment)) : to_json(*state, call.invocation.format));
  if (!printed) return tl::unexpected(printed.error());
  return 0;
}

}  // namespace segue::cli
