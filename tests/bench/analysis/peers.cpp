// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/resource.h>

#include "tests/bench/analysis/finding.h"
#include "tests/bench/analysis/scoring.h"

namespace segue::bench {
namespace {

double children_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Answer {
  std::string text;
  double cpu_s = 0;
};

// What a program prints; nothing if it fails.
std::optional<Answer> ask(const std::string& command) {
  const double before = children_cpu_s();
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  Answer answer;
  char buffer[4096];
  for (std::size_t count = 0; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) answer.text.append(buffer, count);
  if (pclose(pipe) != 0) return std::nullopt;
  answer.cpu_s = children_cpu_s() - before;
  return answer;
}

std::vector<double> numbers_in(const std::string& text) {
  std::vector<double> values;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const double value = std::strtod(at, &end);
    if (end == at) {
      ++at;
    } else {
      values.push_back(value);
      at = end;
    }
  }
  return values;
}

// `aubio beat` tells the beats; where they make no grid, `aubio tempo` has the last word.
std::optional<Finding> listen_with_aubio(const std::filesystem::path& wav, bool is_constant) {
  const auto beats = ask("aubio beat '" + wav.string() + "' 2>/dev/null");
  if (!beats) return std::nullopt;
  Finding finding;
  finding.beats_s = numbers_in(beats->text);
  finding.cpu_s = beats->cpu_s;
  if (is_constant) make_steady(finding);
  if (finding.bpm > 0) return finding;
  const auto tempo = ask("aubio tempo '" + wav.string() + "' 2>/dev/null");
  const auto values = tempo ? numbers_in(tempo->text) : std::vector<double>{};
  if (!values.empty()) finding.bpm = values[0];
  return finding;
}

std::optional<Finding> listen_with_soundstretch(const std::filesystem::path& wav, bool) {
  const auto answer = ask("soundstretch '" + wav.string() + "' -bpm 2>&1");
  if (!answer) return std::nullopt;
  constexpr const char* kWords = "Detected BPM rate ";
  const auto at = answer->text.find(kWords);
  Finding finding;
  finding.cpu_s = answer->cpu_s;
  if (at != std::string::npos)
    finding.bpm = std::strtod(answer->text.c_str() + at + std::string(kWords).size(), nullptr);
  return finding;
}

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

void make_steady(Finding& finding) {
  const auto grid = fit_steady_grid(finding.beats_s);
  if (!grid) return;
  const double beat_s = 60 / grid->bpm;
  const double from_s = finding.beats_s.front() - beat_s / 2;
  const double to_s = finding.beats_s.back() + beat_s / 2;
  const double first_s = grid->first_s + std::ceil((from_s - grid->first_s) / beat_s) * beat_s;
  finding.bpm = grid->bpm;
  finding.beats_s.clear();
  for (int i = 0; first_s + i * beat_s < to_s; ++i) finding.beats_s.push_back(first_s + i * beat_s);
}

std::vector<Peer> peers() {
  std::vector<Peer> found;
  const auto add = [&](bool is_there, const char* package, Peer peer) {
    if (is_there) {
      found.push_back(peer);
    } else {
      std::fprintf(stderr, "analysis: no %s to compare with, package %s is missing\n", peer.name, package);
    }
  };
  add(has_qm(), "libqm-dsp-dev (when built)", {"qm-dsp", true, listen_with_qm});
  add(is_installed("aubio"), "aubio-tools", {"aubio", false, listen_with_aubio});
  add(is_installed("soundstretch"), "soundstretch", {"soundstretch", false, listen_with_soundstretch});
  return found;
}

}  // namespace segue::bench
