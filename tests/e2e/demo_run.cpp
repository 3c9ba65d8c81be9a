// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/e2e/demo_run.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numbers>
#include <optional>
#include <regex>
#include <utility>

namespace segue::test {
namespace {

// Deck 2's start and the recording's end are printed as engine frames, and the end is at the time asked for.
double entry_of(const std::string& printed, int seconds) {
  const auto frame = [&](const char* words) -> std::optional<double> {
    std::smatch match;
    if (!std::regex_search(printed, match, std::regex("--at frame:([0-9]+) " + std::string(words)))) return {};
    return std::stod(match[1].str());
  };
  const auto start = frame("play 2");
  const auto stop = frame("record stop");
  return start && stop ? seconds - (*stop - *start) / 48'000.0 : -1.0;
}

}  // namespace

DemoRun run_demo(const std::filesystem::path& folder, const std::string& music, int seconds) {
  const std::string mix = (folder / "mix.wav").string();
  const std::string log = (folder / "log").string();
  const std::string command = "SEGUE_BIN='" SEGUE_BIN "' SEGUE_DEMO_DIR='" + folder.string() +
                              "' SEGUE_DEMO_OPTIONS='--output null --grpc off' '" SEGUE_ROOT "/dev' demo " +
                              (music.empty() ? "" : "'" + music + "' ") + "--seconds " + std::to_string(seconds) +
                              " --record '" + mix + "' >'" + log + "' 2>&1 </dev/null";
  DemoRun run;
  run.status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe): there is one thread
  std::ifstream file(log);
  run.printed = {std::istreambuf_iterator<char>(file), {}};
  if (auto read = read_wav(mix)) {
    run.mix = *std::move(read);
    run.audio = run.mix.stereo();
  }
  run.entry_s = entry_of(run.printed, seconds);
  std::filesystem::remove_all(folder);
  return run;
}

std::span<const float> DemoRun::left(double from_s, double to_s) const {
  const auto from = static_cast<std::size_t>(from_s * 48'000);
  return std::span(audio.left).subspan(from, static_cast<std::size_t>(to_s * 48'000) - from);
}

double DemoRun::stroke_phase(double from_s, double to_s, double beat_s) const {
  constexpr int kBins = 2'000;   // of about a quarter of a millisecond
  constexpr int kRiseBins = 20;  // 5 ms
  constexpr double kCentreHz = 180.0;
  constexpr double kWidthHz = 80.0;
  const double radius = std::exp(-std::numbers::pi * kWidthHz / 48'000);
  const double twice_cosine = 2.0 * radius * std::cos(2.0 * std::numbers::pi * kCentreHz / 48'000);
  std::vector<double> folded(kBins);
  double now = 0.0;
  double before = 0.0;
  const auto signal = left(from_s, to_s);
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double next = twice_cosine * now - radius * radius * before + signal[i] * (1.0 - radius);
    before = std::exchange(now, next);
    const double beats = (from_s + static_cast<double>(i) / 48'000.0) / beat_s;
    folded[static_cast<std::size_t>((beats - std::floor(beats)) * kBins)] += std::abs(now);
  }
  const auto rise = [&](int bin) {
    return folded[static_cast<std::size_t>((bin + kRiseBins) % kBins)] - folded[static_cast<std::size_t>(bin)];
  };
  int steepest = 0;
  for (int bin = 0; bin < kBins; ++bin) {
    if (rise(bin) > rise(steepest)) steepest = bin;
  }
  return steepest * beat_s / kBins;
}

}  // namespace segue::test
