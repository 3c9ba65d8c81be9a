// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/deck_analysis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/log.h"
#include "engine/net/url.h"

namespace segue::control {
namespace {

// Of the audio thread's time, from and until when decks have the machine for themselves.
constexpr double kLoadHigh = 0.6;
constexpr double kLoadLow = 0.45;
constexpr std::chrono::seconds kLoadTime{5};  // that a load has the machine for itself: a server may never answer
constexpr double kNoticedS = 0.001;  // less than this nobody hears

// Seconds by which the beat nearest to a place moves from one grid to another.
double moved_s(const model::BeatGrid& from, const model::BeatGrid& to, double at_s) {
  const auto nearest = [at_s](const model::BeatGrid& grid) {
    return grid.seconds_of_beat(std::round(grid.beat_at(at_s)));
  };
  return std::abs(nearest(from) - nearest(to));
}

v1::AnalysisProgress progress_of(const AnalysisNews& news) {
  v1::AnalysisProgress message;
  using Stage = AnalysisNews::Stage;
  switch (news.stage) {
    case Stage::kQueued: message.set_state(v1::AnalysisProgress::QUEUED); break;
    case Stage::kRunning: message.set_state(v1::AnalysisProgress::RUNNING); break;
    case Stage::kDone: message.set_state(v1::AnalysisProgress::DONE); break;
    case Stage::kFailed: message.set_state(v1::AnalysisProgress::FAILED); break;
  }
  message.set_progress(news.progress);
  const bool is_whole = news.analysis != nullptr && news.analysis->is_final;
  message.set_is_final(is_whole && (news.stage == Stage::kDone || !news.is_from_library));
  if (news.error) *message.mutable_error() = to_message(*news.error);
  return message;
}

}  // namespace

DeckAnalysis::DeckAnalysis(Parts parts)
    : parts_(std::move(parts)),
      entries_(static_cast<std::size_t>(parts_.config.engine.decks)),
      self_(std::make_shared<DeckAnalysis*>(this)) {}

DeckAnalysis::~DeckAnalysis() {
  for (const Entry& entry : entries_) {
    if (entry.ask != 0) parts_.queue->withdraw(entry.ask);
  }
}

void DeckAnalysis::look(const render::Snapshot& now, int loads, Nanoseconds time) {
  if (parts_.queue == nullptr) return;
  if (loads > loads_) loading_since_ = time;
  loads_ = loads;
  const bool is_loading = loads > 0 && time - loading_since_ < kLoadTime;
  const bool is_held = is_loading || load_ > (is_held_ ? kLoadLow : kLoadHigh);
  if (is_held != is_held_) parts_.queue->hold(is_held);
  is_held_ = is_held;
  for (int deck = 0; deck < parts_.config.engine.decks; ++deck) look_at(deck, now);
}

void DeckAnalysis::look_at(int deck, const render::Snapshot& now) {
  const DeckPlan& plan = parts_.agenda.committed(deck);
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  if (entry.load_id != plan.load_id) begin(deck, plan);
  if (plan.track == nullptr || plan.track->is_live()) return;
  listen_again(deck, plan);
  keep_grid(deck, plan);
  const bool plays = now.decks[static_cast<std::size_t>(deck)].state == render::DeckState::kPlaying;
  const Urgency urgency = plays ? Urgency::kPlaying : Urgency::kLoaded;
  if (entry.ask != 0 && urgency != entry.urgency) parts_.queue->set_urgency(entry.ask, urgency);
  entry.urgency = urgency;
  if (entry.is_behind && !entry.is_adopting) adopt(deck, plan, now);
}

// Another track: what was asked for the one before is given up.
void DeckAnalysis::begin(int deck, const DeckPlan& plan) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  if (entry.ask != 0) parts_.queue->withdraw(entry.ask);
  entry = Entry{};
  entry.load_id = plan.load_id;
  parts_.book.set_analysis(deck, nullptr);
  if (plan.track == nullptr || plan.track->is_live()) return;
  ask(deck, {.uri = plan.track->facts().uri,
                   .urgency = Urgency::kLoaded,
                   .is_library_only = !parts_.config.analysis.on_load});
}

void DeckAnalysis::ask(int deck, const AnalysisQueue::Request& request) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const std::uint64_t number = entry.number = ++last_number_;
  const auto asked = parts_.queue->ask(
      request, [inbox = parts_.inbox, weak = std::weak_ptr(self_), deck, number](const AnalysisNews& news) {
        inbox->post([weak, deck, number, news] {
          const auto self = weak.lock();
          if (self != nullptr) (*self)->hear(deck, number, news);
        });
      });
  entry.ask = asked ? *asked : 0;
  entry.news = {};
  entry.news.track.uri = request.uri;
  const v1::AnalysisProgress message = progress_of(entry.news);
  if (asked) parts_.book.set_analysis(deck, &message);
  parts_.publisher.touch(deck_bit(deck));
}

void DeckAnalysis::hear(int deck, std::uint64_t number, const AnalysisNews& news) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  if (entry.number != number) return;  // of what was asked before
  entry.news = news;
  entry.is_behind = true;
  entry.answers.take(news.analysis);
  if (news.marks != nullptr) entry.answers.marks = news.marks;
  // With nothing but the library asked, a track that is not in it is no failure.
  const bool is_unknown = news.error && news.error->reason == "NOT_ANALYSED";
  const v1::AnalysisProgress message = progress_of(news);
  parts_.book.set_analysis(deck, is_unknown ? nullptr : &message);
  parts_.publisher.touch(deck_bit(deck));
  if (news.stage == AnalysisNews::Stage::kDone || news.stage == AnalysisNews::Stage::kFailed) entry.ask = 0;
}

