// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "engine/catalog/import/byte_cursor.h"
#include "engine/catalog/import/foreign_grid.h"
#include "engine/catalog/import/mixxx.h"
#include "engine/model/config.h"

// Mixxx keeps grids as messages of protobuf, few enough to be read by hand:
//   BeatGrid { Bpm bpm = 1; Beat first_beat = 2; }   BeatMap { repeated Beat beat = 1; }
//   Bpm { double bpm = 1; }   Beat { int32 or double frame_position = 1; bool enabled = 2; }
namespace segue::catalog {
namespace {

constexpr std::size_t kLegacyGridBytes = 16;  // "BeatGrid-1.0": two doubles, tempo and frame of the first beat
// Beats of one tempo are rounded to a frame each, the first of a run like the others.
constexpr double kStraightFrames = 1.05;

// One field of a message.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  // of a varint or of eight bytes
  std::string_view bytes;   // of a message
  bool is_double = false;
};

std::uint64_t read_varint(ByteCursor& cursor) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = cursor.big_endian(1);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) break;
  }
  return value;
}

// Nothing at the end of the message and where it is damaged.
std::optional<Field> next_field(ByteCursor& cursor) {
  if (cursor.is_at_end()) return std::nullopt;
  const std::uint64_t tag = read_varint(cursor);
  Field field{.number = tag >> 3, .value = 0, .bytes = {}, .is_double = false};
  switch (tag & 7) {
    case 0: field.value = read_varint(cursor); break;
    case 1:
      field.value = cursor.little_endian(8);
      field.is_double = true;
      break;
    case 2: field.bytes = cursor.take(read_varint(cursor)); break;
    case 5: field.value = cursor.little_endian(4); break;
    default: return std::nullopt;
  }
  if (!cursor.is_good()) return std::nullopt;
  return field;
}

double number_of(const Field& field) {
  if (field.is_double) return std::bit_cast<double>(field.value);
  return static_cast<double>(static_cast<std::int32_t>(field.value));
}

double read_bpm(std::string_view message) {
  ByteCursor cursor(message);
  double bpm = 0;
  while (const std::optional<Field> field = next_field(cursor)) {
    if (field->number == 1 && field->is_double) bpm = number_of(*field);
  }
  return bpm;
}

struct Beat {
  double frame = 0;
  bool is_enabled = true;
};

Beat read_beat(std::string_view message) {
  ByteCursor cursor(message);
  Beat beat;
  while (const std::optional<Field> field = next_field(cursor)) {
    if (field->number == 1 && field->bytes.empty()) beat.frame = number_of(*field);
    if (field->number == 2) beat.is_enabled = field->value != 0;
  }
  return beat;
}

std::optional<model::BeatGrid> constant_grid(double bpm, double first_frame, double sample_rate_hz) {
  double at_s = first_frame / sample_rate_hz;
  if (!is_grid_bpm(bpm) || !std::isfinite(at_s) || std::fabs(at_s) > model::kTrackSecondsMax) return std::nullopt;
  // Bars of four beats go on to the front; the grid begins with the first in the track.
  const double bar_s = 4 * 60.0 / bpm;
  if (at_s < 0) at_s += bar_s * std::ceil(-at_s / bar_s);
  model::BeatGrid grid;
  grid.markers.push_back({.at_s = at_s, .bpm = bpm});
  return grid;
}

// How many beats from `from` on lie on one straight line, at least 2.
std::size_t straight_run(const std::vector<double>& frames, std::size_t from) {
  // The slopes that keep every beat so far within the tolerance.
  double lowest = 0;
  double highest = INFINITY;
  std::size_t to = from + 1;
  for (; to < frames.size(); ++to) {
    const auto steps = static_cast<double>(to - from);
    const double slope = (frames[to] - frames[from]) / steps;
    if (slope < lowest || slope > highest) break;
    lowest = std::max(lowest, slope - kStraightFrames / steps);
    highest = std::min(highest, slope + kStraightFrames / steps);
  }
  return std::max<std::size_t>(to - from, 2);
}

// A marker for each stretch of one tempo: Mixxx has them beat by beat.
std::optional<model::BeatGrid> grid_of_beats(const std::vector<double>& frames, double sample_rate_hz) {
  if (frames.size() < 2) return std::nullopt;
  model::BeatGrid grid;
  for (std::size_t from = 0; from + 1 < frames.size();) {
    const std::size_t count = straight_run(frames, from);
    const double length_s = (frames[from + count - 1] - frames[from]) / sample_rate_hz;
    const double bpm = 60.0 * static_cast<double>(count - 1) / length_s;
    const double at_s = frames[from] / sample_rate_hz;
    if (!is_grid_bpm(bpm) || !is_mark_time(at_s) || grid.markers.size() >= kForeignMarkersMax) return std::nullopt;
    grid.markers.push_back({.at_s = at_s, .bpm = bpm});
    from += count - 1;
  }
  thin_out(grid);
  return grid;
}

std::optional<model::BeatGrid> read_map(std::string_view message, double sample_rate_hz) {
  ByteCursor cursor(message);
  std::vector<double> frames;
  while (const std::optional<Field> field = next_field(cursor)) {
    if (field->number != 1 || field->bytes.empty()) continue;
    const Beat beat = read_beat(field->bytes);
    if (!std::isfinite(beat.frame) || frames.size() >= kForeignMarkersMax) return std::nullopt;
    if (beat.is_enabled && beat.frame >= 0) frames.push_back(beat.frame);
  }
  std::sort(frames.begin(), frames.end());
  frames.erase(std::unique(frames.begin(), frames.end()), frames.end());
  return grid_of_beats(frames, sample_rate_hz);
}

std::optional<model::BeatGrid> read_grid(std::string_view message, double sample_rate_hz) {
  ByteCursor cursor(message);
  double bpm = 0;
  double first_frame = 0;
  while (const std::optional<Field> field = next_field(cursor)) {
    if (field->number == 1) bpm = read_bpm(field->bytes);
    if (field->number == 2) first_frame = read_beat(field->bytes).frame;
  }
  return constant_grid(bpm, first_frame, sample_rate_hz);
}

}  // namespace

std::optional<model::BeatGrid> read_mixxx_beats(std::string_view bytes, std::string_view version,
                                                double sample_rate_hz) {
  if (bytes.empty() || !(sample_rate_hz >= 1'000) || sample_rate_hz > 768'000) return std::nullopt;
  if (version.starts_with("BeatMap")) return read_map(bytes, sample_rate_hz);
  if (!version.starts_with("BeatGrid")) return std::nullopt;
  if (bytes.size() == kLegacyGridBytes && version == "BeatGrid-1.0") {
    ByteCursor cursor(bytes);
    const auto bpm = std::bit_cast<double>(cursor.little_endian(8));
    const auto first_frame = std::bit_cast<double>(cursor.little_endian(8));
    if (auto grid = constant_grid(bpm, first_frame, sample_rate_hz)) return grid;
  }
  return read_grid(bytes, sample_rate_hz);
}

}  // namespace segue::catalog
