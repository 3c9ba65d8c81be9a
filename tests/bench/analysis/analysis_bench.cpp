// SPDX-License-Identifier: GPL-3.0-or-later
// How right and how fast the analyser is, beside what Debian offers, on music whose truth is known.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/bench/analysis/checks.h"
#include "tests/bench/analysis/plots.h"
#include "tests/bench/analysis/tally.h"
#include "tests/support/audio/wav.h"

namespace segue::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string music;
  std::string out;
  reference::ReferenceOrder order{.count = 30, .seconds = 90};
  std::string genre;
  bool has_peers = true;
  int formats = 2;  // pieces sent through all codecs
};

// Everything found about one set of music.
struct Findings {
  std::string set;  // "reference" or "music"
  std::vector<Contestant> contestants;
  std::map<std::string, Tally> genres;  // ours, of the reference set
  LoudnessCheck loudness;
  nlohmann::json pieces = nlohmann::json::array();
};

nlohmann::json json_of(const Piece& piece, const std::string& tool, const Finding& finding) {
  const auto error = beat_error(finding.beats_s, piece.beats_s);
  return {{"piece", piece.name},
          {"tool", tool},
          {"true_bpm", piece.bpm},
          {"bpm", finding.bpm},
          {"true_key", piece.key ? model::name_of(*piece.key) : ""},
          {"key", finding.key ? model::name_of(*finding.key) : ""},
          {"offset_ms", error ? nlohmann::json(error->offset_ms) : nlohmann::json()},
          {"downbeat_s", finding.downbeat_s ? nlohmann::json(*finding.downbeat_s) : nlohmann::json()},
          {"beats_within", beats_within(finding.beats_s, piece.beats_s)},
          {"cpu_s", finding.cpu_s}};
}

// 16 bits at 44.1 kHz, for peers.
bool write_for_peers(const Pcm& pcm, const fs::path& wav) {
  const auto native = wav.parent_path() / "native.wav";
  if (!test::write_wav(native.string(), {pcm.audio.left, pcm.audio.right}, {.rate_hz = pcm.sample_rate_hz}))
    return false;
  const std::string command =
      "ffmpeg -nostdin -loglevel error -y -i '" + native.string() + "' -ar 44100 -c:a pcm_s16le '" + wav.string() + "'";
  return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe): there is one thread
}

void add(Findings& findings, const Piece& piece, std::size_t tool, const Finding& finding, double seconds) {
  findings.contestants[tool].tally.add(piece, finding, seconds);
  findings.pieces.push_back(json_of(piece, findings.contestants[tool].name, finding));
}

void listen_to(Piece piece, const std::vector<Peer>& others, const fs::path& folder, Findings& findings) {
  auto pcm = load(piece);
  if (!pcm) {
    std::fprintf(stderr, "analysis: %s: %s\n", piece.name.c_str(), pcm.error().message.c_str());
    add(findings, piece, 0, {}, 0);  // what cannot be read is a miss
    return;
  }
  std::erase_if(piece.beats_s, [&](double beat) { return beat >= pcm->seconds(); });
  const auto ours = listen(*pcm);
  add(findings, piece, 0, ours, pcm->seconds());
  if (piece.plan) findings.genres[to_string(piece.plan->genre)].add(piece, ours, pcm->seconds());
  std::fprintf(stderr, "%-24s true %8.3f found %8.3f key %s/%s\n", piece.name.c_str(), piece.bpm, ours.bpm,
               piece.key ? model::name_of(*piece.key).c_str() : "-",
               ours.key ? model::name_of(*ours.key).c_str() : "-");
  const auto wav = folder / "peers.wav";
  if (others.empty() || !write_for_peers(*pcm, wav)) return;
  for (std::size_t i = 0; i < others.size(); ++i) {
    add(findings, piece, i + 1, others[i].listen(wav, piece.is_constant).value_or(Finding{}), pcm->seconds());
  }
}

Findings measure(const std::string& set, const std::vector<Piece>& pieces, const std::vector<Peer>& others,
                 const fs::path& folder) {
  Findings findings{set, {{"Segue", {}}}, {}, {}, nlohmann::json::array()};
  for (const auto& peer : others) findings.contestants.push_back({peer.name, {}});
  for (const auto& piece : pieces) listen_to(piece, others, folder, findings);
  constexpr std::size_t kMetered = 6;
  for (std::size_t i = 0; i < std::min(kMetered, pieces.size()); ++i) {
    const auto pcm = load(pieces[i]);
    if (pcm) findings.loudness.add(*pcm, analyse(*pcm).loudness);
  }
  return findings;
}

void report_set(const Findings& findings, Report& report) {
  for (std::size_t i = 0; i < findings.contestants.size(); ++i) {
    const auto& [name, tally] = findings.contestants[i];
    for (const auto& figure : figures_of(tally)) {
      if (!std::isfinite(figure.value)) continue;
      report.add("analysis." + findings.set + "." + (i == 0 ? "segue" : name) + "." + figure.name, figure.value,
                 figure.unit, i == 0 ? figure.goal : Goal{});
    }
  }
  const auto& loudness = findings.loudness;
  const std::string name = "analysis." + findings.set + ".loudness.";
  report.add(name + "integrated", loudness.integrated_lu, "LU", Goal::at_most(0.1));
  report.add(name + "range", loudness.range_lu, "LU");
  report.add(name + "true_peak", loudness.true_peak_db, "dB", Goal::at_most(0.05));
  report.add(name + "unsaid", loudness.unsaid, "", Goal::exactly(0));
}

