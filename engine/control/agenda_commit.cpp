// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/control/agenda.h"
#include "engine/control/compile.h"
#include "engine/control/events.h"
#include "engine/control/tickets.h"

// The end of a batch: acknowledged, entered in the books and answered; or given up.
namespace segue::control {

bool Agenda::acknowledge(const render::Commit& commit) {
  if ((commit.ticket & (kInstallTicket | kOwnTicket)) != 0) return false;
  --events_out_;
  if ((commit.ticket & kCancelTicket) != 0) return true;
  const auto found = by_command_.find(commit.ticket);
  if (found == by_command_.end()) return true;
  Batch& batch = *found->second;
  Item& item = batch.items[commit.ticket - batch.id];
  item.commit = commit;
  item.is_acknowledged = true;
  if (--batch.unacknowledged == 0) finish(batch);
  return true;
}

// Render is done with all of the batch.
void Agenda::finish(Batch& batch) {
  const auto count = [&batch](render::Outcome outcome) {
    return std::count_if(batch.items.begin(), batch.items.end(),
                         [outcome](const Item& item) { return item.has_event && item.commit.outcome == outcome; });
  };
  const auto events =
      std::count_if(batch.items.begin(), batch.items.end(), [](const Item& item) { return item.has_event; });
  const auto cancelled = count(render::Outcome::kCancelled);
  const auto too_late = count(render::Outcome::kTooLate);
  if (cancelled == events && events > 0) {
    if (batch.is_cancelled) return drop(batch, Error{Code::kCancelled, "COMMAND_CANCELLED", "cancelled"});
    hold_again(batch);
  } else if (too_late == events && events > 0) {
    drop(batch, Error{Code::kFailedPrecondition, "SCHEDULE_MISSED", "its time passed before it could be done"});
  } else if (count(render::Outcome::kRefused) == events && events > 0) {
    const auto refused =
        std::find_if(batch.items.begin(), batch.items.end(), [](const Item& i) { return i.has_event; });
    drop(batch, refusal_of(*refused));
  } else {
    batch.phase = Batch::Phase::kSent;
    batch.is_cancelled = false;
    if (cancelled + too_late > 0) {
      rebuild_plans(batch.objects);
      send_rest(batch);
    }
    finish_controls();
  }
}

// Commits, in order, the batches that render is done with, or has no part in, and whose frame has come.
void Agenda::finish_controls() {
  Objects busy = 0;
  for (auto next = sent_.begin(); next != sent_.end();) {
    Batch& batch = *next->second;
    const bool is_due = batch.has_events || batch.order <= frame_;
    const bool is_done = batch.phase == Batch::Phase::kSent && batch.unacknowledged == 0 && !batch.has_rest && is_due &&
                         (batch.objects & busy) == 0;
    if (is_done && is_recording_closed(batch)) {
      commit(batch);  // which may end others too
      next = sent_.begin();
      busy = 0;
    } else {
      busy |= batch.objects;
      ++next;
    }
  }
}

bool Agenda::is_recording_closed(Batch& batch) {
  for (Item& item : batch.items) {
    if (!item.command.has_stop_recording()) continue;
    if (!item.is_begun) parts_.recording.end(std::max(batch.wanted, batch.order));
    item.is_begun = true;
    if (!parts_.recording.is_closed()) return false;
  }
  return true;
}

void Agenda::commit(Batch& batch) {
  const auto is_refused = [](const Item& item) { return item.commit.outcome == render::Outcome::kRefused; };
  const auto first = std::find_if(batch.items.begin(), batch.items.end(),
                                  [&](const Item& item) { return item.has_event && !is_refused(item); });
  std::optional<Error> refusal;
  render::Commit common;
  common.frame = first != batch.items.end() ? first->commit.frame : std::max(batch.wanted, batch.order);
  v1::ExecuteResponse response;
  for (Item& item : batch.items) {
    if (!item.has_event) item.commit = common;
    by_command_.erase(item.id);
    if (is_refused(item)) {  // what render did nevertheless is true, but the batch has failed
      refusal = refusal_of(item);
      release_preparations(item, *refusal);
      parts_.journal.dropped(item.id, *refusal);
      continue;
    }
    last_commit_ = std::max(last_commit_, item.commit.frame);
    commit_item(item);
    auto& result = *response.add_results();
    result.set_command_id(item.id);
    result.set_frame(item.commit.frame);
    result.set_committed(true);
    result.set_late_frames(item.commit.late_frames);
  }
  commands_ -= batch.items.size();
  count_decks(batch, -1);
  response.set_revision(parts_.book.revision());
  response.set_epoch(parts_.book.epoch());
  const auto owned = take(sent_, batch);
  for (const Item& item : owned->items) {
    if (!is_refused(item)) announce_commit(item);
  }
  parts_.publisher.touch(owned->objects);
  if (!owned->answer) return;
  if (refusal) return owned->answer(tl::unexpected<Error>(*refusal));
  owned->answer(std::move(response));
}

// Why render did not do it.
Error Agenda::refusal_of(const Item& item) const {
  const bool is_empty = item.deck >= 0 && decks_[static_cast<std::size_t>(item.deck)].committed.track == nullptr;
  const std::string deck = "deck " + std::to_string(item.deck + 1);
  if (is_empty) return {Code::kFailedPrecondition, "DECK_EMPTY", deck + " has no track: load one"};
  return {Code::kInternal, "RENDER_REFUSED", "the mixer had no room for it"};
}

void Agenda::commit_item(Item& item) {
  if (item.deck >= 0) {
    DeckEntry& entry = decks_[static_cast<std::size_t>(item.deck)];
    enter_commit(item.command, item.after, item.commit.frame, entry.committed);
    if (item.has_event) entry.last_commit = std::max(entry.last_commit, item.commit.frame);
    parts_.book.commit_deck(item.deck, entry.committed);
  } else if (item.command.has_start_recording()) {
    const v1::Recording running = to_message(parts_.recording.status());
    parts_.book.commit_recording(&running);
  } else if (item.command.has_stop_recording()) {
    parts_.book.commit_recording(nullptr);
  } else if (item.command.has_cancel()) {
    cancel(item.command.cancel().command_id());
    parts_.book.commit_nothing();
  } else {
    parts_.book.commit_mixer(item.command);
  }
  if (item.command.has_load() || item.command.has_eject()) parts_.book.set_load_error(item.deck, std::nullopt);
  if (item.command.has_load()) {
    parts_.book.add_pending_load(item.deck, -1);
    parts_.tracks.forget(item.id);
  }
  v1::JournalEntry::Committed entry;
  entry.set_command_id(item.id);
  entry.set_frame(item.commit.frame);
  entry.set_late_frames(item.commit.late_frames);
  entry.set_immediate(item.commit.immediate);
  parts_.journal.committed(entry);
}

void Agenda::announce_commit(const Item& item) {
  const Frames frame = item.commit.frame;
  if (item.command.has_load())
    parts_.publisher.announce(track_loaded(frame, item.deck, item.id, item.command.load().uri()));
  if (item.command.has_start_recording()) {
    parts_.publisher.announce(recording_event(v1::Event::RECORDING_STARTED, frame, parts_.recording.status()));
  }
  if (item.command.has_stop_recording()) {
    parts_.publisher.announce(recording_event(v1::Event::RECORDING_STOPPED, frame, parts_.recording.status()));
    parts_.recording.reset();
  }
  if (item.commit.late_frames > 0) {
    parts_.book.count_late_command();
    parts_.publisher.touch(kEngineBit);
    parts_.publisher.announce(command_late(frame, item.deck, item.id, item.commit.late_frames));
  }
}

void Agenda::drop(Batch& batch, const Error& error) {
  const bool was_sent = batch.phase == Batch::Phase::kSent || batch.phase == Batch::Phase::kRecalled;
  if (was_sent) recall_after(batch);  // they were made for what it would have done
  auto owned = take(was_sent ? sent_ : held_, batch);
  if (was_sent) {
    count_decks(*owned, -1);
    rebuild_plans(owned->objects);
  }
  for (Item& item : owned->items) {
    release_preparations(item, error);
    parts_.journal.dropped(item.id, error);
    by_command_.erase(item.id);
  }
  commands_ -= owned->items.size();
  if (error.reason == "SCHEDULE_MISSED") {
    for (std::size_t i = 0; i < owned->items.size(); ++i) parts_.book.count_late_command();
    parts_.publisher.touch(kEngineBit);
  }
  parts_.publisher.touch(owned->objects);
  if (owned->answer) owned->answer(tl::unexpected<Error>(error));
}

// Gives back what was prepared for the item, and tells why nothing came of it.
void Agenda::release_preparations(Item& item, const Error& error) {
  if (item.stretcher != nullptr) parts_.stretchers.release(item.stretcher);
  item.stretcher = nullptr;
  if (item.command.has_start_recording() && item.is_begun) parts_.recording.reset();
  const Result<Track>* load = item.command.has_load() ? parts_.tracks.outcome(item.id) : nullptr;
  const bool is_failed_load = load != nullptr && !*load;
  if (is_failed_load) {
    const Error named = fail_at("deck " + std::to_string(item.deck + 1), load->error()).value();
    parts_.book.set_load_error(item.deck, named);
    parts_.publisher.announce(load_failed(frame_, item.deck, item.id, named));
  } else {
    parts_.publisher.announce(command_failed(frame_, item.deck, item.id, error));
  }
  if (item.command.has_load()) {
    parts_.book.add_pending_load(item.deck, -1);
    parts_.tracks.forget(item.id);
  }
}

void Agenda::close() {
  const Error error{Code::kUnavailable, "ENGINE_STOPPED", "the engine stops"};
  while (!sent_.empty()) drop(*sent_.rbegin()->second, error);
  while (!held_.empty()) drop(*held_.begin()->second, error);
}

void Agenda::cancel(std::uint64_t command_id) {
  const auto found = by_command_.find(command_id);
  if (found == by_command_.end()) return;  // it has fired meanwhile
  Batch& batch = *found->second;
  if (batch.phase == Batch::Phase::kHeld || batch.phase == Batch::Phase::kPriming) {
    return drop(batch, Error{Code::kCancelled, "COMMAND_CANCELLED", "cancelled"});
  }
  if (!batch.has_events) return drop(batch, Error{Code::kCancelled, "COMMAND_CANCELLED", "cancelled"});
  if (batch.phase == Batch::Phase::kSent && !is_near(batch) && push_cancels(batch)) {
    recall_after(batch);
    rebuild_plans(batch.objects);
  }
  batch.is_cancelled = batch.phase == Batch::Phase::kRecalled;
}

}  // namespace segue::control
