// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/control/admission.h"
#include "engine/control/agenda.h"
#include "engine/control/analysis/deck_analysis.h"
#include "engine/control/deck_watch.h"
#include "engine/control/frame_map.h"
#include "engine/control/inbox.h"
#include "engine/control/installer.h"
#include "engine/control/journal/journal.h"
#include "engine/control/publisher.h"
#include "engine/control/recording.h"
#include "engine/control/state.h"
#include "engine/control/stretchers.h"
#include "engine/control/tracks.h"

namespace segue::control {

// Everything that thinks: takes requests, prepares and hands over what they ask for, and enters in the books what
// render has done. Owns the parts and calls them in one order, in step(); whoever calls step() is the control thread,
// be it a thread of the live engine, an offline renderer or a test in virtual time.
class ControlLoop {
 public:
  struct Options {
    const model::Config& config;
    const Clock& clock;
    std::string epoch;
    std::string version;
    std::string journal_dir;  // empty: no journal
    Installer::Mode mode = Installer::Mode::kLive;
    bool waits_for_pages = false;  // offline: time stands while pages are missing
  };
  struct Zones {
    render::Renderer::Wiring wiring;
    stream::TrackLoader& loader;
    output::Programme& programme;
    int latency_frames = 0;             // of render
    AnalysisQueue* analyses = nullptr;  // outlives it; null: nothing is analysed
  };
  ControlLoop(const Options& options, Zones zones);
  ~ControlLoop();

  // --- any thread
  void execute(Request request);
  StateBook& book() { return book_; }
  const StateBook& book() const { return book_; }
  Publisher& publisher() { return publisher_; }
  Inbox& inbox() { return *inbox_; }
  // What takes news from elsewhere in the engine: it gets its frame, and the deck its track is on, and is told to
  // watchers. May be called on any thread and outlive this.
  std::function<void(v1::Event)> announcer();

  // --- control
  // One round over everything; waits for nothing.
  void step();
  // Something is under way that render or a worker will answer soon.
  bool is_busy() const;
  // What the driver adds to the map from frames to wall time, and to the state.
  void set_output(const OutputFacts& facts, int latency_frames, bool has_changed);
  // Every open answer is called with ENGINE_STOPPED. The last call.
  void close();
  // Fades the programme out; done when render has rendered a fade beyond the frame that fade_out() returned.
  Frames fade_out();
  Frames frame() const { return snapshot_.frame; }

  // --- virtual time
  const Agenda& agenda() const { return agenda_; }
  Installer& installer() { return installer_; }
  Tracks& tracks() { return tracks_; }
  Recording& recording() { return recording_; }
  const render::Snapshot& snapshot() const { return snapshot_; }

 private:
  FrameMap frame_map() const;
  void take_notes();
  void tell(v1::Event event);
  void take_commits();
  // `failed` is called if nothing comes of it, on the control thread.
  void seek(int deck, double seconds, std::function<void()> failed);
  void adopt(v1::AdoptAnalysis command, std::function<void(const Result<void>&)> done);
  void tell_wants();
  void tend_recording();

  const model::Config& config_;
  const Clock& clock_;
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  StateBook book_;
  Publisher publisher_;
  Journal journal_;
  rt::SpscQueue<render::Event>::Writer events_;
  rt::SpscQueue<render::Commit>::Reader commits_;
  rt::Mailbox<render::Snapshot>::Reader snapshots_;
  Tracks tracks_;
  Stretchers stretchers_;
  Recording recording_;
  Agenda agenda_;
  Admission admission_;
  Installer installer_;
  DeckWatch deck_watch_;
  DeckAnalysis deck_analysis_;
  const int latency_frames_;
  int output_latency_frames_ = 0;
  render::Snapshot snapshot_;
  std::deque<render::Commit> early_;  // commits that the snapshot does not show yet
  std::vector<Request> requests_;
  std::vector<Inbox::Note> notes_;
  std::shared_ptr<ControlLoop*> self_;  // what late news reach; expires with this
  Nanoseconds wants_told_at_{0};
  Nanoseconds progress_told_at_{0};
  bool has_told_recording_error_ = false;
};

}  // namespace segue::control
