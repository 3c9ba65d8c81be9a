// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "engine/render/renderer.h"
#include "tests/support/audio/memory_track.h"

namespace segue::test {

// A renderer with the test in control's place: sends actions, renders on demand, keeps what comes back.
class Desk {
 public:
  explicit Desk(int decks = 2, int rate_hz = 48'000)
      : rate_hz_(rate_hz), parts_(render::Renderer::create({rate_hz, decks, -1.0})) {}

  // Sends one action and returns its ticket.
  std::uint64_t send(int target, render::Action action, Frames frame = render::kNow, Frames late_max = INT64_MAX) {
    const render::Event event{++ticket_, frame, late_max, static_cast<std::uint8_t>(target), false, action};
    EXPECT_TRUE(wiring().events.try_push(event));
    return ticket_;
  }
  // Loads without playing; the track outlives the desk.
  std::uint64_t load(int deck, const MemoryTrack& track, bool play = false, Frames frame = render::kNow) {
    EXPECT_TRUE(wiring().tracks.reserve());
    return send(deck, render::LoadTrack{&track.pages(), ++loads_, play, nullptr}, frame);
  }
  // A stretcher primed as control does for a start or seek of a deck to `track_frame`.
  render::Stretcher* primed(const MemoryTrack& track, double rate, double shift, bool keylock, double track_frame,
                            bool is_scheduled) {
    EXPECT_TRUE(wiring().stretchers.reserve());
    stretchers_.push_back(render::make_stretcher(render::StretcherKind::kSoundtouch, rate_hz_));
    const render::StretchTarget target{render::Trajectory{0, track_frame, rate},
                                       render::pitch_ratio(keylock, rate, shift)};
    stretchers_.back()->prime(track.pages(), target, is_scheduled ? -render::preroll_frames(rate_hz_) : 0);
    return stretchers_.back().get();
  }
  // Renders `frames` more frames in blocks of `block`; the whole programme is in heard().
  void play(Frames frames, int block = 480) {
    for (Frames done = 0; done < frames;) {
      const int count = static_cast<int>(std::min<Frames>(block, frames - done));
      const auto at = static_cast<std::size_t>(heard_.frames());
      heard_.left.resize(at + static_cast<std::size_t>(count));
      heard_.right.resize(at + static_cast<std::size_t>(count));
      renderer().render({heard_.left.data() + at, heard_.right.data() + at, count}, 0);
      done += count;
      collect();
    }
  }

  // Programme heard so far without the limiter's latency: index N is engine frame N.
  StereoAudio programme() const { return heard_.cut(renderer().latency_frames(), heard_.frames()); }
  const render::Snapshot& snapshot() { return wiring().snapshots.latest(); }
  const render::DeckSnapshot& deck(int index) { return snapshot().decks[static_cast<std::size_t>(index)]; }
  // What became of a ticket; the event must have been answered.
  render::Commit commit(std::uint64_t ticket) const { return commits_.at(ticket); }
  bool is_answered(std::uint64_t ticket) const { return commits_.contains(ticket); }
  int tracks_back() const { return tracks_back_; }
  int stretchers_back() const { return stretchers_back_; }
  render::Renderer& renderer() { return *parts_.first; }
  const render::Renderer& renderer() const { return *parts_.first; }
  render::Renderer::Wiring& wiring() { return parts_.second; }

 private:
  void collect() {
    render::Commit commit;
    while (wiring().commits.try_pop(commit)) {
      EXPECT_FALSE(commits_.contains(commit.ticket)) << "ticket " << commit.ticket << " was answered twice";
      commits_[commit.ticket] = commit;
    }
    while (wiring().tracks.collect() != nullptr) ++tracks_back_;
    while (wiring().stretchers.collect() != nullptr) ++stretchers_back_;
  }

  int rate_hz_;
  std::vector<std::unique_ptr<render::Stretcher>> stretchers_;
  std::pair<std::unique_ptr<render::Renderer>, render::Renderer::Wiring> parts_;
  StereoAudio heard_;
  std::map<std::uint64_t, render::Commit> commits_;
  std::uint64_t ticket_ = 0;
  std::uint64_t loads_ = 0;
  int tracks_back_ = 0;
  int stretchers_back_ = 0;
};

}  // namespace segue::test
