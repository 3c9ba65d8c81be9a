// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/deck_watch.h"

#include <algorithm>
#include <cmath>

#include "engine/control/events.h"
#include "engine/control/tickets.h"

namespace segue::control {
namespace {

constexpr Nanoseconds kTellUnderrunsEvery = std::chrono::seconds(1);
constexpr Nanoseconds kTellNetworkEvery = std::chrono::milliseconds(250);  // a bar on a screen moves smoothly
constexpr double kLiveAheadS = 3;  // of a live source before a deck goes on with it

bool is_same(const render::SetBeats& a, const render::SetBeats& b) {
  // Another anchor is the same grid if a whole number of beats lies between.
  const double beats = b.length > 0 ? (a.anchor - b.anchor) / b.length : 0;
  return a.load_id == b.load_id && a.length == b.length && std::abs(beats - std::round(beats)) < 1e-6;
}

}  // namespace

DeckWatch::DeckWatch(Parts parts)
    : parts_(std::move(parts)), entries_(static_cast<std::size_t>(parts_.config.engine.decks)) {}

void DeckWatch::look(const render::Snapshot& before, const render::Snapshot& now) {
  const Nanoseconds time = parts_.clock.monotonic();
  const bool tells_network = time - network_told_at_ >= kTellNetworkEvery;
  if (tells_network) network_told_at_ = time;
  for (int deck = 0; deck < parts_.config.engine.decks; ++deck) {
    const auto at = static_cast<std::size_t>(deck);
    Entry& entry = entries_[at];
    const std::uint64_t load_id = parts_.agenda.committed(deck).load_id;
    const bool is_other = entry.load_id != load_id;
    if (is_other) {
      const auto told = entry.told_underruns;
      const auto told_at = entry.underruns_told_at;
      entry = Entry{};
      entry.told_underruns = told;
      entry.underruns_told_at = told_at;
      entry.load_id = load_id;
    }
    look_at(deck, before.decks[at], now.decks[at], now.frame);
    if (tells_network || is_other) tell_network(deck, now.frame);
  }
}

void DeckWatch::look_at(int deck, const render::DeckSnapshot& before, const render::DeckSnapshot& now, Frames frame) {
  const bool has_moved = before.state != now.state || before.load_id != now.load_id ||
                         before.anchor_frame != now.anchor_frame || before.anchor_position != now.anchor_position ||
                         before.anchor_rate != now.anchor_rate || before.is_rolling != now.is_rolling;
  if (has_moved || before.underruns != now.underruns) parts_.publisher.touch(deck_bit(deck));
  if (before.ends != now.ends) {
    parts_.publisher.announce(track_ended(now.anchor_frame, deck, parts_.book.read_deck(deck).uri()));
  }
  tell_underruns(deck, now);
  tell_roll(deck, before, now, frame);
  tell_beats(deck, now);
  bring_back(deck, now);
}

// A deck that starves does so many times a second; the newest count is told once a second.
void DeckWatch::tell_underruns(int deck, const render::DeckSnapshot& now) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const Nanoseconds time = parts_.clock.monotonic();
  if (entry.told_underruns == now.underruns) return;
  if (entry.told_underruns > 0 && time - entry.underruns_told_at < kTellUnderrunsEvery) return;
  entry.told_underruns = now.underruns;
  entry.underruns_told_at = time;
  parts_.publisher.announce(underrun(now.last_underrun_frame, deck, now.underruns));
}

void DeckWatch::tell_roll(int deck, const render::DeckSnapshot& before, const render::DeckSnapshot& now, Frames frame) {
  const bool began = now.rolls != before.rolls;
  if (before.is_rolling && (!now.is_rolling || began)) parts_.publisher.announce(roll_ended(frame, deck));
  if (began) parts_.publisher.announce(roll_started(now.last_underrun_frame, deck, now.rolls));
  if (began && !now.is_rolling) parts_.publisher.announce(roll_ended(frame, deck));
}

void DeckWatch::tell_beats(int deck, const render::DeckSnapshot& now) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const DeckPlan& plan = parts_.agenda.committed(deck);
  if (plan.grid == nullptr || plan.load_id != now.load_id || now.state == render::DeckState::kEmpty) return;
  const int rate = parts_.config.engine.sample_rate_hz;
  const double here_s = now.position / rate;
  const double beat = std::floor(plan.grid->beat_at(here_s));
  const double bpm = plan.grid->bpm_at(here_s);
  if (!(bpm > 0)) return;
  const render::SetBeats beats{plan.load_id, plan.grid->seconds_of_beat(beat) * rate, 60.0 / bpm * rate};
  if (is_same(entry.beats, beats)) return;
  render::Event event;
  event.ticket = kOwnTicket;
  event.target = static_cast<std::uint8_t>(deck);
  event.action = beats;
  if (parts_.events.try_push(event)) entry.beats = beats;
}

void DeckWatch::tell_network(int deck, Frames frame) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const DeckPlan& plan = parts_.agenda.committed(deck);
  if (plan.track == nullptr) return;
  DeckNetwork network{plan.track->fetch(), plan.track->trouble(), plan.track->is_live(), plan.track->live_title()};
  const std::optional<std::string> trouble =
      network.trouble ? std::optional<std::string>(network.trouble->reason) : std::nullopt;
  // What happens on the network is told by the fetcher, with its end.
  const bool is_file = network.fetch.state == stream::FetchStatus::State::kLocal;
  if (is_file && trouble && trouble != entry.trouble) {
    parts_.publisher.announce(fault_began(frame, deck, plan.track->facts().uri, *network.trouble));
  }
  entry.trouble = trouble;
  if (network.live_title != entry.live_title) {
    entry.live_title = network.live_title;
    parts_.publisher.announce(live_title(frame, deck, plan.track->facts().uri, network.live_title));
  }
  if (parts_.book.set_network(deck, network)) parts_.publisher.touch(deck_bit(deck));
}

// While it rolls the playhead goes on, and so does the end of a live source: it would never get there.
void DeckWatch::bring_back(int deck, const render::DeckSnapshot& now) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const DeckPlan& plan = parts_.agenda.committed(deck);
  if (plan.track == nullptr || !plan.track->is_live() || plan.load_id != now.load_id || !now.is_rolling) {
    entry.live_dry_at.reset();
    entry.has_asked_back = false;
    return;
  }
  const rt::TrackPages& pages = plan.track->pages();
  const auto ahead = static_cast<Frames>(kLiveAheadS * parts_.config.engine.sample_rate_hz);
  if (!entry.live_dry_at) {
    const render::Trajectory path{now.anchor_frame, now.anchor_position, now.anchor_rate};
    entry.live_dry_at = std::min(pages.length(), static_cast<Frames>(path.at(now.last_underrun_frame)));
  }
  if (entry.has_asked_back || !pages.has(*entry.live_dry_at, *entry.live_dry_at + ahead)) return;
  if (pages.length() < *entry.live_dry_at + ahead) return;  // beyond the end counts as there
  entry.has_asked_back = true;
  parts_.seek(deck, static_cast<double>(*entry.live_dry_at) / parts_.config.engine.sample_rate_hz,
              [&entry] { entry.has_asked_back = false; });
}

}  // namespace segue::control
