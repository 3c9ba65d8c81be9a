// SPDX-License-Identifier: GPL-3.0-or-later
// The same commits at the same frames give the same bytes, whatever the block size and however often.
#include <gtest/gtest.h>

#include "tests/engine/render/realtime/script.h"
#include "tests/engine/render/realtime/storm.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

constexpr Frames kTrackFrames = 6 * 48'000;

TEST(Repeat, GivesTheSameBytesAtEveryBlockSizeAndEveryTime) {
  const auto tracks = storm_tracks(kScriptTracks, kTrackFrames, 0.3, 21);
  const auto script = make_script(5, tracks);
  const Performance first = perform(script, tracks, 64);
  EXPECT_EQ(first.commits.size(), script.size());
  EXPECT_GT(rms(first.sound.left), 0.01) << "silence would be the same too";
  for (const int block : {64, 1, 16, 17, 480, 512, 1024, 4096}) {
    const Performance again = perform(script, tracks, block);
    EXPECT_EQ(difference(first.sound, again.sound), "") << "block " << block;
    ASSERT_EQ(again.commits.size(), first.commits.size()) << "block " << block;
    for (std::size_t i = 0; i < first.commits.size(); ++i) {
      EXPECT_EQ(again.commits[i].ticket, first.commits[i].ticket);
      EXPECT_EQ(again.commits[i].frame, first.commits[i].frame);
    }
  }
}

TEST(Repeat, OtherCommandsGiveOtherBytes) {
  const auto tracks = storm_tracks(kScriptTracks, kTrackFrames, 0.3, 21);
  EXPECT_NE(difference(perform(make_script(5, tracks), tracks, 512).sound,
                       perform(make_script(6, tracks), tracks, 512).sound),
            "");
}

}  // namespace
}  // namespace segue::test
