// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/loudness/programme.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace segue::analysis::test {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

double sine(double cycles) { return std::sin(kTurn * (cycles - std::floor(cycles))); }

}  // namespace

void append(Programme& programme, const Tone& tone) {
  const double amplitude = std::pow(10.0, tone.peak_db / 20.0);
  const auto frames = static_cast<std::int64_t>(std::llround(tone.seconds * programme.sample_rate_hz));
  for (std::int64_t i = 0; i < frames; ++i) {
    const double cycles = tone.hz * static_cast<double>(i) / programme.sample_rate_hz + tone.phase;
    programme.left.push_back(static_cast<float>(amplitude * sine(cycles)));
  }
  programme.right = programme.left;
}

void append_silence(Programme& programme, double seconds) {
  programme.left.resize(programme.left.size() + static_cast<std::size_t>(seconds * programme.sample_rate_hz));
  programme.right.resize(programme.left.size());
}

Programme tones(std::string name, const std::vector<Tone>& parts, int sample_rate_hz) {
  Programme programme{.name = std::move(name), .sample_rate_hz = sample_rate_hz, .left = {}, .right = {}};
  for (const Tone& part : parts) append(programme, part);
  return programme;
}

Programme music(int sample_rate_hz, double seconds, double clip, std::uint64_t seed) {
  Programme programme{.name = "music", .sample_rate_hz = sample_rate_hz, .left = {}, .right = {}};
  Noise noise(seed);
  const double rate = sample_rate_hz;
  const auto frames = static_cast<std::int64_t>(seconds * rate);
  for (std::int64_t i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i) / rate;
    const double beat = std::fmod(t, 0.47);
    const double kick = std::exp(-beat * 18.0) * sine(50.0 * beat + 4.0 * (1.0 - std::exp(-beat * 60.0)) / kTurn);
    const double hat = std::exp(-std::fmod(t, 0.1175) * 70.0) * noise.next();
    const double pad = sine(311.1 * t) + sine(392.0 * t) + sine(466.2 * t);
    // Eight sections of a track, the third and sixth of them quiet.
    const int section = static_cast<int>(8.0 * t / seconds);
    const double level = section == 2 ? 0.05 : section == 5 ? 0.2 : 1.0;
    const double middle = level * (0.9 * kick + 0.35 * sine(65.4 * t)) + 0.1 * level * pad;
    programme.left.push_back(static_cast<float>(std::clamp(middle + 0.30 * level * hat, -clip, clip)));
    programme.right.push_back(static_cast<float>(std::clamp(middle - 0.15 * level * hat, -clip, clip)));
  }
  return programme;
}

std::vector<Programme> peaky(int sample_rate_hz) {
  const double rate = sample_rate_hz;
  std::vector<Programme> all;
  const auto add = [&](std::string name, const std::vector<Tone>& parts) {
    all.push_back(tones(std::move(name), parts, sample_rate_hz));
  };
  add("sine fs/4 at 45 degrees", {{.hz = rate / 4, .peak_db = -6, .phase = 0.125}});
  add("sine near fs/4", {{.hz = rate / 4 + 7, .peak_db = -1}});
  add("sine fs/6 at 60 degrees", {{.hz = rate / 6, .peak_db = -3, .phase = 1.0 / 6}});
  add("sine 0.42 fs", {{.hz = 0.42 * rate, .peak_db = -3}});
  add("sine 997 Hz", {{.hz = 997, .peak_db = 0}});
  const auto add_shape = [&](std::string name, auto&& shape) {
    Programme programme{.name = std::move(name), .sample_rate_hz = sample_rate_hz, .left = {}, .right = {}};
    for (int i = 0; i < sample_rate_hz; ++i) programme.left.push_back(static_cast<float>(shape(i)));
    for (const float x : programme.left) programme.right.push_back(-0.5F * x);
    all.push_back(std::move(programme));
  };
  Noise noise(7);
  add_shape("square 441 Hz", [&](int i) { return sine(441.0 * i / rate) >= 0 ? 0.8 : -0.8; });
  add_shape("square 5 kHz", [&](int i) { return sine(5'000.0 * i / rate) >= 0 ? 0.8 : -0.8; });
  add_shape("white noise", [&](int) { return 0.7 * noise.next(); });
  add_shape("one loud frame", [&](int i) { return i == 12'345 ? 0.9 : 0.01 * noise.next(); });
  add_shape("opposed pair", [&](int i) { return i == 2'000 ? 0.9 : i == 2'001 ? -0.9 : 0.0; });
  add_shape("ends loud", [&](int i) { return i >= sample_rate_hz - 3 ? 0.8 : 0.001 * noise.next(); });
  all.push_back(music(sample_rate_hz, 4, 0.99, 3));
  return all;
}

}  // namespace segue::analysis::test
