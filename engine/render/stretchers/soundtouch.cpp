// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/stretchers/soundtouch.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace segue::render {
namespace {

// Sequence, seek window and overlap, fixed so that a round is the same at every tempo. Sequences of 40 to 73 ms move
// beats alike (rms 2.6 to 4.9 ms); the longest splices least and costs least.
constexpr int kSequenceMs = 73;
constexpr int kSeekMs = 15;
constexpr int kOverlapMs = 8;

// A deck's tempo of ½ to 2 over a key shift of ½ to 2.
constexpr double kTempoMin = 0.25;
constexpr double kTempoMax = 4.0;

// While sounding, an error is worked off over this many rounds (≈ 0.2 s) and never by more than 2 % of the tempo,
// below what is heard as a change of speed.
constexpr double kRoundsToSettle = 3.0;
constexpr double kSteeringMax = 0.02;

constexpr int kFeedFrames = 128;        // fed at once, so that a call makes one round at most
constexpr int kPrimingRounds = 4;       // the first is not yet spliced, two more settle the error
constexpr int kPrimedFrames = 64 * 36;  // ready after priming: a turn of 16 decks, twice, and a pre-roll to skip
constexpr int kMatchFrames = 16;        // equal frames that prove where a round was copied from
constexpr int kMatchMargin = 16;        // frames its idle resampler holds back, rounded up
constexpr double kSlipMemory = 0.25;    // weight of a round's slip in the mean expected of the next
// A round and what priming leaves ready, at four times the tempo.
constexpr double kReadAheadMs = 750;

constexpr int kKeepFrames = 512;  // the resampler's history at the highest pitch ratio

double tempo_of(const StretchTarget& target) {
  return std::clamp(target.trajectory.rate / target.pitch_ratio, kTempoMin, kTempoMax);
}

}  // namespace

SoundTouchStretcher::SoundTouchStretcher(int sample_rate_hz)
    : bank_(dsp::SincBank::shared()),
      read_ahead_frames_(frames_in(kReadAheadMs, sample_rate_hz)),
      plane_left_(kFeedFrames),
      plane_right_(kFeedFrames) {
  engine_.setSampleRate(static_cast<unsigned>(sample_rate_hz));
  engine_.setChannels(2);
  engine_.setSetting(SETTING_USE_AA_FILTER, 0);  // guards its resampler, which is not used
  engine_.setSetting(SETTING_USE_QUICKSEEK, 0);
  engine_.setSetting(SETTING_SEQUENCE_MS, kSequenceMs);
  engine_.setSetting(SETTING_SEEKWINDOW_MS, kSeekMs);
  engine_.setSetting(SETTING_OVERLAP_MS, kOverlapMs);
  seek_frames_ = sample_rate_hz * kSeekMs / 1000;
  overlap_frames_ = sample_rate_hz * kOverlapMs / 1000;
  const auto searched = static_cast<std::size_t>(seek_frames_ + 2 * kMatchMargin + kMatchFrames);
  searched_left_.resize(searched);
  searched_right_.resize(searched);
  round_frames_ = engine_.getSetting(SETTING_NOMINAL_OUTPUT_SEQUENCE);
  // What priming makes, a round more than asked for, and a round on top while sounding.
  capacity_ = (kPrimingRounds + 2) * round_frames_ + kPrimedFrames + 2 * kKeepFrames;
  left_.resize(static_cast<std::size_t>(capacity_));
  right_.resize(static_cast<std::size_t>(capacity_));
  interleaved_.resize(static_cast<std::size_t>(capacity_) * 2);
  // Its queues grow as they are used; half a second at each extreme grows them for good.
  std::vector<float> silence(static_cast<std::size_t>(kFeedFrames) * 2, 0.0F);
  for (const double tempo : {kTempoMin, 1.0, kTempoMax, kTempoMin}) {
    engine_.setTempo(tempo);
    for (int fed = 0; fed < sample_rate_hz / 2; fed += kFeedFrames) {
      engine_.putSamples(silence.data(), kFeedFrames);
      while (engine_.receiveSamples(interleaved_.data(), static_cast<unsigned>(capacity_)) != 0) {
      }
    }
  }
  engine_.setTempo(1.0);
  engine_.clear();
}

void SoundTouchStretcher::set_turn(int turn, int cycle) {
  turn_ = turn;
  cycle_ = std::max(cycle, 1);
}

void SoundTouchStretcher::prime(const rt::TrackPages& pages, const StretchTarget& target, Frames frame) {
  engine_.clear();
  filled_ = 0;
  slip_ = seek_frames_ / 2.0;
  reach_ = target.pitch_ratio == 1.0 ? 0 : bank_.reach(target.pitch_ratio);
  // The stretched frames made here end well after `frame`; the buffer's first one lies `lead` engine frames before it.
  const double lead = kPrimingRounds * round_frames_ / target.pitch_ratio;
  read_at_ = kPrimingRounds * round_frames_;
  feed_at_ = std::llround(target.trajectory.at(frame) - lead * target.trajectory.rate);
  engine_.setTempo(tempo_of(target));
  const int wanted = static_cast<int>(read_at_) + reach_ + kPrimedFrames;
  while (filled_ < wanted) run_round(pages, target, frame, 1.0);
  discard_before(read_at_ - kKeepFrames);
}

void SoundTouchStretcher::skip(int frames, double pitch_ratio) {
  read_at_ = std::min(read_at_ + frames * pitch_ratio, static_cast<double>(filled_));
}

