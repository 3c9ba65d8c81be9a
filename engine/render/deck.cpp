// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/deck.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/render/renderer.h"

namespace segue::render {
namespace {

// Below this a deck stands: a day of rendering moves it by less than ten frames.
constexpr double kMovingRateMin = 1e-9;

// A beat at 120 bpm, where nobody knows better.
constexpr double kBeatSecondsUnknown = 0.5;

// The stretcher a jump carries, taken out of it.
Stretcher* take_stretcher(Action& action) {
  if (auto* load = std::get_if<LoadTrack>(&action)) return std::exchange(load->stretcher, nullptr);
  if (auto* start = std::get_if<StartDeck>(&action)) return std::exchange(start->stretcher, nullptr);
  if (auto* seek = std::get_if<SeekDeck>(&action)) return std::exchange(seek->stretcher, nullptr);
  if (auto* install = std::get_if<InstallStretcher>(&action)) return std::exchange(install->stretcher, nullptr);
  return nullptr;
}

}  // namespace

Deck::Deck(const Shared& shared, int index, int count)
    : shared_(shared),
      index_(index),
      count_(count),
      look_ahead_frames_(static_cast<int>(model::kLookAheadMs * shared.sample_rate_hz / 1000)),
      beats_{0, kBeatSecondsUnknown * shared.sample_rate_hz} {}

bool Deck::has_preroll(const Action& action) {
  if (const auto* load = std::get_if<LoadTrack>(&action)) return load->play;
  return std::holds_alternative<StartDeck>(action) || std::holds_alternative<SeekDeck>(action);
}

// --- events

bool Deck::arm(Event& event, Frames now) {
  if (armed_.is_set && armed_.frame != event.frame)
    return false;  // one jump at a time; this one will fade in on its frame
  const Place from = armed_.is_set ? armed_.place : place_at(event.frame);
  const Place to = place_after(event.action, from, event.frame);
  if (to.pages == nullptr) return false;
  const bool already_sounds = std::holds_alternative<StartDeck>(event.action) && from.state == DeckState::kPlaying;
  Stretcher* stretcher = take_stretcher(event.action);
  armed_.is_set = true;
  armed_.changes = place_changes_;
  armed_.frame = event.frame;
  armed_.place = to;
  if (to.state != DeckState::kPlaying || already_sounds) {
    retire(stretcher);
    return true;
  }
  if (armed_.voice != nullptr) armed_.voice->release(shared_.shapes.preroll, now);
  armed_.voice = start_voice(to, stretcher, Fade{&shared_.shapes.preroll, now, false}, now);
  if (armed_.voice->is_dry()) return true;  // what sounds goes on until the frame, and is then repeated
  if (voice_ != nullptr) voice_->release(shared_.shapes.preroll, now);
  end_roll(shared_.shapes.preroll, now);
  return true;
}

bool Deck::commit(const Event& event, Frames now, bool was_armed) {
  if (was_armed && armed_.is_set && armed_.frame == event.frame) adopt(now);
  if (was_armed && adopted_at_ == event.frame) return true;
  if (has_preroll(event.action) || std::holds_alternative<LoadTrack>(event.action)) return jump(event, now);
  if (std::holds_alternative<EjectTrack>(event.action)) return eject(now);
  if (std::holds_alternative<PauseDeck>(event.action)) return park(now, std::llround(place_.path.at(now)));
  if (const auto* to = std::get_if<ParkDeck>(&event.action)) return park(now, to->track_frame);
  if (const auto* set = std::get_if<SetRate>(&event.action)) return set_rate(set->rate, now);
  if (const auto* beats = std::get_if<SetBeats>(&event.action)) return set_beats(*beats);
  if (const auto* put = std::get_if<InstallStretcher>(&event.action)) return install(*put, now);
  return set_pitch_path(event.action, now);
}

void Deck::refuse(const Event& event) {
  Action action = event.action;
  retire(take_stretcher(action));
  if (const auto* load = std::get_if<LoadTrack>(&action)) retire_track(load->pages);
}

bool Deck::jump(const Event& event, Frames now) {
  Action action = event.action;
  Stretcher* stretcher = take_stretcher(action);
  const bool starts_again = std::holds_alternative<StartDeck>(action) && is_playing();
  const Place to = place_after(action, place_at(now), now);
  if (to.pages == nullptr || starts_again) {
    retire(stretcher);
    return to.pages != nullptr;
  }
  if (std::holds_alternative<LoadTrack>(action)) disarm(now);
  Voice* voice = nullptr;
  if (to.state == DeckState::kPlaying) {
    // A stretcher for a scheduled event was primed for its pre-roll, which is not to be heard any more.
    if (stretcher != nullptr && !event.immediate) {
      stretcher->skip(static_cast<int>(shared_.shapes.preroll.length()), pitch_ratio(keylock_, rate_, key_shift_));
    }
    voice = start_voice(to, stretcher, Fade{&shared_.shapes.in, now, false}, now);
  } else {
    retire(stretcher);
  }
  take_place(to, voice, now);
  return true;
}

bool Deck::eject(Frames now) {
  disarm(now);
  take_place(Place{}, nullptr, now);
  return true;
}

bool Deck::park(Frames now, Frames track_frame) {
  if (place_.pages == nullptr) return false;
  Place to = place_;
  const Frames at = clamp_to_track(*place_.pages, track_frame);
  to.path = Trajectory{now, static_cast<double>(at), 0};
  if (is_playing() || place_.state == DeckState::kEnded) to.state = DeckState::kPaused;
  take_place(to, nullptr, now);
  return true;
}

bool Deck::set_rate(double rate, Frames now) {
  rate_ = rate;
  follow_settings(now);
  return true;
}

bool Deck::set_pitch_path(const Action& action, Frames now) {
  if (const auto* shift = std::get_if<SetKeyShift>(&action)) {
    key_shift_ = shift->ratio;
  } else if (const auto* lock = std::get_if<SetKeylock>(&action)) {
    keylock_ = lock->on;
  } else if (const auto* choose = std::get_if<ChooseStretcher>(&action)) {
    kind_ = choose->kind;
  } else {
    return false;
  }
  follow_settings(now);
  return true;
}

bool Deck::install(const InstallStretcher& install, Frames now) {
  const bool fits = install.generation == generation_ && voice_ != nullptr && !voice_->is_released() && is_playing() &&
                    !roll_ && needs_stretcher_now() && voice_->stretcher() == nullptr;
  if (!fits) {
    retire(install.stretcher);
    return false;
  }
  swap_voice(install.stretcher, now);
  return true;
}

// --- places

Deck::Place Deck::place_at(Frames frame) const {
  Place place = place_;
  place.path = Trajectory{frame, place_.path.at(frame), place_.path.rate};
  return place;
}

Deck::Place Deck::place_after(const Action& action, const Place& from, Frames frame) const {
  Place to = from;
  if (const auto* load = std::get_if<LoadTrack>(&action)) {
    to.pages = load->pages;
    to.load_id = load->load_id;
    to.state = load->play ? DeckState::kPlaying : DeckState::kReady;
    to.path = Trajectory{frame, 0, load->play ? rate_ : 0};
    return to;
  }
  if (from.pages == nullptr) return from;
  if (std::holds_alternative<StartDeck>(action)) {
    const double position = from.state == DeckState::kEnded ? 0 : from.path.at(frame);
    to.state = DeckState::kPlaying;
    to.path = Trajectory{frame, position, rate_};
  } else if (const auto* seek = std::get_if<SeekDeck>(&action)) {
    if (from.state == DeckState::kEnded || from.state == DeckState::kReady) to.state = DeckState::kPaused;
    to.path = Trajectory{frame, static_cast<double>(clamp_to_track(*from.pages, seek->track_frame)), from.path.rate};
  }
  return to;
}

void Deck::take_place(const Place& place, Voice* voice, Frames now) {
  // With nothing to sound at the new place yet, what sounded last is repeated until there is.
  const bool starts_dry = voice != nullptr && voice->is_dry() && place.pages == place_.pages;
  const bool was_heard = roll_ || (voice_ != nullptr && !voice_->is_dry());
  const double heard_to = roll_ ? static_cast<double>(roll_->to()) : place_.path.at(now);
  release_voice(shared_.shapes.out, now);
  end_roll(shared_.shapes.out, now);
  voice_ = voice;
  const rt::TrackPages* before = place_.pages;
  if (place.load_id != place_.load_id) beats_ = Beats{0, kBeatSecondsUnknown * shared_.sample_rate_hz};
  place_ = place;
  ++place_changes_;
  ++generation_;
  wants_ = voice_ != nullptr && needs_stretcher_now() && voice_->stretcher() == nullptr;
  if (before != place.pages) retire_if_unheard(before);
  if (starts_dry && was_heard) begin_roll(heard_to, now);
}

void Deck::adopt(Frames now) {
  if (armed_.changes != place_changes_) {
    // Paused, stopped, ejected or loaded since: what was foreseen is void, and its events begin on their frame.
    disarm(now);
    return;
  }
  Armed armed = std::exchange(armed_, Armed{});
  adopted_at_ = now;
  if (armed.place.state == DeckState::kPlaying) {
    if (armed.voice == nullptr) return;  // a start of what plays already
    armed.place.path.rate = rate_;
  }
  take_place(armed.place, armed.voice, now);
  follow_settings(now);
}

void Deck::disarm(Frames now) {
  if (armed_.voice != nullptr) armed_.voice->release(shared_.shapes.out, now);
  armed_ = Armed{};
}

// --- voices

Voice* Deck::start_voice(const Place& place, Stretcher* stretcher, const Fade& fade, Frames now) {
  if (stretcher != nullptr && !needs_stretcher_now()) {
    retire(stretcher);
    stretcher = nullptr;
  }
  if (stretcher != nullptr) stretcher->set_turn(index_, count_);
  Voice* voice = free_voice(now);
  const Voice::Source source{place.pages, target_for(place.path), stretcher};
  if (voice->begin(source, fade, shared_.shapes, now, look_ahead_frames_)) count_underrun(now);
  fade_before_end(*voice, now);
  return voice;
}

Voice* Deck::free_voice(Frames now) {
  Voice* quietest = nullptr;
  for (Voice& voice : voices_) {
    if (voice.is_live() && voice.is_over(now)) end_voice(voice);
    if (!voice.is_live()) return &voice;
    if (&voice == voice_ || &voice == armed_.voice || &voice == roll_voice_) continue;
    if (quietest == nullptr || voice.gain_at(now) < quietest->gain_at(now)) quietest = &voice;
  }
  // More jumps than fades leave room for: the one that is nearest its end gives way.
  end_voice(*quietest);
  return quietest;
}

void Deck::count_underrun(Frames now) {
  ++underruns_;
  last_underrun_ = now;
}

void Deck::release_voice(const FadeShape& shape, Frames now) {
  if (voice_ != nullptr) voice_->release(shape, now);
  voice_ = nullptr;
}

void Deck::end_voice(Voice& voice) {
  if (&voice == voice_) voice_ = nullptr;
  if (&voice == armed_.voice) armed_.voice = nullptr;
  if (&voice == roll_voice_) roll_voice_ = nullptr;
  const rt::TrackPages* pages = voice.pages();
  retire(voice.end());
  const auto leaving = std::find(leaving_.begin(), leaving_.end(), pages);
  if (leaving == leaving_.end()) return;
  *leaving = nullptr;
  retire_if_unheard(pages);
}

void Deck::retire_if_unheard(const rt::TrackPages* pages) {
  const bool is_heard =
      std::any_of(voices_.begin(), voices_.end(), [&](const Voice& voice) { return voice.pages() == pages; });
  if (!is_heard) {
    retire_track(pages);
    return;
  }
  *std::find(leaving_.begin(), leaving_.end(), nullptr) = pages;
}

void Deck::retire_track(const rt::TrackPages* pages) {
  if (pages != nullptr) shared_.tracks.retire(pages);
}

void Deck::retire(Stretcher* stretcher) {
  if (stretcher != nullptr) shared_.stretchers.retire(stretcher);
}

bool Deck::needs_stretcher_now() const { return needs_stretcher(kind_, keylock_, rate_, key_shift_); }

StretchTarget Deck::target_for(const Trajectory& path) const {
  return StretchTarget{path, pitch_ratio(keylock_, rate_, key_shift_)};
}

void Deck::follow_settings(Frames now) {
  if (!is_playing()) return;
  place_.path = Trajectory{now, place_.path.at(now), rate_};
  if (voice_ == nullptr || voice_->is_released()) return;  // another takes over at once
  if (roll_) return steer_roll();
  const bool needs = needs_stretcher_now();
  const bool has = voice_->stretcher() != nullptr;
  if (!needs) {
    // At the track's own tempo the deck lands on a whole frame, where it copies bit for bit.
    const double whole = std::round(place_.path.position);
    const bool lands = rate_ == 1.0 && place_.path.position != whole;
    if (lands) place_.path.position = whole;
    if (has || lands) swap_voice(nullptr, now);
  } else if (!has && !wants_) {
    ++generation_;
  }
  wants_ = needs && voice_->stretcher() == nullptr;
  voice_->target() = target_for(place_.path);
  fade_before_end(*voice_, now);
}

void Deck::swap_voice(Stretcher* stretcher, Frames now) {
  Voice* next = start_voice(place_, stretcher, Fade{&shared_.shapes.path, now, false}, now);
  voice_->release(shared_.shapes.path, now);
  voice_ = next;
  wants_ = false;
  ++generation_;
}

// --- sound

void Deck::begin_quantum(Frames quantum) {
  for (Voice& voice : voices_) {
    if (voice.is_live() && voice.is_over(quantum)) end_voice(voice);
  }
  for (Voice* voice : {voice_, armed_.voice}) {
    if (voice == nullptr || (voice == voice_ && roll_)) continue;
    if (!voice->look_ahead(shared_.shapes, quantum, look_ahead_frames_)) continue;
    count_underrun(quantum);
    if (voice == voice_ && is_playing()) begin_roll(place_.path.at(quantum), quantum);
  }
  if (roll_) tend_roll(quantum);
  watch_end(quantum);
}

void Deck::watch_end(Frames quantum) {
  if (armed_.voice != nullptr) fade_before_end(*armed_.voice, quantum);
  if (!is_playing()) return;
  if (end_of(*place_.pages, place_.path, quantum) > quantum) {
    if (voice_ != nullptr) fade_before_end(*voice_, quantum);
    return;
  }
  Place to = place_;
  to.path = Trajectory{quantum, static_cast<double>(place_.pages->length()), 0};
  to.state = DeckState::kEnded;
  take_place(to, nullptr, quantum);
  ++ends_;
}

Frames Deck::end_of(const rt::TrackPages& pages, const Trajectory& path, Frames now) const {
  if (path.rate < kMovingRateMin || !pages.length_is_final()) return INT64_MAX;
  const double left = static_cast<double>(pages.length()) - path.at(now);
  return now + static_cast<Frames>(std::ceil(left / path.rate));
}

void Deck::fade_before_end(Voice& voice, Frames now) {
  if (voice.is_released() || voice.pages()->ends_quietly()) return;
  Trajectory path = voice.target().trajectory;
  if (voice.stretcher() != nullptr) path.position += voice.stretcher()->slack_frames();
  const Frames end = end_of(*voice.pages(), path, now);
  if (end == INT64_MAX || end - shared_.shapes.out.length() >= now + kQuantumFrames) return;
  // A voice too late for the whole fade takes the short one; one that has just begun turns back (Voice::release).
  const bool fits = end - shared_.shapes.out.length() >= now;
  voice.release(fits ? shared_.shapes.out : shared_.shapes.in, fits ? end - shared_.shapes.out.length() : now);
}

bool Deck::render(StereoBlock out, Frames frame) {
  bool sounds = false;
  for (Voice& voice : voices_) {
    if (!voice.is_live()) continue;
    if (!sounds) {
      voice.render(out, frame, shared_.varispeed);
      sounds = true;
      continue;
    }
    const StereoBlock more{mix_left_.data(), mix_right_.data(), out.frames};
    voice.render(more, frame, shared_.varispeed);
    for (int i = 0; i < out.frames; ++i) {
      out.left[i] += more.left[i];
      out.right[i] += more.right[i];
    }
  }
  if (!sounds) {
    std::fill_n(out.left, out.frames, 0.0F);
    std::fill_n(out.right, out.frames, 0.0F);
  }
  return sounds;
}

void Deck::snapshot(DeckSnapshot& to, Frames frame) const {
  to.load_id = place_.load_id;
  to.state = place_.state;
  to.is_audible = std::any_of(voices_.begin(), voices_.end(), [](const Voice& voice) { return voice.is_live(); });
  to.is_stretching = voice_ != nullptr && voice_->stretcher() != nullptr;
  to.wants_stretcher = wants_ && voice_ != nullptr && is_playing();
  to.generation = generation_;
  to.anchor_frame = place_.path.frame;
  to.anchor_position = place_.path.position;
  to.anchor_rate = place_.path.rate;
  to.position = place_.path.at(frame);
  to.rate = rate_;
  to.key_shift = key_shift_;
  to.keylock = keylock_;
  to.stretcher = kind_;
  to.underruns = underruns_;
  to.ends = ends_;
  to.last_underrun_frame = last_underrun_;
  to.is_rolling = roll_.has_value();
  to.rolls = rolls_;
  to.rolled_frames = rolled_ + (roll_ ? frame - roll_began_ : 0);
  to.roll_from = roll_ ? roll_->from() : 0;
  to.roll_to = roll_ ? roll_->to() : 0;
}

Frames Deck::clamp_to_track(const rt::TrackPages& pages, Frames track_frame) const {
  const Frames end = pages.length_is_final() ? pages.length() : std::max(pages.length(), track_frame);
  return std::clamp<Frames>(track_frame, 0, end);
}

}  // namespace segue::render
