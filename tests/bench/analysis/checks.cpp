// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/checks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include <ebur128.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/analysis/analyser.h"
#include "engine/base/thread.h"
#include "tests/bench/analysis/finding.h"
#include "tests/bench/analysis/scoring.h"
#include "tests/support/audio/wav.h"

namespace segue::bench {
namespace {

struct Meter {
  double integrated_lufs = 0;
  double range_lu = 0;
  double true_peak_dbtp = 0;
};

Meter measure(const Pcm& pcm) {
  auto* state = ebur128_init(2, static_cast<unsigned long>(pcm.sample_rate_hz),
                             EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
  std::vector<float> frames;
  for (std::size_t i = 0; i < pcm.audio.left.size(); ++i) {
    frames.push_back(pcm.audio.left[i]);
    frames.push_back(pcm.audio.right[i]);
  }
  ebur128_add_frames_float(state, frames.data(), pcm.audio.left.size());
  Meter meter;
  double left = 0;
  double right = 0;
  ebur128_loudness_global(state, &meter.integrated_lufs);
  ebur128_loudness_range(state, &meter.range_lu);
  ebur128_true_peak(state, 0, &left);
  ebur128_true_peak(state, 1, &right);
  meter.true_peak_dbtp = 20 * std::log10(std::max(left, right));
  ebur128_destroy(&state);
  return meter;
}

struct Format {
  const char* name;
  const char* extension;
  const char* command;  // %s source, %s target
  int rate_max_hz;
};

constexpr std::array kFormats = {
    Format{"WAV", "wav", "cp '%s' '%s'", 96'000},
    Format{"FLAC", "flac", "flac --totally-silent -f '%s' -o '%s'", 96'000},
    Format{"MP3", "mp3", "lame --quiet -b 192 '%s' '%s'", 48'000},
    Format{"AAC", "m4a", "ffmpeg -nostdin -loglevel error -y -i '%s' -c:a aac -b:a 192k '%s'", 96'000},
    Format{"Opus", "opus", "opusenc --quiet --bitrate 128 '%s' '%s'", 96'000}};

bool run(const char* format, const std::filesystem::path& from, const std::filesystem::path& to) {
  std::vector<char> command(from.string().size() + to.string().size() + 200);
  std::snprintf(command.data(), command.size(), format, from.c_str(), to.c_str());
  return std::system(command.data()) == 0;  // NOLINT(concurrency-mt-unsafe): there is one thread
}

// A value of /proc/self/status in megabytes.
double status_mb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::strtod(line.c_str() + field.size() + 1, nullptr) / 1024;
  }
  return 0;
}

double memory_of_ten_minutes() {
  auto plan = reference::plan_reference(reference::Genre::kHouse, 1, 60);
  plan.sample_rate_hz = 44'100;
  const Pcm pcm{reference::make_reference(plan).render(), plan.sample_rate_hz};
  // What rendering has freed may be used again; only what comes on top counts.
  std::ofstream("/proc/self/clear_refs") << "5";
  const double before = status_mb("VmRSS:");
  const auto analyser = analysis::Analyser::create({.sample_rate_hz = plan.sample_rate_hz});
  if (!analyser) return -1;
  constexpr int kBlock = 4096;
  for (Frames at = 0; analyser->pushed_s() < 600; at = at + 2 * kBlock > pcm.audio.frames() ? 0 : at + kBlock) {
    analyser->push({pcm.audio.left.data() + at, pcm.audio.right.data() + at, kBlock});
  }
  const auto analysis = analyser->finish();
  return analysis.duration_s < 600 ? -1 : status_mb("VmHWM:") - before;
}

}  // namespace

void LoudnessCheck::add(const Pcm& pcm, const model::Loudness& loudness) {
  const Meter meter = measure(pcm);
  ++pieces;
  const auto compare = [&](const std::optional<double>& ours, double theirs, double& worst) {
    if (ours.has_value() != std::isfinite(theirs)) {
      ++unsaid;
    } else if (ours) {
      worst = std::max(worst, std::abs(*ours - theirs));
    }
  };
  compare(loudness.integrated_lufs, meter.integrated_lufs, integrated_lu);
  compare(loudness.range_lu, meter.range_lu, range_lu);
  compare(loudness.true_peak_dbtp, meter.true_peak_dbtp, true_peak_db);
}

void FormatCheck::add(const Piece& piece, const std::filesystem::path& folder) {
  const auto pcm = load(piece);
  const auto master = folder / "master.wav";
  if (!pcm || !test::write_wav(master.string(), {pcm->audio.left, pcm->audio.right},
                               {.rate_hz = pcm->sample_rate_hz, .bits = 24})) {
    ++broken;
    return;
  }
  std::optional<Finding> first;
  for (const int rate_hz : {44'100, 48'000, 96'000}) {
    const auto wav = folder / ("at_" + std::to_string(rate_hz) + ".wav");
    const std::string resample =
        "ffmpeg -nostdin -loglevel error -y -i '%s' -bitexact -c:a pcm_s16le -ar " + std::to_string(rate_hz) + " '%s'";
    if (!run(resample.c_str(), master, wav)) ++broken;
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
      const Format& format = kFormats[i];
      if (rate_hz > format.rate_max_hz) continue;
      ++files;
      const auto file = folder / (std::string("coded.") + format.extension);
      const bool is_made = run(format.command, wav, file);
      const long long before = thread_cpu_ns();
      const auto decoded = is_made ? decode(file) : Result<Pcm>(Pcm{});
      const double decode_s = static_cast<double>(thread_cpu_ns() - before) / 1e9;
      std::filesystem::remove(file);
      if (!is_made || !decoded) {
        ++broken;
        continue;
      }
      const Finding finding = listen(*decoded);
      if (rate_hz == 44'100) {
        if (speeds.size() <= i) speeds.resize(i + 1);
        speeds[i].format = format.name;
        speeds[i].audio_s += decoded->seconds();
        speeds[i].decode_s += decode_s;
        speeds[i].analyse_s += finding.cpu_s;
      }
      if (!first) first = finding;
      bpm = std::max(bpm, std::abs(finding.bpm - first->bpm));
      keys += finding.key != first->key;
      const auto error = beat_error(finding.beats_s, first->beats_s);
      if (error) grid_ms = std::max(grid_ms, error->phase_ms);
    }
    std::filesystem::remove(wav);
  }
  std::filesystem::remove(master);
}

double measure_memory_mb() {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    const double found = memory_of_ten_minutes();
    const bool is_told = write(ends[1], &found, sizeof found) == sizeof found;
    _exit(is_told ? 0 : 1);
  }
  close(ends[1]);
  double mb = -1;
  if (child < 0 || read(ends[0], &mb, sizeof mb) != sizeof mb) mb = -1;
  close(ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  return mb;
}

}  // namespace segue::bench
