// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/render/realtime/storm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace segue::test {
namespace {

using render::Action;
using render::kNow;

constexpr std::array<const char*, kGusts> kNames = {
    "load",   "load and play", "eject", "start", "pause", "park",       "seek",   "rate",   "key shift", "key lock",
    "choose", "install",       "trim",  "fader", "eq",    "crossfader", "assign", "master", "cancel",    "hole"};

constexpr int kAheadMax = 9600;
constexpr Frames kReach = 48'000;  // more than priming reads to either side

bool carries_stretcher(const Action& action) {
  return std::visit(
      [](const auto& what) {
        if constexpr (requires { what.stretcher; }) return what.stretcher != nullptr;
        return false;
      },
      action);
}

bool is_level(Gust gust) { return gust >= Gust::kTrim && gust <= Gust::kMaster; }

}  // namespace

const char* to_string(Gust gust) { return kNames[static_cast<std::size_t>(gust)]; }

std::vector<std::unique_ptr<MemoryTrack>> storm_tracks(int count, Frames frames, double amplitude, std::uint64_t seed) {
  std::vector<std::unique_ptr<MemoryTrack>> tracks;
  Random random(seed);
  for (int i = 0; i < count; ++i) {
    const MusicOptions options{
        .bpm = random.between(80, 170), .amplitude = amplitude, .seed = random.bits(), .has_hats = false};
    // Every third is a little shorter, so that it ends inside a page.
    const StereoAudio audio = music(frames - (i % 3 == 0 ? 1234 : 0), options);
    tracks.push_back(std::make_unique<MemoryTrack>(audio, false));
  }
  return tracks;
}

Storm::Storm(const StormOptions& options, render::Renderer::Wiring& wiring,
             std::vector<std::unique_ptr<MemoryTrack>>& tracks)
    : options_(options),
      wiring_(wiring),
      tracks_(tracks),
      random_(options.seed),
      loaded_(static_cast<std::size_t>(options.decks), nullptr),
      rates_(static_cast<std::size_t>(options.decks), 1.0),
      busy_until_(static_cast<std::size_t>(options.decks), 0) {
  for (const auto& track : tracks_) free_tracks_.push_back(track.get());
  for (int i = 0; i < kStretchers; ++i) {
    stretchers_.push_back(render::make_stretcher(render::StretcherKind::kSoundtouch, options.sample_rate_hz));
    free_stretchers_.push_back(stretchers_.back().get());
  }
}

std::uint64_t Storm::sent() const { return std::accumulate(sent_.begin(), sent_.end(), std::uint64_t{0}); }

std::string Storm::summary() const {
  std::string text = std::to_string(sent()) + " gusts:";
  for (std::size_t i = 0; i < kGusts; ++i)
    text += std::string(i == 0 ? " " : ", ") + kNames[i] + ' ' + std::to_string(sent_[i]);
  return text;
}

std::string Storm::still_out() const {
  return std::to_string(events_out_) + " events, " + std::to_string(tracks_out_) + " tracks and " +
         std::to_string(stretchers_out_) + " stretchers are out";
}

std::string Storm::around(Frames frame, Frames reach) const {
  std::string text;
  for (const Sent& one : history_) {
    if (!one.is_answered || std::abs(one.commit.frame - frame) > reach) continue;
    text += "\n  frame " + std::to_string(one.commit.frame) + ": " + to_string(one.gust) + " on " +
            std::to_string(one.target) + (one.frame == kNow ? " now" : " for " + std::to_string(one.frame)) +
            (one.has_stretcher ? " with a stretcher" : "") + (one.commit.immediate ? ", immediate" : "") +
            ", outcome " + std::to_string(static_cast<int>(one.commit.outcome));
  }
  return text;
}

void Storm::begin() {
  snapshot_ = &wiring_.snapshots.latest();
  next_frame_ = kNow;
  for (int deck = 0; deck < options_.decks; ++deck) blow_on_deck(Gust::kLoadAndPlay, deck);
}

void Storm::step() {
  collect();
  snapshot_ = &wiring_.snapshots.latest();
  if (is_finishing_) return;
  const int gusts = random_.below(options_.gusts_per_step_max + 1);
  for (int i = 0; i < gusts && events_out_ < kEventsOutMax; ++i) {
    const auto gust = static_cast<Gust>(random_.below(kGusts));
    if (is_level(gust) && !options_.moves_levels) continue;
    if (gust == Gust::kHole && !options_.tears_holes) continue;
    next_frame_ = pick_frame();
    next_is_immediate_ = next_frame_ != kNow && random_.below(8) == 0;
    blow(gust);
  }
}

void Storm::finish() {
  is_finishing_ = true;
  next_frame_ = wiring_.snapshots.latest().frame + 2 * kAheadMax;  // behind everything that is under way
  next_is_immediate_ = false;
  for (const auto& track : tracks_) track->show(0, track->pages().page_count());
  for (int deck = 0; deck < options_.decks; ++deck) send(Gust::kEject, deck, render::EjectTrack{});
}

