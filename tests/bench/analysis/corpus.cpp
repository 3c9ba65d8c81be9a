// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/corpus.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "engine/stream/decoder.h"
#include "engine/stream/sources/file_source.h"

namespace segue::bench {
namespace {

using Row = std::map<std::string, std::string>;

// Fields of a line of CSV; quotes may hold commas.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<Row> rows_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return {};
  const auto names = fields_of(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const auto fields = fields_of(line);
    Row row;
    for (std::size_t i = 0; i < std::min(names.size(), fields.size()); ++i) row[names[i]] = fields[i];
    if (!row["file"].empty()) rows.push_back(std::move(row));
  }
  return rows;
}

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

std::vector<double> numbers(std::istream&& in) {
  std::vector<double> values;
  for (double value = 0; in >> value;) values.push_back(value);
  return values;
}

// An even grid over the length of the file, from its first beat on.
std::vector<double> even_beats(double first_s, double bpm, double seconds) {
  std::vector<double> beats;
  for (int i = 0; first_s + i * 60 / bpm < seconds; ++i) beats.push_back(first_s + i * 60 / bpm);
  return beats;
}

// Levels at which music of a metre can as well be felt, where the list does not say.
std::vector<double> usual_levels(double bpm, int beats_per_bar) {
  if (beats_per_bar == 3) return {bpm / 3, bpm * 2};
  if (beats_per_bar == 2) return {bpm / 2, bpm * 2, bpm * 3, bpm * 1.5};  // two dotted beats: 6/8
  return {bpm / 2, bpm * 2};
}

double median_bpm(const std::vector<double>& beats_s) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < beats_s.size(); ++i) gaps.push_back(beats_s[i] - beats_s[i - 1]);
  if (gaps.empty()) return 0;
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return 60 / *middle;
}

// The list of beats beside a file: FILE.beats.txt, or without the file's extension.
std::vector<double> listed_beats(const std::filesystem::path& file) {
  for (const auto& name : {file.string(), (file.parent_path() / file.stem()).string()}) {
    auto beats = numbers(std::ifstream(name + ".beats.txt"));
    if (!beats.empty()) return beats;
  }
  return {};
}

Piece piece_of(Row& row, const std::filesystem::path& folder) {
  Piece piece;
  piece.name = row["file"];
  piece.file = folder / piece.name;
  piece.bpm = number(row["bpm"]);
  piece.key = model::key_from(row["key"]);
  if (!row["beats_per_bar"].empty()) piece.beats_per_bar = static_cast<int>(number(row["beats_per_bar"]));
  piece.beats_s = listed_beats(piece.file);
  piece.is_constant = piece.beats_s.empty();
  if (!piece.is_constant && piece.bpm <= 0) piece.bpm = median_bpm(piece.beats_s);
  piece.also_bpm = row.contains("also_bpm") ? numbers(std::istringstream(row["also_bpm"]))
                                            : usual_levels(piece.bpm, piece.beats_per_bar);
  if (piece.is_constant && !row["first_downbeat_s"].empty()) {
    // Long enough for any file; whoever loads it cuts what lies beyond its end.
    piece.beats_s = even_beats(number(row["first_downbeat_s"]), piece.bpm, 3600);
  } else if (!piece.is_constant && !row["first_downbeat_s"].empty()) {
    const double downbeat_s = number(row["first_downbeat_s"]);
    while (piece.first_downbeat + 1 < static_cast<int>(piece.beats_s.size()) &&
           piece.beats_s[static_cast<std::size_t>(piece.first_downbeat)] < downbeat_s - 0.05) {
      ++piece.first_downbeat;
    }
  }
  return piece;
}

}  // namespace

std::vector<Piece> reference_pieces(const reference::ReferenceOrder& order) {
  std::vector<Piece> pieces;
  for (const auto& track : reference::reference_set(order)) {
    const auto truth = as_counted(track.truth);
    Piece piece;
    piece.name = std::string(to_string(track.plan.genre)) + "_" + std::to_string(pieces.size() + 1);
    piece.plan = track.plan;
    piece.bpm = truth.bpm;
    piece.is_constant = truth.is_constant;
    piece.also_bpm = truth.also_bpm;
    piece.beats_s = truth.beats_s;
    piece.first_downbeat = truth.downbeat_beat;
    piece.beats_per_bar = truth.beats_per_bar;
    piece.key = truth.key;
    for (std::size_t i = 1; i < truth.sections.size(); ++i) piece.boundaries_s.push_back(truth.sections[i].at_s);
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

Result<std::vector<Piece>> pieces_in(const std::filesystem::path& folder) {
  auto rows = rows_of(folder / "truth.csv");
  if (rows.empty()) return fail(Code::kNotFound, "TRUTH_MISSING", "no rows in " + (folder / "truth.csv").string());
  auto sections = rows_of(folder / "sections.csv");
  std::vector<Piece> pieces;
  for (auto& row : rows) {
    Piece piece = piece_of(row, folder);
    bool is_first = true;
    for (auto& section : sections) {
      if (section["file"] != piece.name) continue;
      if (!is_first) piece.boundaries_s.push_back(number(section["start_s"]));
      is_first = false;
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

Result<Pcm> decode(const std::filesystem::path& file) {
  auto source = stream::open_file(file.string());
  if (!source) return tl::unexpected(source.error());
  auto decoder = stream::open_decoder(std::move(*source), file.filename().string(), stream::Purpose::kAnalyse);
  if (!decoder) return tl::unexpected(decoder.error());
  Pcm pcm;
  pcm.sample_rate_hz = (*decoder)->facts().source_rate_hz;
  constexpr int kChunk = 65'536;
  for (;;) {
    const auto at = pcm.audio.left.size();
    pcm.audio.left.resize(at + kChunk);
    pcm.audio.right.resize(at + kChunk);
    const auto read = (*decoder)->read(pcm.audio.left.data() + at, pcm.audio.right.data() + at, kChunk);
    const auto frames = read ? static_cast<std::size_t>(*read) : 0;
    pcm.audio.left.resize(at + frames);
    pcm.audio.right.resize(at + frames);
    if (!read) return tl::unexpected(read.error());
    if (frames < kChunk) return pcm;
  }
}

Result<Pcm> load(const Piece& piece) {
  if (!piece.plan) return decode(piece.file);
  return Pcm{reference::make_reference(*piece.plan).render(), piece.plan->sample_rate_hz};
}

}  // namespace segue::bench
