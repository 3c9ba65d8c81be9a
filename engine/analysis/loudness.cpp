// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/loudness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <ebur128.h>

#include "engine/analysis/loudness_peaks.h"

namespace segue::analysis {
namespace {

constexpr double kOffsetLufs = -0.691;  // of a power of 1
constexpr double kAbsoluteGateLufs = -70.0;
constexpr double kRelativeGate = 0.1;  // of power: −10 LU
constexpr double kRangeGate = 0.01;    // −20 LU
constexpr int kSumMs = 100;
constexpr std::size_t kMomentarySums = 4;   // 400 ms, one every 100 ms
constexpr std::size_t kShortTermSums = 30;  // 3 s
constexpr std::size_t kShortTermStep = 10;  // one every second
constexpr double kSamplePeakLeastDb = -200;

double power_of(double lufs) { return std::pow(10.0, (lufs - kOffsetLufs) / 10.0); }
double lufs_of(double power) { return 10.0 * std::log10(power) + kOffsetLufs; }
double db_of(double magnitude) { return 20.0 * std::log10(magnitude); }

// The mean power of `count` sums at a time, every `step`, of those above the absolute gate.
std::vector<double> gated(std::span<const float> powers, std::size_t count, std::size_t step) {
  const double gate = power_of(kAbsoluteGateLufs);
  std::vector<double> means;
  for (std::size_t from = 0; from + count <= powers.size(); from += step) {
    double sum = 0;
    for (const float power : powers.subspan(from, count)) sum += power;
    if (const double mean = sum / static_cast<double>(count); mean >= gate) means.push_back(mean);
  }
  return means;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Leaves those that are no further below the mean.
void gate(std::vector<double>& means, double below_mean) {
  if (means.empty()) return;
  const double least = below_mean * mean_of(means);
  std::erase_if(means, [least](double mean) { return mean < least; });
}

std::optional<double> integrated_lufs(std::span<const float> powers) {
  std::vector<double> means = gated(powers, kMomentarySums, 1);
  gate(means, kRelativeGate);
  if (means.empty()) return std::nullopt;
  return lufs_of(mean_of(means));
}

// EBU Tech 3342: from the 10th to the 95th percentile of what is left.
std::optional<double> range_lu(std::span<const float> powers) {
  std::vector<double> means = gated(powers, kShortTermSums, kShortTermStep);
  gate(means, kRangeGate);
  if (means.empty()) return std::nullopt;
  std::sort(means.begin(), means.end());
  const auto at = [&means](double share) {
    return means[static_cast<std::size_t>(static_cast<double>(means.size() - 1) * share + 0.5)];
  };
  return lufs_of(at(0.95)) - lufs_of(at(0.10));
}

}  // namespace

struct LoudnessAnalyser::State {
  explicit State(int sample_rate_hz)
      : sum_frames(sample_rate_hz * kSumMs / 1000),
        // Mode M filters and sums but gates nothing: gating in the library takes longer than the filter.
        weighted(ebur128_init(2, static_cast<unsigned long>(sample_rate_hz), EBUR128_MODE_M)),
        peaks(sample_rate_hz) {}
  ~State() {
    if (weighted != nullptr) ebur128_destroy(&weighted);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void weigh(ConstStereoBlock block);

  const int sum_frames;
  ebur128_state* weighted;
  SignalPeaks peaks;
  int filled_frames = 0;      // of the sum under way
  std::vector<float> powers;  // of each 100 ms, both channels
};

void LoudnessAnalyser::State::weigh(ConstStereoBlock block) {
  std::array<float, 1024> interleaved;
  constexpr int kChunkFrames = static_cast<int>(interleaved.size() / 2);
  for (int from = 0; from < block.frames;) {
    const int frames = std::min({block.frames - from, kChunkFrames, sum_frames - filled_frames});
    for (int i = 0; i < frames; ++i) {
      interleaved[static_cast<std::size_t>(2 * i)] = block.left[from + i];
      interleaved[static_cast<std::size_t>(2 * i + 1)] = block.right[from + i];
    }
    ebur128_add_frames_float(weighted, interleaved.data(), static_cast<std::size_t>(frames));
    from += frames;
    filled_frames += frames;
    if (filled_frames < sum_frames) continue;
    filled_frames = 0;
    double lufs = 0;
    ebur128_loudness_window(weighted, kSumMs, &lufs);
    powers.push_back(static_cast<float>(power_of(lufs)));  // 0 for silence, which is −∞
  }
}

LoudnessAnalyser::LoudnessAnalyser(int sample_rate_hz) : state_(std::make_unique<State>(sample_rate_hz)) {}
LoudnessAnalyser::~LoudnessAnalyser() = default;

void LoudnessAnalyser::push(ConstStereoBlock block) {
  if (state_->weighted != nullptr) state_->weigh(block);
  state_->peaks.push(block);
}

model::Loudness LoudnessAnalyser::estimate() const {
  const SignalPeaks& peaks = state_->peaks;
  model::Loudness loudness;
  loudness.integrated_lufs = integrated_lufs(state_->powers);
  loudness.range_lu = range_lu(state_->powers);
  // Without anything above the gate there is no music whose peak could matter.
  if (loudness.integrated_lufs) loudness.true_peak_dbtp = db_of(peaks.true_peak());
  if (peaks.sample_peak() > 0) {
    loudness.sample_peak_db = std::max(kSamplePeakLeastDb, db_of(peaks.sample_peak()));
  }
  loudness.clipped_runs = peaks.clipped_runs();
  return loudness;
}

}  // namespace segue::analysis
