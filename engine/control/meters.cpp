// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/meters.h"

#include <algorithm>
#include <cmath>

namespace segue::control {
namespace {

constexpr float kSilenceDb = -200.0F;

float decibels(float amplitude) {
  return amplitude <= 0 ? kSilenceDb : std::max(kSilenceDb, 20.0F * std::log10(amplitude));
}

void fill(::segue::v1::Level& to, const render::LevelSnapshot& from) {
  to.set_peak_left_db(decibels(from.peak[0]));
  to.set_peak_right_db(decibels(from.peak[1]));
  to.set_rms_left_db(decibels(from.rms[0]));
  to.set_rms_right_db(decibels(from.rms[1]));
}

}  // namespace

::segue::v1::WatchMetersResponse meters_of(const render::Snapshot& snapshot, int channels) {
  ::segue::v1::WatchMetersResponse meters;
  meters.set_frame(snapshot.frame);
  fill(*meters.mutable_master(), snapshot.master);
  meters.set_master_true_peak_db(decibels(snapshot.master_true_peak));
  meters.set_limiter_gain_db(decibels(snapshot.limiter_gain));
  for (int i = 0; i < channels; ++i) fill(*meters.add_channels(), snapshot.channels[static_cast<std::size_t>(i)]);
  return meters;
}

}  // namespace segue::control
