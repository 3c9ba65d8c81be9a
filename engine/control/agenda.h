// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/control/batch.h"
#include "engine/control/journal/journal.h"
#include "engine/control/publisher.h"
#include "engine/control/recording.h"
#include "engine/control/state.h"
#include "engine/control/stretchers.h"
#include "engine/control/tracks.h"

namespace segue::control {

// The batches that were accepted and have not come to an end, and what becomes of them: prepared (loads, pages,
// stretchers), handed to render when due, acknowledged, entered in the books. Control thread.
//
// Batches that name the same object commit in order of their frames (those for now by when they were accepted): one
// that is not ready holds back those behind it. A deck's plan is what it will be once everything render has is done;
// so a batch that goes to render before one that is there already recalls that one, to be compiled anew.
class Agenda {
 public:
  struct Parts {
    const model::Config& config;
    StateBook& book;
    Publisher& publisher;
    Journal& journal;
    Tracks& tracks;
    Stretchers& stretchers;
    Recording& recording;
    rt::SpscQueue<render::Event>::Writer& events;
    bool waits_for_pages;  // blocks for missing pages: offline only
  };
  explicit Agenda(const Parts& parts);

  // --- acceptance
  // What is wrong with the batch in the present state: DECK_EMPTY, DECK_LOCKED, NO_GRID, COMMAND_UNKNOWN,
  // RECORDING_RUNS, RECORDING_STOPPED, SCHEDULE_FULL.
  Result<void> check(const Batch& batch) const;
  // Takes a checked batch and starts to prepare it. Its answer is called when it has ended. A load or an eject for now
  // ends loads of that deck that are still being opened, and what was to happen to their tracks: LOAD_SUPERSEDED.
  void add(std::unique_ptr<Batch> batch);

  // --- each step, in this order. Frames rendered, and the monotonic time.
  void observe(const render::Snapshot& snapshot, Nanoseconds now);
  // False if the commit is not of a command.
  bool acknowledge(const render::Commit& commit);
  void advance();
  // Gives everything up; the engine ends.
  void close();

  // --- what is going on
  const DeckPlan& plan(int deck) const { return decks_[static_cast<std::size_t>(deck)].plan; }
  // What a deck is after everything that has committed.
  const DeckPlan& committed(int deck) const { return decks_[static_cast<std::size_t>(deck)].committed; }
  // What batches name that have not committed and will not come after this one.
  Objects under_way_before(const Batch& batch) const;
  // Wants the pages of places that are being prepared.
  void want_places();
  // Render has nothing of the deck's to do, and nothing that depends on where its beats are comes up by `until`.
  bool is_settled(int deck, Frames until) const;
  // Frame of the newest commit on a deck; −1 if there was none.
  Frames last_commit(int deck) const { return decks_[static_cast<std::size_t>(deck)].last_commit; }
  bool is_idle() const { return held_.empty() && sent_.empty(); }
  // A batch due before `frame` is not with render yet: virtual time must wait.
  bool is_behind(Frames frame) const;
  bool has_sent() const { return !sent_.empty(); }
  std::size_t commands() const { return commands_; }
  // Frame of the newest commit of all.
  Frames last_commit() const { return last_commit_; }

 private:
  using Order = std::pair<Frames, std::uint64_t>;
  using Batches = std::map<Order, std::unique_ptr<Batch>>;
  struct DeckEntry {
    DeckPlan plan;       // after everything that render has
    DeckPlan committed;  // after everything that has committed
    int sent = 0;        // batches with render that name the deck
    Frames last_commit = -1;
  };
  enum class Readiness { kReady, kWaits, kFailed };

  static Order order_of(const Batch& batch) { return {batch.order, batch.id}; }
  Result<void> check_deck_command(const Batch& batch, const Item& item, std::vector<DeckPlan>& plans,
                                  Objects& unsure) const;
  Result<void> check_lock(const Item& item, const DeckPlan& plan, Frames frame) const;
  Result<void> check_recording(const Item& item, bool& runs) const;
  const Batch* find(std::uint64_t command_id) const;
  void supersede_loads(const Batch& by);

  // --- preparing
  Readiness prepare(Batch& batch, Error& error);
  Readiness await_loads(Batch& batch, Error& error) const;
  Readiness await_file(Batch& batch, Error& error);
  Readiness compile(Batch& batch, Error& error);
  Readiness await_pages(Batch& batch);
  Readiness prime(Batch& batch);
  PrimeJob prime_job(const Batch& batch, const Item& item) const;
  void prime_item(Batch& batch, Item& item);
  stream::WantedRange pages_needed(const Item& item) const;
  Objects decks_replaced_at(const Batch& batch) const;
  Frames compile_frame(const Batch& batch) const;

  // --- handing over
  bool send(Batch& batch);
  static void put_stretcher(render::Action& action, render::Stretcher* stretcher);
  bool send_tracks(const Batch& batch);
  void take_back_tracks(const Batch& batch);
  void count_decks(const Batch& batch, int change);
  bool recall_after(const Batch& batch);
  bool can_recall(const Batch& batch) const;
  bool is_near(const Batch& batch) const;
  void hold_again(Batch& batch);
  bool push_cancels(Batch& batch);
  void settle_plan(std::size_t deck);
  void rebuild_plans(Objects decks);
  std::unique_ptr<Batch> take(Batches& from, const Batch& batch);

  // --- ending
  void finish(Batch& batch);
  void send_rest(Batch& batch);
  void finish_controls();
  bool is_recording_closed(Batch& batch);
  void commit(Batch& batch);
  void commit_item(Item& item);
  void announce_commit(const Item& item);
  void drop(Batch& batch, const Error& error);
  Error refusal_of(const Item& item) const;
  void release_preparations(Item& item, const Error& error);
  void cancel(std::uint64_t command_id);

  Parts parts_;
  const int sample_rate_hz_;
  Frames frame_ = 0;
  Nanoseconds now_{0};
  render::Snapshot snapshot_;
  std::vector<DeckEntry> decks_;
  Frames last_commit_ = 0;
  Batches held_;  // kHeld and kPriming
  Batches sent_;  // kSent and kRecalled
  std::unordered_map<std::uint64_t, Batch*> by_command_;
  std::size_t commands_ = 0;    // in both
  std::size_t events_out_ = 0;  // that render has not acknowledged
};

}  // namespace segue::control
