// SPDX-License-Identifier: GPL-3.0-or-later
// What is found of a loaded track comes onto its deck, at the right moment and to stay.
#include "engine/control/analysis/deck_analysis.h"

#include <array>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/control/export.h"
#include "engine/control/journal/reader.h"
#include "engine/control/script.h"
#include "tests/engine/control/analysis/fakes.h"
#include "tests/engine/control/booth.h"
#include "tests/support/audio/compare.h"

namespace segue::test {
namespace {

using control::AnalysisQueue;
using control::test::FakeStore;
using control::test::Heard;
using control::test::MemoryMedia;
using control::test::wav_bytes;

constexpr Frames kSecond = 48'000;
constexpr int kRateHz = 8'000;  // of what the analyser hears; the deck plays other audio from memory

class DeckAnalysisTest : public ::testing::Test {
 protected:
  DeckAnalysisTest() {
    AnalysisQueue::Options options{.opener = media};
    options.make_analyser = control::test::make_fakes(heard);
    options.store = store;
    options.look_again = std::chrono::milliseconds(1);
    options.is_lowered = false;  // a busy machine would never get to it
    options.tell_every = std::chrono::milliseconds(0);
    queue = std::make_unique<AnalysisQueue>(options);
  }
  Booth& booth() {
    if (!booth_) {
      Booth::Options options;
      options.analyses = queue.get();
      options.data_dir = data_dir;
      options.loads_at_once = loads_at_once;
      booth_ = std::make_unique<Booth>(options);
    }
    return *booth_;
  }
  void drop_booth() { booth_.reset(); }
  // A track that plays noise for a minute and is analysed as `seconds` of something.
  MemoryMedia::Track& add(const std::string& uri, double seconds = 12, std::uint32_t seed = 1) {
    booth().loader.add(uri, StereoAudio(noise(60 * kSecond, 0.2, 5)), uri);
    return media.add(uri, wav_bytes(seconds, kRateHz, seed));
  }
  std::string send(const std::string& command) {
    const auto reply = booth().send({command.c_str()});
    for (int i = 0; i < 50 && !reply->has_come(); ++i) booth().run(1);
    return reply->reason();
  }
  // Steps, without rendering, until it holds. Its time is that of the queue's thread.
  bool step_until(const std::function<bool(const v1::Deck&)>& holds, int deck = 1) {
    for (int i = 0; i < 10'000; ++i) {
      booth().step();
      if (holds(booth().deck(deck))) return true;
      booth().control->inbox().wait(std::chrono::milliseconds(1));
    }
    return false;
  }
  bool step_until_done(int deck = 1) {
    return step_until([](const v1::Deck& d) { return d.grid().origin() == v1::AdoptAnalysis::ANALYSIS &&
                                                     d.analysis().state() == v1::AnalysisProgress::DONE; }, deck);
  }

  std::string data_dir;
  bool loads_at_once = true;
  MemoryMedia media;
  const std::shared_ptr<Heard> heard = std::make_shared<Heard>();
  const std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>();
  std::unique_ptr<AnalysisQueue> queue;

