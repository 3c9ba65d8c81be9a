// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/renderer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/thread.h"
#include "engine/render/deck.h"
#include "engine/render/event_heap.h"
#include "engine/render/fade.h"
#include "engine/render/mixer.h"
#include "engine/render/stretchers/varispeed.h"

namespace segue::render {
namespace {

// Stretchers and tracks that can be with render at once: per deck one in each voice, one armed, some on the way.
constexpr std::size_t kTracksOutMax = 512;
constexpr std::size_t kStretchersOutMax = 1024;

// Render's ends of what control's Wiring holds.
struct Ends {
  rt::SpscQueue<Event>::Reader events;
  rt::SpscQueue<Commit>::Writer commits;
  rt::Mailbox<Snapshot>::Writer snapshots;
  rt::RetireQueue<const rt::TrackPages>::Writer tracks;
  rt::RetireQueue<Stretcher>::Writer stretchers;
};

class MixRenderer final : public Renderer {
 public:
  MixRenderer(const Options& options, Ends ends);

  void render(StereoBlock out, std::int64_t monotonic_ns) override;
  Frames frame() const override { return rendered_ - ready_; }
  int latency_frames() const override { return mixer_.latency_frames(); }
  rt::BlockClock& block_clock() override { return clock_; }

 private:
  void render_quantum();
  void take_events();
  void admit(Event event);
  // Does what is due by `now`.
  void run_due(Frames now);
  void run(EventHeap::Entry entry, Frames now);
  void cancel(const Event& event, std::uint64_t ticket, Frames now);
  void render_part(int from, int count);
  void acknowledge(const Commit& commit);
  void publish(std::int64_t monotonic_ns, Frames handed_out);
  bool is_deck_action(const Action& action) const;

