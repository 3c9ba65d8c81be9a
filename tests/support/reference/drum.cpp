// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/drum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace segue::reference {
namespace {

using test::Random;

constexpr double kTau = 2 * std::numbers::pi;

// Multiplies by e^(−1/(rate·decay)) a frame: an exponential without exp.
class Decay {
 public:
  Decay(double decay_s, int rate_hz) : keep_(std::exp(-1 / (decay_s * rate_hz))) {}
  double next() { return level_ *= keep_; }

 private:
  double keep_;
  double level_ = 1;
};

// Raised-cosine attack from the first frame on and a release of 5 ms, in place.
void shape(std::vector<float>& sound, double attack_ms, int rate_hz) {
  const auto size = static_cast<int>(sound.size());
  const int attack = std::max(1, static_cast<int>(attack_ms * rate_hz / 1000));
  const int release = std::min(size, rate_hz / 200);
  for (int i = 0; i < std::min(attack, size); ++i) {
    sound[static_cast<std::size_t>(i)] *= static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * (i + 1) / attack));
  }
  for (int i = 0; i < release; ++i) {
    sound[static_cast<std::size_t>(size - 1 - i)] *= static_cast<float>(i) / static_cast<float>(release);
  }
}

// Two-pole band pass (RBJ cookbook, constant peak), one instance a sound.
class BandPass {
 public:
  BandPass(double hz, double q, int rate_hz) {
    const double w = kTau * std::min(hz, 0.45 * rate_hz) / rate_hz;
    const double alpha = std::sin(w) / (2 * q);
    gain_ = alpha / (1 + alpha);
    a1_ = -2 * std::cos(w) / (1 + alpha);
    a2_ = (1 - alpha) / (1 + alpha);
  }
  double next(double in) {
    const double out = gain_ * (in - x2_) - a1_ * y1_ - a2_ * y2_;
    x2_ = x1_;
    x1_ = in;
    y2_ = y1_;
    y1_ = out;
    return out;
  }

 private:
  double gain_, a1_, a2_;
  double x1_ = 0, x2_ = 0, y1_ = 0, y2_ = 0;
};

struct SkinSpec {
  double rest_hz;  // where the pitch comes to rest
  double fall_hz;  // above it at the stroke
  double fall_s;   // how fast it falls
  double decay_s;  // of the body
  double click;    // of the beater
  double noise;    // of the skin
  double attack_ms;
  double drive;  // 1 leaves it clean
};

// Kicks and toms: a falling sine, a click, and overdrive.
std::vector<float> make_skin(const SkinSpec& spec, int rate_hz, Random& random) {
  const double seconds = std::min(1.6, 5 * spec.decay_s);
  std::vector<float> sound(static_cast<std::size_t>(seconds * rate_hz));
  Decay body(spec.decay_s, rate_hz);
  Decay fall(spec.fall_s, rate_hz);
  Decay click(0.002, rate_hz);
  Decay skin(0.012, rate_hz);
  const double click_hz = random.between(1'800, 3'600);
  double phase = 0;
  double click_phase = 0.25;
  for (auto& sample : sound) {
    phase += (spec.rest_hz + spec.fall_hz * fall.next()) / rate_hz;
    click_phase += click_hz / rate_hz;
    const double value = body.next() * std::sin(kTau * phase) +
                         spec.click * click.next() * std::sin(kTau * click_phase) +
                         spec.noise * skin.next() * random.between(-1, 1);
    sample = static_cast<float>(std::tanh(spec.drive * value) / std::tanh(spec.drive));
  }
  shape(sound, spec.attack_ms, rate_hz);
  return sound;
}

struct NoiseSpec {
  double band_hz;
  double q;
  double decay_s;
  double tone_hz;     // of the shell; 0: none
  double tone_share;  // 0 to 1
  double attack_ms;
  int bursts;  // claps have several, 10 ms apart
};

// Snares, claps, hats, cymbals and shakers: filtered noise, a shell tone, bursts.
std::vector<float> make_noise(const NoiseSpec& spec, int rate_hz, Random& random) {
  const double seconds = 0.012 * spec.bursts + std::min(2.5, 5 * spec.decay_s);
  std::vector<float> sound(static_cast<std::size_t>(seconds * rate_hz));
  BandPass band(spec.band_hz, spec.q, rate_hz);
  const auto burst = static_cast<int>(random.between(0.008, 0.012) * rate_hz);
  const double tone = spec.tone_hz * random.between(0.99, 1.01);
  const double keep = std::exp(-1 / (spec.decay_s * rate_hz));
  const double burst_keep = std::exp(-1 / (0.004 * rate_hz));
  double level = 1;
  double tone_level = 1;
  for (int i = 0; i < static_cast<int>(sound.size()); ++i) {
    const bool in_bursts = i < burst * (spec.bursts - 1);
    level = in_bursts && i % burst == 0 ? 1 : level * (in_bursts ? burst_keep : keep);
    if (i == burst * (spec.bursts - 1)) level = 1;
    tone_level *= keep;
    const double noise = level * band.next(random.between(-1, 1)) * std::sqrt(spec.q) * 1.5;
    const double shell = spec.tone_hz > 0 ? tone_level * std::sin(kTau * tone * i / rate_hz) : 0;
    sound[static_cast<std::size_t>(i)] = static_cast<float>((1 - spec.tone_share) * noise + spec.tone_share * shell);
  }
  shape(sound, spec.attack_ms, rate_hz);
  return sound;
}

struct Machine {
  const ReferencePlan& plan;
  Random& random;
  Kit kit{};

