// SPDX-License-Identifier: GPL-3.0-or-later
// What a deck does while the pages of its place are missing: it repeats the last beat it has, in time with the
// playhead, which goes on, and returns to the track on a beat.
#include <algorithm>
#include <cmath>

#include "engine/render/deck.h"
#include "engine/render/renderer.h"

namespace segue::render {
namespace {

constexpr double kReturnSeconds = 2;     // of pages ahead before it returns, or it would be dry again at once
constexpr double kMovingRateMin = 1e-3;  // slower, a pass would last minutes

}  // namespace

bool Deck::set_beats(const SetBeats& beats) {
  if (beats.load_id != place_.load_id || place_.pages == nullptr) return false;
  beats_ = Beats{beats.anchor, beats.length};
  return true;
}

// `edge` is the track position up to which there was something to hear.
void Deck::begin_roll(double edge, Frames now) {
  if (place_.path.rate < kMovingRateMin) return;
  const int margin = 2 * static_cast<int>(shared_.shapes.preroll.length()) + Varispeed::kReachMax;
  const int margin_after = Varispeed::kReachMax + kQuantumFrames;
  roll_ = Roll::choose(*place_.pages, beats_, edge, {margin, margin_after});
  if (!roll_) return;
  ++rolls_;
  roll_began_ = now;
  wants_ = false;
  ++generation_;
  start_pass(roll_->pass_at(place_.path.at(now)), shared_.shapes.out, now, now);
}

// Once per quantum: the next repetition, or the way back.
void Deck::tend_roll(Frames quantum) {
  const Frames lead = shared_.shapes.preroll.length();
  const double beat = roll_->beat_from(place_.path.at(quantum + lead));
  const Frames back = frame_at(beat) - lead;
  if (back < quantum + kQuantumFrames && can_return(beat)) return return_from_roll(std::max(back, quantum), quantum);
  const Frames wrap = frame_at(roll_->end_of(roll_pass_)) - lead;
  if (wrap < quantum + kQuantumFrames) {
    start_pass(roll_pass_ + 1, shared_.shapes.preroll, std::max(wrap, quantum), quantum);
  }
}

// A voice through repetition `pass`, faded in from `frame` on, in place of the one before.
void Deck::start_pass(std::int64_t pass, const FadeShape& shape, Frames frame, Frames now) {
  Voice* voice = free_voice(now);
  const StretchTarget target{roll_->path_of(pass, place_.path), pitch_ratio(keylock_, rate_, key_shift_)};
  // Its pages are there: Roll::choose has seen to it.
  (void)voice->begin({place_.pages, target, nullptr}, Fade{&shape, frame, false}, shared_.shapes, now, 0);
  if (roll_voice_ != nullptr) roll_voice_->release(shape, frame);
  roll_voice_ = voice;
  roll_pass_ = pass;
}

// The playhead's path has changed, its position has not.
void Deck::steer_roll() {
  wants_ = false;
  ++generation_;
  voice_->target() = target_for(place_.path);
  if (roll_voice_ != nullptr) roll_voice_->target().trajectory = roll_->path_of(roll_pass_, place_.path);
}

bool Deck::can_return(double position) const {
  const rt::TrackPages& pages = *place_.pages;
  const auto at = static_cast<Frames>(position);
  const Frames before = 2 * shared_.shapes.preroll.length() + 2 * kQuantumFrames + Varispeed::kReachMax;
  const auto ahead = static_cast<Frames>(kReturnSeconds * shared_.sample_rate_hz * std::max(1.0, place_.path.rate));
  return pages.has(at - before, at + ahead);
}

// Back to the track, at full level a pre-roll after `frame`, which is a beat.
void Deck::return_from_roll(Frames frame, Frames now) {
  if (rate_ == 1.0) place_.path = Trajectory{now, std::round(place_.path.at(now)), rate_};
  Voice* dry = voice_;
  Voice* next = start_voice(place_, nullptr, Fade{&shared_.shapes.preroll, frame, false}, now);
  if (dry != nullptr) dry->release(shared_.shapes.out, now);
  end_roll(shared_.shapes.preroll, frame);
  voice_ = next;
  wants_ = needs_stretcher_now();
  ++generation_;
}

void Deck::end_roll(const FadeShape& shape, Frames now) {
  if (!roll_) return;
  if (roll_voice_ != nullptr) roll_voice_->release(shape, now);
  roll_voice_ = nullptr;
  rolled_ += now - roll_began_;
  roll_.reset();
}

// First engine frame at which the playhead is at or past `position`.
Frames Deck::frame_at(double position) const {
  const Trajectory& path = place_.path;
  if (path.rate < kMovingRateMin) return INT64_MAX / 2;
  return path.frame + static_cast<Frames>(std::ceil((position - path.position) / path.rate));
}

}  // namespace segue::render
