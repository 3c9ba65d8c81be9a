// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "engine/control/analysis/queue.h"

namespace segue::control {

// One track in the queue. The first half is the queue's, under its mutex, but for `stop` and `dropped`, which the worker
// looks at; the second is its worker's while one works on it, and lies still otherwise.
struct AnalysisQueue::Job {
  // What the others need to know of the second half, as of the end of the last step.
  struct Shown {
    AnalysisNews::Stage stage = AnalysisNews::Stage::kQueued;
    double progress = 0;
    std::string content;
    bool is_open = false;
    bool is_to_be_heard = false;  // open and looked up: nothing but listening is left
    bool is_remake = false;
  };
  std::vector<Asker> askers;
  Shown shown;
  bool is_working = false;
  bool is_opening = false;  // its worker may wait for a server
  SteadyTime opening_since{};
  std::chrono::milliseconds opening_turn{};  // after which it gives way to others
  bool is_dirty = false;    // somebody has asked since the last news
  SteadyTime not_before{};  // bytes had not come
  std::stop_source stop;    // of opening it
  std::atomic<bool> dropped = false;

  Request request;  // never changes; the urgency is that of the askers
  std::unique_ptr<Listening> listening;
  bool is_looked_up = false;
  bool is_remake = false;  // the store has an older version
  enum class Due { kNothing, kEstimate, kWhole };
  Due due = Due::kNothing;  // the answer that the analyser is to make now
  bool is_heard = false;    // to the end; `news` has the answer
  int look_tries = 0;
  int keep_tries = 0;
  bool has_news = false;
  bool has_no_bytes = false;  // of late
  bool is_called_away = false;  // it was, from its opening
  bool is_to_close = false;   // its worker does, not the idle thread
  double next_estimate_s = 0;
  SteadyTime told_at{};
  AnalysisNews news;

  void show() {
    const bool is_open = listening != nullptr;
    shown = {news.stage,  news.progress, is_looked_up ? news.track.content : "",
             is_open,     is_open && is_looked_up && !is_heard,
             is_remake};
  }
  bool is_over() const {
    return shown.stage == AnalysisNews::Stage::kDone || shown.stage == AnalysisNews::Stage::kFailed;
  }
  bool is_same_work(const Request& other) const {
    const model::TempoHint& a = request.hint;
    const model::TempoHint& b = other.hint;
    return a.bpm == b.bpm && a.bpm_min == b.bpm_min && a.bpm_max == b.bpm_max &&
           request.is_forced == other.is_forced && request.is_library_only == other.is_library_only;
  }
  Urgency urgency() const {
    Urgency most = Urgency::kBackground;
    for (const Asker& asker : askers) most = std::min(most, asker.urgency);
    return shown.is_remake ? Urgency::kBackground : most;
  }
};

}  // namespace segue::control
