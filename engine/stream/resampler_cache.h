// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "engine/dsp/resampler.h"

namespace segue::stream {

// The resamplers to one rate, made when they are first needed and shared. Any thread; making one takes milliseconds.
class ResamplerCache {
 public:
  explicit ResamplerCache(int target_hz) : target_hz_(target_hz) {}
  std::shared_ptr<const dsp::Resampler> get(int source_hz);

 private:
  const int target_hz_;
  std::mutex mutex_;
  std::map<int, std::shared_ptr<const dsp::Resampler>> resamplers_;  // by source rate; guarded by mutex_
};

}  // namespace segue::stream
