// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/mixer.h"

#include <algorithm>
#include <cmath>

namespace segue::render {

Mixer::Mixer(int sample_rate_hz, int channels, double limiter_ceiling_dbtp)
    : channels_(static_cast<std::size_t>(channels), Channel(sample_rate_hz)),
      master_(frames_in(model::kRampMs, sample_rate_hz)),
      limiter_(sample_rate_hz, limiter_ceiling_dbtp),
      meter_(sample_rate_hz),
      true_peak_fall_(static_cast<float>(std::pow(10.0, -1.0 / sample_rate_hz))) {}

bool Mixer::commit(const Action& action, int target) {
  if (const auto* set = std::get_if<SetMasterGain>(&action)) {
    master_.aim(set->gain);
    return true;
  }
  if (const auto* set = std::get_if<SetCrossfaderPosition>(&action)) {
    crossfader_ = set->position;
    for (Channel& channel : channels_) channel.set_crossfader(crossfader_);
    return true;
  }
  Channel& channel = channels_[static_cast<std::size_t>(target)];
  if (const auto* set = std::get_if<SetTrim>(&action)) {
    channel.set_trim(set->gain);
  } else if (const auto* fader = std::get_if<SetFaderGain>(&action)) {
    channel.set_fader(fader->gain);
  } else if (const auto* eq = std::get_if<SetEqGain>(&action)) {
    channel.set_eq(eq->band, eq->gain);
  } else if (const auto* assign = std::get_if<AssignSide>(&action)) {
    channel.assign(assign->side, crossfader_);
  } else {
    return false;
  }
  return true;
}

void Mixer::begin() { is_empty_ = true; }

void Mixer::add(int channel, StereoBlock deck, bool has_sound, StereoBlock programme) {
  if (!channels_[static_cast<std::size_t>(channel)].process(deck, has_sound)) return;
  if (is_empty_) {
    // Copied, not added to zeros, which would turn −0 into 0.
    std::copy_n(deck.left, programme.frames, programme.left);
    std::copy_n(deck.right, programme.frames, programme.right);
    is_empty_ = false;
    return;
  }
  for (int i = 0; i < programme.frames; ++i) {
    programme.left[i] += deck.left[i];
    programme.right[i] += deck.right[i];
  }
}

void Mixer::finish(StereoBlock programme) {
  if (is_empty_) {
    std::fill_n(programme.left, programme.frames, 0.0F);
    std::fill_n(programme.right, programme.frames, 0.0F);
  }
  master_.apply(programme);
  limiter_.process(programme);
  meter_.process(programme);
  // What the limiter left alone it has measured already.
  if (limiter_.gain() == 1.0F) {
    true_peak_.pass(programme);
    true_peak_.raise_to(limiter_.detected_peak());
  } else {
    true_peak_.process(programme);
  }
}

void Mixer::hold_peak(int frames) {
  const float newest = std::max(true_peak_.peak(0), true_peak_.peak(1));
  true_peak_held_ = std::max(newest, true_peak_held_ * std::pow(true_peak_fall_, static_cast<float>(frames)));
  true_peak_max_ = std::max(true_peak_max_, newest);
  true_peak_.reset();
  limiter_.set_peak_of_interest(true_peak_held_);
}

void Mixer::snapshot(Snapshot& to) const {
  for (std::size_t i = 0; i < channels_.size(); ++i) channels_[i].snapshot(to.channels[i]);
  for (int side = 0; side < 2; ++side) {
    to.master.peak[side] = meter_.peak(side);
    to.master.rms[side] = meter_.rms(side);
  }
  to.master_true_peak = true_peak_held_;
  to.master_true_peak_max = true_peak_max_;
  to.limiter_gain = limiter_.gain();
}

}  // namespace segue::render
