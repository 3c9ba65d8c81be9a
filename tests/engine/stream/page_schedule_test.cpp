// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_schedule.h"

#include <list>
#include <set>

#include <gtest/gtest.h>

namespace segue::stream {
namespace {

constexpr int kRate = 48'000;
constexpr std::int64_t kTrackPages = 200;

class PageSchedule : public testing::Test {
 protected:
  LoadingTrack& add_track(bool is_ready = true) {
    auto track = std::make_shared<LoadingTrack>();
    track->pages = std::make_unique<rt::TrackPages>(kTrackPages * rt::kPageFrames);
    track->end_page = kTrackPages;
    track->wanted_stamp.assign(kTrackPages, 0);
    track->is_open = true;
    if (!is_ready) track->ready = [](auto, auto) {};
    tracks_.push_back(std::move(track));
    return *tracks_.back();
  }
  void fill(LoadingTrack& track, std::int64_t from, std::int64_t to) {
    for (std::int64_t page = from; page < to; ++page) {
      memory_.emplace_back();
      track.pages->publish(page, &memory_.back());
    }
  }
  static void want(LoadingTrack& track, PageRange range) { track.wanted[track.wanted_count++] = range; }
  PageJob next(bool has_room = true) const {
    return next_job(tracks_, {.has_room = has_room, .threads = 2, .sample_rate_hz = kRate});
  }