void SoundTouchStretcher::render(StereoBlock out, const rt::TrackPages& pages, const StretchTarget& target,
                                 Frames frame) {
  const double ratio = target.pitch_ratio;
  const int needed_now = static_cast<int>(std::ceil(out.frames * ratio)) + 1;
  const bool is_turn = (frame / kQuantumFrames) % cycle_ == turn_ % cycle_ && frame % kQuantumFrames == 0;
  const int low_water = static_cast<int>(std::ceil(kQuantumFrames * (cycle_ + 1) * ratio)) + 2;
  // Without a key shift the stretched frames are the engine's, unless an earlier shift has left a fraction.
  const bool is_copy = ratio == 1.0 && read_at_ == std::floor(read_at_);
  reach_ = is_copy ? 0 : bank_.reach(ratio);
  if (is_turn && ready() < low_water) run_round(pages, target, frame, kRoundsToSettle);
  while (ready() < needed_now) run_round(pages, target, frame, kRoundsToSettle);

  if (is_copy) {
    const auto from = static_cast<std::size_t>(read_at_);
    const auto bytes = static_cast<std::size_t>(out.frames) * sizeof(float);
    std::memcpy(out.left, left_.data() + from, bytes);
    std::memcpy(out.right, right_.data() + from, bytes);
    read_at_ += out.frames;
  } else {
    bank_.interpolate(left_.data(), right_.data(), read_at_, ratio, out);
    read_at_ += out.frames * ratio;
  }
  if (filled_ > capacity_ / 2) discard_before(read_at_ - kKeepFrames);
}

void SoundTouchStretcher::run_round(const rt::TrackPages& pages, const StretchTarget& target, Frames frame,
                                    double rounds_to_settle) {
  const double tempo = tempo_of(target);
  // The next round starts at the first track frame not consumed, plus what it slips on average. Its middle, not its
  // start, should lie on the trajectory: inside a round time runs at the track's own tempo.
  const Frames consumed = feed_at_ - static_cast<Frames>(engine_.numUnprocessedSamples());
  const double round_starts = static_cast<double>(consumed) + slip_;
  const double sounds_at = static_cast<double>(frame) + (filled_ - read_at_) / target.pitch_ratio;
  const double wanted = target.trajectory.position +
                        (sounds_at - static_cast<double>(target.trajectory.frame)) * target.trajectory.rate +
                        (tempo - 1.0) * round_frames_ / 2.0;
  const double correction = (wanted - round_starts) / (round_frames_ * rounds_to_settle);
  const double limit = rounds_to_settle > 1.0 ? kSteeringMax * tempo : kTempoMax;
  engine_.setTempo(std::clamp(tempo + std::clamp(correction, -limit, limit), kTempoMin, kTempoMax));
  while (engine_.numSamples() == 0) feed(pages, kFeedFrames);
  collect();
  observe_slip(pages, consumed);
}

void SoundTouchStretcher::observe_slip(const rt::TrackPages& pages, Frames consumed) {
  // Behind its overlap a round is a copy of the track: where from tells how far it slipped.
  const int at = filled_ - round_frames_ + overlap_frames_;
  if (at < 0 || at + kMatchFrames > filled_) return;
  const float* copy = left_.data() + at;
  const bool is_flat = std::all_of(copy, copy + kMatchFrames, [&](float x) { return x == copy[0]; });
  if (is_flat) return;
  pages.read(consumed + overlap_frames_ - kMatchMargin, static_cast<int>(searched_left_.size()), searched_left_.data(),
             searched_right_.data());
  for (int slip = 0; slip <= seek_frames_ + 2 * kMatchMargin; ++slip) {
    if (!std::equal(copy, copy + kMatchFrames, searched_left_.data() + slip)) continue;
    slip_ += kSlipMemory * (slip - kMatchMargin - slip_);
    return;
  }
}

void SoundTouchStretcher::feed(const rt::TrackPages& pages, int frames) {
  pages.read(feed_at_, frames, plane_left_.data(), plane_right_.data());
  for (int i = 0; i < frames; ++i) {
    interleaved_[static_cast<std::size_t>(2 * i)] = plane_left_[static_cast<std::size_t>(i)];
    interleaved_[static_cast<std::size_t>(2 * i + 1)] = plane_right_[static_cast<std::size_t>(i)];
  }
  engine_.putSamples(interleaved_.data(), static_cast<unsigned>(frames));
  feed_at_ += frames;
}

void SoundTouchStretcher::collect() {
  if (filled_ + static_cast<int>(engine_.numSamples()) > capacity_) discard_before(read_at_ - kKeepFrames);
  const auto room = static_cast<unsigned>(capacity_ - filled_);
  const auto frames = static_cast<int>(engine_.receiveSamples(interleaved_.data(), room));
  float* left = left_.data() + filled_;
  float* right = right_.data() + filled_;
  for (int i = 0; i < frames; ++i) {
    left[i] = interleaved_[static_cast<std::size_t>(2 * i)];
    right[i] = interleaved_[static_cast<std::size_t>(2 * i + 1)];
  }
  filled_ += frames;
}

void SoundTouchStretcher::discard_before(double index) {
  const int drop = std::clamp(static_cast<int>(std::floor(index)), 0, filled_);
  if (drop == 0) return;
  const auto bytes = static_cast<std::size_t>(filled_ - drop) * sizeof(float);
  std::memmove(left_.data(), left_.data() + drop, bytes);
  std::memmove(right_.data(), right_.data() + drop, bytes);
  filled_ -= drop;
  read_at_ -= drop;
}

}  // namespace segue::render
