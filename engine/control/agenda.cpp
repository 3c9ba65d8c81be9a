// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/agenda.h"

#include <algorithm>
#include <bit>

#include "engine/control/compile.h"

namespace segue::control {

Agenda::Agenda(const Parts& parts)
    : parts_(parts),
      sample_rate_hz_(parts.config.engine.sample_rate_hz),
      decks_(static_cast<std::size_t>(parts.config.engine.decks)) {}

// --- acceptance

Result<void> Agenda::check(const Batch& batch) const {
  // What is for now has room of its own: a full schedule must not keep anybody from pausing or cancelling.
  const int room = model::kEventsPendingMax + (batch.is_now() ? model::kCommandQueueMax : 0);
  if (commands_ + batch.items.size() > static_cast<std::size_t>(room)) {
    return fail(Code::kResourceExhausted, "SCHEDULE_FULL", "4,096 commands wait already; cancel some, or wait");
  }
  // What cannot be foreseen, because other batches will change the deck first, is checked when the time comes.
  Objects unsure = under_way_before(batch);
  std::vector<DeckPlan> plans;
  for (const DeckEntry& entry : decks_) plans.push_back(entry.plan);
  bool records = parts_.recording.is_busy() || (unsure & kRecordingBit) != 0;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const Item& item = batch.items[i];
    Result<void> checked;
    if (item.deck >= 0) checked = check_deck_command(batch, item, plans, unsure);
    if (item.command.has_start_recording() || item.command.has_stop_recording()) {
      if ((unsure & kRecordingBit) == 0) checked = check_recording(item, records);
    }
    if (item.command.has_cancel() && find(item.command.cancel().command_id()) == nullptr) {
      checked = fail(Code::kNotFound, "COMMAND_UNKNOWN", "cancel.command_id: no such command is pending");
    }
    if (!checked) return fail_at("commands[" + std::to_string(i) + "]", checked.error());
  }
  return {};
}

Objects Agenda::under_way_before(const Batch& batch) const {
  Objects objects = 0;
  for (const auto* batches : {&held_, &sent_}) {
    for (const auto& [order, other] : *batches) {
      if (order <= order_of(batch)) objects |= other->objects;
    }
  }
  return objects;
}

Result<void> Agenda::check_deck_command(const Batch& batch, const Item& item, std::vector<DeckPlan>& plans,
                                        Objects& unsure) const {
  const auto deck = static_cast<std::size_t>(item.deck);
  if (item.command.has_load()) {
    // What plays now says nothing of a load's later time.
    const bool is_sure = compile_frame(batch) == frame_ && (unsure & deck_bit(item.deck)) == 0;
    unsure |= deck_bit(item.deck);
    return is_sure ? check_lock(item, plans[deck], frame_) : Result<void>{};
  }
  if ((unsure & deck_bit(item.deck)) != 0) return {};
  if (item.command.has_reanalyze() && parts_.config.analysis.threads == 0) {
    return fail(Code::kFailedPrecondition, "ANALYSIS_OFF", "reanalyze: nothing is analysed here");
  }
  CompileAt at;
  at.frame = compile_frame(batch);
  at.sample_rate_hz = sample_rate_hz_;
  const auto compiled = compile_deck(item.command, at, plans[deck]);
  if (!compiled) return tl::unexpected<Error>(compiled.error());
  if (item.command.has_seek() && item.command.seek().to_case() == v1::Seek::kSeconds) {
    const rt::TrackPages& pages = plans[deck].track->pages();
    if (pages.length_is_final() &&
        item.command.seek().seconds() * sample_rate_hz_ > 0.5 + static_cast<double>(pages.length())) {
      return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE", "seek.seconds: lies beyond the end of the track");
    }
  }
  return {};
}

Result<void> Agenda::check_lock(const Item& item, const DeckPlan& plan, Frames frame) const {
  if (!parts_.config.engine.load_lock || item.command.load().force()) return {};
  if (plan.track == nullptr || !plan.is_playing) return {};
  const rt::TrackPages& pages = plan.track->pages();
  if (pages.length_is_final() && plan.path.at(frame) >= static_cast<double>(pages.length())) return {};
  return fail(Code::kFailedPrecondition, "DECK_LOCKED",
              "load: deck " + std::to_string(item.deck + 1) + " is audible and load_lock is on: use force");
}

Result<void> Agenda::check_recording(const Item& item, bool& runs) const {
  const bool starts = item.command.has_start_recording();
  if (starts && runs)
    return fail(Code::kFailedPrecondition, "RECORDING_RUNS", "start_recording: a recording runs already");
  if (!starts && !runs)
    return fail(Code::kFailedPrecondition, "RECORDING_STOPPED", "stop_recording: no recording runs");
  runs = starts;
  return {};
}

const Batch* Agenda::find(std::uint64_t command_id) const {
  const auto found = by_command_.find(command_id);
  return found == by_command_.end() ? nullptr : found->second;
}

