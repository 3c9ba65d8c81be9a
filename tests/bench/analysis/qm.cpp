// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include <dsp/keydetection/GetKeyMode.h>
#include <dsp/onsets/DetectionFunction.h>
#include <dsp/tempotracking/TempoTrackV2.h>

#include "engine/base/thread.h"
#include "tests/bench/analysis/finding.h"
#include "tests/bench/analysis/scoring.h"
#include "tests/support/audio/wav.h"

namespace segue::bench {
namespace {

constexpr int kStep = 512;
constexpr int kWindow = 1024;
constexpr int kChromaAverage = 10;  // frames, as the library's own plug-in has it

// Calls visit(window) on overlapping windows, the first centred on the first sample.
template <typename Visit>
void for_each_window(const std::vector<double>& mono, int size, int step, Visit&& visit) {
  std::vector<double> window(static_cast<std::size_t>(size));
  const auto length = static_cast<long long>(mono.size());
  for (long long start = -size / 2; start < length; start += step) {
    for (int i = 0; i < size; ++i) {
      const long long at = start + i;
      window[static_cast<std::size_t>(i)] = at >= 0 && at < length ? mono[static_cast<std::size_t>(at)] : 0;
    }
    visit(window.data());
  }
}

std::vector<double> beats_of(const std::vector<double>& mono, int rate_hz) {
  DetectionFunction detection({kStep, kWindow, DF_COMPLEXSD, 3, false, -1, -1});
  std::vector<double> onsets;
  for_each_window(mono, kWindow, kStep, [&](double* window) { onsets.push_back(detection.processTimeDomain(window)); });
  while (!onsets.empty() && onsets.back() <= 0) onsets.pop_back();
  // The first two may be the onset of the file itself.
  onsets.erase(onsets.begin(),
               onsets.begin() + std::min<std::ptrdiff_t>(2, static_cast<std::ptrdiff_t>(onsets.size())));
  if (onsets.size() < 512) return {};  // its comb filters need six seconds
  std::vector<double> periods(onsets.size());
  std::vector<double> tempi;
  TempoTrackV2 tracker(static_cast<float>(rate_hz), kStep);
  tracker.calculateBeatPeriod(onsets, periods, tempi);
  std::vector<double> beats;
  tracker.calculateBeats(onsets, periods, beats);
  for (auto& beat : beats) beat = (beat * kStep - kStep / 2.0) / rate_hz;
  return beats;
}

// The key that was told for longest.
std::optional<model::Key> key_of(const std::vector<double>& mono, int rate_hz) {
  GetKeyMode detector(rate_hz, 440, kChromaAverage, kChromaAverage);
  std::array<int, 25> votes{};
  for_each_window(
      mono, static_cast<int>(detector.getBlockSize()), static_cast<int>(detector.getHopSize()),
      [&](double* window) { ++votes[static_cast<std::size_t>(std::clamp(detector.process(window), 0, 24))]; });
  const auto best = std::max_element(votes.begin() + 1, votes.end());
  if (*best == 0) return std::nullopt;
  const auto number = static_cast<int>(best - votes.begin());  // 1 to 12 C to B major, 13 to 24 minor
  return model::Key{(number - 1) % 12, number > 12};
}

}  // namespace

bool has_qm() { return true; }

std::optional<Finding> listen_with_qm(const std::filesystem::path& wav, bool is_constant) {
  const auto file = test::read_wav(wav.string());
  if (!file) return std::nullopt;
  const auto stereo = file->stereo();
  const long long before = thread_cpu_ns();
  std::vector<double> mono(stereo.left.size());
  for (std::size_t i = 0; i < mono.size(); ++i) mono[i] = 0.5 * (stereo.left[i] + stereo.right[i]);
  Finding finding;
  finding.beats_s = beats_of(mono, file->rate_hz);
  if (is_constant) make_steady(finding);
  if (finding.bpm <= 0 && finding.beats_s.size() > 1) {
    std::vector<double> gaps;
    for (std::size_t i = 1; i < finding.beats_s.size(); ++i)
      gaps.push_back(finding.beats_s[i] - finding.beats_s[i - 1]);
    std::nth_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2), gaps.end());
    finding.bpm = 60 / gaps[gaps.size() / 2];
  }
  finding.key = key_of(mono, file->rate_hz);
  finding.cpu_s = static_cast<double>(thread_cpu_ns() - before) / 1e9;
  return finding;
}

}  // namespace segue::bench
