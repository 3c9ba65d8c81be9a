// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/frame_map.h"

#include <gtest/gtest.h>

namespace segue::control {
namespace {

using namespace std::chrono_literals;

// Frame 48,000 goes out at this very moment, in November 2026.
FrameMap map_now() {
  FrameMap map;
  map.sample_rate_hz = 48'000;
  map.rendered = 48'000;
  map.rendered_at = 100s;
  map.now = 100s;
  map.wall_offset = std::chrono::seconds(1'795'000'000) - 100s;
  return map;
}

Result<Frames> at_wall(std::int64_t seconds) {
  v1::When when;
  when.mutable_wall()->set_seconds(seconds);
  return resolve(when, map_now());
}

TEST(FrameMap, PutsWallTimeOnAFrame) {
  const auto frame = at_wall(1'795'000'002);
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(*frame, 3 * 48'000);
}

TEST(FrameMap, RefusesTimesThatNanosecondsCannotHold) {
  // The year 2611, in which 64 bits of nanoseconds come round to today; and the last one that a Timestamp knows.
  for (const std::int64_t seconds : {1'795'000'000LL + 18'446'744'073LL, 253'402'300'799LL}) {
    const auto frame = at_wall(seconds);
    ASSERT_FALSE(frame) << seconds;
    EXPECT_EQ(frame.error().reason, "SCHEDULE_TOO_FAR");
    EXPECT_EQ(frame.error().code, Code::kOutOfRange);
  }
  EXPECT_EQ(at_wall(-5).error().reason, "FIELD_OUT_OF_RANGE");
}

}  // namespace
}  // namespace segue::control