  double between(double low, double high) { return random.between(low, high); }
  void set(Drum drum, double level, double pan) {
    auto& sound = kit.sounds[static_cast<std::size_t>(drum)];
    sound.level = static_cast<float>(level);
    sound.pan = static_cast<float>(pan);
  }
  void skin(Drum drum, const SkinSpec& spec, double level, double pan = 0) {
    set(drum, level, pan);
    for (auto& take : kit.sounds[static_cast<std::size_t>(drum)].takes) {
      take = make_skin(spec, plan.sample_rate_hz, random);
    }
  }
  void noise(Drum drum, const NoiseSpec& spec, double level, double pan = 0) {
    set(drum, level, pan);
    for (auto& take : kit.sounds[static_cast<std::size_t>(drum)].takes) {
      take = make_noise(spec, plan.sample_rate_hz, random);
    }
  }
};

SkinSpec club_kick(const ReferencePlan& plan, Random& random) {
  const double rest = random.between(42, 58);
  if (plan.genre == Genre::kHipHop && random.unit() < 0.5) {  // the long boom of an 808
    return {rest, random.between(40, 110), 0.03, random.between(0.22, 0.4), 0.15, 0.05, 0.8, random.between(1.0, 2.5)};
  }
  const double drive = plan.genre == Genre::kTechno ? random.between(1.0, 5.0) : random.between(0.8, 2.5);
  return {rest,
          random.between(90, 320),
          random.between(0.012, 0.035),
          random.between(0.06, 0.16),
          random.between(0.05, 0.5),
          random.between(0.0, 0.2),
          random.between(0.4, 0.9),
          drive};
}

void add_kick(Machine& machine, bool is_club) {
  auto& random = machine.random;
  if (is_club) {
    machine.skin(Drum::kKick, club_kick(machine.plan, random), random.between(0.75, 1.05));
    return;
  }
  const double level = machine.plan.genre == Genre::kSwing ? random.between(0.25, 0.45) : random.between(0.6, 0.9);
  machine.skin(Drum::kKick,
               {random.between(50, 75), random.between(30, 80), 0.012, random.between(0.05, 0.11),
                random.between(0.2, 0.5), random.between(0.1, 0.4), random.between(0.5, 1.0), 1.2},
               level);
}

void add_snares(Machine& machine, bool is_club) {
  auto& random = machine.random;
  const double share = random.between(0.2, 0.55);
  machine.noise(Drum::kSnare,
                {random.between(1'500, 5'000), random.between(0.4, 0.9), random.between(0.05, is_club ? 0.14 : 0.2),
                 random.between(165, 240), share, random.between(0.4, 0.9), 1},
                random.between(0.5, 0.85), random.between(-0.15, 0.15));
  machine.noise(Drum::kClap,
                {random.between(900, 1'800), random.between(0.8, 1.6), random.between(0.05, 0.13), 0, 0, 0.5,
                 2 + random.below(3)},
                random.between(0.45, 0.75), random.between(-0.1, 0.1));
  machine.noise(Drum::kRim, {random.between(1'600, 2'600), 4, 0.012, random.between(420, 820), 0.5, 0.4, 1},
                random.between(0.35, 0.6), random.between(-0.3, 0.3));
}

void add_brass(Machine& machine, bool is_club) {
  auto& random = machine.random;
  const double bright = random.between(7'000, 11'500);
  const double pan = random.between(-0.4, 0.4);
  const double level = is_club ? random.between(0.18, 0.42) : random.between(0.15, 0.3);
  machine.noise(Drum::kHat, {bright, 0.8, random.between(0.012, 0.04), 0, 0, 0.4, 1}, level, pan);
  machine.noise(Drum::kOpenHat, {bright * 0.95, 0.7, random.between(0.07, 0.18), 0, 0, 0.5, 1}, level, pan);
  machine.noise(
      Drum::kRide,
      {random.between(5'000, 8'000), 1.2, random.between(0.25, 0.5), random.between(2'600, 3'900), 0.12, 0.5, 1},
      random.between(0.12, 0.28), -pan);
  machine.noise(Drum::kCrash, {random.between(4'000, 7'000), 0.5, random.between(0.4, 0.9), 0, 0, 0.8, 1},
                random.between(0.25, 0.45), random.between(-0.5, 0.5));
  machine.noise(Drum::kShaker, {random.between(5'500, 9'000), 1.0, random.between(0.02, 0.05), 0, 0, 10, 1},
                random.between(0.12, 0.3), random.between(-0.5, 0.5));
}

void add_toms(Machine& machine) {
  auto& random = machine.random;
  const double high = random.between(150, 240);
  machine.skin(Drum::kTomHigh, {high, high * 0.4, 0.04, random.between(0.08, 0.18), 0.15, 0.1, 0.7, 1.1},
               random.between(0.4, 0.7), 0.35);
  machine.skin(Drum::kTomLow, {high * 0.55, high * 0.3, 0.05, random.between(0.1, 0.22), 0.15, 0.1, 0.7, 1.1},
               random.between(0.45, 0.75), -0.35);
  machine.skin(Drum::kPerc,
               {random.between(280, 720), random.between(0, 200), 0.02, random.between(0.03, 0.09), 0.1,
                random.between(0, 0.3), 0.5, 1.0},
               random.between(0.15, 0.4), random.between(-0.6, 0.6));
}

}  // namespace

Kit make_kit(const ReferencePlan& plan, Random& random) {
  const bool is_club = plan.genre != Genre::kRock && plan.genre != Genre::kWaltz && plan.genre != Genre::kSixEight &&
                       plan.genre != Genre::kSwing;
  Machine machine{plan, random};
  add_kick(machine, is_club);
  add_snares(machine, is_club);
  add_brass(machine, is_club);
  add_toms(machine);
  return machine.kit;
}

}  // namespace segue::reference
