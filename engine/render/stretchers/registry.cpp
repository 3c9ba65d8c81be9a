// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/render/renderer.h"
#include "engine/render/stretchers/soundtouch.h"

namespace segue::render {

std::unique_ptr<Stretcher> make_stretcher(StretcherKind kind, int sample_rate_hz) {
  switch (kind) {
    case StretcherKind::kVarispeed: return nullptr;
    case StretcherKind::kSoundtouch: return std::make_unique<SoundTouchStretcher>(sample_rate_hz);
  }
  return nullptr;
}

}  // namespace segue::render