void Storm::collect() {
  render::Commit commit;
  while (wiring_.commits.try_pop(commit)) {
    --events_out_;
    ++answered_[static_cast<std::size_t>(commit.outcome)];
    if (commit.ticket == 0 || commit.ticket > ticket_ || history_[commit.ticket].is_answered) {
      wrong_ = "ticket " + std::to_string(commit.ticket) + " was never sent, or was answered before";
      continue;
    }
    history_[commit.ticket].is_answered = true;
    history_[commit.ticket].commit = commit;
  }
  while (const rt::TrackPages* pages = wiring_.tracks.collect()) {
    const auto mine = [pages](const auto& track) { return &track->pages() == pages; };
    MemoryTrack* const track = std::find_if(tracks_.begin(), tracks_.end(), mine)->get();
    if (std::find(free_tracks_.begin(), free_tracks_.end(), track) != free_tracks_.end())
      wrong_ = "a track came back twice";
    free_tracks_.push_back(track);
    --tracks_out_;
  }
  while (render::Stretcher* stretcher = wiring_.stretchers.collect()) {
    if (std::find(free_stretchers_.begin(), free_stretchers_.end(), stretcher) != free_stretchers_.end()) {
      wrong_ = "a stretcher came back twice";
    }
    free_stretchers_.push_back(stretcher);
    --stretchers_out_;
  }
}

Frames Storm::pick_frame() {
  const Frames now = snapshot_->frame;
  switch (random_.below(8)) {
    case 0:
    case 1:
    case 2: return kNow;
    case 3: return std::max<Frames>(0, now - random_.below(5000));  // late
    case 4: return now + random_.below(240);                        // too soon for a pre-roll
    case 5: return (now / 64 + 1 + random_.below(40)) * 64;         // on a quantum border
    default: return now + 256 + random_.below(kAheadMax);
  }
}

void Storm::send(Gust gust, int target, Action action) {
  render::Event event{.ticket = ++ticket_,
                      .frame = next_frame_,
                      .target = static_cast<std::uint8_t>(target),
                      .immediate = next_is_immediate_,
                      .action = action};
  if (next_frame_ != kNow && random_.below(4) == 0) event.late_max = random_.below(3000);
  history_.resize(ticket_ + 1);
  Sent& sent = history_[ticket_];
  sent.gust = gust;
  sent.target = target;
  sent.frame = next_frame_;
  sent.has_stretcher = carries_stretcher(action);
  if (!wiring_.events.try_push(event)) {
    wrong_ = "the queue of events was full";
    return;
  }
  ++events_out_;
  ++sent_[static_cast<std::size_t>(gust)];
}

MemoryTrack* Storm::take_track() {
  if (free_tracks_.empty() || !wiring_.tracks.reserve()) return nullptr;
  const auto at = free_tracks_.begin() + random_.below(static_cast<int>(free_tracks_.size()));
  MemoryTrack* const track = *at;
  free_tracks_.erase(at);
  ++tracks_out_;
  return track;
}

render::Stretcher* Storm::primed(const MemoryTrack* track, double track_frame, int index) {
  // One that was primed over a hole would sound it, and nobody primes there. Otherwise, half of the time none comes, as
  // when the pool is empty.
  const auto place = static_cast<Frames>(track_frame);
  if (track == nullptr || !track->pages().has(place - kReach, place + kReach) || free_stretchers_.empty() ||
      random_.below(2) == 0 || !wiring_.stretchers.reserve())
    return nullptr;
  render::Stretcher* const stretcher = free_stretchers_.back();
  free_stretchers_.pop_back();
  ++stretchers_out_;
  const double rate =
      std::clamp(rates_[static_cast<std::size_t>(index)], render::kStretchRateMin, render::kStretchRateMax);
  const bool has_preroll = next_frame_ != kNow && !next_is_immediate_;
  const render::StretchTarget target{render::Trajectory{0, track_frame, rate}, deck(index).key_shift};
  stretcher->prime(track->pages(), target, has_preroll ? -render::preroll_frames(options_.sample_rate_hz) : 0);
  return stretcher;
}

void Storm::blow(Gust gust) {
  const int target = random_.below(options_.decks);
  if (is_level(gust)) {
    blow_on_mixer(gust, target);
  } else if (gust == Gust::kCancel) {
    const auto back = static_cast<std::uint64_t>(random_.below(20));
    send(gust, target, render::CancelEvent{ticket_ > back ? ticket_ - back : 1});
  } else if (gust == Gust::kHole) {
    tear_or_mend();
  } else {
    keep_apart(target);
    blow_on_deck(gust, target);
  }
}

