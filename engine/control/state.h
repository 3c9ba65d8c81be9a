// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/control/deck_plan.h"
#include "engine/model/config.h"
#include "engine/render/message.h"
#include "engine/stream/media.h"
#include "segue/v1/state.pb.h"

namespace segue::control {

namespace v1 = ::segue::v1;

// What the driver contributes to the state.
struct OutputFacts {
  std::string name = "none";
  std::string note;
  int block_frames = 0;
  std::uint64_t lost_frames = 0;
  double load = 0;
};

// What a deck's track says of where its bytes come from, looked at a few times a second.
struct DeckNetwork {
  stream::FetchStatus fetch;
  std::optional<Error> trouble;
  bool is_live = false;
  std::string live_title;
};

// The truth about intent: every committed command is in here, and nothing else. Readers get it merged with render's
// newest snapshot, the truth about sound. Control alone writes; any thread reads. Not realtime.
class StateBook {
 public:
  StateBook(const model::Config& config, std::string epoch, int latency_frames);

  // --- control. What commits raises the revision by one, and the object's with it.
  void commit_deck(int deck, const DeckPlan& plan);
  void commit_mixer(const v1::Command& command);
  void commit_recording(const v1::Recording* running);
  void commit_nothing();  // a command that changes no object: cancel
  // These change no intent and leave the revision alone.
  void add_pending_load(int deck, int change);
  void set_load_error(int deck, const std::optional<Error>& error);
  void set_recording(const v1::Recording& running);
  // True if a reader sees something else than before.
  bool set_network(int deck, const DeckNetwork& network);
  // Null: nobody listens to the deck's track.
  void set_analysis(int deck, const v1::AnalysisProgress* progress);
  void set_output(const OutputFacts& output);
  void count_late_command();
  void set_journal_unsaved(std::uint64_t entries);
  // `frame_time`: wall time at which the snapshot's frame was rendered.
  void observe(const render::Snapshot& snapshot, Nanoseconds frame_time);

  // --- any thread
  v1::State read() const;
  v1::Deck read_deck(int deck) const;
  v1::Channel read_channel(int channel) const;
  v1::Master read_master() const;
  v1::EngineState read_engine() const;
  render::Snapshot snapshot() const;
  Frames frame() const;
  std::uint64_t revision() const;
  // Revision in which a deck, a channel, or the master last changed.
  std::uint64_t deck_revision(int deck) const;
  std::uint64_t channel_revision(int channel) const;
  std::uint64_t master_revision() const;
  const std::string& epoch() const { return epoch_; }

 private:
  struct DeckEntry {
    v1::Deck intent;
    DeckPlan plan;
    int pending_loads = 0;
  };
  v1::Deck merge(const DeckEntry& entry, const render::DeckSnapshot& sound) const;
  v1::Deck::State state_of(const DeckEntry& entry, const render::DeckSnapshot& sound) const;
  void fill_engine(v1::EngineState& engine) const;

  const std::string epoch_;
  const int sample_rate_hz_;
  mutable std::mutex mutex_;  // guards everything below
  std::vector<DeckEntry> decks_;
  std::vector<v1::Channel> channels_;
  v1::Master master_;
  v1::EngineState engine_;
  render::Snapshot snapshot_;
  std::uint64_t revision_ = 0;
};

// The error in the form clients see.
v1::Error to_message(const Error& error);

}  // namespace segue::control
