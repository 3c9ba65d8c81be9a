// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/frame_map.h"

#include <algorithm>
#include <cmath>

#include "engine/model/config.h"
#include "engine/render/message.h"

namespace segue::control {
namespace {

double seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

tl::unexpected<Error> too_far() { return fail(Code::kOutOfRange, "SCHEDULE_TOO_FAR", "when: more than a day ahead"); }

}  // namespace

double FrameMap::frame_now() const {
  return static_cast<double>(rendered) + std::min(0.0, seconds(now - rendered_at) * sample_rate_hz);
}

double FrameMap::frame_at_wall(Nanoseconds wall) const {
  const double handed_out = static_cast<double>(rendered) + seconds(wall - wall_offset - rendered_at) * sample_rate_hz;
  return handed_out - output_latency_frames - mixer_latency_frames;
}

Result<Frames> resolve(const v1::When& when, const FrameMap& map) {
  double frame = 0;
  switch (when.when_case()) {
    case v1::When::kNow:
    case v1::When::WHEN_NOT_SET: return render::kNow;
    case v1::When::kFrame: frame = static_cast<double>(when.frame()); break;
    case v1::When::kAfterS:
      if (when.after_s() == 0) return render::kNow;
      frame = map.frame_now() + when.after_s() * map.sample_rate_hz;
      break;
    case v1::When::kWall:
      // In seconds first: far times overflow nanoseconds.
      if (static_cast<double>(when.wall().seconds()) - seconds(map.now + map.wall_offset) > model::kScheduleHorizonS) {
        return too_far();
      }
      if (when.wall().seconds() < 0) {
        return fail(Code::kInvalidArgument, "FIELD_OUT_OF_RANGE", "when.wall: before 1970");
      }
      frame = map.frame_at_wall(std::chrono::seconds(when.wall().seconds()) + Nanoseconds(when.wall().nanos()));
      break;
  }
  if (frame - static_cast<double>(map.rendered) > model::kScheduleHorizonS * map.sample_rate_hz) {
    return too_far();
  }
  if (when.when_case() == v1::When::kFrame) return when.frame();  // exact beyond 2⁵³
  return std::max<Frames>(std::llround(frame), 0);
}

}  // namespace segue::control
