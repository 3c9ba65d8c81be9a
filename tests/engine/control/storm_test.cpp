// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>
#include <vector>

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/engine/control/booth.h"

namespace segue::test {
namespace {

constexpr int kDecks = 3;

// A random command, most of them sensible.
std::string any_command(Random& random, std::uint64_t last_id) {
  const std::string deck = "deck: " + std::to_string(1 + random.below(kDecks));
  const std::string channel = "channel: " + std::to_string(1 + random.below(kDecks));
  const auto number = [&random](double low, double high) { return std::to_string(random.between(low, high)); };
  switch (random.below(18)) {
    case 0:
      return "load { " + deck + " uri: 'file:///" + "abcx"[random.below(4)] +
             ".wav' play: " + (random.below(2) ? "true }" : "false }");
    case 1: return "eject { " + deck + " }";
    case 2:
    case 3: return "play { " + deck + " }";
    case 4: return "pause { " + deck + " }";
    case 5: return "stop { " + deck + " }";
    case 6: return "cue { " + deck + (random.below(2) ? " pressed: true }" : " pressed: false }");
    case 7: return "cue { " + deck + " }";
    case 8:
    case 9: return "seek { " + deck + " seconds: " + number(0, 21) + " }";
    case 10: return "seek { " + deck + " beats: " + number(-3, 40) + " }";
    case 11: return "set_tempo { " + deck + " percent: " + number(-8, 8) + " }";
    case 12: return "set_tempo { " + deck + " bpm: " + number(110, 140) + " }";
    case 13: return "set_keylock { " + deck + " on: " + (random.below(2) ? "true }" : "false }");
    case 14: return "set_pitch { " + deck + " semitones: " + number(-3, 3) + " }";
    case 15: return "set_grid { " + deck + " bpm: " + number(100, 140) + " first_beat_s: 0.1 }";
    case 16: return "set_fader { " + channel + " level: " + number(0, 1) + " }";
    default:
      return "cancel { command_id: " +
             std::to_string(last_id > 20 ? last_id - static_cast<std::uint64_t>(random.below(20)) : 1) + " }";
  }
}

class Storm : public ::testing::TestWithParam<int> {};

// Whatever is thrown at it: every request is answered once, a batch happens whole, nothing is left behind, and what
// the books say is what render does.
TEST_P(Storm, EndsWithBooksThatAgreeWithRender) {
  Booth::Options options;
  options.decks = kDecks;
  options.loads_at_once = false;
  options.block_frames = 192;
  Booth booth(options);
  for (const char* name : {"file:///a.wav", "file:///b.wav", "file:///c.wav"}) booth.add_tone(name, 20);
  Random random(static_cast<std::uint64_t>(GetParam()));
  std::vector<std::shared_ptr<Reply>> replies;
  std::uint64_t last_id = 0;
  for (int round = 0; round < 1500; ++round) {
    v1::ExecuteRequest request;
    for (int i = random.below(4); i >= 0; --i) {
      ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(any_command(random, last_id), request.add_commands()));
    }
    request.set_wait(v1::ExecuteRequest::COMMITTED);
    if (random.below(2) == 0)
      request.mutable_when()->set_frame(std::max<Frames>(booth.frame() + random.below(40'000) - 1'000, 0));
    replies.push_back(booth.execute(request));
    if (replies.back()->is_ok()) last_id = replies.back()->response().results(0).command_id();
    while (booth.loader.has_waiting() && random.below(3) != 0) booth.loader.answer();
    booth.run(random.below(4));
  }
  for (int i = 0; i < 1000 && !booth.control->agenda().is_idle(); ++i) {
    while (booth.loader.has_waiting()) booth.loader.answer();
    booth.run(1);
  }
  ASSERT_TRUE(booth.control->agenda().is_idle());
  booth.run(50);
  int committed = 0;
  for (const auto& reply : replies) {
    ASSERT_TRUE(reply->has_come());
    if (!reply->is_ok()) continue;
    ++committed;
    for (const auto& result : reply->response().results()) {
      EXPECT_TRUE(result.committed());
      EXPECT_EQ(result.frame(), reply->response().results(0).frame()) << "a batch commits on one frame";
    }
  }
  EXPECT_GT(committed, 250);
  int tracks = 0;
  for (int i = 0; i < kDecks; ++i) {
    const auto& plan = booth.control->agenda().plan(i);
    const auto& sound = booth.control->snapshot().decks[static_cast<std::size_t>(i)];
    EXPECT_EQ(plan.load_id, sound.state == render::DeckState::kEmpty ? 0 : sound.load_id) << "deck " << i;
    EXPECT_DOUBLE_EQ(plan.rate(), sound.rate) << "deck " << i;
    EXPECT_DOUBLE_EQ(plan.key_shift(), sound.key_shift) << "deck " << i;
    EXPECT_EQ(plan.keylock, sound.keylock) << "deck " << i;
    EXPECT_EQ(plan.is_playing, sound.state == render::DeckState::kPlaying) << "deck " << i;
    EXPECT_DOUBLE_EQ(booth.deck(i + 1).tempo_percent(), plan.tempo_percent) << "deck " << i;
    EXPECT_EQ(booth.deck(i + 1).keylock(), plan.keylock) << "deck " << i;
    EXPECT_NE(booth.deck(i + 1).state(), v1::Deck::LOADING) << "deck " << i;
    tracks += plan.track != nullptr ? 1 : 0;
  }
  EXPECT_EQ(booth.loader.alive(), tracks) << "a track that no deck has is let go";
  EXPECT_EQ(booth.control->snapshot().refused_events, 0U);
  EXPECT_EQ(booth.control->snapshot().dropped_commits, 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Storm, ::testing::Range(1, 9));

}  // namespace
}  // namespace segue::test
