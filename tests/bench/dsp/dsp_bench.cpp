// SPDX-License-Identifier: GPL-3.0-or-later
//
// Quality and cost of the arithmetic in engine/dsp. Costs are thread CPU time at 48 kHz in 64-frame blocks, as
// percent of a core: 100 % would take as long as the audio lasts.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/base/thread.h"
#include "engine/dsp/isolator.h"
#include "engine/dsp/limiter.h"
#include "engine/dsp/meter.h"
#include "engine/dsp/resampler.h"
#include "engine/dsp/simd.h"
#include "engine/dsp/sinc.h"
#include "engine/dsp/true_peak.h"
#include "tests/bench/report.h"
#include "tests/engine/dsp/figures.h"

namespace segue {
namespace {

using bench::Goal;
using bench::Report;
using namespace dsp::figures;

constexpr int kRateHz = 48'000;
constexpr int kBlockFrames = 64;
constexpr int kCostFrames = 10 * kRateHz;
// Of several runs the fastest: the others were disturbed.
constexpr int kRuns = 5;

template <typename Work>
double best_seconds(const Work& work) {
  double best = 1e9;
  for (int run = 0; run < kRuns; ++run) {
    const long long start = thread_cpu_ns();
    work();
    best = std::min(best, static_cast<double>(thread_cpu_ns() - start) * 1e-9);
  }
  return best;
}

// Percent of a core that `process(block)` takes over music-like audio.
template <typename Process>
double cost_percent(const Process& process) {
  auto left = tone(kCostFrames, 997.0 / kRateHz, 0.7);
  auto right = tone(kCostFrames, 331.0 / kRateHz, 0.7);
  std::vector<float> a(kBlockFrames);
  std::vector<float> b(kBlockFrames);
  const double seconds = best_seconds([&] {
    for (int from = 0; from + kBlockFrames <= kCostFrames; from += kBlockFrames) {
      std::copy_n(left.data() + from, kBlockFrames, a.data());
      std::copy_n(right.data() + from, kBlockFrames, b.data());
      process(StereoBlock{a.data(), b.data(), kBlockFrames});
    }
  });
  return seconds / (static_cast<double>(kCostFrames) / kRateHz) * 100.0;
}

void varispeed(Report& report) {
  const double build_ms = best_seconds([] { dsp::SincBank bank; }) * 1e3;
  report.add("dsp.varispeed.build", build_ms, "ms", Goal::at_most(15));
  for (const double rate : {0.5, 0.94, 1.0, 1.02, 1.06, 1.2599, 1.5, 1.73, 2.5, 4.0, 8.0}) {
    char name[64];
    std::snprintf(name, sizeof name, "dsp.varispeed.%g", rate);
    const VarispeedWorst worst = varispeed_worst(rate);
    report.add(std::string(name) + ".thd_n_worst", worst.thd_noise_db, "dB", Goal::at_most(-90));
    if (std::isfinite(worst.leak_db))
      report.add(std::string(name) + ".alias_worst", worst.leak_db, "dB", Goal::at_most(-90));
    report.add(std::string(name) + ".gain_at_18_khz_out",
               varispeed_gain_db({std::min(18'000.0, 18'000.0 / rate), rate}), "dB");
  }
}

// Costs come twice: in the width of this machine, and under .narrow in pairs of 16-byte vectors as on any x86-64 or
// ARM.
void varispeed_cost(Report& report, const std::string& width) {
  const dsp::SincBank& bank = dsp::SincBank::shared();
  const auto source = tone(4'096, 997.0 / kRateHz, 0.7);
  for (const double rate : {0.94, 1.06, 1.5, 4.0}) {
    double position = bank.reach(rate);
    const double cost = cost_percent([&](StereoBlock block) {
      bank.interpolate(source.data(), source.data(), position, rate, block);
      position += kBlockFrames * rate;
      if (position > 3'000.0) position -= 2'500.0;
    });
    char name[64];
    std::snprintf(name, sizeof name, "dsp.varispeed.%g.cost", rate);
    report.add(name + width, cost, "% of a core", rate < 2 ? Goal::at_most(0.4) : Goal{});
  }
}

struct Conversion {
  int source_hz;
  int target_hz;
};
// The last has more phases than are kept.
constexpr Conversion kConversions[] = {{44'100, 48'000},  {48'000, 44'100}, {96'000, 48'000},
                                       {192'000, 48'000}, {8'000, 48'000},  {44'056, 48'000}};

void resampler(Report& report) {
  for (const Conversion& conversion : kConversions) {
    const int source_hz = conversion.source_hz;
    const int target_hz = conversion.target_hz;
    const std::string name = "dsp.resampler." + std::to_string(source_hz) + "_" + std::to_string(target_hz);
    const ResamplerQuality quality = resampler_quality(source_hz, target_hz);
    report.add(name + ".ripple", quality.ripple_db, "dB", Goal::at_most(0.01));
    report.add(name + ".residual", quality.residual_db, "dB", Goal::at_most(-110));
    if (std::isfinite(quality.rejection_db))
      report.add(name + ".alias", quality.rejection_db, "dB", Goal::at_most(-110));
    const double build_ms = best_seconds([&] { dsp::Resampler::create(source_hz, target_hz); }) * 1e3;
    report.add(name + ".build", build_ms, "ms");
  }
}

void resampler_cost(Report& report, const std::string& width) {
  for (const Conversion& conversion : kConversions) {
    const int source_hz = conversion.source_hz;
    const int target_hz = conversion.target_hz;
    const dsp::Resampler converter = dsp::Resampler::create(source_hz, target_hz);
    constexpr int kSeconds = 4;
    const Frames first = converter.first_source(0);
    const int count = kSeconds * target_hz;
    const auto source = tone(static_cast<int>(converter.last_source(count - 1) - first + 1), 997.0 / source_hz, 0.7);
    std::vector<float> out(4'096);
    const double seconds = best_seconds([&] {
      for (int channel = 0; channel < 2; ++channel) {
        for (int from = 0; from < count; from += 4'096) {
          const int part = std::min(4'096, count - from);
          converter.process(source.data(), first, from, part, out.data());
        }
      }
    });
    char name[64];
    std::snprintf(name, sizeof name, "dsp.resampler.%d_%d.speed%s", source_hz, target_hz, width.c_str());
    report.add(name, kSeconds / seconds, "x real time", source_hz == 44'100 ? Goal::at_least(400) : Goal{});
  }
}

std::vector<float> isolator_response(const std::vector<float>& gains) {
  dsp::Isolator isolator(kRateHz);
  for (int band = 0; band < 3; ++band) isolator.set_gain(band, 0.5F);
  for (int band = 0; band < 3; ++band) isolator.set_gain(band, gains[static_cast<std::size_t>(band)]);
  std::vector<float> left(kRateHz);
  std::vector<float> right(kRateHz);
  left[0] = right[0] = 1.0F;
  in_blocks(left, right, kBlockFrames, [&](StereoBlock block) { isolator.process(block); });
  return left;
}

void isolator(Report& report) {
  const auto flat = isolator_response({1, 1, 1});
  double ripple = 0.0;
  for (double hz = 20.0; hz <= 20'000.0; hz *= 1.03)
    ripple = std::max(ripple, std::fabs(response_db(flat, hz, kRateHz)));
  report.add("dsp.isolator.ripple", ripple, "dB", Goal::at_most(0.05));
  const auto killed = isolator_response({0, 1, 1});
  report.add("dsp.isolator.low_kill_60_hz", response_db(killed, 60.0, kRateHz), "dB", Goal::at_most(-90));
  report.add("dsp.isolator.low_kill_100_hz", response_db(killed, 100.0, kRateHz), "dB", Goal::at_most(-60));
  report.add("dsp.isolator.high_kill_8_khz", response_db(isolator_response({1, 1, 0}), 8'000.0, kRateHz), "dB");

  double noise = -200.0;
  for (const double hz : {55.0, 246.0, 997.0, 2'484.0, 9'973.0}) {
    dsp::Isolator unity(kRateHz);
    unity.set_gain(dsp::Isolator::kLow, 0.5F);
    unity.set_gain(dsp::Isolator::kLow, 1.0F);
    auto left = tone(2 * kRateHz, hz / kRateHz, 1.0);
    auto right = left;
    in_blocks(left, right, kBlockFrames, [&](StereoBlock block) { unity.process(block); });
    const std::vector<float> settled(left.end() - kRateHz, left.end());
    noise = std::max(noise, to_db(fit_sine(settled, hz / kRateHz).residual_rms));
  }
  report.add("dsp.isolator.noise_worst", noise, "dBFS", Goal::at_most(-120));
}

void limiter(Report& report) {
  constexpr double kCeiling = -1.0;
  double worst = -200.0;
  double worst_fine = -200.0;
  for (const int rate_hz : {44'100, kRateHz}) {
    for (LoudSignal& signal : loud_signals(rate_hz)) {
      dsp::TruePeakLimiter limiter(rate_hz, kCeiling);
      in_blocks(signal.left, signal.right, kBlockFrames, [&](StereoBlock block) { limiter.process(block); });
      worst = std::max(worst, reference_true_peak_db(signal.left, signal.right, rate_hz) - kCeiling);
      worst_fine = std::max(worst_fine, fine_true_peak_db(signal.left) - kCeiling);
    }
  }
  report.add("dsp.limiter.overshoot", worst, "dB", Goal::at_most(0.1));
  report.add("dsp.limiter.overshoot_16x", worst_fine, "dB");
  report.add("dsp.limiter.latency", 1e3 * dsp::TruePeakLimiter(kRateHz, kCeiling).latency_frames() / kRateHz, "ms",
             Goal::at_most(2));
}

void mixer_cost(Report& report, const std::string& width) {
  // What the budget of a channel and of a programme allows; a narrow machine only has to tell.
  const auto goal = [&](double percent) { return width.empty() ? Goal::at_most(percent) : Goal{}; };
  const auto add = [&](const char* name, double percent, Goal wanted) {
    report.add(std::string("dsp.") + name + ".cost" + width, percent, "% of a core", wanted);
  };
  dsp::Isolator warm(kRateHz);
  warm.set_active(true);
  add("isolator.untouched", cost_percent([&](StereoBlock block) { warm.process(block); }), goal(0.12));
  dsp::Isolator touched(kRateHz);
  touched.set_active(true);
  touched.set_gain(dsp::Isolator::kLow, 0.3F);
  add("isolator.touched", cost_percent([&](StereoBlock block) { touched.process(block); }), goal(0.12));
  dsp::TruePeakLimiter idle(kRateHz, -1.0);
  add("limiter.idle", cost_percent([&](StereoBlock block) { idle.process(block); }), goal(0.25));
  dsp::TruePeakLimiter busy(kRateHz, -9.0);
  add("limiter.busy", cost_percent([&](StereoBlock block) { busy.process(block); }), goal(0.25));
  dsp::LevelMeter level(kRateHz);
  add("level_meter", cost_percent([&](StereoBlock block) { level.process(block); }), {});
  dsp::TruePeakMeter true_peak;
  add("true_peak_meter", cost_percent([&](StereoBlock block) { true_peak.process(block); }), {});
}

void costs(Report& report, const std::string& width) {
  varispeed_cost(report, width);
  resampler_cost(report, width);
  mixer_cost(report, width);
}

}  // namespace
}  // namespace segue

int main() {
  segue::flush_denormals();
  segue::bench::Report report;
  segue::varispeed(report);
  segue::resampler(report);
  segue::isolator(report);
  segue::limiter(report);
  segue::costs(report, "");
  segue::dsp::simd::uses_wide = false;
  segue::costs(report, ".narrow");
  return 0;
}
