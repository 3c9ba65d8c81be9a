// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/voice.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace segue::render {
namespace {

// Below this rate a track is a standing offset rather than sound: 20 Hz material would be at 0.1 Hz.
constexpr double kAudibleRateMin = 0.005;

}  // namespace

bool Voice::begin(const Source& source, const Fade& fade_in, const FadeShapes& shapes, Frames frame,
                  int look_ahead_frames) {
  source_ = source;
  in_ = fade_in;
  out_ = Fade{};
  gate_ = Fade{};
  if (can_sound(frame, look_ahead_frames)) return false;
  gate_ = Fade{&shapes.out, frame - shapes.out.length(), true};
  return is_moving();
}

void Voice::release(const FadeShape& shape, Frames frame) {
  if (is_released() && release_frame() <= frame) return;
  out_ = Fade{};
  if (in_.shape == nullptr || frame - in_.start >= in_.shape->length()) {
    in_.turn = INT64_MAX;
    out_ = Fade{&shape, frame, true};
    return;
  }
  // Still fading in by then: back down the way it came, so that a voice never outlives its release by longer than it
  // lived.
  in_.turn = frame;
}

Stretcher* Voice::end() {
  source_.pages = nullptr;
  return std::exchange(source_.stretcher, nullptr);
}

bool Voice::look_ahead(const FadeShapes& shapes, Frames frame, int look_ahead_frames) {
  if (!gate_.is_over(frame)) return false;
  // An open gate needs room to close, a closed one room to open and close again.
  const bool open = can_sound(frame, is_dry() ? 2 * look_ahead_frames : look_ahead_frames);
  if (open != is_dry()) return false;
  gate_ = Fade{&shapes.out, frame, !open};
  return !open && is_moving();
}

bool Voice::can_sound(Frames frame, int look_ahead_frames) const {
  const Trajectory& path = source_.target.trajectory;
  const auto here = static_cast<Frames>(std::floor(path.at(frame)));
  Frames to = here + static_cast<Frames>(look_ahead_frames * path.rate) + Varispeed::kReachMax;
  if (source_.stretcher != nullptr) to = std::max<Frames>(to, here + source_.stretcher->read_ahead_frames());
  return is_moving() && source_.pages->has(here - Varispeed::kReachMax, to);
}

bool Voice::is_moving() const { return std::abs(source_.target.trajectory.rate) >= kAudibleRateMin; }

void Voice::render(StereoBlock out, Frames frame, Varispeed& varispeed) {
  if (source_.stretcher != nullptr) {
    source_.stretcher->render(out, *source_.pages, source_.target, frame);
  } else {
    varispeed.render(out, *source_.pages, source_.target.trajectory, frame);
  }
  in_.apply(out, frame);
  out_.apply(out, frame);
  gate_.apply(out, frame);
}

}  // namespace segue::render
