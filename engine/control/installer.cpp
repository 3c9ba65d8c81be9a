// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/installer.h"

#include <algorithm>

#include "engine/control/tickets.h"

namespace segue::control {
namespace {

// 2,048 frames at 48 kHz: a block or two, and the millisecond or two that priming takes.
constexpr double kLeadS = 2048.0 / 48'000.0;
constexpr int kLeadGrowthMax = 16;
constexpr double kPagesBeforeS = 0.5;  // what a stretcher hears to settle
constexpr double kPagesAheadS = 1.0;   // more than it reads ahead

Frames to_quantum(Frames frame) { return (frame + kQuantumFrames - 1) / kQuantumFrames * kQuantumFrames; }

// Around the place it takes over at; primed over missing pages it would sound their edges. Offline they are there.
bool has_pages(const stream::LoadedTrack& track, const render::DeckSnapshot& sound, Frames frame, int rate_hz) {
  const render::Trajectory path{sound.anchor_frame, sound.anchor_position, sound.anchor_rate};
  const auto place = static_cast<Frames>(path.at(frame));
  return track.pages().has(place - static_cast<Frames>(kPagesBeforeS * rate_hz),
                           place + static_cast<Frames>(kPagesAheadS * rate_hz));
}

}  // namespace

Installer::Installer(const Parts& parts)
    : parts_(parts),
      lead_(to_quantum(static_cast<Frames>(kLeadS * parts.config.engine.sample_rate_hz))),
      decks_(static_cast<std::size_t>(parts.config.engine.decks)) {
  for (DeckEntry& entry : decks_) entry.lead = lead_;
}

void Installer::observe(const render::Snapshot& snapshot) {
  snapshot_ = snapshot;
  if (parts_.mode == Mode::kReplay) return;
  for (int deck = 0; deck < static_cast<int>(decks_.size()); ++deck) {
    const render::DeckSnapshot& sound = snapshot.decks[static_cast<std::size_t>(deck)];
    if (parts_.mode == Mode::kLive) {
      observe_live(deck, sound);
    } else {
      observe_offline(deck, sound);
    }
  }
}

void Installer::observe_live(int deck, const render::DeckSnapshot& sound) {
  DeckEntry& entry = decks_[static_cast<std::size_t>(deck)];
  if (entry.phase != DeckEntry::Phase::kIdle || !sound.wants_stretcher) return;
  prime(deck, sound, to_quantum(snapshot_.frame) + entry.lead);
}

void Installer::observe_offline(int deck, const render::DeckSnapshot& sound) {
  DeckEntry& entry = decks_[static_cast<std::size_t>(deck)];
  if (entry.phase == DeckEntry::Phase::kPriming || entry.phase == DeckEntry::Phase::kSent) return;
  entry.phase = DeckEntry::Phase::kIdle;
  if (!sound.wants_stretcher) return;
  const Frames since = std::max(parts_.agenda.last_commit(deck), sound.anchor_frame);
  entry.frame = to_quantum(since) + lead_;
  if (entry.frame < snapshot_.frame) entry.frame = to_quantum(snapshot_.frame) + lead_;
  entry.phase = DeckEntry::Phase::kPlanned;
  if (entry.frame == snapshot_.frame) prime(deck, sound, entry.frame);
}

void Installer::install_now(int deck) {
  const render::DeckSnapshot& sound = snapshot_.decks[static_cast<std::size_t>(deck)];
  if (sound.wants_stretcher) prime(deck, sound, snapshot_.frame);
}

void Installer::prime(int deck, const render::DeckSnapshot& sound, Frames frame) {
  const DeckPlan& plan = parts_.agenda.plan(deck);
  if (plan.track == nullptr || plan.load_id != sound.load_id) return;
  if (parts_.mode == Mode::kLive && !has_pages(*plan.track, sound, frame, parts_.config.engine.sample_rate_hz)) return;
  DeckEntry& entry = decks_[static_cast<std::size_t>(deck)];
  entry.frame = frame;
  entry.generation = sound.generation;
  entry.rate = sound.anchor_rate;
  PrimeJob job;
  job.kind = sound.stretcher;
  job.track = plan.track;
  job.target.trajectory = {sound.anchor_frame, sound.anchor_position, sound.anchor_rate};
  job.target.pitch_ratio = render::pitch_ratio(sound.keylock, sound.rate, sound.key_shift);
  job.frame = frame;
  const auto before = entry.phase;
  entry.phase = DeckEntry::Phase::kPriming;
  if (!parts_.stretchers.prime(std::move(job), [this, deck](render::Stretcher* primed) { send(deck, primed); })) {
    entry.phase = before;
  }
}

void Installer::send(int deck, render::Stretcher* stretcher) {
  DeckEntry& entry = decks_[static_cast<std::size_t>(deck)];
  const render::DeckSnapshot& sound = snapshot_.decks[static_cast<std::size_t>(deck)];
  const bool still_fits =
      sound.wants_stretcher && sound.generation == entry.generation && sound.anchor_rate == entry.rate;
  const bool is_late = parts_.mode == Mode::kLive && snapshot_.frame >= entry.frame;
  render::Event event;
  event.ticket = kInstallTicket | static_cast<std::uint64_t>(deck);
  event.frame = entry.frame;
  event.late_max = 0;
  event.target = static_cast<std::uint8_t>(deck);
  event.action = render::InstallStretcher{stretcher, entry.generation};
  if (!still_fits || is_late || !parts_.events.try_push(event)) {
    parts_.stretchers.release(stretcher);
    if (is_late) entry.lead = std::min(entry.lead * 2, lead_ * kLeadGrowthMax);
    entry.phase = DeckEntry::Phase::kIdle;
    return;
  }
  entry.phase = DeckEntry::Phase::kSent;
}

bool Installer::acknowledge(const render::Commit& commit) {
  if ((commit.ticket & kInstallTicket) == 0) return false;
  const auto deck = static_cast<std::size_t>(commit.ticket & ~kInstallTicket);
  DeckEntry& entry = decks_[deck];
  entry.phase = DeckEntry::Phase::kIdle;
  if (commit.outcome == render::Outcome::kTooLate) entry.lead = std::min(entry.lead * 2, lead_ * kLeadGrowthMax);
  if (commit.outcome == render::Outcome::kDone)
    parts_.journal.stretcher_installed(static_cast<int>(deck), commit.frame);
  return true;
}

Frames Installer::next_stop() const {
  Frames stop = INT64_MAX;
  for (const DeckEntry& entry : decks_) {
    if (entry.phase == DeckEntry::Phase::kPlanned && entry.frame > snapshot_.frame) stop = std::min(stop, entry.frame);
  }
  return stop;
}

}  // namespace segue::control