 private:
  std::unique_ptr<Booth> booth_;
};

TEST_F(DeckAnalysisTest, ALoadedTrackGetsGridKeyAndLoudness) {
  add("file:///a");
  ASSERT_EQ(send("load { deck: 1 uri: 'file:///a' }"), "(ok)");
  ASSERT_TRUE(step_until_done());
  const v1::Deck deck = booth().deck(1);
  EXPECT_EQ(deck.bpm(), 128);
  EXPECT_EQ(deck.bpm_confidence(), 0.9);
  EXPECT_EQ(deck.key(), "Am");
  EXPECT_EQ(deck.camelot(), "8A");
  EXPECT_EQ(deck.loudness_lufs(), -9.5);
  EXPECT_EQ(deck.true_peak_dbtp(), -0.3);
  EXPECT_NEAR(deck.suggested_gain_db(), -4.5, 1e-9);
  EXPECT_EQ(deck.grid().beats_per_bar(), 4U);
  EXPECT_EQ(deck.grid().first_downbeat_s(), 0.5);
  EXPECT_TRUE(deck.analysis().is_final());
  EXPECT_EQ(deck.analysis().progress(), 1);
}

TEST_F(DeckAnalysisTest, WhatIsAdoptedIsACommit) {
  add("file:///a");
  (void)send("load { deck: 1 uri: 'file:///a' }");
  const std::uint64_t before = booth().deck(1).revision();
  ASSERT_TRUE(step_until_done());
  EXPECT_GT(booth().deck(1).revision(), before);
  EXPECT_EQ(send("set_tempo { deck: 1 bpm: 134.4 }"), "(ok)");
  EXPECT_NEAR(booth().deck(1).tempo_percent(), 5, 1e-9);
}

TEST_F(DeckAnalysisTest, TheLibraryIsAskedBeforeAnythingIsHeard) {
  add("file:///a");
  (void)send("load { deck: 1 uri: 'file:///a' }");
  ASSERT_TRUE(step_until_done());
  (void)send("load { deck: 2 uri: 'file:///a' }");
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.grid().origin() == v1::AdoptAnalysis::LIBRARY; }, 2));
  EXPECT_EQ(heard->begun[kRateHz], 1);
}

TEST_F(DeckAnalysisTest, AKnownTrackIsAdoptedWhileListeningIsHeldUp) {
  add("file:///known");
  add("file:///new", 12, 2);
  (void)send("load { deck: 1 uri: 'file:///known' }");
  ASSERT_TRUE(step_until_done());
  heard->stops_at = kRateHz;
  (void)send("load { deck: 1 uri: 'file:///new' play: true }");
  heard->wait_for_stop();
  (void)send("load { deck: 2 uri: 'file:///known' }");
  EXPECT_TRUE(step_until([](const v1::Deck& d) { return d.has_loudness_lufs() && d.has_grid(); }, 2));
  EXPECT_EQ(booth().deck(2).bpm(), 128);
  EXPECT_EQ(booth().deck(1).analysis().state(), v1::AnalysisProgress::RUNNING);
  heard->let_go();
}

TEST_F(DeckAnalysisTest, ALoadThatNeverEndsHoldsNoAnalysis) {
  loads_at_once = false;
  add("file:///a");
  add("http://x/hangs");
  heard->stops_at = kRateHz;
  (void)send("load { deck: 1 uri: 'file:///a' }");
  booth().loader.answer();
  booth().run(4);
  heard->wait_for_stop();
  (void)send("load { deck: 2 uri: 'http://x/hangs' }");
  booth().run_to(booth().frame() + 2 * kSecond);
  heard->let_go();
  EXPECT_NE(booth().deck(1).analysis().state(), v1::AnalysisProgress::DONE) << "a load comes first";
  booth().run_to(booth().frame() + 5 * kSecond);
  EXPECT_TRUE(step_until_done());
  EXPECT_EQ(booth().deck(2).state(), v1::Deck::LOADING);
}

TEST_F(DeckAnalysisTest, AnotherTrackMeanwhileGivesItUp) {
  add("file:///a", 60).present = 300'000;  // streams in for ever
  add("file:///b", 12, 2);
  (void)send("load { deck: 1 uri: 'file:///a' }");
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.analysis().state() == v1::AnalysisProgress::RUNNING; }));
  (void)send("load { deck: 1 uri: 'file:///b' }");
  ASSERT_TRUE(step_until_done());
  EXPECT_EQ(booth().deck(1).uri(), "file:///b");
  EXPECT_TRUE(queue->list().empty()) << "nobody wants the first any more";
  (void)send("eject { deck: 1 }");
  booth().run(1);
  EXPECT_FALSE(booth().deck(1).has_analysis());
  EXPECT_FALSE(booth().deck(1).has_grid());
  EXPECT_EQ(booth().deck(1).key(), "");
}

