// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/analysis_text.h"

#include <cstdio>

#include "clients/cli/status_text.h"
#include "clients/cli/text.h"

namespace segue::cli {
namespace {

constexpr double kGuess = 0.5;  // below, it is as likely wrong as right

struct Columns {
  std::string bpm;
  std::string key;
  std::string loudness;
  std::string energy;
  std::string length;
  std::string name;
};

std::string line_of(const Columns& columns) {
  return right_aligned(columns.bpm, 7) + "  " + padded(columns.key, 9) + right_aligned(columns.loudness, 6) +
         right_aligned(columns.energy, 8) + right_aligned(columns.length, 9) + "  " + columns.name + "\n";
}

std::string number(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string doubted(std::string text, double confidence) {
  return text == "–" || confidence >= kGuess ? text : text + "?";
}

std::string key_text(const v1::Analysis::Key& key) {
  return key.name().empty() ? "–" : one_line(key.name()) + " " + one_line(key.camelot());
}

std::string length_text(double seconds) {
  if (seconds <= 0) return "–";
  const std::string text = clock_text(seconds);
  return text.substr(0, text.size() - 2);
}

}  // namespace

std::string bpm_text(double bpm) { return bpm > 0 ? number(bpm, "%.2f") : "–"; }

std::string analysis_header() { return line_of({"BPM ", "KEY", "LUFS", "ENERGY", "LENGTH", "TRACK"}); }

std::string analysis_line(const v1::Analysis& analysis, const std::string& name) {
  const auto& rhythm = analysis.rhythm();
  const auto& key = analysis.tonality().key();
  const auto& loudness = analysis.loudness();
  const std::uint32_t energy = analysis.structure().energy_level();
  const std::string& wrong = analysis.problem().empty() ? analysis.warning() : analysis.problem();
  std::string bpm = doubted(bpm_text(rhythm.bpm()), rhythm.confidence());
  if (!bpm.ends_with('?')) bpm += " ";
  return line_of({.bpm = bpm,
                  .key = doubted(key_text(key), key.confidence()),
                  .loudness = loudness.has_integrated_lufs() ? number(loudness.integrated_lufs(), "%.1f") : "–",
                  .energy = energy > 0 ? std::to_string(energy) : "–",
                  .length = length_text(analysis.duration_s()),
                  .name = name + (wrong.empty() ? "" : "  (" + one_line(wrong) + ")")});
}

std::string analysis_details(const v1::Analysis& analysis) {
  std::string text;
  constexpr std::size_t kNameColumns = 14;
  const auto add = [&](const char* name, const std::string& value) {
    text += padded(name, kNameColumns) + value + "\n";
  };
  const auto& rhythm = analysis.rhythm();
  if (rhythm.bpm() > 0) {
    std::string tempo = bpm_text(rhythm.bpm()) + " bpm" + (rhythm.is_constant() ? "" : ", moving");
    tempo += ", " + std::to_string(rhythm.beats_per_bar()) + " beats a bar";
    if (rhythm.phrase_bars() > 0) tempo += ", phrases of " + std::to_string(rhythm.phrase_bars()) + " bars";
    add("heard tempo", tempo + number(rhythm.confidence() * 100, ", %.0f %% sure"));
  }
  const auto& key = analysis.tonality().key();
  if (!key.name().empty()) add("heard key", key_text(key) + number(key.confidence() * 100, ", %.0f %% sure"));
  const auto& loudness = analysis.loudness();
  if (loudness.has_integrated_lufs()) {
    std::string value = number(loudness.integrated_lufs(), "%.1f LUFS");
    if (loudness.has_range_lu()) value += number(loudness.range_lu(), ", range %.1f LU");
    if (loudness.has_true_peak_dbtp()) value += number(loudness.true_peak_dbtp(), ", true peak %.1f dBTP");
    add("loudness", value);
  }
  const auto& structure = analysis.structure();
  if (structure.energy_level() > 0) add("energy", std::to_string(structure.energy_level()) + " of 10");
  if (structure.mix_out_s() > 0) {
    add("mix", "in until " + length_text(structure.mix_in_s()) + ", out from " + length_text(structure.mix_out_s()));
  }
  if (!analysis.warning().empty()) add("but", one_line(analysis.warning()));
  if (!analysis.ai_generated().empty()) add("made by", "a machine: " + one_line(analysis.ai_generated()));
  return text;
}

}  // namespace segue::cli
