// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "tests/support/audio/signals.h"

namespace segue::reference {
namespace {

using model::SectionLabel;
using test::Random;

struct GenreRange {
  const char* name;
  double bpm_min;  // of what is notated; felt, all lie within 60 and 200
  double bpm_max;
  double minor_share;  // of the keys
  bool is_club;        // made by machines: exact, loud, in long phrases
};

constexpr std::array<GenreRange, kGenres> kRanges = {{{"house", 116, 131, 0.7, true},
                                                      {"techno", 122, 152, 0.85, true},
                                                      {"drum_and_bass", 160, 180, 0.85, true},
                                                      {"trance", 130, 148, 0.75, true},
                                                      {"hip_hop", 62, 112, 0.75, true},
                                                      {"rock", 72, 186, 0.4, false},
                                                      {"waltz", 82, 198, 0.45, false},
                                                      {"six_eight", 186, 270, 0.5, false},
                                                      {"swing", 96, 200, 0.4, false},
                                                      {"breakbeat", 108, 166, 0.65, true}}};
constexpr std::array<const char*, 6> kModes = {"major", "minor", "dorian", "mixolydian", "harmonic_minor", "phrygian"};
constexpr std::array<const char*, 4> kMotions = {"steady", "ramp", "drift", "step"};
constexpr std::array<const char*, 4> kOpenings = {"clean", "pickup", "atmosphere", "drumless"};

const GenreRange& range_of(Genre genre) { return kRanges[static_cast<std::size_t>(genre)]; }

struct Form {
  SectionLabel label;
  int units;  // of 4, 8 or 16 bars
};

constexpr std::array kShort = {Form{SectionLabel::kIntro, 1}, Form{SectionLabel::kGroove, 1},
                               Form{SectionLabel::kBreakdown, 1}, Form{SectionLabel::kDrop, 2}};
constexpr std::array kTool = {Form{SectionLabel::kGroove, 2}, Form{SectionLabel::kDrop, 2},
                              Form{SectionLabel::kBreakdown, 1}, Form{SectionLabel::kDrop, 2},
                              Form{SectionLabel::kOutro, 1}};
constexpr std::array kSingle = {Form{SectionLabel::kIntro, 1},     Form{SectionLabel::kGroove, 2},
                                Form{SectionLabel::kBreakdown, 1}, Form{SectionLabel::kBuild, 1},
                                Form{SectionLabel::kDrop, 2},      Form{SectionLabel::kOutro, 1}};
constexpr std::array kVerses = {Form{SectionLabel::kIntro, 1}, Form{SectionLabel::kGroove, 2},
                                Form{SectionLabel::kDrop, 1},  Form{SectionLabel::kGroove, 2},
                                Form{SectionLabel::kDrop, 1},  Form{SectionLabel::kBreakdown, 1},
                                Form{SectionLabel::kDrop, 2},  Form{SectionLabel::kOutro, 1}};
constexpr std::array kExtended = {
    Form{SectionLabel::kIntro, 2}, Form{SectionLabel::kGroove, 2}, Form{SectionLabel::kBreakdown, 2},
    Form{SectionLabel::kBuild, 1}, Form{SectionLabel::kDrop, 4},   Form{SectionLabel::kBreakdown, 1},
    Form{SectionLabel::kBuild, 1}, Form{SectionLabel::kDrop, 2},   Form{SectionLabel::kOutro, 2}};

// The form and unit that come nearest to a length, among those of the genre; near ties fall to chance.
std::vector<PlannedSection> sections_for(bool is_club, double bar_s, double seconds, Random& random) {
  const std::vector<std::span<const Form>> forms =
      is_club ? std::vector<std::span<const Form>>{kShort, kTool, kSingle, kExtended}
              : std::vector<std::span<const Form>>{kShort, kVerses, kTool};
  double best = 1e9;
  std::vector<PlannedSection> chosen;
  for (const auto form : forms) {
    int units = 0;
    for (const auto& part : form) units += part.units;
    for (const int unit : {4, 8, 16}) {
      const double miss = std::abs(std::log(units * unit * bar_s / seconds)) + random.between(0.0, 0.3);
      if (miss >= best) continue;
      best = miss;
      chosen.clear();
      for (const auto& part : form) chosen.push_back({part.label, part.units * unit});
    }
  }
  return chosen;
}

double round_to(double value, double step) { return std::round(value / step) * step; }

// Most music is made at a whole number; the rest is anything.
double choose_bpm(const GenreRange& range, Random& random) {
  const double bpm = random.between(range.bpm_min, range.bpm_max);
  const double kind = random.unit();
  if (kind < 0.35) return std::round(bpm);
  if (kind < 0.5) return round_to(bpm, 0.1);
  return round_to(bpm, 0.001);
}

Mode choose_mode(const GenreRange& range, Random& random) {
  const double colour = random.unit();
  if (random.unit() >= range.minor_share) return colour < 0.75 ? Mode::kMajor : Mode::kMixolydian;
  if (colour < 0.55) return Mode::kMinor;
  if (colour < 0.75) return Mode::kDorian;
  if (colour < 0.92) return Mode::kHarmonicMinor;
  return Mode::kPhrygian;
}

void choose_opening(ReferencePlan& plan, Random& random) {
  const double kind = random.unit();
  plan.opening_s = random.between(0.0, 0.6);
  if (kind < 0.08) plan.opening_s = 0;
  if (kind < 0.45) return;
  if (kind < 0.6) {
    plan.opening_s = random.between(0.8, 6.0);
  } else if (kind < 0.75) {
    plan.opening = Opening::kPickup;
    plan.pickup_beats = 1 + random.below(plan.beats_per_bar() - 1);
  } else if (kind < 0.87) {
    plan.opening = Opening::kAtmosphere;
    plan.opening_s = random.between(2.0, 11.0);
  } else {
    plan.opening = Opening::kDrumless;
  }
}

void choose_motion(ReferencePlan& plan, bool is_club, Random& random) {
  const double kind = random.unit();
  if (is_club ? kind > 0.06 : kind > 0.35) return;
  const double sign = random.unit() < 0.5 ? -1 : 1;
  if (is_club || kind < 0.06) {
    plan.motion = kind < 0.04 ? Motion::kRamp : Motion::kStep;
    plan.motion_amount = sign * random.between(0.03, 0.08);
  } else {
    plan.motion = Motion::kDrift;
    plan.motion_amount = random.between(0.008, 0.03);
  }
}

void choose_feel(ReferencePlan& plan, bool is_club, Random& random) {
  const Genre genre = plan.genre;
  if (genre == Genre::kSwing) plan.swing = random.between(0.6, 0.7);
  const bool may_shuffle = genre == Genre::kHouse || genre == Genre::kHipHop || genre == Genre::kBreakbeat;
  if (may_shuffle && random.unit() < 0.6) plan.swing = random.between(0.52, 0.63);
  if (!is_club) plan.humanise_ms = random.between(1.0, 6.0);
  if (genre == Genre::kHipHop || genre == Genre::kBreakbeat) {
    if (random.unit() < 0.5) plan.humanise_ms = random.between(0.5, 4.0);
    if (random.unit() < 0.4) plan.snare_late_ms = random.between(3.0, 12.0);
  }
}

void choose_sound(ReferencePlan& plan, bool is_club, Random& random) {
  if (random.unit() < 0.3) plan.tuning_cents = random.between(-45.0, 45.0);
  plan.drive_db = is_club ? random.between(0.0, 11.0) : random.between(-2.0, 7.0);
  plan.peak_db = random.unit() < 0.6 ? random.between(-1.0, -0.05) : random.between(-9.0, -1.0);
  if (random.unit() < 0.12) plan.hiss_db = random.between(-66.0, -46.0);
  if (is_club && random.unit() < 0.7) plan.pump_db = random.between(2.0, 14.0);
  plan.reverb = random.between(0.02, 0.3);
  if (random.unit() < 0.2) plan.sample_rate_hz = 48'000;
}

}  // namespace

const char* to_string(Genre genre) { return range_of(genre).name; }
const char* to_string(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }
const char* to_string(Motion motion) { return kMotions[static_cast<std::size_t>(motion)]; }
const char* to_string(Opening opening) { return kOpenings[static_cast<std::size_t>(opening)]; }
bool is_minor(Mode mode) { return mode != Mode::kMajor && mode != Mode::kMixolydian; }

std::optional<Genre> genre_from(std::string_view name) {
  for (int index = 0; index < kGenres; ++index) {
    if (name == to_string(static_cast<Genre>(index))) return static_cast<Genre>(index);
  }
  return std::nullopt;
}

int ReferencePlan::beats_per_bar() const {
  if (genre == Genre::kWaltz) return 3;
  return genre == Genre::kSixEight ? 6 : 4;
}

int ReferencePlan::bars() const {
  int sum = 0;
  for (const auto& section : sections) sum += section.bars;
  return sum;
}

bool ReferencePlan::has_drums(int section) const {
  const auto label = sections[static_cast<std::size_t>(section)].label;
  return label != SectionLabel::kBreakdown && !(section == 0 && opening == Opening::kDrumless);
}

ReferencePlan plan_reference(Genre genre, std::uint64_t seed, double seconds) {
  Random random(seed * kGenres + static_cast<std::uint64_t>(genre));
  const GenreRange& range = range_of(genre);
  ReferencePlan plan;
  plan.genre = genre;
  plan.seed = random.bits();
  plan.bpm = choose_bpm(range, random);
  plan.tonic = random.below(12);
  plan.mode = choose_mode(range, random);
  plan.sections = sections_for(range.is_club, 60 / plan.bpm * plan.beats_per_bar(), seconds, random);
  if (random.unit() < 0.04) plan.key_change = 1 + random.below(2);
  choose_motion(plan, range.is_club, random);
  choose_opening(plan, random);
  choose_feel(plan, range.is_club, random);
  choose_sound(plan, range.is_club, random);
  return plan;
}

}  // namespace segue::reference
