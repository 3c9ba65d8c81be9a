// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/stream/track_loader.h"
#include "tests/support/audio/memory_track.h"

namespace segue::test {

// A loader whose tracks are in memory and that answers when the test says so. Tracks are known by their URI.
class FakeLoader final : public stream::TrackLoader {
 public:
  struct Wanted {
    std::string uri;
    std::vector<stream::WantedRange> ranges;
  };

  explicit FakeLoader(bool answers_at_once = true) : answers_at_once_(answers_at_once) {}

  void add(const std::string& uri, const StereoAudio& audio, const std::string& title = "") {
    audio_[uri] = audio;
    titles_[uri] = title;
  }
  // What was loaded last from there. Each load has pages of its own, as render expects.
  MemoryTrack& track(const std::string& uri) { return *tracks_.at(uri); }
  // What the network says of every track from there, from now on.
  struct Network {
    stream::FetchStatus fetch;
    std::optional<Error> trouble;
    bool is_live = false;
    std::string live_title;
  };
  Network& network(const std::string& uri) {
    return *networks_.try_emplace(uri, std::make_shared<Network>()).first->second;
  }
  const std::vector<std::uint64_t>& cancelled() const { return cancelled_; }
  // Answers the oldest load that waits.
  void answer() {
    const Waiting waiting = waiting_.front();
    waiting_.erase(waiting_.begin());
    answer(waiting);
  }
  bool has_waiting() const { return !waiting_.empty(); }
  int alive() const { return *alive_; }
  const std::vector<Wanted>& wants() const { return wants_; }

  void load(std::uint64_t load_id, const std::string& uri, Ready ready) override {
    waiting_.push_back({load_id, uri, std::move(ready)});
    if (answers_at_once_) answer();
  }
  void cancel(std::uint64_t load_id) override { cancelled_.push_back(load_id); }
  void want(const stream::LoadedTrack& track, std::span<const stream::WantedRange> ranges) override {
    wants_.push_back({track.facts().uri, {ranges.begin(), ranges.end()}});
  }
  void wait_for(const stream::LoadedTrack&, stream::WantedRange) override {}
  std::int64_t bytes_used() const override { return 0; }

 private:
  struct Waiting {
    std::uint64_t id;
    std::string uri;
    Ready ready;
  };
  // Counts how many are held, so that a test sees them let go.
  class Loaded final : public stream::LoadedTrack {
   public:
    Loaded(model::TrackFacts facts, std::shared_ptr<MemoryTrack> track, std::shared_ptr<Network> network,
           std::shared_ptr<int> alive)
        : facts_(std::move(facts)), track_(std::move(track)), network_(std::move(network)), alive_(std::move(alive)) {
      ++*alive_;
    }
    ~Loaded() override { --*alive_; }
    const model::TrackFacts& facts() const override { return facts_; }
    const rt::TrackPages& pages() const override { return track_->pages(); }
    std::optional<Error> trouble() const override { return network_->trouble; }
    stream::FetchStatus fetch() const override { return network_->fetch; }
    bool is_live() const override { return network_->is_live; }
    std::string live_title() const override { return network_->live_title; }

   private:
    model::TrackFacts facts_;
    std::shared_ptr<MemoryTrack> track_;
    std::shared_ptr<Network> network_;
    std::shared_ptr<int> alive_;
  };

  void answer(const Waiting& waiting) {
    const auto found = audio_.find(waiting.uri);
    if (found == audio_.end()) {
      waiting.ready(waiting.id, fail(Code::kNotFound, "FILE_MISSING", waiting.uri + ": no such file"));
      return;
    }
    model::TrackFacts facts;
    facts.uri = waiting.uri;
    facts.title = titles_[waiting.uri];
    tracks_[waiting.uri] = std::make_shared<MemoryTrack>(found->second);
    (void)network(waiting.uri);
    waiting.ready(waiting.id, std::make_shared<Loaded>(facts, tracks_[waiting.uri], networks_[waiting.uri], alive_));
  }

  const bool answers_at_once_;
  std::map<std::string, StereoAudio> audio_;
  std::map<std::string, std::shared_ptr<MemoryTrack>> tracks_;
  std::map<std::string, std::string> titles_;
  std::map<std::string, std::shared_ptr<Network>> networks_;
  std::vector<std::uint64_t> cancelled_;
  std::vector<Waiting> waiting_;
  std::vector<Wanted> wants_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace segue::test