TEST_F(DeckAnalysisTest, AGridTheUserSetSinceTheLoadStays) {
  add("file:///a");
  heard->stops_at = kRateHz;
  (void)send("load { deck: 1 uri: 'file:///a' }");
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.analysis().state() == v1::AnalysisProgress::RUNNING; }));
  (void)send("set_grid { deck: 1 bpm: 99 first_beat_s: 0.25 }");
  heard->let_go();
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.has_loudness_lufs(); }));
  EXPECT_EQ(booth().deck(1).bpm(), 99);
  EXPECT_EQ(booth().deck(1).grid().origin(), v1::AdoptAnalysis::USER);
  ASSERT_EQ(send("edit_grid { deck: 1 reset: true }"), "(ok)");
  EXPECT_EQ(booth().deck(1).bpm(), 128);
  EXPECT_EQ(booth().deck(1).grid().origin(), v1::AdoptAnalysis::ANALYSIS);
}

TEST_F(DeckAnalysisTest, WhatTheUserSaysIsKeptAndWinsNextTime) {
  add("file:///a");
  (void)send("load { deck: 1 uri: 'file:///a' }");
  ASSERT_TRUE(step_until_done());
  ASSERT_EQ(send("edit_grid { deck: 1 shift_ms: 20 }"), "(ok)");
  ASSERT_TRUE(step_until([this](const v1::Deck&) { return store->grid("file:///a").has_value(); }));
  EXPECT_NEAR(store->grid("file:///a")->markers[0].at_s, 0.52, 1e-12);
  (void)send("load { deck: 2 uri: 'file:///a' }");
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.has_loudness_lufs(); }, 2));
  EXPECT_EQ(booth().deck(2).grid().origin(), v1::AdoptAnalysis::MARKS);
  EXPECT_NEAR(booth().deck(2).grid().first_downbeat_s(), 0.52, 1e-12);
  // Listening again changes nothing of it; forgetting it does, also for the next load.
  ASSERT_EQ(send("reanalyze { deck: 2 bpm: 64 }"), "(ok)");
  ASSERT_TRUE(step_until([this](const v1::Deck& d) {
    return heard->begun[kRateHz] == 2 && d.analysis().state() == v1::AnalysisProgress::DONE;
  }, 2));
  EXPECT_EQ(booth().deck(2).grid().origin(), v1::AdoptAnalysis::MARKS);
  ASSERT_EQ(send("edit_grid { deck: 2 reset: true }"), "(ok)");
  EXPECT_EQ(booth().deck(2).grid().first_downbeat_s(), 0.5);
  ASSERT_TRUE(step_until([this](const v1::Deck&) { return !store->grid("file:///a").has_value(); }));
}

TEST_F(DeckAnalysisTest, ATrackThatStreamsInIsKnownBetterAndBetter) {
  auto& track = add("http://x/a.wav", 50);
  const auto come = [&track](double seconds) { track.present = 44 + static_cast<std::int64_t>(seconds * kRateHz) * 4; };
  come(11.5);  // a decoder reads a second ahead
  (void)send("load { deck: 1 uri: 'http://x/a.wav' }");
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.bpm() == 110; })) << booth().deck(1).DebugString();
  EXPECT_EQ(booth().deck(1).key(), "Am");
  EXPECT_FALSE(booth().deck(1).has_grid());
  EXPECT_FALSE(booth().deck(1).analysis().is_final());
  come(31.5);
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.has_grid(); }));
  EXPECT_EQ(booth().deck(1).bpm(), 130);
  EXPECT_FALSE(booth().deck(1).has_loudness_lufs()) << "of a part it says nothing";
  track.present = static_cast<std::int64_t>(track.bytes.size());
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.bpm() == 128; }));
  EXPECT_TRUE(step_until([](const v1::Deck& d) { return d.analysis().is_final(); }));
  EXPECT_TRUE(booth().deck(1).has_loudness_lufs());
}

