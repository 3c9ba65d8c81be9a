// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_cues.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace segue::catalog {
namespace {

using model::CuePoint;

constexpr double kSamePlace_s = 0.001;  // the precision of what the programs write

std::string name_of(const ForeignTrack& track) { return track.title.empty() ? track.location : track.title; }

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", seconds);
  return text;
}

bool is_double(const CuePoint& memory, const CuePoint& hot) {
  if (memory.kind != hot.kind || std::abs(memory.at_s - hot.at_s) > kSamePlace_s) return false;
  if (memory.kind == CuePoint::Kind::kLoop && std::abs(memory.end_s - hot.end_s) > kSamePlace_s) return false;
  return memory.label.empty() || memory.label == hot.label;
}

}  // namespace

void add_cue(ForeignTrack& track, CuePoint cue, ForeignLibrary& library) {
  const auto refuse = [&](const std::string& reason) { library.skip("cue", name_of(track), reason); };
  if (!is_mark_time(cue.at_s)) return refuse("it is at " + seconds_text(cue.at_s));
  const bool is_loop = cue.kind == CuePoint::Kind::kLoop;
  if (is_loop && (!is_mark_time(cue.end_s) || cue.end_s <= cue.at_s))
    return refuse("the loop from " + seconds_text(cue.at_s) + " ends at " + seconds_text(cue.end_s));
  if (!is_loop && cue.kind != CuePoint::Kind::kJump) cue.end_s = 0;
  const auto& cues = track.marks.cues;
  const auto has_pad = [&](const CuePoint& other) { return other.index == cue.index; };
  const bool is_taken = cue.index > 0 && std::any_of(cues.begin(), cues.end(), has_pad);
  if (cue.index < 0 || cue.index > model::kHotCuesMax || is_taken) cue.index = 0;
  if (cue.index == 0) {
    const auto memory = std::count_if(cues.begin(), cues.end(), [](const CuePoint& other) { return other.index == 0; });
    if (memory >= model::kMemoryCuesMax) return refuse("the track has 256 of them already");
  }
  track.marks.cues.push_back(std::move(cue));
}

void drop_doubled_cues(model::TrackMarks& marks) {
  const std::vector<CuePoint> all = marks.cues;
  const auto is_doubled = [&](const CuePoint& cue) {
    if (cue.index != 0) return false;
    return std::any_of(all.begin(), all.end(),
                       [&](const CuePoint& other) { return other.index != 0 && is_double(cue, other); });
  };
  marks.cues.erase(std::remove_if(marks.cues.begin(), marks.cues.end(), is_doubled), marks.cues.end());
}

std::uint32_t color_of(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.starts_with('#')) text.remove_prefix(1);
  std::uint32_t color = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), color, 16);
  if (text.size() != 6 || fault != std::errc() || end != text.data() + text.size()) return 0;
  return color;
}

}  // namespace segue::catalog
