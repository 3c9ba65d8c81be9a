// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/output/driver.h"
#include "engine/output/programme.h"
#include "engine/render/renderer.h"

namespace segue::control {

// What drivers pull: the renderer, and behind it the taps of the programme. Realtime; owned by the engine.
class RenderSource final : public output::BlockSource {
 public:
  RenderSource(render::Renderer& renderer, output::Programme& programme, const Clock& clock)
      : renderer_(renderer), programme_(programme), clock_(clock) {}

  SEGUE_RT void pull(StereoBlock block) override {
    const Frames frame = renderer_.frame();
    renderer_.render(block, clock_.monotonic().count());
    programme_.write(block, frame - renderer_.latency_frames());
  }

 private:
  render::Renderer& renderer_;
  output::Programme& programme_;
  const Clock& clock_;
};

}  // namespace segue::control