// A better grid comes while a jump to a beat of the first one is pending.
TEST_F(DeckAnalysisTest, AGridWaitsForWhatIsCountedInBeats) {
  auto& track = add("http://x/a.wav", 50);
  const auto size = static_cast<std::int64_t>(track.bytes.size());
  track.present = 44 + 32 * kRateHz * 4;
  (void)send("load { deck: 1 uri: 'http://x/a.wav' play: true }");
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.has_grid(); }));
  ASSERT_EQ(booth().deck(1).bpm(), 130);
  const Frames at = booth().frame() + kSecond;
  const auto jump = booth().send_at(at, {"seek { deck: 1 beats: 33 }"});
  track.present = size;
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.has_loudness_lufs(); })) << "facts need not wait";
  EXPECT_EQ(booth().deck(1).bpm(), 130) << "but the grid does";
  booth().run_to(at - 4'800);
  EXPECT_EQ(booth().deck(1).bpm(), 130);
  booth().run_to(at + 4'800);
  ASSERT_TRUE(jump->is_ok()) << jump->message();
  const double since_s = static_cast<double>(booth().frame() - at) / kSecond;
  EXPECT_NEAR(booth().deck(1).position_s(), 0.5 + 32 * 60.0 / 130 + since_s, 1e-4);
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.bpm() == 128; }));
}

TEST_F(DeckAnalysisTest, AGridThatHardlyMovesTheBeatNeedNotWait) {
  add("file:///a");
  heard->stops_at = kRateHz;
  (void)send("load { deck: 1 uri: 'file:///a' play: true }");
  (void)send("adopt_analysis { deck: 1 uri: 'file:///a' bpm: 128 grid_origin: ANALYSIS markers { at_s: 0.5002 bpm: 128 } }");
  const auto jump = booth().send_at(booth().frame() + kSecond, {"seek { deck: 1 beats: 33 }"});
  heard->let_go();
  ASSERT_TRUE(step_until([](const v1::Deck& d) { return d.grid().first_downbeat_s() == 0.5; }));
  EXPECT_FALSE(jump->has_come());
}

// The playing deck sounds the same, bit by bit, whether grids arrive or not.
TEST_F(DeckAnalysisTest, NothingIsHeardOfGridsThatArrive) {
  const auto play = [this](const std::function<void(int)>& at_second) {
    (void)send("load { deck: 1 uri: 'http://x/a.wav' }");
    (void)send("set_keylock { deck: 1 on: true }");
    (void)send("set_tempo { deck: 1 percent: 3 }");
    const Frames start = booth().frame() + 2'400;
    booth().send_at(start, {"play { deck: 1 }"});
    booth().send_at(start + 5 * kSecond, {"seek { deck: 1 seconds: 20 }"});
    booth().send_at(start + 7 * kSecond + 123, {"pause { deck: 1 }"});
    booth().send_at(start + 8 * kSecond, {"play { deck: 1 }"});
    for (int second = 0; second < 10; ++second) {
      booth().run_to(start + second * kSecond);
      at_second(second);
    }
    booth().run_to(start + 10 * kSecond);
    return booth().heard.cut(start, start + 10 * kSecond);
  };
  add("http://x/a.wav", 50).present = 0;
  const StereoAudio without = play([](int) {});
  EXPECT_FALSE(booth().deck(1).has_grid());
  drop_booth();

  auto& track = add("http://x/a.wav", 50);
  track.present = 0;
  // Seconds of the track that have come by each second of the set, and the tempo that is known of them.
  constexpr std::array<std::pair<double, double>, 7> kComes{
      {{5, 0}, {12, 110}, {22, 120}, {32, 130}, {40, 130}, {45, 130}, {50, 128}}};
  int grids = 0;
  const StereoAudio with = play([&](int second) {
    if (second >= static_cast<int>(kComes.size())) return;
    const auto [seconds, bpm] = kComes[static_cast<std::size_t>(second)];
    track.present = 44 + static_cast<std::int64_t>(seconds * kRateHz) * 4;
    EXPECT_TRUE(step_until([bpm = bpm](const v1::Deck& d) { return d.bpm() == bpm; })) << bpm;
    EXPECT_EQ(booth().deck(1).state(), v1::Deck::PLAYING);
    grids += booth().deck(1).has_grid() ? 1 : 0;
  });
  EXPECT_EQ(grids, 4) << "seconds of a set in which grids came";
  EXPECT_EQ(booth().deck(1).bpm(), 128);
  EXPECT_EQ(difference(with, without), "");
}

