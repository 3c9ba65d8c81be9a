// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/control/agenda.h"
#include "engine/control/analysis/deck_facts.h"
#include "engine/control/analysis/queue.h"
#include "engine/control/inbox.h"

namespace segue::control {

// Has each loaded deck's track analysed and puts on the deck what is found, by commands of control's own, so that it
// is in the journal with its frame. A grid is put on a deck only when nothing that sounds can depend on it: the deck
// stands, or nothing that is counted in beats comes up within a bar, or the beat at the playhead moves by less than a
// millisecond. Writes the user's grids into the library. Control thread; the queue's news come through the inbox.
class DeckAnalysis {
 public:
  struct Parts {
    const model::Config& config;
    AnalysisQueue* queue;  // null: nothing is analysed, and this does nothing
    const Agenda& agenda;
    StateBook& book;
    Publisher& publisher;
    std::shared_ptr<Inbox> inbox;
    // Sends the command as a client would; `done` is called on the control thread when it has come to an end.
    std::function<void(v1::AdoptAnalysis command, std::function<void(const Result<void>&)> done)> adopt;
  };
  explicit DeckAnalysis(Parts parts);
  ~DeckAnalysis();
  DeckAnalysis(const DeckAnalysis&) = delete;
  DeckAnalysis& operator=(const DeckAnalysis&) = delete;

  // Once a step. Loads that are being opened come first for a while; one that never ends holds nobody up.
  void look(const render::Snapshot& now, int loads, Nanoseconds time);
  // Part of its time that the audio thread needs, 0 to 1.
  void set_load(double load) { load_ = load; }

 private:
  struct Entry {
    std::uint64_t load_id = 0;  // that everything below is of
    std::uint64_t ask = 0;      // 0: none
    std::uint64_t number = 0;   // of what was asked last
    Urgency urgency = Urgency::kLoaded;
    AnalysisNews news;
    TrackAnswers answers;
    bool has_marks_grid = false;  // adopted already
    bool is_adopting = false;     // a command is under way
    bool is_behind = false;       // the deck does not have all that is known
    bool is_users = false;        // the grid is, as of the last look
    std::string adopted;          // the facts, serialized
    std::shared_ptr<const model::TrackAnalysis> adopted_grid;
    std::shared_ptr<const model::BeatGrid> kept;    // the user's, written into the library
    std::shared_ptr<const v1::Reanalyze> again;  // the newest wish that was followed
  };

  void look_at(int deck, const render::Snapshot& now);
  void begin(int deck, const DeckPlan& plan);
  void ask(int deck, const AnalysisQueue::Request& request);
  void hear(int deck, std::uint64_t number, const AnalysisNews& news);
  void listen_again(int deck, const DeckPlan& plan);
  void keep_grid(int deck, const DeckPlan& plan);
  void adopt(int deck, const DeckPlan& plan, const render::Snapshot& now);
  bool adopt_marks(int deck, const DeckPlan& plan, const render::Snapshot& now);
  bool is_safe(int deck, const model::BeatGrid& grid, const DeckPlan& plan, const render::Snapshot& now) const;
  void send(int deck, v1::AdoptAnalysis command);
  void settle(int deck, std::uint64_t load_id, const Result<void>& done);

  Parts parts_;
  std::vector<Entry> entries_;
  std::shared_ptr<DeckAnalysis*> self_;  // what late news reach; expires with this
  std::uint64_t last_number_ = 0;
  double load_ = 0;
  int loads_ = 0;  // being opened as of the last look
  Nanoseconds loading_since_{};
  bool is_held_ = false;
};

}  // namespace segue::control
