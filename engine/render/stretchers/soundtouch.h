// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <soundtouch/SoundTouch.h>

#include "engine/dsp/sinc.h"
#include "engine/render/stretcher.h"

namespace segue::render {

// SoundTouch as a tempo engine: it changes duration only, pitch is shifted by our own resampler behind it. Its own
// pitch and rate calls allocate and its resampler is poor.
//
// Three time lines: track frames are fed, *stretched* frames come out (`tempo` track frames each), engine frames are
// read from those (`pitch_ratio` stretched frames each). SoundTouch works in rounds of a fixed number of stretched
// frames, in which it may slip by up to its seek window; what it consumed is known, and how far it slipped is found in
// its output, so each round's tempo is set to bring the middle of the next one onto the trajectory.
class SoundTouchStretcher final : public Stretcher {
 public:
  // Grows all buffers; allocates nothing afterwards.
  explicit SoundTouchStretcher(int sample_rate_hz);

  void prime(const rt::TrackPages& pages, const StretchTarget& target, Frames frame) override;
  SEGUE_RT void render(StereoBlock out, const rt::TrackPages& pages, const StretchTarget& target,
                       Frames frame) override;
  SEGUE_RT void skip(int frames, double pitch_ratio) override;
  SEGUE_RT int read_ahead_frames() const override { return read_ahead_frames_; }
  // A slip, an overlap, and the drift inside a round at half or one and a half times the tempo.
  SEGUE_RT int slack_frames() const override { return seek_frames_ + overlap_frames_ + round_frames_ / 4; }
  SEGUE_RT void set_turn(int turn, int cycle) override;

 private:
  SEGUE_RT void feed(const rt::TrackPages& pages, int frames);
  SEGUE_RT void collect();
  SEGUE_RT void run_round(const rt::TrackPages& pages, const StretchTarget& target, Frames frame,
                          double rounds_to_settle);
  SEGUE_RT void observe_slip(const rt::TrackPages& pages, Frames consumed);
  SEGUE_RT void discard_before(double index);
  // Stretched frames ready behind what `frames` engine frames need.
  int ready() const { return filled_ - static_cast<int>(read_at_) - reach_; }

  soundtouch::SoundTouch engine_;
  const dsp::SincBank& bank_;
  int round_frames_ = 0;  // stretched frames a round yields
  int seek_frames_ = 0;   // width of the seek window
  int read_ahead_frames_ = 0;
  int capacity_ = 0;        // of the buffer, stretched frames
  int overlap_frames_ = 0;  // in which it blends from round to round
  double slip_ = 0;         // mean of how far rounds slipped lately, track frames
  int reach_ = 0;           // stretched frames the resampler needs on either side
  int turn_ = 0;
  int cycle_ = 1;
  Frames feed_at_ = 0;  // next track frame to feed
  double read_at_ = 0;  // index in the buffer of the next engine frame
  int filled_ = 0;      // stretched frames in the buffer
  std::vector<float> left_;
  std::vector<float> right_;
  std::vector<float> plane_left_;
  std::vector<float> plane_right_;
  std::vector<float> interleaved_;
  std::vector<float> searched_left_;
  std::vector<float> searched_right_;
};

}  // namespace segue::render