// Somebody who loads or ejects does not want to wait for the load he gave up.
void Agenda::supersede_loads(const Batch& by) {
  if (!by.is_now()) return;
  Objects decks = 0;
  for (const Item& item : by.items) {
    if (item.command.has_load() || item.command.has_eject()) decks |= deck_bit(item.deck);
  }
  const auto is_of_track = [](const Item& item) {
    const v1::Command& command = item.command;
    return command.has_load() || command.has_play() || command.has_pause() || command.has_cue() || command.has_stop() ||
           command.has_seek() || command.has_set_grid() || command.has_edit_grid() || command.has_reanalyze() ||
           command.has_adopt_analysis();
  };
  Objects given_up = 0;
  for (auto next = held_.begin(); next != held_.end();) {
    Batch& batch = *next->second;
    ++next;
    const bool is_one_deck = (batch.objects & decks) == batch.objects && std::has_single_bit(batch.objects);
    if (!is_one_deck || !batch.is_now() || !std::all_of(batch.items.begin(), batch.items.end(), is_of_track)) continue;
    const bool is_opening = std::any_of(batch.items.begin(), batch.items.end(), [this](const Item& item) {
      return item.command.has_load() && parts_.tracks.outcome(item.id) == nullptr;
    });
    if (!is_opening && (batch.objects & given_up) == 0) continue;
    given_up |= batch.objects;
    drop(batch, Error{Code::kAborted, "LOAD_SUPERSEDED", "another track was loaded, or the deck ejected, meanwhile"});
  }
}

void Agenda::add(std::unique_ptr<Batch> batch) {
  supersede_loads(*batch);
  for (Item& item : batch->items) {
    by_command_[item.id] = batch.get();
    if (!item.command.has_load()) continue;
    parts_.book.add_pending_load(item.deck, 1);
    parts_.publisher.touch(deck_bit(item.deck));
    parts_.tracks.begin(item.id, item.command.load().uri());
  }
  commands_ += batch->items.size();
  const Order order = order_of(*batch);
  held_.emplace(order, std::move(batch));
}

// --- each step

void Agenda::observe(const render::Snapshot& snapshot, Nanoseconds now) {
  snapshot_ = snapshot;
  frame_ = snapshot.frame;
  now_ = now;
  for (std::size_t i = 0; i < decks_.size(); ++i) {
    if (decks_[i].sent == 0) settle_plan(i);
  }
}

// Nothing is under way: what was committed is what will be, moving as the snapshot says.
void Agenda::settle_plan(std::size_t deck) {
  DeckPlan& plan = decks_[deck].plan;
  const render::DeckSnapshot& sound = snapshot_.decks[deck];
  plan = decks_[deck].committed;
  if (sound.load_id != plan.load_id) return;
  plan.is_playing = sound.state == render::DeckState::kPlaying;
  plan.is_cue_held = plan.is_cue_held && plan.is_playing;
  plan.path = {sound.anchor_frame, sound.anchor_position, sound.anchor_rate};
  plan.has_ended = sound.state == render::DeckState::kEnded;
}

void Agenda::advance() {
  for (const auto& [order, batch] : sent_) {
    if (batch->has_rest) send_rest(*batch);
  }
  finish_controls();
  const Frames horizon = frame_ + static_cast<Frames>(model::kEventHorizonMs) * sample_rate_hz_ / 1000;
  Objects blocked = 0;
  for (auto next = held_.begin(); next != held_.end() && next->second->order <= horizon;) {
    Batch& batch = *next->second;
    ++next;  // `batch` may leave
    if ((batch.objects & blocked) != 0 || batch.phase == Batch::Phase::kPriming) {
      blocked |= batch.objects;
      continue;
    }
    Error error;
    Readiness readiness = prepare(batch, error);
    if (readiness == Readiness::kReady && recall_after(batch)) readiness = prepare(batch, error);
    if (readiness == Readiness::kFailed) {
      drop(batch, error);
    } else if (readiness == Readiness::kWaits || !send(batch)) {
      blocked |= batch.objects;
    }
  }
  finish_controls();
}

bool Agenda::is_behind(Frames frame) const {
  return std::any_of(held_.begin(), held_.end(), [frame](const auto& entry) { return entry.second->order < frame; });
}

bool Agenda::is_settled(int deck, Frames until) const {
  if (decks_[static_cast<std::size_t>(deck)].sent > 0) return false;
  for (const auto& [order, batch] : held_) {
    if (order.first > until) break;
    for (const Item& item : batch->items) {
      if (item.deck == deck && needs_beats(item.command)) return false;
    }
  }
  return true;
}

Frames Agenda::compile_frame(const Batch& batch) const {
  return batch.is_now() ? frame_ : std::max(batch.wanted, frame_);
}

}  // namespace segue::control
