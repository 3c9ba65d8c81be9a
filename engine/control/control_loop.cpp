// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/control_loop.h"

#include <algorithm>

#include "engine/control/events.h"
#include "engine/control/tickets.h"

namespace segue::control {
namespace {

constexpr Nanoseconds kTellWantsEvery = std::chrono::milliseconds(50);
constexpr Nanoseconds kTellProgressEvery = std::chrono::milliseconds(500);  // of decoding and of a recording
constexpr double kWantBehindS = 2;     // kept behind a playhead: a nudge back, a double press of cue
constexpr double kWantAheadS = 30;     // a slow disk may pause this long
constexpr double kWantSoundingS = 2;   // from what sounds on, though a jump is sent: four event horizons
constexpr double kWantCueS = 5;        // from the cue point on
constexpr int kStretchersPerDeck = 2;  // one sounds while the next is primed
constexpr int kStretchersSpare = 2;

}  // namespace

ControlLoop::ControlLoop(const Options& options, Zones zones)
    : config_(options.config),
      clock_(options.clock),
      book_(options.config, options.epoch, zones.latency_frames),
      publisher_(book_),
      journal_({options.config.journal, options.journal_dir, options.epoch}, options.clock),
      events_(std::move(zones.wiring.events)),
      commits_(std::move(zones.wiring.commits)),
      snapshots_(std::move(zones.wiring.snapshots)),
      tracks_(zones.loader, std::move(zones.wiring.tracks), inbox_),
      stretchers_({config_.engine.sample_rate_hz, kStretchersPerDeck * config_.engine.decks + kStretchersSpare,
                   options.mode == Installer::Mode::kLive},
                  std::move(zones.wiring.stretchers), *inbox_),
      recording_(zones.programme, *inbox_, config_.engine.sample_rate_hz),
      agenda_(
          {config_, book_, publisher_, journal_, tracks_, stretchers_, recording_, events_, options.waits_for_pages}),
      admission_({config_, book_, journal_, agenda_}),
      installer_({config_, agenda_, stretchers_, journal_, events_, options.mode}),
      deck_watch_(
          {config_, clock_, book_, publisher_, agenda_, events_,
           [this](int deck, double seconds, std::function<void()> failed) { seek(deck, seconds, std::move(failed)); }}),
      deck_analysis_({config_, zones.analyses, agenda_, book_, publisher_, inbox_,
                      [this](v1::AdoptAnalysis command, std::function<void(const Result<void>&)> done) {
                        adopt(std::move(command), std::move(done));
                      }}),
      latency_frames_(zones.latency_frames),
      self_(std::make_shared<ControlLoop*>(this)) {
  journal_.epoch_began(options.epoch, config_, options.version);
  snapshot_ = snapshots_.latest();
}

ControlLoop::~ControlLoop() = default;

void ControlLoop::execute(Request request) {
  if (inbox_->offer(request)) return;
  request.answer(fail(Code::kResourceExhausted, "QUEUE_FULL", "too many requests wait already: try again"));
}

void ControlLoop::step() {
  take_commits();
  take_notes();
  agenda_.advance();
  installer_.observe(snapshot_);
  deck_analysis_.look(snapshot_, tracks_.unfinished(), clock_.monotonic());
  tell_wants();
  tend_recording();
  publisher_.flush();
}

// Takes commits and snapshot so that the snapshot shows what was committed: a client that hears of a commit sees it.
void ControlLoop::take_commits() {
  render::Commit commit;
  while (commits_.try_pop(commit)) early_.push_back(commit);
  const render::Snapshot before = snapshot_;
  snapshot_ = snapshots_.latest();
  const Nanoseconds now = clock_.monotonic();
  journal_.set_frame(snapshot_.frame);
  book_.set_journal_unsaved(journal_.unsaved());
  book_.observe(snapshot_, Nanoseconds(snapshot_.monotonic_ns) + clock_.wall() - now);
  agenda_.observe(snapshot_, now);
  const bool had_commits = !early_.empty();
  while (!early_.empty() && early_.front().frame < snapshot_.frame) {
    if (!installer_.acknowledge(early_.front())) agenda_.acknowledge(early_.front());
    early_.pop_front();
  }
  if (had_commits) agenda_.observe(snapshot_, now);
  deck_watch_.look(before, snapshot_);
  tracks_.collect();
  stretchers_.collect();
}

void ControlLoop::take_notes() {
  inbox_->take(requests_, notes_);
  for (const auto& note : notes_) note();
  notes_.clear();
  if (requests_.empty()) return;
  const FrameMap map = frame_map();
  for (Request& request : requests_) admission_.take(std::move(request), map);
  requests_.clear();
}

FrameMap ControlLoop::frame_map() const {
  FrameMap map;
  map.rendered = snapshot_.frame;
  map.rendered_at = Nanoseconds(snapshot_.monotonic_ns);
  map.now = clock_.monotonic();
  map.wall_offset = clock_.wall() - map.now;
  map.sample_rate_hz = config_.engine.sample_rate_hz;
  map.mixer_latency_frames = latency_frames_;
  map.output_latency_frames = output_latency_frames_;
  return map;
}

void ControlLoop::seek(int deck, double seconds, std::function<void()> failed) {
  Request request;
  v1::Seek& seek = *request.message.add_commands()->mutable_seek();
  seek.set_deck(static_cast<std::uint32_t>(deck) + 1);
  seek.set_seconds(seconds);
  request.origin.principal = "segued";
  request.message.set_wait(v1::ExecuteRequest::COMMITTED);
  request.answer = [failed = std::move(failed)](const Result<v1::ExecuteResponse>& response) {
    if (!response) failed();
  };
  execute(std::move(request));
}

void ControlLoop::adopt(v1::AdoptAnalysis command, std::function<void(const Result<void>&)> done) {
  Request request;
  *request.message.add_commands()->mutable_adopt_analysis() = std::move(command);
  request.origin.principal = "segued";
  request.message.set_wait(v1::ExecuteRequest::COMMITTED);
  request.answer = [done = std::move(done)](const Result<v1::ExecuteResponse>& response) {
    done(response ? Result<void>() : tl::unexpected(response.error()));
  };
  execute(std::move(request));
}

std::function<void(v1::Event)> ControlLoop::announcer() {
  return [inbox = inbox_, weak = std::weak_ptr(self_)](v1::Event event) {
    inbox->post([weak, event = std::move(event)]() mutable {
      const auto self = weak.lock();
      if (self != nullptr) (*self)->tell(std::move(event));
    });
  };
}

void ControlLoop::tell(v1::Event event) {
  event.set_frame(snapshot_.frame);
  for (int deck = 0; deck < config_.engine.decks && !event.uri().empty() && event.deck() == 0; ++deck) {
    const Track& track = agenda_.committed(deck).track;
    if (track != nullptr && track->facts().uri == event.uri()) event.set_deck(static_cast<std::uint32_t>(deck) + 1);
  }
  publisher_.announce(std::move(event));
}

void ControlLoop::tell_wants() {
  const Nanoseconds now = clock_.monotonic();
  if (now - wants_told_at_ < kTellWantsEvery && !tracks_.has_wants()) return;
  wants_told_at_ = now;
  const bool tells_progress = now - progress_told_at_ >= kTellProgressEvery;
  if (tells_progress) progress_told_at_ = now;
  const int rate = config_.engine.sample_rate_hz;
  const auto frames = [rate](double seconds) { return static_cast<Frames>(seconds * rate); };
  agenda_.want_places();
  for (int deck = 0; deck < config_.engine.decks; ++deck) {
    // What sounds now, while the plan is ahead of it by a jump or a track.
    const render::DeckSnapshot& sound = snapshot_.decks[static_cast<std::size_t>(deck)];
    const DeckPlan& committed = agenda_.committed(deck);
    if (sound.state == render::DeckState::kPlaying && committed.track != nullptr &&
        committed.load_id == sound.load_id) {
      const auto at = static_cast<Frames>(sound.position);
      tracks_.want(committed.track,
                   {at - frames(kWantBehindS), at + frames(kWantSoundingS * std::max(1.0, sound.rate))});
      if (sound.is_rolling) tracks_.want(committed.track, {sound.roll_from, sound.roll_to});
    }
    const DeckPlan& plan = agenda_.plan(deck);
    if (plan.track == nullptr) continue;
    const auto here = static_cast<Frames>(plan.path.at(snapshot_.frame));
    const double speed = std::max(1.0, plan.rate());
    tracks_.want(plan.track, {here - frames(kWantBehindS), here + frames(kWantAheadS * speed)});
    tracks_.want(plan.track, {plan.cue, plan.cue + frames(kWantCueS)});
    const rt::TrackPages& pages = plan.track->pages();
    const bool is_whole = pages.length_is_final() && pages.published() * rt::kPageFrames >= pages.length();
    if (tells_progress && !is_whole) publisher_.touch(deck_bit(deck));
  }
  tracks_.tell_wants();
}

void ControlLoop::tend_recording() {
  recording_.tend();
  if (!recording_.is_running()) {
    has_told_recording_error_ = false;
    return;
  }
  const auto status = recording_.status();
  book_.set_recording(to_message(status));
  if (!status.error || has_told_recording_error_) return;
  has_told_recording_error_ = true;
  publisher_.touch(kMasterBit);
  publisher_.announce(recording_event(v1::Event::RECORDING_STOPPED, snapshot_.frame, status));
}

bool ControlLoop::is_busy() const {
  if (agenda_.has_sent() || recording_.is_busy()) return true;
  for (int deck = 0; deck < config_.engine.decks; ++deck) {
    if (snapshot_.decks[static_cast<std::size_t>(deck)].state == render::DeckState::kPlaying) return true;
  }
  return false;
}

void ControlLoop::set_output(const OutputFacts& facts, int latency_frames, bool has_changed) {
  output_latency_frames_ = latency_frames;
  deck_analysis_.set_load(facts.load);
  book_.set_output(facts);
  if (!has_changed) return;
  publisher_.touch(kEngineBit);
  publisher_.announce(
      output_changed(snapshot_.frame, facts.note.empty() ? facts.name : facts.name + ": " + facts.note));
}

Frames ControlLoop::fade_out() {
  render::Event event;
  event.ticket = kOwnTicket;
  event.action = render::SetMasterGain{0.0F};
  (void)events_.try_push(event);
  return snapshot_.frame;
}

void ControlLoop::close() {
  inbox_->close();
  inbox_->take(requests_, notes_);
  for (const auto& note : notes_) note();
  notes_.clear();
  for (Request& request : requests_) request.answer(fail(Code::kUnavailable, "ENGINE_STOPPED", "the engine stops"));
  requests_.clear();
  agenda_.close();
}

}  // namespace segue::control