void DeckAnalysis::listen_again(int deck, const DeckPlan& plan) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  if (plan.knowledge.again == nullptr || plan.knowledge.again == entry.again) return;
  entry.again = plan.knowledge.again;
  if (entry.ask != 0) parts_.queue->withdraw(entry.ask);
  AnalysisQueue::Request request{.uri = plan.track->facts().uri, .urgency = entry.urgency, .is_forced = true};
  if (entry.again->bpm_min() > 0) request.hint.bpm_min = entry.again->bpm_min();
  if (entry.again->bpm_max() > 0) request.hint.bpm_max = entry.again->bpm_max();
  request.hint.bpm = entry.again->bpm();
  ask(deck, request);
}

// What the user has set or edited is kept with the track; what he has reset is forgotten there.
void DeckAnalysis::keep_grid(int deck, const DeckPlan& plan) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const bool is_users = plan.grid_origin == GridOrigin::kUser || plan.grid_origin == GridOrigin::kMarks;
  const bool is_new = plan.grid_origin == GridOrigin::kUser && plan.grid != entry.kept;
  const bool is_reset = entry.is_users && !is_users;
  entry.is_users = is_users;
  if (!is_new && !is_reset) return;
  entry.kept = is_new ? plan.grid : nullptr;
  std::optional<model::BeatGrid> grid;
  if (is_new) grid = *plan.grid;
  TrackIdentity track = entry.news.track;
  track.uri = plan.track->facts().uri;
  parts_.queue->write(track.uri, [track, grid](AnalysisStore& store) {
    if (const auto kept = store.put_grid(track, grid); !kept) {
      log::error("grid_not_kept", {{"track", net::label_of(track.uri)}, {"message", kept.error().message}});
    }
  });
}

void DeckAnalysis::adopt(int deck, const DeckPlan& plan, const render::Snapshot& now) {
  if (adopt_marks(deck, plan, now)) return;
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  v1::AdoptAnalysis command = facts_message(entry.answers);
  const std::string facts = command.SerializeAsString();
  const auto& best = entry.answers.rhythm;
  const bool has_new_grid = best != nullptr && best != entry.adopted_grid && !best->rhythm.grid.empty();
  if (has_new_grid && is_safe(deck, best->rhythm.grid, plan, now)) {
    put_grid(best->rhythm.grid,
             entry.news.is_from_library ? v1::AdoptAnalysis::LIBRARY : v1::AdoptAnalysis::ANALYSIS, command);
    entry.adopted_grid = best;
  } else if (facts == entry.adopted || facts.empty()) {
    entry.is_behind = has_new_grid;
    return;
  }
  entry.adopted = facts;
  send(deck, std::move(command));
}

// The user's own grid comes before everything else. True if it is on its way, or waits for its moment.
bool DeckAnalysis::adopt_marks(int deck, const DeckPlan& plan, const render::Snapshot& now) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  const auto& marks = entry.answers.marks;
  if (entry.has_marks_grid || marks == nullptr || !marks->grid || marks->grid->empty()) return false;
  if (plan.grid_origin == GridOrigin::kUser) {  // he has set another one meanwhile
    entry.has_marks_grid = true;
    return false;
  }
  if (!is_safe(deck, *marks->grid, plan, now)) return true;
  v1::AdoptAnalysis command = facts_message(entry.answers);
  entry.adopted = command.SerializeAsString();
  put_grid(*marks->grid, v1::AdoptAnalysis::MARKS, command);
  entry.has_marks_grid = true;
  send(deck, std::move(command));
  return true;
}

bool DeckAnalysis::is_safe(int deck, const model::BeatGrid& grid, const DeckPlan& plan,
                           const render::Snapshot& now) const {
  const render::DeckSnapshot& sound = now.decks[static_cast<std::size_t>(deck)];
  if (sound.is_rolling) return false;  // it goes on, on a beat
  const double here_s = sound.position / parts_.config.engine.sample_rate_hz;
  const double bar_s = grid.beats_per_bar * 60 / grid.bpm_at(here_s) / std::max(sound.rate, 0.1);
  const auto bar = static_cast<Frames>(bar_s * parts_.config.engine.sample_rate_hz);
  if (parts_.agenda.is_settled(deck, now.frame + bar)) return true;
  // What render has of the deck's was made for the grid as it is.
  if (!parts_.agenda.is_settled(deck, -1)) return false;
  if (plan.grid == nullptr) return false;
  // Two grids meet somewhere: they are alike only if they still are a bar later.
  return std::max(moved_s(*plan.grid, grid, here_s), moved_s(*plan.grid, grid, here_s + bar_s)) < kNoticedS;
}

void DeckAnalysis::send(int deck, v1::AdoptAnalysis command) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  entry.is_adopting = true;
  command.set_deck(static_cast<std::uint32_t>(deck) + 1);
  command.set_uri(parts_.agenda.committed(deck).track->facts().uri);
  parts_.adopt(std::move(command), [weak = std::weak_ptr(self_), deck, load_id = entry.load_id](const Result<void>& done) {
    const auto self = weak.lock();
    if (self != nullptr) (*self)->settle(deck, load_id, done);
  });
}

void DeckAnalysis::settle(int deck, std::uint64_t load_id, const Result<void>& done) {
  Entry& entry = entries_[static_cast<std::size_t>(deck)];
  if (entry.load_id != load_id) return;
  entry.is_adopting = false;
  if (done) return;
  if (done.error().code == Code::kResourceExhausted) {  // too much was going on: once more
    entry.adopted.clear();
    entry.adopted_grid = nullptr;
    entry.has_marks_grid = false;
    return;
  }
  log::error("analysis_not_adopted", {{"deck", deck + 1}, {"message", done.error().message}});
}

}  // namespace segue::control