TEST_F(DeckAnalysisTest, AnExportedSessionNeedsNoAnalysis) {
  data_dir = (std::filesystem::temp_directory_path() / ("segue-adopt-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(data_dir);
  add("file:///a");
  (void)send("load { deck: 1 uri: 'file:///a' }");
  ASSERT_TRUE(step_until_done());
  (void)send("seek { deck: 1 beats: 17 }");
  (void)send("edit_grid { deck: 1 scale: 0.5 }");
  (void)send("reanalyze { deck: 1 }");
  const double position_s = booth().deck(1).position_s();
  booth().run(4);
  drop_booth();
  std::ostringstream script;
  ASSERT_TRUE(control::export_session(control::journal_folder(data_dir), "", script));
  std::filesystem::remove_all(data_dir);
  data_dir.clear();
  EXPECT_THAT(script.str(), ::testing::HasSubstr("adoptAnalysis"));
  EXPECT_THAT(script.str(), ::testing::Not(::testing::HasSubstr("reanalyze")));
  // Repeated without a queue.
  Booth again;
  again.loader.add("file:///a", StereoAudio(noise(60 * kSecond, 0.2, 5)), "a");
  std::istringstream in(script.str());
  const auto parsed = control::parse_script(in, {"s", 48'000, 4});
  ASSERT_TRUE(parsed) << parsed.error().message;
  for (const auto& line : parsed->lines) {
    if (!line.command) continue;
    v1::ExecuteRequest request;
    *request.add_commands() = *line.command;
    (void)again.execute(request);
    again.run(2);
  }
  EXPECT_NEAR(again.deck(1).position_s(), position_s, 1e-9);
  EXPECT_EQ(again.deck(1).bpm(), 64);
  EXPECT_EQ(again.deck(1).key(), "Am");
}

TEST_F(DeckAnalysisTest, AnalysesOfOldLoadsAreLateNews) {
  add("file:///a");
  add("file:///b", 12, 2);
  (void)send("load { deck: 1 uri: 'file:///a' }");
  ASSERT_TRUE(step_until_done());
  (void)send("load { deck: 1 uri: 'file:///b' }");
  booth().run(1);
  EXPECT_EQ(send("adopt_analysis { deck: 1 uri: 'file:///a' key: 'C' bpm: 77 grid_origin: ANALYSIS "
                 "markers { at_s: 1 bpm: 77 } }"),
            "(ok)");
  EXPECT_NE(booth().deck(1).bpm(), 77);
  EXPECT_NE(booth().deck(1).key(), "C");
}

TEST_F(DeckAnalysisTest, LoudAudioThreadsAndLoadsComeFirst) {
  add("file:///a", 60);
  heard->stops_at = kRateHz;
  (void)send("load { deck: 1 uri: 'file:///a' }");
  heard->wait_for_stop();
  control::OutputFacts facts;
  facts.load = 0.8;
  booth().control->set_output(facts, 0, false);
  booth().step();
  heard->let_go();
  heard->wait_for_pushes(kRateHz, 1);
  for (int i = 0; i < 100; ++i) booth().step();
  EXPECT_NE(booth().deck(1).analysis().state(), v1::AnalysisProgress::DONE);
  EXPECT_LE(heard->pushed(kRateHz), 1);
  facts.load = 0.5;  // not low enough yet
  booth().control->set_output(facts, 0, false);
  booth().step();
  EXPECT_LE(heard->pushed(kRateHz), 1);
  facts.load = 0.3;
  booth().control->set_output(facts, 0, false);
  EXPECT_TRUE(step_until_done());
}

}  // namespace
}  // namespace segue::test
