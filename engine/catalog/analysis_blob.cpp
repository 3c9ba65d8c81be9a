// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/analysis_blob.h"

#include <algorithm>
#include <cmath>

#include "engine/catalog/packed_bytes.h"

namespace segue::catalog {
namespace {

constexpr unsigned kFormat = 2;  // of the bytes; that of the answers is TrackAnalysis::version
constexpr unsigned kFormatWithoutWarning = 1;
constexpr double kTicksPerS = 1e6;
constexpr double kCurveSteps = 65'535;
constexpr double kTimeMax_s = 1e9;

double finite(double value) { return std::isfinite(value) ? value : 0; }

void write(ByteWriter& out, double value) { out.real(finite(value)); }
double read_real(ByteReader& in) { return finite(in.real()); }

void write_optional(ByteWriter& out, const std::optional<double>& value) {
  out.byte(value ? 1 : 0);
  if (value) write(out, *value);
}
std::optional<double> read_optional(ByteReader& in) {
  if (in.byte() == 0) return std::nullopt;
  return read_real(in);
}

// Differences, which are short where times are regular.
void write_times(ByteWriter& out, const std::vector<double>& times_s) {
  out.number(times_s.size());
  std::int64_t before = 0;
  for (const double time_s : times_s) {
    const auto ticks =
        static_cast<std::int64_t>(std::llround(std::clamp(finite(time_s), -kTimeMax_s, kTimeMax_s) * kTicksPerS));
    out.signed_number(ticks - before);
    before = ticks;
  }
}
std::vector<double> read_times(ByteReader& in) {
  std::vector<double> times_s(in.count(1));
  std::int64_t ticks = 0;
  for (double& time_s : times_s) {
    // Unsigned, because damaged differences may add up to anything.
    ticks =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(ticks) + static_cast<std::uint64_t>(in.signed_number()));
    time_s = static_cast<double>(ticks) / kTicksPerS;
  }
  return times_s;
}

void write_curve(ByteWriter& out, const std::vector<float>& curve) {
  out.number(curve.size());
  for (const float value : curve) {
    const auto step = static_cast<unsigned>(std::lround(std::clamp(finite(value), 0.0, 1.0) * kCurveSteps));
    out.byte(step);
    out.byte(step >> 8);
  }
}
std::vector<float> read_curve(ByteReader& in) {
  std::vector<float> curve(in.count(2));
  for (float& value : curve) {
    const unsigned low = in.byte();
    value = static_cast<float>((low | in.byte() << 8) / kCurveSteps);
  }
  return curve;
}

void write_key(ByteWriter& out, const model::Key& key) {
  out.byte(static_cast<unsigned>(std::clamp(key.tonic, 0, 11)) | (key.is_minor ? 0x10U : 0U));
}
model::Key read_key(ByteReader& in) {
  const unsigned packed = in.byte();
  return {static_cast<int>(packed & 0xfU) % 12, (packed & 0x10U) != 0};
}

void write_rhythm(ByteWriter& out, const model::Rhythm& rhythm) {
  for (const double value : {rhythm.bpm, rhythm.confidence, rhythm.first_beat_s, rhythm.downbeat_s, rhythm.phrase_s,
                             rhythm.downbeat_confidence}) {
    write(out, value);
  }
  for (const int value : {rhythm.beats_per_bar, rhythm.phrase_bars, rhythm.is_constant ? 1 : 0}) {
    out.signed_number(value);
  }
  out.number(rhythm.alternatives.size());
  for (const model::TempoCandidate& other : rhythm.alternatives) {
    write(out, other.bpm);
    write(out, other.confidence);
  }
  out.signed_number(rhythm.grid.beats_per_bar);
  out.number(rhythm.grid.markers.size());
  for (const model::BeatGrid::Marker& marker : rhythm.grid.markers) {
    write(out, marker.at_s);
    write(out, marker.bpm);
  }
  write_times(out, rhythm.beats_s);
}
model::Rhythm read_rhythm(ByteReader& in) {
  model::Rhythm rhythm;
  for (double* value : {&rhythm.bpm, &rhythm.confidence, &rhythm.first_beat_s, &rhythm.downbeat_s, &rhythm.phrase_s,
                        &rhythm.downbeat_confidence}) {
    *value = read_real(in);
  }
  rhythm.beats_per_bar = static_cast<int>(in.signed_number());
  rhythm.phrase_bars = static_cast<int>(in.signed_number());
  rhythm.is_constant = in.signed_number() != 0;
  rhythm.alternatives.resize(in.count(16));
  for (model::TempoCandidate& other : rhythm.alternatives) {
    other.bpm = read_real(in);
    other.confidence = read_real(in);
  }
  rhythm.grid.beats_per_bar = static_cast<int>(in.signed_number());
  rhythm.grid.markers.resize(in.count(16));
  for (model::BeatGrid::Marker& marker : rhythm.grid.markers) {
    marker.at_s = read_real(in);
    marker.bpm = read_real(in);
  }
  rhythm.beats_s = read_times(in);
  return rhythm;
}

void write_tonality(ByteWriter& out, const model::Tonality& tonality) {
  out.byte(tonality.key ? 1 : 0);
  write_key(out, tonality.key.value_or(model::Key{}));
  write(out, tonality.confidence);
  write(out, tonality.tuning_cents);
  out.number(tonality.alternatives.size());
  for (const model::KeyCandidate& other : tonality.alternatives) {
    write_key(out, other.key);
    write(out, other.confidence);
  }
  out.number(tonality.changes.size());
  for (const model::KeyChange& change : tonality.changes) {
    write(out, change.at_s);
    write_key(out, change.key);
    write(out, change.confidence);
  }
}
model::Tonality read_tonality(ByteReader& in) {
  model::Tonality tonality;
  const bool has_key = in.byte() != 0;
  const model::Key key = read_key(in);
  if (has_key) tonality.key = key;
  tonality.confidence = read_real(in);
  tonality.tuning_cents = read_real(in);
  tonality.alternatives.resize(in.count(9));
  for (model::KeyCandidate& other : tonality.alternatives) {
    other.key = read_key(in);
    other.confidence = read_real(in);
  }
  tonality.changes.resize(in.count(17));
  for (model::KeyChange& change : tonality.changes) {
    change.at_s = read_real(in);
    change.key = read_key(in);
    change.confidence = read_real(in);
  }
  return tonality;
}

void write_loudness(ByteWriter& out, const model::Loudness& loudness) {
  write_optional(out, loudness.integrated_lufs);
  write_optional(out, loudness.range_lu);
  write_optional(out, loudness.true_peak_dbtp);
  write(out, loudness.sample_peak_db);
  out.signed_number(loudness.clipped_runs);
}
model::Loudness read_loudness(ByteReader& in) {
  model::Loudness loudness;
  loudness.integrated_lufs = read_optional(in);
  loudness.range_lu = read_optional(in);
  loudness.true_peak_dbtp = read_optional(in);
  loudness.sample_peak_db = read_real(in);
  loudness.clipped_runs = in.signed_number();
  return loudness;
}

void write_structure(ByteWriter& out, const model::Structure& structure) {
  out.number(structure.sections.size());
  for (const model::Section& section : structure.sections) {
    write(out, section.at_s);
    out.byte(static_cast<unsigned>(section.label));
    out.signed_number(section.bars);
    write(out, section.energy);
  }
  for (const auto* curve : {&structure.energy, &structure.bass, &structure.vocal}) write_curve(out, *curve);
  for (const double value : {structure.mix_in_s, structure.mix_out_s, structure.spectral_tilt_db}) write(out, value);
  out.signed_number(structure.energy_level);
}
model::Structure read_structure(ByteReader& in) {
  model::Structure structure;
  structure.sections.resize(in.count(18));
  for (model::Section& section : structure.sections) {
    section.at_s = read_real(in);
    const auto last = static_cast<unsigned>(model::SectionLabel::kOutro);
    section.label = static_cast<model::SectionLabel>(std::min(in.byte(), last));
    section.bars = static_cast<int>(in.signed_number());
    section.energy = read_real(in);
  }
  for (auto* curve : {&structure.energy, &structure.bass, &structure.vocal}) *curve = read_curve(in);
  for (double* value : {&structure.mix_in_s, &structure.mix_out_s, &structure.spectral_tilt_db}) *value = read_real(in);
  structure.energy_level = static_cast<int>(in.signed_number());
  return structure;
}

std::string_view as_text(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string packed_analysis(const model::TrackAnalysis& analysis) {
  ByteWriter out;
  out.byte(kFormat);
  out.signed_number(analysis.version);
  out.byte(analysis.is_final ? 1 : 0);
  for (const double value : {analysis.duration_s, analysis.analysed_s, analysis.sound.start_s, analysis.sound.end_s}) {
    write(out, value);
  }
  write_rhythm(out, analysis.rhythm);
  write_tonality(out, analysis.tonality);
  write_loudness(out, analysis.loudness);
  write_structure(out, analysis.structure);
  write_times(out, analysis.onsets_s);
  out.text(analysis.ai_generated);
  out.text(analysis.error);
  out.text(analysis.warning);
  return deflated(out.bytes());
}

std::optional<model::TrackAnalysis> unpacked_analysis(std::string_view packed) {
  const std::optional<std::string> bytes = inflated(packed, kAnalysisBytesMax);
  if (!bytes) return std::nullopt;
  ByteReader in(*bytes);
  const unsigned format = in.byte();
  if (format != kFormat && format != kFormatWithoutWarning) return std::nullopt;
  model::TrackAnalysis analysis;
  analysis.version = static_cast<int>(in.signed_number());
  analysis.is_final = in.byte() != 0;
  for (double* value : {&analysis.duration_s, &analysis.analysed_s, &analysis.sound.start_s, &analysis.sound.end_s}) {
    *value = read_real(in);
  }
  analysis.rhythm = read_rhythm(in);
  analysis.tonality = read_tonality(in);
  analysis.loudness = read_loudness(in);
  analysis.structure = read_structure(in);
  analysis.onsets_s = read_times(in);
  analysis.ai_generated = in.text();
  analysis.error = in.text();
  if (format == kFormat) analysis.warning = in.text();
  if (!in.is_good() || !in.is_at_end()) return std::nullopt;
  return analysis;
}

std::vector<std::string> packed_waveform(const model::Waveform& waveform) {
  std::vector<std::string> pieces = {deflated(as_text(waveform.overview).substr(0, kWaveformPieceBytes))};
  for (std::string_view rest = as_text(waveform.detail); !rest.empty();) {
    pieces.push_back(deflated(rest.substr(0, kWaveformPieceBytes)));
    rest.remove_prefix(std::min(rest.size(), kWaveformPieceBytes));
  }
  return pieces;
}

std::optional<model::Waveform> unpacked_waveform(const std::vector<std::string>& pieces) {
  model::Waveform waveform;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::optional<std::string> bytes = inflated(pieces[i], kWaveformPieceBytes);
    if (!bytes) return std::nullopt;
    auto& to = i == 0 ? waveform.overview : waveform.detail;
    to.insert(to.end(), bytes->begin(), bytes->end());
  }
  return waveform;
}

}  // namespace segue::catalog