void Storm::keep_apart(int index) {
  if (options_.apart == 0) return;
  Frames& busy_until = busy_until_[static_cast<std::size_t>(index)];
  const Frames soonest = std::max(snapshot_->frame + 2 * kQuantumFrames, busy_until);
  if (next_frame_ == kNow) next_is_immediate_ = true;
  next_frame_ = std::max(next_frame_, soonest);
  busy_until = next_frame_ + options_.apart;
}

void Storm::tear_or_mend() {
  MemoryTrack& track = *tracks_[static_cast<std::size_t>(random_.below(static_cast<int>(tracks_.size())))];
  const int page = random_.below(static_cast<int>(track.pages().page_count()));
  const bool tears = random_.below(4) == 0;
  ++sent_[static_cast<std::size_t>(Gust::kHole)];
  if (track.pages().page(page) == nullptr) return track.show(page, page + 1);
  // As a loader, which never takes a page within two seconds of a playhead.
  const Frames place = static_cast<Frames>(page) * rt::kPageFrames;
  for (int index = 0; index < options_.decks; ++index) {
    if (std::abs(deck(index).position - static_cast<double>(place)) < 2.0 * kReach + rt::kPageFrames) return;
  }
  if (tears) track.hide(page, page + 1);
}

void Storm::blow_on_deck(Gust gust, int index) {
  const auto i = static_cast<std::size_t>(index);
  const MemoryTrack* const current = loaded_[i];
  const Frames length = current == nullptr ? 0 : current->length() - options_.end_margin;
  // Mostly inside the track, sometimes close to its end.
  const Frames place = random_.below(10) == 0 ? std::max<Frames>(0, length - random_.below(4000))
                                              : random_.below(static_cast<int>(length) + 1);
  switch (gust) {
    case Gust::kLoad:
    case Gust::kLoadAndPlay: {
      MemoryTrack* const track = take_track();
      if (track == nullptr) return;
      loaded_[i] = track;
      const bool play = gust == Gust::kLoadAndPlay;
      return send(gust, index,
                  render::LoadTrack{&track->pages(), ++loads_, play, play ? primed(track, 0, index) : nullptr});
    }
    case Gust::kEject: return send(gust, index, render::EjectTrack{});
    case Gust::kStart: return send(gust, index, render::StartDeck{primed(current, deck(index).position, index)});
    case Gust::kPause: return send(gust, index, render::PauseDeck{});
    case Gust::kPark: return send(gust, index, render::ParkDeck{place});
    case Gust::kSeek:
      return send(gust, index, render::SeekDeck{place, primed(current, static_cast<double>(place), index)});
    case Gust::kRate: {
      constexpr std::array<double, 10> kSteps = {1.0, 1.0, 1.05, 0.94, 1.06, 0.5, 2.0, 1.5, 0.25, 0.0};
      rates_[i] =
          options_.jumps_tempo ? kSteps[static_cast<std::size_t>(random_.below(10))] : random_.between(0.92, 1.08);
      if (random_.below(4) == 0) rates_[i] = 1.0;
      return send(gust, index, render::SetRate{rates_[i]});
    }
    case Gust::kKeyShift:
      return send(gust, index, render::SetKeyShift{random_.below(2) == 0 ? 1.0 : std::exp2(random_.between(-1, 1))});
    case Gust::kKeylock: return send(gust, index, render::SetKeylock{random_.below(2) == 0});
    case Gust::kChoose:
      return send(gust, index,
                  render::ChooseStretcher{random_.below(4) == 0 ? render::StretcherKind::kVarispeed
                                                                : render::StretcherKind::kSoundtouch});
    default: break;
  }
  // kInstall: for a deck that wants one, at the place it will be at.
  if (!deck(index).wants_stretcher && random_.below(8) != 0) return;
  next_frame_ = snapshot_->frame + 1024;
  next_is_immediate_ = true;
  const double there = deck(index).position + 1024 * deck(index).anchor_rate;
  if (auto* const stretcher = primed(current, there, index))
    send(gust, index, render::InstallStretcher{stretcher, deck(index).generation});
}

void Storm::blow_on_mixer(Gust gust, int channel) {
  const auto unit = static_cast<float>(random_.unit());
  switch (gust) {
    case Gust::kTrim: return send(gust, channel, render::SetTrim{0.5F + unit});
    case Gust::kFader: return send(gust, channel, render::SetFaderGain{random_.below(3) == 0 ? 0.0F : unit});
    case Gust::kEq: {
      const auto band = static_cast<render::Band>(random_.below(3));
      return send(gust, channel, render::SetEqGain{band, random_.below(3) == 0 ? 1.0F : 1.5F * unit});
    }
    case Gust::kCrossfader: return send(gust, 0, render::SetCrossfaderPosition{2 * unit - 1});
    case Gust::kAssign: return send(gust, channel, render::AssignSide{static_cast<render::Side>(random_.below(3))});
    default: return send(gust, 0, render::SetMasterGain{0.5F + 0.5F * unit});
  }
}

}  // namespace segue::test
