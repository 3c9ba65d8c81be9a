// SPDX-License-Identifier: GPL-3.0-or-later
// The same commits at the same frames give the same bytes, whatever the block size and however often.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/render/renderer.h"
#include "tests/engine/render/realtime/storm.h"
#include "tests/support/audio/compare.h"
#include "tests/support/audio/measure.h"

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;
constexpr Frames kLength = 20 * kSecond;
constexpr int kDecks = 4;

// One line of a script: everything but the stretcher, which each run primes for itself.
struct Line {
  render::Event event;
  bool has_stretcher = false;
  int track = 0;           // of the deck at that time
  double track_frame = 0;  // to prime for
  double rate = 1.0;
};

// 600 commands at fixed frames, on every kind of thing.
std::vector<Line> make_script(std::uint64_t seed, const std::vector<std::unique_ptr<MemoryTrack>>& tracks) {
  Random random(seed);
  std::vector<Line> script;
  std::array<int, kDecks> loaded{};
  std::array<double, kDecks> rates = {1, 1, 1, 1};
  std::uint64_t ticket = 0;
  int next_track = 0;
  const auto add = [&](Frames frame, int deck, render::Action action) -> Line& {
    Line line;
    line.event = {.ticket = ++ticket, .frame = frame, .target = static_cast<std::uint8_t>(deck), .immediate = random.below(6) == 0, .action = action};
    line.track = loaded[static_cast<std::size_t>(deck)];
    line.rate = rates[static_cast<std::size_t>(deck)];
    return script.emplace_back(line);
  };
  Frames frame = 300;
  for (int deck = 0; deck < kDecks; ++deck) {
    const auto i = static_cast<std::size_t>(deck);
    loaded[i] = next_track++;
    rates[i] = deck % 2 == 0 ? 1.05 : 0.97;
    add(frame, deck, render::SetRate{rates[i]});
    add(frame, deck, render::SetKeylock{deck < 2});
    add(frame, deck, render::LoadTrack{&tracks[static_cast<std::size_t>(loaded[i])]->pages(), ticket, true, nullptr}).has_stretcher = deck < 2;
  }
  for (int i = 0; i < 600; ++i) {
    frame += random.below(static_cast<int>(2 * (kLength - kSecond) / 600));
    const int deck = random.below(kDecks);
    const auto d = static_cast<std::size_t>(deck);
    const auto unit = static_cast<float>(random.unit());
    switch (random.below(13)) {
      case 0: {
        if (next_track == static_cast<int>(tracks.size())) break;
        loaded[d] = next_track++;
        add(frame, deck, render::LoadTrack{&tracks[static_cast<std::size_t>(loaded[d])]->pages(), ticket, true, nullptr}).has_stretcher = true;
        break;
      }
      case 1:
      case 2: {
        const Frames to = random.below(static_cast<int>(5 * kSecond));
        Line& line = add(frame, deck, render::SeekDeck{to, nullptr});
        line.has_stretcher = random.below(2) == 0;
        line.track_frame = static_cast<double>(to);
        break;
      }
      case 3: add(frame, deck, render::PauseDeck{}); break;
      case 4: add(frame, deck, render::StartDeck{}).has_stretcher = random.below(2) == 0; break;
      case 5: rates[d] = random.between(0.9, 1.1); add(frame, deck, render::SetRate{rates[d]}); break;
      case 6: add(frame, deck, render::SetKeylock{random.below(2) == 0}); break;
      case 7: add(frame, deck, render::SetEqGain{static_cast<render::Band>(random.below(3)), unit}); break;
      case 8: add(frame, deck, render::SetFaderGain{unit}); break;
      case 9: add(frame, deck, render::SetCrossfaderPosition{2 * unit - 1}); break;
      case 10: add(frame, deck, render::AssignSide{static_cast<render::Side>(random.below(3))}); break;
      case 11: add(frame, deck, render::SetTrim{0.5F + 2 * unit}); break;  // into the limiter
      default: add(frame, deck, render::SetKeyShift{random.between(0.8, 1.2)}); break;
    }
  }
  return script;
}

struct Performance {
  StereoAudio sound;
  std::vector<render::Commit> commits;
};

Performance perform(const std::vector<Line>& script, const std::vector<std::unique_ptr<MemoryTrack>>& tracks, int block) {
  auto [renderer, wiring] = render::Renderer::create({.sample_rate_hz = 48'000, .decks = kDecks});
  std::vector<std::unique_ptr<render::Stretcher>> stretchers;
  for (const Line& line : script) {
    render::Event event = line.event;
    if (std::holds_alternative<render::LoadTrack>(event.action)) {
      EXPECT_TRUE(wiring.tracks.reserve());
    }
    if (line.has_stretcher) {
      EXPECT_TRUE(wiring.stretchers.reserve());
      stretchers.push_back(render::make_stretcher(render::StretcherKind::kSoundtouch, 48'000));
      render::Stretcher* const stretcher = stretchers.back().get();
      stretcher->prime(tracks[static_cast<std::size_t>(line.track)]->pages(), {render::Trajectory{0, line.track_frame, line.rate}, 1.0},
                       event.immediate ? 0 : -render::preroll_frames(48'000));
      if (auto* load = std::get_if<render::LoadTrack>(&event.action)) load->stretcher = stretcher;
      if (auto* start = std::get_if<render::StartDeck>(&event.action)) start->stretcher = stretcher;
      if (auto* seek = std::get_if<render::SeekDeck>(&event.action)) seek->stretcher = stretcher;
    }
    EXPECT_TRUE(wiring.events.try_push(event));
  }
  Performance performance{StereoAudio(kLength), {}};
  for (Frames at = 0; at < kLength; at += block) {
    renderer->render(performance.sound.block(at, static_cast<int>(std::min<Frames>(block, kLength - at))), 0);
    render::Commit commit;
    while (wiring.commits.try_pop(commit)) performance.commits.push_back(commit);
    while (wiring.tracks.collect() != nullptr) {
    }
    while (wiring.stretchers.collect() != nullptr) {
    }
  }
  return performance;
}

TEST(Repeat, GivesTheSameBytesAtEveryBlockSizeAndEveryTime) {
  const auto tracks = storm_tracks(24, 6 * kSecond, 0.3, 21);
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
  const auto tracks = storm_tracks(24, 6 * kSecond, 0.3, 21);
  EXPECT_NE(difference(perform(make_script(5, tracks), tracks, 512).sound, perform(make_script(6, tracks), tracks, 512).sound), "");
}

}  // namespace
}  // namespace segue::test
