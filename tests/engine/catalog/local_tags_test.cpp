// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "engine/catalog/local/tags.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/media/media.h"
#include "tests/support/tagged/music_folder.h"

namespace segue::catalog {
namespace {

TEST(LocalTags, EveryFormatTheEnginePlaysIsATrack) {
  for (const test::MediaFormat& format : test::media_formats()) {
    SCOPED_TRACE(format.name);
    EXPECT_TRUE(is_audio_name(std::string("x.") + format.extension));
    const auto tags = read_tags(test::encode(format, {.frames = 44'100}));
    ASSERT_TRUE(tags) << tags.error().message;
    EXPECT_NE(tags->codec, "");
    EXPECT_NE(tags->title, "");
    if (tags->duration_s != 0) {
      EXPECT_NEAR(tags->duration_s, 1, 0.1);
    }
  }
}

}  // namespace
}  // namespace segue::catalog