  std::vector<std::shared_ptr<LoadingTrack>> tracks_;
  std::list<rt::Page> memory_;
};

TEST_F(PageSchedule, NothingToDo) {
  EXPECT_EQ(next().track, nullptr);
  fill(add_track(), 0, kTrackPages);
  EXPECT_EQ(next().track, nullptr);
}

TEST_F(PageSchedule, AnUrgentRangeComesBeforeANewTrackAndThatBeforeTheRest) {
  LoadingTrack& playing = add_track();
  fill(playing, 0, 50);
  LoadingTrack& fresh = add_track(false);
  EXPECT_EQ(next().track, &fresh) << "the head of a new track before the rest of another";
  want(playing, {45, 100});
  EXPECT_EQ(next().track, &playing);
  EXPECT_EQ(next().page, 50);
  EXPECT_TRUE(next().is_wanted);
  fill(playing, 50, 80);  // more than two seconds ahead
  EXPECT_EQ(next().track, &fresh);
  fill(fresh, 0, kHeadPages);
  EXPECT_EQ(next().track, &playing) << "then the rest of the wanted range";
  fill(playing, 80, 100);
  EXPECT_FALSE(next().is_wanted);
}

TEST_F(PageSchedule, OpeningATrackCountsAsItsHead) {
  LoadingTrack& closed = add_track(false);
  closed.is_open = false;
  LoadingTrack& other = add_track();
  fill(other, 0, 20);
  EXPECT_EQ(next().track, &closed);
  EXPECT_EQ(next().page, -1);
}

TEST_F(PageSchedule, TheDeckNearestToItsHoleComesFirst) {
  LoadingTrack& far = add_track();
  LoadingTrack& near = add_track();
  want(far, {10, 60});
  fill(far, 10, 20);
  want(near, {30, 60});
  fill(near, 30, 33);
  EXPECT_EQ(next().track, &near);
  EXPECT_EQ(next().page, 33);
}

TEST_F(PageSchedule, AThreadThatWaitsComesFirstOfAll) {
  LoadingTrack& wanted = add_track();
  want(wanted, {0, 10});
  LoadingTrack& awaited = add_track();
  awaited.awaited.push_back({100, 120});
  EXPECT_EQ(next().track, &awaited);
  EXPECT_EQ(next().page, 100);
  EXPECT_EQ(next().until, 120);
}

TEST_F(PageSchedule, TheRestGoesInTurnAndOnlyWhileThereIsRoom) {
  LoadingTrack& one = add_track();
  LoadingTrack& two = add_track();
  one.served = 5;
  two.served = 4;
  EXPECT_EQ(next().track, &two);
  two.served = 6;
  EXPECT_EQ(next().track, &one);
  EXPECT_EQ(next(false).track, nullptr);
  one.busy = true;
  EXPECT_EQ(next().track, &two);
  two.dropped = true;
  EXPECT_EQ(next().track, nullptr);
}

TEST_F(PageSchedule, PagesBehindTheEndAreNotMissing) {
  LoadingTrack& track = add_track();
  track.end_page = 10;
  fill(track, 0, 10);
  want(track, {5, 100});
  EXPECT_EQ(next().track, nullptr);
}

TEST_F(PageSchedule, VictimsAreTheLeastRecentlyWantedAndNeverPinned) {
  LoadingTrack& playing = add_track();
  fill(playing, 0, kTrackPages);
  for (std::int64_t page = 0; page < 100; ++page) playing.wanted_stamp[static_cast<std::size_t>(page)] = 7;
  for (std::int64_t page = 0; page < 40; ++page) playing.wanted_stamp[static_cast<std::size_t>(page)] = 3;
  want(playing, {80, 150});
  const std::vector<Victim> victims = choose_victims(tracks_, 500, *tracks_.front(), kRate);
  const std::int64_t behind = pages_for(2 * kRate);
  std::set<std::int64_t> given_up;
  for (const Victim& victim : victims) given_up.insert(victim.page);
  for (std::int64_t page = 0; page < kTrackPages; ++page) {
    EXPECT_EQ(given_up.contains(page), page < 80 - behind || page >= 150) << "page " << page;
  }
  ASSERT_GT(victims.size(), 50U);
  EXPECT_EQ(victims[0].page, kTrackPages - 1) << "never wanted, last first";
  EXPECT_EQ(victims[50].page, 39) << "then what was wanted longest ago";
  EXPECT_EQ(choose_victims(tracks_, 5, *tracks_.front(), kRate).size(), 5U);
}

TEST_F(PageSchedule, LoadsAreServedOneAfterTheOther) {
  LoadingTrack& first = add_track(false);
  LoadingTrack& second = add_track(false);
  second.is_open = false;
  fill(first, 0, kHeadPages - 1);
  EXPECT_EQ(next().track, &first) << "its head is finished before another is opened";
  first.busy = true;
  EXPECT_EQ(next().track, &second);
}

TEST_F(PageSchedule, AThreadIsLeftToTracksInUse) {
  LoadingTrack& opening = add_track(false);
  opening.is_open = false;
  opening.busy = true;
  LoadingTrack& fresh = add_track(false);
  EXPECT_EQ(next().track, &fresh) << "no deck could miss the thread";
  LoadingTrack& playing = add_track();
  EXPECT_EQ(next().track, &playing);
  fill(playing, 0, kTrackPages);
  EXPECT_EQ(next().track, nullptr);
}

TEST_F(PageSchedule, AnEarlierLoadMayTakeTheHeadsOfLaterOnes) {
  LoadingTrack& first = add_track(false);
  LoadingTrack& second = add_track(false);
  fill(first, 0, 4);
  fill(second, 0, 4);
  for (const Victim& victim : choose_victims(tracks_, 100, first, kRate)) EXPECT_EQ(victim.track, &second);
  EXPECT_EQ(choose_victims(tracks_, 100, first, kRate).size(), 4U);
  EXPECT_EQ(choose_victims(tracks_, 100, second, kRate).size(), 0U);
  EXPECT_EQ(choose_victims(tracks_, 100, add_track(), kRate).size(), 0U) << "a ready track takes none";
}

TEST_F(PageSchedule, TheHeadOfATrackThatIsNotReadyIsKept) {
  LoadingTrack& fresh = add_track(false);
  fill(fresh, 0, kHeadPages + 2);
  const std::vector<Victim> victims = choose_victims(tracks_, 100, *tracks_.front(), kRate);
  ASSERT_EQ(victims.size(), 2U);
  EXPECT_EQ(victims[1].page, kHeadPages);
}

}  // namespace
}  // namespace segue::stream