  Options options_;
  Ends ends_;
  rt::BlockClock clock_;
  FadeShapes shapes_;
  Varispeed varispeed_;
  std::vector<Deck> decks_;
  Mixer mixer_;
  EventHeap heap_;
  Frames rendered_ = 0;  // frames rendered, always whole quanta between calls
  int ready_ = 0;        // of which not yet handed out
  std::uint64_t order_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t dropped_commits_ = 0;
  std::uint64_t blocks_ = 0;
  std::array<float, kQuantumFrames> left_{};
  std::array<float, kQuantumFrames> right_{};
  std::array<float, kQuantumFrames> deck_left_{};
  std::array<float, kQuantumFrames> deck_right_{};
};

MixRenderer::MixRenderer(const Options& options, Ends ends)
    : options_(options),
      ends_(std::move(ends)),
      shapes_(options.sample_rate_hz),
      mixer_(options.sample_rate_hz, options.decks, options.limiter_ceiling_dbtp),
      heap_(model::kEventsPendingMax) {
  const Deck::Shared shared{shapes_, varispeed_, ends_.tracks, ends_.stretchers, options.sample_rate_hz};
  decks_.reserve(static_cast<std::size_t>(options.decks));
  for (int i = 0; i < options.decks; ++i) decks_.emplace_back(shared, i, options.decks);
}

void MixRenderer::render(StereoBlock out, std::int64_t monotonic_ns) {
  flush_denormals();
  clock_.begin();
  const Frames handed_out = frame();
  int filled = 0;
  while (filled < out.frames) {
    if (ready_ == 0) render_quantum();
    const int count = std::min(ready_, out.frames - filled);
    const int from = kQuantumFrames - ready_;
    std::copy_n(left_.data() + from, count, out.left + filled);
    std::copy_n(right_.data() + from, count, out.right + filled);
    ready_ -= count;
    filled += count;
  }
  ++blocks_;
  publish(monotonic_ns, handed_out);
  clock_.end();
}

void MixRenderer::render_quantum() {
  const Frames start = rendered_;
  const Frames end = start + kQuantumFrames;
  take_events();
  for (Deck& deck : decks_) deck.begin_quantum(start);
  int splits = 0;
  for (Frames at = start; at < end;) {
    // Beyond the bound, what falls into this quantum waits for the next and is late.
    if (splits < model::kEventsPerQuantumMax) run_due(at);
    const Frames next = ++splits < model::kEventsPerQuantumMax ? std::min(end, heap_.next_due()) : end;
    render_part(static_cast<int>(at - start), static_cast<int>(next - at));
    at = next;
  }
  mixer_.hold_peak(kQuantumFrames);
  rendered_ = end;
  ready_ = kQuantumFrames;
}

void MixRenderer::take_events() {
  Event event;
  while (ends_.events.try_pop(event)) admit(event);
}

void MixRenderer::admit(Event event) {
  if (event.frame == kNow) {
    event.frame = rendered_;
    event.immediate = true;
  }
  if (heap_.is_full()) {
    ++refused_;
    if (is_deck_action(event.action)) decks_[event.target].refuse(event);
    acknowledge(Commit{event.ticket, rendered_, 0, Outcome::kRefused, true});
    return;
  }
  EventHeap::Entry entry{event.frame, order_++, false, false, event};
  if (Deck::has_preroll(event.action) && !event.immediate) {
    const Frames preroll = event.frame - shapes_.preroll.length();
    if (preroll >= rendered_) {
      entry.due = preroll;
      entry.wants_arming = true;
    }
  }
  heap_.push(entry);
}

void MixRenderer::run_due(Frames now) {
  while (heap_.next_due() <= now) run(heap_.pop(), now);
}

void MixRenderer::run(EventHeap::Entry entry, Frames now) {
  Event& event = entry.event;
  if (entry.wants_arming) {
    // Late for its pre-roll (a crowded quantum): it will fade in on its frame instead.
    if (now == entry.due) entry.was_armed = decks_[event.target].arm(event, now);
    entry.wants_arming = false;
    entry.due = event.frame;
    heap_.push(entry);
    return;
  }
  const Frames late = now - event.frame;
  Commit commit{event.ticket, now, late, Outcome::kDone, Deck::has_preroll(event.action) && !entry.was_armed};
  if (late > 0) ++late_;
  if (late > event.late_max) {
    if (is_deck_action(event.action)) decks_[event.target].refuse(event);
    commit.outcome = Outcome::kTooLate;
  } else if (const auto* wanted = std::get_if<CancelEvent>(&event.action)) {
    cancel(event, wanted->ticket, now);
    return;
  } else {
    const bool done = is_deck_action(event.action) ? decks_[event.target].commit(event, now, entry.was_armed)
                                                   : mixer_.commit(event.action, event.target);
    if (!done) commit.outcome = Outcome::kRefused;
  }
  acknowledge(commit);
}

void MixRenderer::cancel(const Event& event, std::uint64_t ticket, Frames now) {
  Event victim;
  const bool found = heap_.take(ticket, victim);
  if (found) {
    if (is_deck_action(victim.action)) decks_[victim.target].refuse(victim);
    acknowledge(Commit{ticket, now, 0, Outcome::kCancelled, false});
  }
  acknowledge(Commit{event.ticket, now, 0, found ? Outcome::kDone : Outcome::kRefused, false});
}

bool MixRenderer::is_deck_action(const Action& action) const {
  return action.index() <= Action(InstallStretcher{}).index();
}

void MixRenderer::render_part(int from, int count) {
  const Frames at = rendered_ + from;
  const StereoBlock programme{left_.data() + from, right_.data() + from, count};
  const StereoBlock deck{deck_left_.data(), deck_right_.data(), count};
  mixer_.begin();
  for (std::size_t i = 0; i < decks_.size(); ++i) {
    const bool sounds = decks_[i].render(deck, at);
    mixer_.add(static_cast<int>(i), deck, sounds, programme);
  }
  mixer_.finish(programme);
}

void MixRenderer::acknowledge(const Commit& commit) {
  if (!ends_.commits.try_push(commit)) ++dropped_commits_;
}

void MixRenderer::publish(std::int64_t monotonic_ns, Frames handed_out) {
  Snapshot& to = ends_.snapshots.next();
  to.frame = rendered_;
  to.monotonic_ns = monotonic_ns + (rendered_ - handed_out) * 1'000'000'000 / options_.sample_rate_hz;
  for (std::size_t i = 0; i < decks_.size(); ++i) decks_[i].snapshot(to.decks[i], rendered_);
  mixer_.snapshot(to);
  to.late_events = late_;
  to.refused_events = refused_;
  to.dropped_commits = dropped_commits_;
  to.blocks = blocks_;
  ends_.snapshots.publish();
}

}  // namespace

std::pair<std::unique_ptr<Renderer>, Renderer::Wiring> Renderer::create(const Options& options) {
  auto [event_writer, event_reader] = rt::SpscQueue<Event>::create(model::kEventsPendingMax);
  auto [commit_writer, commit_reader] = rt::SpscQueue<Commit>::create(2 * model::kEventsPendingMax);
  auto [snapshot_writer, snapshot_reader] = rt::Mailbox<Snapshot>::create();
  auto [track_writer, track_reader] = rt::RetireQueue<const rt::TrackPages>::create(kTracksOutMax);
  auto [stretcher_writer, stretcher_reader] = rt::RetireQueue<Stretcher>::create(kStretchersOutMax);
  Ends ends{std::move(event_reader), std::move(commit_writer), std::move(snapshot_writer), std::move(track_writer),
            std::move(stretcher_writer)};
  Wiring wiring{std::move(event_writer), std::move(commit_reader), std::move(snapshot_reader), std::move(track_reader),
                std::move(stretcher_reader)};
  return {std::make_unique<MixRenderer>(options, std::move(ends)), std::move(wiring)};
}

int preroll_frames(int sample_rate_hz) {
  return static_cast<int>(FadeShape(model::kPrerollMs, sample_rate_hz).length());
}

}  // namespace segue::render
