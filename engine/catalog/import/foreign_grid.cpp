// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/foreign_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/catalog/import/mp3_offset.h"
#include "engine/model/config.h"

namespace segue::catalog {
namespace {

constexpr double kRounding_s = 0.0011;   // whole milliseconds on both ends, and the arithmetic
constexpr double kAsWritten_s = 0.0002;  // a tempo that hits the next marker as well as this is taken as written
constexpr std::size_t kLineMarkersMin = 8;
constexpr double kLineBeatsBetweenMax = 4.5;  // denser than that, markers are beats or bars, not changes of tempo

// Whole beats from each marker to the next, at a tempo that a grid may have.
std::vector<double> beats_of(const std::vector<ForeignMarker>& markers) {
  std::vector<double> beats = {0};
  for (std::size_t i = 0; i + 1 < markers.size(); ++i) {
    const double seconds = markers[i + 1].at_s - markers[i].at_s;
    const double fewest = std::ceil(seconds * model::kGridBpmMin / 60),
                 most = std::floor(seconds * model::kGridBpmMax / 60);
    beats.push_back(beats.back() + std::clamp(std::round(seconds * markers[i].bpm / 60), fewest, most));
  }
  return beats;
}

struct Line {
  double at_s = 0;     // of beat 0
  double beat_s = 0;   // seconds a beat
  double error_s = 0;  // of the worst marker
};

// Least squares over markers `first` to `last`.
Line line_through(const std::vector<ForeignMarker>& markers, const std::vector<double>& beats, std::size_t first,
                  std::size_t last) {
  const auto count = static_cast<double>(last - first + 1);
  double mean_s = 0, mean_beat = 0, product = 0, square = 0;
  for (std::size_t i = first; i <= last; ++i) {
    mean_s += markers[i].at_s / count;
    mean_beat += beats[i] / count;
  }
  for (std::size_t i = first; i <= last; ++i) {
    product += (beats[i] - mean_beat) * (markers[i].at_s - mean_s);
    square += (beats[i] - mean_beat) * (beats[i] - mean_beat);
  }
  Line line;
  line.beat_s = product / square;
  line.at_s = mean_s - mean_beat * line.beat_s;
  for (std::size_t i = first; i <= last; ++i) {
    line.error_s = std::max(line.error_s, std::abs(markers[i].at_s - line.at_s - beats[i] * line.beat_s));
  }
  return line;
}

bool is_dense(const std::vector<ForeignMarker>& markers, const std::vector<double>& beats) {
  return markers.size() >= kLineMarkersMin &&
         beats.back() / static_cast<double>(markers.size() - 1) <= kLineBeatsBetweenMax;
}

// How far the straight way from marker `first` to `last` passes by those between.
double passes_by_s(const std::vector<ForeignMarker>& markers, const std::vector<double>& beats, std::size_t first,
                   std::size_t last) {
  const double beat_s = (markers[last].at_s - markers[first].at_s) / (beats[last] - beats[first]);
  double most_s = 0;
  for (std::size_t i = first + 1; i < last; ++i) {
    const double way_s = markers[first].at_s + (beats[i] - beats[first]) * beat_s;
    most_s = std::max(most_s, std::abs(markers[i].at_s - way_s));
  }
  return most_s;
}

// Beat by beat: stretches as long as a line holds. Looking twice as far each time keeps this short for 20,000 beats.
std::size_t end_of_stretch(const std::vector<ForeignMarker>& markers, const std::vector<double>& beats,
                           std::size_t first) {
  const std::size_t last = markers.size() - 1;
  const auto holds = [&](std::size_t end) { return passes_by_s(markers, beats, first, end) <= kRounding_s; };
  std::size_t good = first + 1, step = 1;
  while (good < last && holds(std::min(last, good + step))) {
    good = std::min(last, good + step);
    step *= 2;
  }
  std::size_t bad = std::min(last + 1, good + step);
  while (bad - good > 1) {
    const std::size_t middle = good + (bad - good) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

model::BeatGrid dense_grid(const std::vector<ForeignMarker>& markers, const std::vector<double>& beats) {
  model::BeatGrid grid;
  for (std::size_t first = 0; first + 1 < markers.size();) {
    const std::size_t end = end_of_stretch(markers, beats, first);
    const double seconds = markers[end].at_s - markers[first].at_s;
    grid.markers.push_back({markers[first].at_s, (beats[end] - beats[first]) * 60 / seconds});
    first = end;
  }
  return grid;
}

// A few markers, each a change of tempo: as written, but for what would leave a beat's fraction between them.
model::BeatGrid sparse_grid(const std::vector<ForeignMarker>& markers, const std::vector<double>& beats) {
  model::BeatGrid grid;
  for (std::size_t i = 0; i < markers.size(); ++i) {
    double bpm = markers[i].bpm;
    if (i + 1 < markers.size()) {
      const double seconds = markers[i + 1].at_s - markers[i].at_s, count = beats[i + 1] - beats[i];
      if (std::abs(count * 60 / bpm - seconds) > kAsWritten_s) bpm = count * 60 / seconds;
    }
    grid.markers.push_back({markers[i].at_s, bpm});
  }
  return grid;
}

// In order, and never two within the shortest beat: the first one stays.
void tidy_up(std::vector<ForeignMarker>& markers) {
  std::stable_sort(markers.begin(), markers.end(),
                   [](const ForeignMarker& a, const ForeignMarker& b) { return a.at_s < b.at_s; });
  const auto is_same = [](const ForeignMarker& a, const ForeignMarker& b) {
    return b.at_s - a.at_s < 60 / model::kGridBpmMax;
  };
  markers.erase(std::unique(markers.begin(), markers.end(), is_same), markers.end());
}

bool is_one_tempo(const std::vector<ForeignMarker>& markers) {
  return std::all_of(markers.begin(), markers.end(),
                     [&](const ForeignMarker& marker) { return marker.bpm == markers.front().bpm; });
}

}  // namespace

void thin_out(model::BeatGrid& grid) {
  auto& markers = grid.markers;
  while (markers.size() > model::kGridMarkersMax) {
    std::vector<model::BeatGrid::Marker> kept;
    for (std::size_t i = 0; i < markers.size(); i += 2) {
      kept.push_back(markers[i]);
      if (i + 2 >= markers.size()) continue;
      const double first_s = markers[i + 1].at_s - markers[i].at_s,
                   second_s = markers[i + 2].at_s - markers[i + 1].at_s;
      kept.back().bpm = (markers[i].bpm * first_s + markers[i + 1].bpm * second_s) / (first_s + second_s);
    }
    markers = std::move(kept);
  }
}

std::optional<model::BeatGrid> fitted_grid(std::vector<ForeignMarker> markers, int beats_per_bar) {
  if (markers.empty()) return std::nullopt;
  tidy_up(markers);
  const std::vector<double> beats = beats_of(markers);
  model::BeatGrid grid;
  if (is_one_tempo(markers)) {
    grid.markers = {{markers.front().at_s, markers.front().bpm}};
  } else if (!is_dense(markers, beats)) {
    grid = sparse_grid(markers, beats);
  } else if (const Line line = line_through(markers, beats, 0, markers.size() - 1); line.error_s <= kRounding_s) {
    grid.markers = {{line.at_s, 60 / line.beat_s}};
  } else {
    grid = dense_grid(markers, beats);
  }
  thin_out(grid);
  grid.beats_per_bar = beats_per_bar;
  // Back to the downbeat of its bar, and from there into the track.
  const int into_bar = (std::max(1, markers.front().beat) - 1) % beats_per_bar;
  grid.markers.front().at_s -= into_bar * 60 / grid.markers.front().bpm;
  bring_into_track(grid);
  return grid;
}

}  // namespace segue::catalog
