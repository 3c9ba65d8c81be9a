// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/resampler_cache.h"

namespace segue::stream {
namespace {

constexpr std::size_t kResamplersMax = 8;  // of up to 2 MB; music has half a dozen rates

}  // namespace

std::shared_ptr<const dsp::Resampler> ResamplerCache::get(int source_hz) {
  std::unique_lock lock(mutex_);
  if (const auto known = resamplers_.find(source_hz); known != resamplers_.end()) return known->second;
  lock.unlock();
  auto made = std::make_shared<const dsp::Resampler>(dsp::Resampler::create(source_hz, target_hz_));
  lock.lock();
  if (resamplers_.size() >= kResamplersMax) resamplers_.clear();  // tracks keep theirs
  return resamplers_.try_emplace(source_hz, std::move(made)).first->second;
}

}  // namespace segue::stream
