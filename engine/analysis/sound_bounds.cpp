// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/sound_bounds.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/extremes.h"

namespace segue::analysis {
namespace {

constexpr float kThreshold = 0.001F;  // −60 dBFS
constexpr int kWindowsPerS = 100;
// Three windows with sound in a second are more than a click, which fills two at most.
constexpr std::int64_t kLoudWindowsMin = 3;

}  // namespace

SoundBoundsAnalyser::SoundBoundsAnalyser(int sample_rate_hz)
    : sample_rate_hz_(sample_rate_hz), window_frames_(static_cast<std::size_t>(sample_rate_hz / kWindowsPerS)) {}

void SoundBoundsAnalyser::push(ConstStereoBlock block) {
  const float* const planes[2] = {block.left, block.right};
  for (int from = 0; from < block.frames;) {
    const int room = static_cast<int>(window_frames_ - channels_[0].samples.size());
    const int frames = std::min(block.frames - from, room);
    for (std::size_t c = 0; c < 2; ++c) {
      channels_[c].samples.insert(channels_[c].samples.end(), planes[c] + from, planes[c] + from + frames);
    }
    from += frames;
    if (channels_[0].samples.size() == window_frames_) close_window();
  }
}

void SoundBoundsAnalyser::close_window() {
  Loud loud{.window = windows_, .from = INT64_MAX, .to = 0};
  const bool is_loud[2] = {look(channels_[0], loud), look(channels_[1], loud)};
  if (is_loud[0] || is_loud[1]) add(loud);
  for (Channel& channel : channels_) channel.samples.clear();
  ++windows_;
}

bool SoundBoundsAnalyser::look(Channel& channel, Loud& loud) const {
  const std::vector<float>& samples = channel.samples;
  const Extremes extremes = extremes_of(samples.data(), static_cast<int>(samples.size()));
  if (extremes.high - extremes.low <= 2 * kThreshold) {
    channel.resting = 0.5F * (extremes.high + extremes.low);
    return false;
  }
  // Half the span is over the threshold, so from wherever it is seen something is.
  const auto is_sound = [&](float x) { return std::fabs(x - channel.resting) > kThreshold; };
  const auto first = std::find_if(samples.begin(), samples.end(), is_sound);
  const auto last = std::find_if(samples.rbegin(), samples.rend(), is_sound);
  const std::int64_t start = windows_ * static_cast<std::int64_t>(window_frames_);
  loud.from = std::min(loud.from, start + (first - samples.begin()));
  loud.to = std::max(loud.to, start + (samples.rend() - last));
  return true;
}

void SoundBoundsAnalyser::add(const Loud& loud) {
  if (loud_windows_ == 0) any_ = loud;
  any_.to = loud.to;
  if (++loud_windows_ >= kLoudWindowsMin && loud.window - recent_[0].window < kWindowsPerS) {
    if (music_.to == 0) music_ = recent_[0];
    music_.to = loud.to;
  }
  recent_ = {recent_[1], loud};
}

model::SoundBounds SoundBoundsAnalyser::estimate() const {
  SoundBoundsAnalyser closed = *this;
  if (!closed.channels_[0].samples.empty()) closed.close_window();
  const Loud& sound = closed.music_.to > 0 ? closed.music_ : closed.any_;
  const auto seconds_of = [this](std::int64_t frame) { return static_cast<double>(frame) / sample_rate_hz_; };
  return {.start_s = seconds_of(sound.from), .end_s = seconds_of(sound.to)};
}

}  // namespace segue::analysis
