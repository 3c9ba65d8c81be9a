// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "engine/control/agenda.h"
#include "engine/control/compile.h"
#include "engine/render/renderer.h"

// Preparing a batch: everything that must be there before render can do it on one frame.
namespace segue::control {
namespace {

// What a start or a jump needs from its place on: 100 ms for the ear of a person who waits, or what a stretcher reads
// ahead (three quarters of a second); and the pre-roll before it.
constexpr double kPagesAheadS = 0.1;
constexpr double kStretcherAheadS = 1.0;
constexpr double kPagesBeforeS = 0.02;
constexpr double kStretcherBeforeS = 0.5;  // what it hears to settle before it sounds
// A stream that delivers nothing for this long will not do so soon; the deck starts and fades in when pages come.
constexpr Nanoseconds kPagesPatience = std::chrono::seconds(5);
// Time for the file of a recording to open, when it is to begin at once.
constexpr double kRecordingLeadS = 0.02;
constexpr double kLateLeadMs = 5;  // blocks rendered since control has looked last

}  // namespace

Agenda::Readiness Agenda::prepare(Batch& batch, Error& error) {
  if (!batch.is_now() && frame_ - batch.wanted > batch.late_max) {
    error = Error{Code::kFailedPrecondition, "SCHEDULE_MISSED", "its time passed before it could be done"};
    return Readiness::kFailed;
  }
  if (const Readiness loads = await_loads(batch, error); loads != Readiness::kReady) return loads;
  if (const Readiness file = await_file(batch, error); file != Readiness::kReady) return file;
  if (const Readiness compiled = compile(batch, error); compiled != Readiness::kReady) return compiled;
  if (const Readiness pages = await_pages(batch); pages != Readiness::kReady) return pages;
  return prime(batch);
}

Agenda::Readiness Agenda::await_loads(Batch& batch, Error& error) const {
  for (const Item& item : batch.items) {
    if (!item.command.has_load()) continue;
    const Result<Track>* outcome = parts_.tracks.outcome(item.id);
    if (outcome == nullptr) return Readiness::kWaits;
    if (*outcome) continue;
    error = fail_at("deck " + std::to_string(item.deck + 1), outcome->error()).value();
    return Readiness::kFailed;
  }
  return Readiness::kReady;
}

Agenda::Readiness Agenda::await_file(Batch& batch, Error& error) {
  for (Item& item : batch.items) {
    if (!item.command.has_start_recording()) continue;
    if (!item.is_begun) {
      if (parts_.recording.is_busy()) {
        error = Error{Code::kFailedPrecondition, "RECORDING_RUNS", "start_recording: a recording runs already"};
        return Readiness::kFailed;
      }
      if (batch.is_now()) {
        batch.is_immediate = true;
        batch.wanted = frame_ + static_cast<Frames>(kRecordingLeadS * sample_rate_hz_);
        batch.late_max = INT64_MAX;
      }
      item.is_begun = true;
      parts_.recording.open(item.command.start_recording().path(), batch.wanted);
    }
    const Result<void>* outcome = parts_.recording.outcome();
    if (outcome == nullptr) return Readiness::kWaits;
    if (*outcome) {
      // The disk took longer than that: it begins with what is heard now, not with silence in place of what is gone.
      if (batch.is_immediate && batch.wanted < frame_) batch.wanted = frame_ + frames_in(kLateLeadMs, sample_rate_hz_);
      continue;
    }
    error = outcome->error();
    parts_.recording.reset();
    item.is_begun = false;
    return Readiness::kFailed;
  }
  return Readiness::kReady;
}

// Compiles all items against the plans as they will be, without changing those yet.
Agenda::Readiness Agenda::compile(Batch& batch, Error& error) {
  std::array<DeckPlan*, model::kDecksMax> newest{};  // of each deck, within this batch
  Objects replaced = decks_replaced_at(batch);
  for (Item& item : batch.items) {
    Compiled compiled;
    if (item.deck >= 0) {
      DeckPlan*& latest = newest[static_cast<std::size_t>(item.deck)];
      item.before = latest != nullptr ? *latest : decks_[static_cast<std::size_t>(item.deck)].plan;
      item.after = item.before;
      if (item.command.has_load()) {
        if (const auto open = check_lock(item, item.before, compile_frame(batch)); !open) {
          error = open.error();
          return Readiness::kFailed;
        }
      }
      CompileAt at{compile_frame(batch), sample_rate_hz_, item.id, nullptr};
      if (item.command.has_load()) at.loaded = **parts_.tracks.outcome(item.id);
      auto result = compile_deck(item.command, at, item.after);
      if (!result) {
        error = result.error();
        return Readiness::kFailed;
      }
      compiled = *result;
      latest = &item.after;
    } else {
      compiled = compile_mixer(item.command);
    }
    // Two tracks cannot both be faded in before one frame: the later begins on it.
    const bool replaces = item.command.has_load() || item.command.has_eject();
    item.is_immediate = batch.is_immediate || (replaces && (replaced & deck_bit(item.deck)) != 0);
    if (replaces) replaced |= deck_bit(item.deck);
    item.has_event = compiled.action.has_value();
    if (compiled.action) item.action = *compiled.action;
    item.target = compiled.target;
    item.sounds_from = compiled.sounds_from;
  }
  return Readiness::kReady;
}

// Decks whose track changes on the batch's frame already, by batches that render has.
Objects Agenda::decks_replaced_at(const Batch& batch) const {
  Objects decks = 0;
  for (auto at = sent_.lower_bound({batch.order, 0}); at != sent_.end() && at->first < order_of(batch); ++at) {
    for (const Item& item : at->second->items) {
      if (item.command.has_load() || item.command.has_eject()) decks |= deck_bit(item.deck);
    }
  }
  return decks;
}

// What must be there for an item that sounds from a place of its track.
stream::WantedRange Agenda::pages_needed(const Item& item) const {
  const bool stretches = item.after.needs_stretcher();
  const auto frames = [this](double seconds) { return static_cast<Frames>(seconds * sample_rate_hz_); };
  const auto place = static_cast<Frames>(*item.sounds_from);
  const double ahead_s = stretches ? kStretcherAheadS : kPagesAheadS * std::max(1.0, item.after.rate());
  return {place - frames(stretches ? kStretcherBeforeS : kPagesBeforeS), place + frames(ahead_s)};
}

// Pages stay while a stretcher is primed from them.
void Agenda::want_places() {
  for (const auto& [order, batch] : held_) {
    if (batch->phase != Batch::Phase::kPriming) continue;
    for (const Item& item : batch->items) {
      if (item.sounds_from && item.after.track != nullptr) parts_.tracks.want(item.after.track, pages_needed(item));
    }
  }
}

Agenda::Readiness Agenda::await_pages(Batch& batch) {
  bool waits = false;
  for (const Item& item : batch.items) {
    if (!item.sounds_from || item.after.track == nullptr) continue;
    const auto [from, to] = pages_needed(item);
    if (item.after.track->pages().has(from, to)) continue;
    if (parts_.waits_for_pages) {
      parts_.tracks.wait_for(item.after.track, {from, to});
      continue;
    }
    parts_.tracks.want(item.after.track, {from, to + sample_rate_hz_});
    waits = true;
  }
  if (!waits) return Readiness::kReady;
  if (!batch.waits_since) batch.waits_since = now_;
  return now_ - *batch.waits_since < kPagesPatience ? Readiness::kWaits : Readiness::kReady;
}

// Starts to prime what is not primed yet for where its deck will now sound from. A stretcher primed over missing
// pages would sound their edges: without them the deck starts through varispeed and gets its stretcher later.
Agenda::Readiness Agenda::prime(Batch& batch) {
  for (Item& item : batch.items) {
    bool wants = item.sounds_from.has_value() && item.after.needs_stretcher();
    if (wants) {
      const auto [from, to] = pages_needed(item);
      wants = item.after.track->pages().has(from, to);
    }
    if (item.stretcher != nullptr && (!wants || !item.primed_for.is_same(prime_job(batch, item)))) {
      parts_.stretchers.release(item.stretcher);
      item.stretcher = nullptr;
      item.primed_for = {};
    }
    if (wants && item.stretcher == nullptr) prime_item(batch, item);
  }
  batch.phase = batch.priming > 0 ? Batch::Phase::kPriming : Batch::Phase::kHeld;
  return batch.priming > 0 ? Readiness::kWaits : Readiness::kReady;
}

PrimeJob Agenda::prime_job(const Batch& batch, const Item& item) const {
  // Only its place matters for a stretcher that is to sound at once; a scheduled one begins a pre-roll earlier.
  const bool immediate = batch.is_now() || item.is_immediate;
  const Frames at = batch.is_now() ? 0 : batch.wanted;
  PrimeJob job;
  job.kind = item.after.stretcher;
  job.track = item.after.track;
  job.target = item.after.stretch_target({at, *item.sounds_from, item.after.rate()});
  job.frame = immediate ? at : at - render::preroll_frames(sample_rate_hz_);
  return job;
}

void Agenda::prime_item(Batch& batch, Item& item) {
  PrimeJob job = prime_job(batch, item);
  item.primed_for = job;
  parts_.tracks.want(job.track, pages_needed(item));
  ++batch.priming;
  const std::uint64_t batch_id = batch.id;
  const std::uint64_t item_id = item.id;
  const bool begun = parts_.stretchers.prime(std::move(job), [this, batch_id, item_id](render::Stretcher* stretcher) {
    const auto found = by_command_.find(item_id);
    if (found == by_command_.end()) {  // cancelled meanwhile
      parts_.stretchers.release(stretcher);
      return;
    }
    Batch& owner = *found->second;
    owner.items[item_id - batch_id].stretcher = stretcher;
    if (--owner.priming == 0) owner.phase = Batch::Phase::kHeld;
  });
  // With too many out at render, the deck starts through varispeed and gets its stretcher later.
  if (!begun) --batch.priming;
}

}  // namespace segue::control
