// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/import/serato.h"

#include <algorithm>
#include <cmath>

#include "engine/catalog/import/byte_cursor.h"
#include "engine/catalog/import/foreign_text.h"
#include "engine/model/config.h"

// The layouts are those documented by Jan Holthuis' serato-tags project.
namespace segue::catalog {
namespace {

constexpr int kPads = 8;
constexpr int kMarkersCues = 5;  // entries of Markers_ that are cues; the others are loops
constexpr int kMarkersLoops = 9;
constexpr int kEntriesMax = 256;                   // of Markers2
constexpr std::uint32_t kNoColor = 0xFFFFFF;       // what the colour picker calls none
constexpr std::uint32_t kPickerOffset = 0x666666;  // between the stored colour of a track and the one shown
constexpr double kMs = 0.001;

using model::CuePoint;

// The report and whose track it is about.
struct Report {
  ForeignLibrary& library;
  const std::string& name;

  void skip(std::string_view what, std::string_view reason) const { library.skip(what, name, reason); }
};

bool is_place(const CuePoint& cue) {
  if (cue.kind != CuePoint::Kind::kLoop) return is_mark_time(cue.at_s);
  return is_mark_time(cue.at_s) && is_mark_time(cue.end_s) && cue.end_s > cue.at_s;
}

CuePoint* cue_at(std::vector<CuePoint>& cues, int index) {
  const auto found = std::find_if(cues.begin(), cues.end(), [&](const CuePoint& cue) { return cue.index == index; });
  return found == cues.end() ? nullptr : &*found;
}

void put(std::vector<CuePoint>& cues, CuePoint cue, const Report& report) {
  if (!is_place(cue)) {
    report.skip(cue.kind == CuePoint::Kind::kLoop ? "loop" : "cue", "lies outside of any track");
  } else if (CuePoint* there = cue_at(cues, cue.index); there != nullptr) {
    *there = std::move(cue);
  } else {
    cues.push_back(std::move(cue));
  }
}

std::uint32_t shown_color(std::uint32_t stored) {
  if (stored == kNoColor || stored == 0) return 0;
  if (stored == 0x999999) return 0x090909;
  return (stored - kPickerOffset) & 0xFFFFFF;
}

// --- Markers2: a type, a length and a body each -------------------------------------------------------------------

void read_cue(ByteCursor body, std::vector<CuePoint>& cues, const Report& report) {
  CuePoint cue;
  body.take(1);
  const auto index = static_cast<int>(body.big_endian(1));
  cue.at_s = body.u32() * kMs;
  body.take(1);
  cue.color = static_cast<std::uint32_t>(body.big_endian(3));
  body.take(2);
  if (!body.is_good() || index >= kPads) return report.skip("cue", "is damaged");
  cue.index = index + 1;
  cue.label = tidy(body.text());
  put(cues, std::move(cue), report);
}

void read_loop(ByteCursor body, std::vector<CuePoint>& cues, const Report& report) {
  CuePoint loop;
  loop.kind = CuePoint::Kind::kLoop;
  body.take(1);
  const auto index = static_cast<int>(body.big_endian(1));
  loop.at_s = body.u32() * kMs;
  loop.end_s = body.u32() * kMs;
  // Newer versions write an unused place and a colour in front of the lock and the name.
  if (body.rest().size() >= 11) {
    body.take(5);
    loop.color = static_cast<std::uint32_t>(body.big_endian(3));
  }
  body.take(2);
  if (!body.is_good() || index >= kMarkersLoops) return report.skip("loop", "is damaged");
  loop.index = kPads + index + 1;
  loop.label = tidy(body.text());
  put(cues, std::move(loop), report);
}

void read_markers2(std::string_view object, ForeignTrack& track, const Report& report) {
  if (object.starts_with("\x01\x01")) object.remove_prefix(2);
  const std::optional<std::string> decoded = decode_loose_base64(object);
  if (!decoded || !decoded->starts_with("\x01\x01")) return report.skip("cues", "Serato Markers2 cannot be decoded");
  ByteCursor cursor(std::string_view(*decoded).substr(2));
  for (int i = 0; i < kEntriesMax && !cursor.is_at_end() && cursor.rest().front() != '\0'; ++i) {
    const std::string_view type = cursor.text();
    const std::string_view body = cursor.take(cursor.u32());
    if (!cursor.is_good()) return report.skip("cues", "Serato Markers2 is cut short");
    if (type == "CUE") read_cue(ByteCursor(body), track.marks.cues, report);
    if (type == "LOOP") read_loop(ByteCursor(body), track.marks.cues, report);
    if (type == "COLOR" && body.size() >= 4) {
      track.marks.color = shown_color(static_cast<std::uint32_t>(ByteCursor(body).u32()) & 0xFFFFFF);
    }
  }
}

// --- Markers_: entries of one size --------------------------------------------------------------------------------

// 24 bits in four bytes of seven.
std::uint32_t unpacked(std::uint32_t four) {
  return (four & 0x7F) | (four >> 1 & 0x3F80) | (four >> 2 & 0x1FC000) | (four >> 3 & 0xE00000);
}

struct MarkerEntry {
  std::optional<std::uint32_t> start_ms;
  std::optional<std::uint32_t> end_ms;
  std::uint32_t color = 0;
};

MarkerEntry read_entry(ByteCursor& cursor, bool is_mp4) {
  MarkerEntry entry;
  if (is_mp4) {
    constexpr std::uint32_t kUnset = 0xFFFFFFFF;
    const std::uint32_t start = cursor.u32();
    const std::uint32_t end = cursor.u32();
    if (start != kUnset) entry.start_ms = start;
    if (end != kUnset) entry.end_ms = end;
    cursor.take(6);
    entry.color = static_cast<std::uint32_t>(cursor.big_endian(3));
  } else {
    const bool has_start = cursor.big_endian(1) == 0;
    const std::uint32_t start = unpacked(cursor.u32());
    const bool has_end = cursor.big_endian(1) == 0;
    const std::uint32_t end = unpacked(cursor.u32());
    if (has_start) entry.start_ms = start;
    if (has_end) entry.end_ms = end;
    cursor.take(6);
    entry.color = unpacked(cursor.u32());
  }
  cursor.take(2);  // type and lock: the place in the list says what it is
  return entry;
}

// Takes the places from here and the names, which only Markers2 has, from what is there already.
void read_markers(const SeratoObjects& objects, ForeignTrack& track, const Report& report) {
  ByteCursor cursor(objects.markers);
  const std::string_view version = cursor.take(2);
  const std::uint32_t count = cursor.u32();
  if (version != std::string_view("\x02\x05") || count > kMarkersCues + kMarkersLoops) {
    return report.skip("cues", "Serato Markers_ is of an unknown version");
  }
  std::vector<MarkerEntry> entries;
  for (std::uint32_t i = 0; i < count; ++i) entries.push_back(read_entry(cursor, objects.is_mp4));
  if (!cursor.is_good()) return report.skip("cues", "Serato Markers_ is cut short");
  for (int i = 0; i < static_cast<int>(entries.size()); ++i) {
    const MarkerEntry& entry = entries[static_cast<std::size_t>(i)];
    const bool is_loop = i >= kMarkersCues;
    const int index = is_loop ? kPads + i - kMarkersCues + 1 : i + 1;
    if (!entry.start_ms || (is_loop && !entry.end_ms)) {
      std::erase_if(track.marks.cues, [&](const CuePoint& cue) { return cue.index == index; });
      continue;
    }
    const CuePoint* named = cue_at(track.marks.cues, index);
    CuePoint cue;
    cue.color = entry.color;
    if (named != nullptr) cue = *named;
    cue.index = index;
    cue.kind = is_loop ? CuePoint::Kind::kLoop : CuePoint::Kind::kCue;
    cue.at_s = *entry.start_ms * kMs;
    cue.end_s = is_loop ? *entry.end_ms * kMs : 0;
    put(track.marks.cues, std::move(cue), report);
  }
}

// --- grid and tempo -----------------------------------------------------------------------------------------------

// Each marker but the last says how many beats there are to the next; the last one has a tempo.
void read_grid(std::string_view object, ForeignTrack& track, const Report& report) {
  ByteCursor cursor(object);
  const std::string_view version = cursor.take(2);
  const std::uint32_t count = cursor.u32();
  if (version != std::string_view("\x01\x00", 2) || count > kForeignMarkersMax || count > cursor.rest().size() / 8) {
    return report.skip("grid", "Serato BeatGrid is damaged");
  }
  model::BeatGrid grid;
  std::vector<std::uint32_t> beats;  // to the next
  for (std::uint32_t i = 0; i < count; ++i) {
    const double at_s = cursor.float32();
    const bool is_last = i + 1 == count;
    beats.push_back(is_last ? 0 : cursor.u32());
    grid.markers.push_back({.at_s = at_s, .bpm = is_last ? cursor.float32() : 0});
  }
  if (grid.empty()) return;
  for (std::size_t i = 0; i + 1 < grid.markers.size(); ++i) {
    grid.markers[i].bpm = 60.0 * beats[i] / (grid.markers[i + 1].at_s - grid.markers[i].at_s);
  }
  for (const auto& marker : grid.markers) {
    if (!std::isfinite(marker.at_s) || !is_grid_bpm(marker.bpm)) return report.skip("grid", "has an impossible tempo");
  }
  // Serato's first beat may lie before the track: the grid begins with the first bar in it.
  auto& first = grid.markers.front();
  const double bar_s = 4 * 60.0 / first.bpm;
  if (first.at_s < 0 && first.at_s > -model::kTrackSecondsMax) first.at_s += bar_s * std::ceil(-first.at_s / bar_s);
  for (std::size_t i = 0; i < grid.markers.size(); ++i) {
    const double at_s = grid.markers[i].at_s;
    if (!is_mark_time(at_s) || (i > 0 && at_s <= grid.markers[i - 1].at_s)) {
      return report.skip("grid", "has beats outside of any track");
    }
  }
  track.bpm = grid.markers.front().bpm;
  track.marks.grid = std::move(grid);
}

// Three numbers as text: tempo, gain by analysis, gain by hand in dB.
void read_autotags(std::string_view object, ForeignTrack& track, const Report& report) {
  ByteCursor cursor(object);
  const std::string_view version = cursor.take(2);
  const std::optional<double> bpm = foreign_number(cursor.text());
  cursor.text();
  const std::optional<double> gain_db = foreign_number(cursor.text());
  if (version != std::string_view("\x01\x01") || !cursor.is_good()) {
    return report.skip("tempo", "Serato Autotags is damaged");
  }
  if (bpm && is_grid_bpm(*bpm)) track.bpm = *bpm;
  constexpr double kGainMaxDb = 24;
  if (gain_db && *gain_db != 0 && std::fabs(*gain_db) <= kGainMaxDb) track.marks.gain_db = *gain_db;
}

}  // namespace

void read_serato_marks(const SeratoObjects& objects, ForeignTrack& track, ForeignLibrary& library) {
  const Report report{library, track.title};
  if (!objects.markers2.empty()) read_markers2(objects.markers2, track, report);
  if (!objects.markers.empty()) read_markers(objects, track, report);
  if (!objects.beat_grid.empty()) read_grid(objects.beat_grid, track, report);
  if (!objects.autotags.empty()) read_autotags(objects.autotags, track, report);
  std::sort(track.marks.cues.begin(), track.marks.cues.end(),
            [](const CuePoint& a, const CuePoint& b) { return a.index < b.index; });
}

std::optional<std::string> decode_loose_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  const auto value_of = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  for (const char c : text) {
    if (c == '\0' || c == '=') break;
    if (c == '\n' || c == '\r') continue;
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFF);
  }
  if (bits == 6) bytes += static_cast<char>(held << 2 & 0xFF);  // a letter too many: there is an A missing behind it
  return bytes;
}

}  // namespace segue::catalog
