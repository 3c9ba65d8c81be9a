// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/render/realtime/script.h"

#include <algorithm>
#include <array>

namespace segue::test {
namespace {

constexpr Frames kSecond = 48'000;

// Writes a script line by line, knowing what each deck plays and how fast.
class Writer {
 public:
  Writer(std::uint64_t seed, const std::vector<std::unique_ptr<MemoryTrack>>& tracks)
      : random_(seed), tracks_(tracks) {}

  std::vector<ScriptLine> write();

 private:
  void open();
  void add_something();
  void add_jump(int what, int deck);
  void add_setting(int what, int deck);
  ScriptLine& add(int deck, const render::Action& action);
  ScriptLine& add_load(int deck);

  Random random_;
  const std::vector<std::unique_ptr<MemoryTrack>>& tracks_;
  std::vector<ScriptLine> script_;
  std::array<int, kScriptDecks> loaded_{};
  std::array<double, kScriptDecks> rates_ = {1, 1, 1, 1};
  std::uint64_t ticket_ = 0;
  int next_track_ = 0;
  Frames frame_ = 300;
};

ScriptLine& Writer::add(int deck, const render::Action& action) {
  ScriptLine line;
  line.event.ticket = ++ticket_;
  line.event.frame = frame_;
  line.event.target = static_cast<std::uint8_t>(deck);
  line.event.immediate = random_.below(6) == 0;
  line.event.action = action;
  line.track = loaded_[static_cast<std::size_t>(deck)];
  line.rate = rates_[static_cast<std::size_t>(deck)];
  return script_.emplace_back(line);
}

ScriptLine& Writer::add_load(int deck) {
  loaded_[static_cast<std::size_t>(deck)] = next_track_++;
  const rt::TrackPages& pages = tracks_[static_cast<std::size_t>(next_track_ - 1)]->pages();
  return add(deck, render::LoadTrack{&pages, ticket_, true, nullptr});
}

void Writer::open() {
  for (int deck = 0; deck < kScriptDecks; ++deck) {
    rates_[static_cast<std::size_t>(deck)] = deck % 2 == 0 ? 1.05 : 0.97;
    add(deck, render::SetRate{rates_[static_cast<std::size_t>(deck)]});
    add(deck, render::SetKeylock{deck < 2});
    add_load(deck).has_stretcher = deck < 2;
  }
}

void Writer::add_something() {
  const int deck = random_.below(kScriptDecks);
  const int what = random_.below(13);
  what < 5 ? add_jump(what, deck) : add_setting(what, deck);
}

void Writer::add_jump(int what, int deck) {
  if (what == 0) {
    if (next_track_ < static_cast<int>(tracks_.size())) add_load(deck).has_stretcher = true;
  } else if (what < 3) {
    const Frames to = random_.below(static_cast<int>(5 * kSecond));
    ScriptLine& line = add(deck, render::SeekDeck{to, nullptr});
    line.has_stretcher = random_.below(2) == 0;
    line.track_frame = static_cast<double>(to);
  } else if (what == 3) {
    add(deck, render::PauseDeck{});
  } else {
    add(deck, render::StartDeck{}).has_stretcher = random_.below(2) == 0;
  }
}

void Writer::add_setting(int what, int deck) {
  const auto unit = static_cast<float>(random_.unit());
  switch (what) {
    case 5:
      rates_[static_cast<std::size_t>(deck)] = random_.between(0.9, 1.1);
      add(deck, render::SetRate{rates_[static_cast<std::size_t>(deck)]});
      break;
    case 6: add(deck, render::SetKeylock{random_.below(2) == 0}); break;
    case 7: add(deck, render::SetEqGain{static_cast<render::Band>(random_.below(3)), unit}); break;
    case 8: add(deck, render::SetFaderGain{unit}); break;
    case 9: add(deck, render::SetCrossfaderPosition{2 * unit - 1}); break;
    case 10: add(deck, render::AssignSide{static_cast<render::Side>(random_.below(3))}); break;
    case 11: add(deck, render::SetTrim{0.5F + 2 * unit}); break;  // into the limiter
    default: add(deck, render::SetKeyShift{random_.between(0.8, 1.2)}); break;
  }
}

std::vector<ScriptLine> Writer::write() {
  constexpr int kCommands = 600;
  open();
  for (int i = 0; i < kCommands; ++i) {
    frame_ += random_.below(static_cast<int>(2 * (kScriptFrames - kSecond) / kCommands));
    add_something();
  }
  return script_;
}

void set_stretcher(render::Action& action, render::Stretcher* stretcher) {
  if (auto* load = std::get_if<render::LoadTrack>(&action)) load->stretcher = stretcher;
  if (auto* start = std::get_if<render::StartDeck>(&action)) start->stretcher = stretcher;
  if (auto* seek = std::get_if<render::SeekDeck>(&action)) seek->stretcher = stretcher;
}

}  // namespace

std::vector<ScriptLine> make_script(std::uint64_t seed, const std::vector<std::unique_ptr<MemoryTrack>>& tracks) {
  return Writer(seed, tracks).write();
}

Performance perform(const std::vector<ScriptLine>& script, const std::vector<std::unique_ptr<MemoryTrack>>& tracks,
                    int block) {
  auto [renderer, wiring] = render::Renderer::create({.sample_rate_hz = 48'000, .decks = kScriptDecks});
  std::vector<std::unique_ptr<render::Stretcher>> stretchers;
  for (const ScriptLine& line : script) {
    render::Event event = line.event;
    if (std::holds_alternative<render::LoadTrack>(event.action)) (void)wiring.tracks.reserve();
    if (line.has_stretcher && wiring.stretchers.reserve()) {
      stretchers.push_back(render::make_stretcher(render::StretcherKind::kSoundtouch, 48'000));
      const render::StretchTarget target{render::Trajectory{0, line.track_frame, line.rate}, 1.0};
      stretchers.back()->prime(tracks[static_cast<std::size_t>(line.track)]->pages(), target,
                               event.immediate ? 0 : -render::preroll_frames(48'000));
      set_stretcher(event.action, stretchers.back().get());
    }
    (void)wiring.events.try_push(event);  // fewer than kEventsPendingMax
  }
  Performance performance{StereoAudio(kScriptFrames), {}};
  for (Frames at = 0; at < kScriptFrames; at += block) {
    const auto count = static_cast<int>(std::min<Frames>(block, kScriptFrames - at));
    renderer->render(performance.sound.block(at, count), 0);
    render::Commit commit;
    while (wiring.commits.try_pop(commit)) performance.commits.push_back(commit);
    while (wiring.tracks.collect() != nullptr) {
    }
    while (wiring.stretchers.collect() != nullptr) {
    }
  }
  return performance;
}

}  // namespace segue::test
