// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/control/agenda.h"
#include "engine/control/compile.h"
#include "engine/control/tickets.h"
#include "engine/render/renderer.h"

// Handing batches to render, and asking for them back.
namespace segue::control {
namespace {

// Closer to its frame than a pre-roll and this many blocks a batch is not asked back: render may have begun it. One
// block is being rendered, another may be before the request is there.
constexpr int kRecallBlocks = 2;
// Render takes kEventsPendingMax events; a few of them are left for installs.
constexpr std::size_t kEventsOutMax = static_cast<std::size_t>(model::kEventsPendingMax) - 64;

}  // namespace

void Agenda::put_stretcher(render::Action& action, render::Stretcher* stretcher) {
  if (auto* load = std::get_if<render::LoadTrack>(&action)) load->stretcher = stretcher;
  if (auto* start = std::get_if<render::StartDeck>(&action)) start->stretcher = stretcher;
  if (auto* seek = std::get_if<render::SeekDeck>(&action)) seek->stretcher = stretcher;
}

// False if render has too much on its hands already; the batch is tried again at the next step.
bool Agenda::send(Batch& batch) {
  std::vector<render::Event> events;
  events.reserve(batch.items.size());
  for (Item& item : batch.items) {
    if (!item.has_event) continue;
    put_stretcher(item.action, item.stretcher);
    events.push_back({item.id, batch.wanted, batch.late_max, item.target, item.is_immediate, item.action});
  }
  if (events_out_ + events.size() > kEventsOutMax) return false;
  if (!send_tracks(batch)) return false;
  if (!parts_.events.try_push_all(events)) {
    take_back_tracks(batch);
    return false;
  }
  events_out_ += events.size();
  batch.unacknowledged = static_cast<int>(events.size());
  batch.has_events = !events.empty();
  for (Item& item : batch.items) {
    item.stretcher = nullptr;  // render's now; it comes back through the retire queue
    item.primed_for = {};
    item.is_acknowledged = false;
    if (item.command.has_start_recording()) parts_.recording.begin(batch.wanted);
    if (item.deck >= 0) decks_[static_cast<std::size_t>(item.deck)].plan = item.after;
  }
  count_decks(batch, 1);
  batch.phase = Batch::Phase::kSent;
  sent_.emplace(order_of(batch), take(held_, batch));
  return true;
}

bool Agenda::send_tracks(const Batch& batch) {
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const Item& item = batch.items[i];
    if (!item.command.has_load() || parts_.tracks.send(item.after.track)) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (batch.items[j].command.has_load()) parts_.tracks.take_back(batch.items[j].after.track);
    }
    return false;
  }
  return true;
}

void Agenda::take_back_tracks(const Batch& batch) {
  for (const Item& item : batch.items) {
    if (item.command.has_load()) parts_.tracks.take_back(item.after.track);
  }
}

void Agenda::count_decks(const Batch& batch, int change) {
  for (std::size_t i = 0; i < decks_.size(); ++i) {
    if ((batch.objects & deck_bit(static_cast<int>(i))) == 0) continue;
    decks_[i].sent += change;
    if (decks_[i].sent == 0) settle_plan(i);
  }
}

// Asks back what render has of later batches of the same decks, whose plans will not hold. True if the plans changed.
bool Agenda::recall_after(const Batch& batch) {
  Objects decks = batch.objects & kDeckBits;
  if (decks == 0) return false;
  std::vector<Batch*> later;
  for (auto next = sent_.upper_bound(order_of(batch)); next != sent_.end(); ++next) {
    Batch& other = *next->second;
    if ((other.objects & decks) == 0 || other.phase != Batch::Phase::kSent || !can_recall(other)) continue;
    if (other.has_events && !push_cancels(other)) continue;
    decks |= other.objects & kDeckBits;
    later.push_back(&other);
  }
  if (later.empty()) return false;
  for (Batch* other : later) {
    if (!other->has_events) hold_again(*other);
  }
  rebuild_plans(decks);
  return true;
}

bool Agenda::can_recall(const Batch& batch) const {
  const bool records =
      std::any_of(batch.items.begin(), batch.items.end(), [](const Item& item) { return item.is_begun; });
  if (!batch.has_events) return !records && batch.order > frame_;
  return !records && !is_near(batch) && batch.unacknowledged > 0;
}

bool Agenda::is_near(const Batch& batch) const {
  const Frames margin = render::preroll_frames(sample_rate_hz_) + kRecallBlocks * parts_.config.engine.block_frames;
  return batch.wanted - frame_ < margin;
}

// Back among those that wait, to be compiled anew.
void Agenda::hold_again(Batch& batch) {
  count_decks(batch, -1);
  batch.phase = Batch::Phase::kHeld;
  held_.emplace(order_of(batch), take(sent_, batch));
}

// What decks will be once everything is done that render has and was not asked back.
void Agenda::rebuild_plans(Objects decks) {
  for (std::size_t i = 0; i < decks_.size(); ++i) {
    if ((decks & deck_bit(static_cast<int>(i))) != 0) settle_plan(i);
  }
  for (const auto& [order, batch] : sent_) {
    if (batch->phase != Batch::Phase::kSent) continue;
    for (const Item& item : batch->items) {
      if (item.deck < 0 || (decks & deck_bit(item.deck)) == 0) continue;
      enter_commit(item.command, item.after, item.after.path.frame, decks_[static_cast<std::size_t>(item.deck)].plan);
    }
  }
}

bool Agenda::push_cancels(Batch& batch) {
  std::vector<render::Event> events;
  for (const Item& item : batch.items) {
    if (!item.has_event || item.is_acknowledged) continue;
    render::Event event;
    event.ticket = item.id | kCancelTicket;
    event.target = item.target;
    event.action = render::CancelEvent{item.id};
    events.push_back(event);
  }
  if (events_out_ + events.size() > kEventsOutMax) return false;
  if (!parts_.events.try_push_all(events)) return false;
  events_out_ += events.size();
  batch.phase = Batch::Phase::kRecalled;
  return true;
}

// Hands over again what render gave back of a batch of which it has done a part: begun is done. Tried again at the
// next step if render takes nothing more.
void Agenda::send_rest(Batch& batch) {
  batch.has_rest = true;
  std::vector<render::Event> events;
  std::vector<Track> tracks;
  bool has_room = true;
  for (Item& item : batch.items) {
    const bool is_back =
        item.commit.outcome == render::Outcome::kCancelled || item.commit.outcome == render::Outcome::kTooLate;
    if (!item.has_event || !is_back) continue;
    if (item.command.has_load()) {
      has_room = has_room && parts_.tracks.send(item.after.track);
      if (has_room) tracks.push_back(item.after.track);
    }
    put_stretcher(item.action, nullptr);  // the pool has it back
    events.push_back({item.id, batch.wanted, INT64_MAX, item.target, item.is_immediate, item.action});
  }
  has_room = has_room && events_out_ + events.size() <= kEventsOutMax && parts_.events.try_push_all(events);
  if (!has_room) {
    for (const Track& track : tracks) parts_.tracks.take_back(track);
    return;
  }
  batch.has_rest = false;
  events_out_ += events.size();
  batch.unacknowledged = static_cast<int>(events.size());
  for (const render::Event& event : events) batch.items[event.ticket - batch.id].is_acknowledged = false;
}

std::unique_ptr<Batch> Agenda::take(Batches& from, const Batch& batch) {
  auto node = from.extract(order_of(batch));
  return node.empty() ? nullptr : std::move(node.mapped());
}

}  // namespace segue::control