void report_formats(const FormatCheck& check, Report& report) {
  report.add("analysis.formats.bpm", check.bpm, "BPM", Goal::at_most(0.01));
  report.add("analysis.formats.grid", check.grid_ms, "ms", Goal::at_most(3));
  report.add("analysis.formats.other_keys", check.keys, "", Goal::exactly(0));
  report.add("analysis.formats.broken", check.broken, "", Goal::exactly(0));
  for (const auto& speed : check.speeds) {
    if (speed.audio_s <= 0) continue;
    report.add("analysis.speed_with." + speed.format, speed.audio_s / (speed.decode_s + speed.analyse_s), "x",
               Goal::at_least(200));
  }
}

std::string genres_table(const std::map<std::string, Tally>& genres) {
  std::string out =
      "| genre | pieces | BPM ±0.05 | level | phase p50, ms | half beats | downbeat | key | sections F |\n"
      "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const auto& [genre, tally] : genres) {
    char line[300];
    std::snprintf(line, sizeof line, "| %s | %d | %d/%d | %d/%d | %.1f | %d/%d | %d/%d | %d/%d | %.2f |\n",
                  genre.c_str(), tally.pieces, tally.within_005, tally.steady, tally.level, tally.pieces,
                  percentile(tally.phase_ms, 50), tally.half_beats, tally.timed, tally.downbeats, tally.barred,
                  tally.keys, tally.keyed, tally.boundaries.f_measure());
    out += line;
  }
  return out;
}

// Markdown, JSON and pictures of one set.
void write_files(const Findings& findings, const fs::path& out) {
  std::string text = "## Accuracy on the " + findings.set + " set\n\n" + table_of(findings.contestants);
  if (!findings.genres.empty()) text += "\n" + genres_table(findings.genres);
  std::ofstream(out / ("analysis_" + findings.set + ".md")) << text;
  std::fprintf(stderr, "\n%s\n", text.c_str());
  std::ofstream(out / ("analysis_" + findings.set + ".json")) << findings.pieces.dump(1) << "\n";
  std::vector<Series> phases, tempi, rates;
  for (const auto& [name, tally] : findings.contestants) {
    if (!tally.offset_ms.empty()) phases.push_back({name, tally.offset_ms});
    tempi.push_back({name, tally.tempo_error_bpm});
    rates.push_back({name, {}});
    for (const auto& figure : figures_of(tally)) {
      if (std::string(figure.unit) == "%") rates.back().values.push_back(figure.value);
    }
  }
  std::vector<Group> groups;
  for (const auto& figure : figures_of(findings.contestants[0].tally)) {
    if (std::string(figure.unit) != "%") continue;
    groups.push_back({.name = figure.label});
    if (figure.goal.kind != Goal::Kind::kNone) groups.back().goal = figure.goal.value;
  }
  const auto file = [&](const char* kind) { return out / ("analysis_" + findings.set + "_" + kind + ".svg"); };
  std::ofstream(file("phase")) << histogram_svg("beats found against true ones, ms; late is right",
                                                {-100, -50, -20, -10, -5, -3, -1, 1, 3, 5, 10, 20, 50, 100}, phases);
  std::ofstream(file("tempo")) << histogram_svg("tempo error, BPM",
                                                {0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10, 300}, tempi);
  std::ofstream(file("rates")) << bars_svg("percent of pieces; the black line is the goal", groups, rates);
}

int run(const Options& options) {
  Report report;
  report.add("analysis.memory_10_min", measure_memory_mb(), "MB", Goal::at_most(150));
  const fs::path out = options.out;
  const auto folder = out / "analysis_scratch";
  std::error_code error;
  fs::create_directories(folder, error);
  const auto others = options.has_peers ? peers() : std::vector<Peer>{};
  std::vector<std::pair<std::string, std::vector<Piece>>> sets;
  if (options.order.count > 0) sets.emplace_back("reference", reference_pieces(options.order));
  if (!options.music.empty()) {
    auto music = pieces_in(options.music);
    if (!music) {
      std::fprintf(stderr, "analysis: %s\n", music.error().message.c_str());
      return 1;
    }
    sets.emplace_back("music", std::move(*music));
  }
  for (const auto& [name, pieces] : sets) {
    const auto findings = measure(name, pieces, others, folder);
    report_set(findings, report);
    write_files(findings, out);
  }
  FormatCheck formats;
  for (const auto& piece : reference_pieces({.count = options.formats, .seed = 77, .seconds = 60})) {
    formats.add(piece, folder);
  }
  if (options.formats > 0) report_formats(formats, report);
  fs::remove_all(folder, error);
  return 0;
}

}  // namespace
}  // namespace segue::bench

int main(int argc, char** argv) {
  segue::bench::Options options;
  const char* out = std::getenv("SEGUE_BENCH_OUT");  // NOLINT(concurrency-mt-unsafe): there is one thread
  options.out = out != nullptr ? out : ".";
  const bool is_soak = std::getenv("SEGUE_SOAK") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  if (is_soak) {
    options.order = {.count = 400, .seconds = 150};
    options.formats = 10;
  }
  CLI::App app{"Measures the analyser on music of known truth, beside qm-dsp, aubio and SoundTouch."};
  app.add_option("--music", options.music, "A folder with truth.csv to listen to as well");
  app.add_option("--out", options.out, "Where tables, JSON and pictures go");
  app.add_option("--count", options.order.count, "Tracks of the reference set; 0 leaves it out");
  app.add_option("--seed", options.order.seed, "Of the reference set");
  app.add_option("--seconds", options.order.seconds, "Length of its tracks, roughly");
  app.add_option("--genre", options.genre, "Only this genre");
  app.add_option("--formats", options.formats, "Tracks sent through all codecs and rates");
  app.add_flag("!--no-peers", options.has_peers, "Only the engine's analyser");
  CLI11_PARSE(app, argc, argv);
  if (!options.genre.empty()) options.order.genre = segue::reference::genre_from(options.genre);
  return segue::bench::run(options);
}
