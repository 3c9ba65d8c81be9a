// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "engine/control/analysis/queue.h"

namespace segue::control {

// One track in the queue. The first half is the queue's, under its mutex; the second is its worker's while one works
// on it, and lies still otherwise.
struct AnalysisQueue::Job {
  // What the others need to know of the second half, as of the end of the last step.
  struct Shown {
    AnalysisNews::Stage stage = AnalysisNews::Stage::kQueued;
    double progress = 0;
    std::string content;
    bool is_open = false;
    bool is_remake = false;
  };
  std::vector<Asker> askers;
  Shown shown;
  bool is_working = false;
  bool is_opening = false;  // its worker may wait for a server
  bool is_dirty = false;    // somebody has asked since the last news
  SteadyTime not_before{};  // bytes had not come
  std::stop_source stop;    // of opening it
  std::atomic<bool> dropped = false;

  Request request;  // never changes; the urgency is that of the askers
  std::unique_ptr<Listening> listening;
  bool is_looked_up = false;
  bool is_remake = false;  // the store has an older version
  bool is_heard = false;   // to the end; `news` has the answer
  int keep_tries = 0;
  bool has_news = false;
  bool has_no_bytes = false;  // of late
  double next_estimate_s = 0;
  SteadyTime told_at{};
  AnalysisNews news;

  void show() {
    shown = {news.stage, news.progress, is_looked_up ? news.track.content : "", listening != nullptr, is_remake};
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
