// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/library_store.h"

#include <gtest/gtest.h>

namespace segue::control {
namespace {

class LibraryStoreTest : public ::testing::Test {
 protected:
  LibraryStoreTest() {
    auto opened = catalog::Library::open({});
    EXPECT_TRUE(opened);
    library = *std::move(opened);
    store = make_library_store(library);
  }
  static TrackIdentity track(const std::string& uri, const std::string& content, std::int64_t size = 1000) {
    return {uri, content, size};
  }
  static model::TrackAnalysis analysis(double bpm) {
    model::TrackAnalysis made;
    made.is_final = true;
    made.duration_s = made.analysed_s = 200;
    made.rhythm.bpm = bpm;
    made.rhythm.grid.markers.push_back({0.5, bpm});
    return made;
  }
  // 0: none.
  double bpm_of(const TrackIdentity& which) {
    const auto found = store->analysis(which);
    EXPECT_TRUE(found) << found.error().message;
    return found && *found ? (*found)->rhythm.bpm : 0;
  }

  std::shared_ptr<catalog::Library> library;
  std::shared_ptr<AnalysisStore> store;
};

TEST_F(LibraryStoreTest, KeepsAnalysesByContent) {
  ASSERT_TRUE(store->put_analysis(track("file:///a", "aa"), analysis(120)));
  EXPECT_EQ(bpm_of(track("file:///a", "aa")), 120);
  EXPECT_EQ(bpm_of(track("file:///moved", "aa")), 120);
  EXPECT_EQ(bpm_of(track("file:///a", "bb")), 0) << "another quality is another content";
  EXPECT_EQ(bpm_of(track("file:///a", "aa", 1001)), 0);
}

TEST_F(LibraryStoreTest, KnowsAnAddressByItsLengthWhileTheBytesComeIn) {
  EXPECT_EQ(bpm_of(track("http://x/a.mp3", "")), 0);
  ASSERT_TRUE(store->put_analysis(track("http://x/a.mp3", "aa"), analysis(120)));
  EXPECT_EQ(bpm_of(track("http://x/a.mp3", "")), 120);
  EXPECT_EQ(bpm_of(track("http://x/a.mp3", "", 999)), 0) << "another version";
  EXPECT_EQ(bpm_of(track("http://x/a.mp3", "", -1)), 0);
}

TEST_F(LibraryStoreTest, TellsTheLibraryWhatAnAddressHolds) {
  ASSERT_TRUE(store->put_analysis(track("file:///a", "aa"), analysis(120)));
  (void)bpm_of(track("file:///copy", "aa"));
  const auto content = library->content_of("file:///copy");
  ASSERT_TRUE(content);
  EXPECT_EQ(*content, "1000-aa");
}

TEST_F(LibraryStoreTest, PutsAGridAmongTheOtherMarks) {
  model::TrackMarks marks;
  marks.rating = 4;
  marks.key = model::Key{9, true};
  ASSERT_TRUE(library->put_marks("file:///a", marks, ""));
  const model::BeatGrid grid{{{0.25, 174}}, 4};
  ASSERT_TRUE(store->put_grid(track("file:///a", "aa"), grid));
  auto kept = store->marks(track("file:///a", "aa"));
  ASSERT_TRUE(kept);
  ASSERT_TRUE(kept->grid);
  EXPECT_EQ(kept->grid->markers[0].bpm, 174);
  EXPECT_EQ(kept->rating, 4);
  ASSERT_TRUE(store->put_grid(track("file:///a", "aa"), std::nullopt));
  kept = store->marks(track("file:///a", "aa"));
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->grid);
  EXPECT_EQ(kept->rating, 4);
  EXPECT_EQ(kept->key, marks.key);
}

}  // namespace
}  // namespace segue::control
