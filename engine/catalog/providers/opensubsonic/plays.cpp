// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/plays.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::size_t kTakenMax = 1'000;  // more than a night's plays in one batch

}  // namespace

Outcome<void> Plays::send(const Report& report, const std::stop_token& stop) {
  const Outcome<void> prepared = session_.prepare(stop);
  if (!prepared) return prepared;
  Outcome<Json> root;
  if (report.is_now_playing && session_.traits().has_playback_report) {
    // The scrobble is ours to send, at our own threshold.
    root = session_.call("reportPlayback",
                         {{"mediaId", report.id},
                          {"mediaType", "song"},
                          {"positionMs", "0"},
                          {"state", "playing"},
                          {"playbackRate", "1"},
                          {"ignoreScrobble", "true"}},
                         stop);
  } else if (report.is_now_playing) {
    root = session_.call("scrobble", {{"id", report.id}, {"submission", "false"}}, stop);
  } else {
    root = session_.call(
        "scrobble", {{"id", report.id}, {"time", std::to_string(report.started_at_ms)}, {"submission", "true"}}, stop);
  }
  if (!root) return tl::unexpected(root.error());
  return {};
}

Result<void> Plays::report(const std::vector<Report>& reports, const std::stop_token& stop) {
  for (const Report& report : reports) {
    const Play play{report.id, report.started_at_ms};
    if (!report.is_now_playing) {
      const std::lock_guard lock(mutex_);
      if (taken_.contains(play)) continue;
    }
    const Outcome<void> sent = send(report, stop);
    if (!sent) return tl::unexpected(sent.error().error);
    if (report.is_now_playing) continue;
    const std::lock_guard lock(mutex_);
    if (taken_.insert(play).second) order_.push_back(play);
    if (order_.size() <= kTakenMax) continue;
    taken_.erase(order_.front());
    order_.pop_front();
  }
  return {};
}

}  // namespace segue::catalog::opensubsonic
