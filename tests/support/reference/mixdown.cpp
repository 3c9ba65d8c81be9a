// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/mixdown.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::reference {
namespace {

using test::Random;
using test::StereoAudio;

void add_hit(const DrumSound& sound, const Hit& hit, int take, int rate_hz, StereoAudio& out) {
  const auto start = std::llround(hit.at_s * rate_hz);
  if (start < 0 || start >= out.frames()) return;
  const auto& frames = sound.takes[static_cast<std::size_t>(take)];
  const auto count = std::min(frames.size(), out.left.size() - static_cast<std::size_t>(start));
  const auto level = static_cast<float>(hit.level) * sound.level;
  const float left = level * std::min(1.0F, 1 - sound.pan);
  const float right = level * std::min(1.0F, 1 + sound.pan);
  float* to_left = out.left.data() + start;
  float* to_right = out.right.data() + start;
  for (std::size_t i = 0; i < count; ++i) {
    to_left[i] += left * frames[i];
    to_right[i] += right * frames[i];
  }
}

// White noise through a band pass that glides, louder towards the end.
void add_swell(const Swell& swell, int rate_hz, Random& random, StereoAudio& out) {
  const auto start = std::max(0LL, std::llround(swell.at_s * rate_hz));
  const auto count = std::min<std::int64_t>(std::llround(swell.length_s * rate_hz), out.frames() - start);
  double low = 0;
  double band = 0;
  double f = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(std::max<std::int64_t>(1, count));
    if (i % 64 == 0) {
      const double hz = swell.from_hz * std::pow(swell.to_hz / swell.from_hz, part);
      f = 2 * std::sin(std::numbers::pi * std::min(hz, rate_hz / 6.0) / rate_hz);
    }
    low += f * band;
    band += f * (random.between(-1, 1) - low - 0.7 * band);
    // The last 20 ms bring it to nothing.
    const double end = std::min(1.0, static_cast<double>(count - i) / (0.02 * rate_hz));
    const double level = swell.level * (0.1 + 0.9 * part * part) * end;
    const auto at = static_cast<std::size_t>(start + i);
    out.left[at] += static_cast<float>(level * band);
    out.right[at] += static_cast<float>(level * (0.7 * band + 0.3 * low));
  }
}

// Gain of what is ducked by kicks: down at each, back within about a beat.
void duck(const Score& score, double pump_db, double beat_s, int rate_hz, StereoAudio& music) {
  if (pump_db <= 0) return;
  const double depth = 1 - std::pow(10, -pump_db / 20);
  const double keep = std::exp(-1 / (0.3 * beat_s * rate_hz));
  std::vector<std::int64_t> kicks;
  for (const auto& hit : score.hits) {
    if (hit.drum == Drum::kKick) kicks.push_back(std::llround(hit.at_s * rate_hz));
  }
  std::sort(kicks.begin(), kicks.end());
  std::size_t next = 0;
  double reduction = 0;
  double wanted = 0;
  for (std::size_t i = 0; i < music.left.size(); ++i) {
    while (next < kicks.size() && kicks[next] <= static_cast<std::int64_t>(i)) {
      wanted = 1;
      ++next;
    }
    wanted *= keep;
    reduction += 0.01 * (wanted - reduction);  // 2 ms: no click
    const auto gain = static_cast<float>(1 - depth * reduction);
    music.left[i] *= gain;
    music.right[i] *= gain;
  }
}

// Four combs and an all pass, after Schroeder; wet only, added to the mix.
void add_reverb(const StereoAudio& dry, double share, int rate_hz, StereoAudio& out) {
  constexpr std::array kCombsMs = {29.7, 37.1, 41.1, 43.7};
  std::array<std::vector<float>, 4> combs;
  std::array<std::size_t, 4> at{};
  for (std::size_t i = 0; i < 4; ++i) combs[i].assign(static_cast<std::size_t>(kCombsMs[i] * rate_hz / 1000), 0.0F);
  const auto gain = static_cast<float>(share * 0.5);
  for (std::size_t frame = 0; frame < dry.left.size(); ++frame) {
    const float in = dry.left[frame] + dry.right[frame];
    std::array<float, 4> taps{};
    for (std::size_t i = 0; i < 4; ++i) {
      float& cell = combs[i][at[i]];
      taps[i] = cell;
      cell = 0.3F * in + 0.8F * cell;
      if (++at[i] == combs[i].size()) at[i] = 0;
    }
    out.left[frame] += gain * (taps[0] - taps[1] + taps[2]);
    out.right[frame] += gain * (taps[1] - taps[2] + taps[3]);
  }
}

float peak_of(const StereoAudio& audio) {
  float peak = 0;
  for (const auto* channel : {&audio.left, &audio.right}) {
    for (const float sample : *channel) peak = std::max(peak, std::abs(sample));
  }
  return peak;
}

// Soft ceiling, so that loud music is dense music; then the peak asked for.
void master(const ReferencePlan& plan, StereoAudio& audio) {
  const float peak = peak_of(audio);
  if (peak == 0) return;
  const auto drive = static_cast<float>(std::pow(10, plan.drive_db / 20)) / peak;
  const auto ceiling = static_cast<float>(std::pow(10, plan.peak_db / 20));
  for (auto* channel : {&audio.left, &audio.right}) {
    for (float& sample : *channel) {
      const float x = drive * sample;
      sample = x / std::sqrt(1 + x * x);  // as tanh, but quick
    }
  }
  const float scale = ceiling / peak_of(audio);
  for (auto* channel : {&audio.left, &audio.right}) {
    for (float& sample : *channel) sample *= scale;
  }
}

void add_hiss(const ReferencePlan& plan, Random& random, StereoAudio& audio) {
  if (plan.hiss_db < -120) return;
  const auto level = static_cast<float>(std::pow(10, plan.hiss_db / 20));
  for (auto* channel : {&audio.left, &audio.right}) {
    for (float& sample : *channel) sample += level * static_cast<float>(random.between(-1, 1));
  }
}

}  // namespace

StereoAudio mix_down(const ReferencePlan& plan, const ReferenceTruth& truth, const Score& score) {
  const int rate = plan.sample_rate_hz;
  Random random(plan.seed ^ 0x51DEU);
  StereoAudio music(std::llround(truth.duration_s * rate));
  for (const auto& part : score.parts) {
    Instrument instrument(part.tone, rate, random.bits());
    for (const auto& note : part.notes) instrument.play(note, music);
  }
  for (const auto& swell : score.swells) add_swell(swell, rate, random, music);
  duck(score, plan.pump_db, 60 / truth.bpm, rate, music);
  StereoAudio mix = music;
  add_reverb(music, plan.reverb, rate, mix);
  const Kit kit = make_kit(plan, random);
  for (const auto& hit : score.hits) add_hit(kit.at(hit.drum), hit, random.below(kTakes), rate, mix);
  add_hiss(plan, random, mix);
  master(plan, mix);
  return mix;
}

}  // namespace segue::reference
