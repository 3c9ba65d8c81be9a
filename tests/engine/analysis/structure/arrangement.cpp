// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/analysis/structure/arrangement.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/engine/analysis/structure/singer.h"
#include "tests/support/tracks/voices.h"

namespace segue::test {
namespace {

constexpr int kSteps = 16;  // of a bar
constexpr std::array<int, 4> kRoots = {0, 8, 3, 10};
using Pattern = std::array<float, kSteps>;

struct Drums {
  Pattern kick, snare;
};
Drums drums_of(Beat beat) {
  switch (beat) {
    case Beat::kBroken:
      return {{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 0, 0, .4F, 0, .4F, 0, 0, 1, 0, 0, 0}};
    case Beat::kHalfTime:
      return {{1, 0, 0, 0, 0, 0, .8F, 0, 0, 0, 0, 0, 0, 0, .7F, 0}, {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}};
    case Beat::kRock:
      return {{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}};
    case Beat::kFourToTheFloor: break;
  }
  return {{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}};
}

double hz_of(int semitones, int octave) { return 440.0 * std::exp2((semitones - 9 + 12 * (octave - 4)) / 12.0); }

// A chord that is held: saws of six partials, slightly apart, that swell in and out.
StereoAudio make_pad(int rate, const std::vector<double>& notes_hz, double seconds) {
  StereoAudio pad(static_cast<Frames>(seconds * rate));
  const auto frames = static_cast<double>(pad.frames());
  for (const double note_hz : notes_hz) {
    for (int partial = 1; partial <= 6 && note_hz * partial < 0.4 * rate; ++partial) {
      const auto wave = sine(pad.frames(), note_hz * partial * 1.001, rate, 0.1 / partial);
      for (std::size_t i = 0; i < wave.size(); ++i) {
        const double edge =
            std::min({1.0, static_cast<double>(i) / (0.03 * rate), (frames - static_cast<double>(i)) / (0.03 * rate)});
        pad.left[i] += static_cast<float>(edge) * wave[i];
        pad.right[i] = pad.left[i];
      }
    }
  }
  return pad;
}

// One arrangement on its way to sound.
class Band {
 public:
  explicit Band(const Arrangement& plan)
      : plan_(plan),
        rate_(plan.sample_rate_hz),
        random_(plan.seed),
        drums_(drums_of(plan.beat)),
        kick_(make_kick(rate_)),
        snare_(make_snare(rate_)),
        step_s_(60 / plan.bpm / 4),
        tonic_(random_.below(12)) {
    for (std::uint32_t i = 0; i < 4; ++i) hats_.push_back(make_hat(rate_, i + 1));
    for (std::size_t chord = 0; chord < kRoots.size(); ++chord) {
      const int root = (tonic_ + kRoots[chord]) % 12;
      bass_.push_back(make_bass(rate_, hz_of(root, root < 4 ? 2 : 1), 1.8 * step_s_));
      pads_.push_back(make_pad(rate_, {hz_of(root, 3), hz_of(root + 3, 4), hz_of(root + 7, 4)}, 16.2 * step_s_));
      leads_.push_back(make_bass(rate_, hz_of(root + 7, 5), 1.5 * step_s_));
    }
    for (int i = 0; i < 32; ++i) melody_.push_back(random_.unit() < 0.45);
    bass_on_beat_ = random_.below(2) == 0;
  }

  Performance play() {
    int bars = 0;
    for (const auto& passage : plan_.passages) bars += passage.bars;
    const double end_s = plan_.first_beat_s + bars * kSteps * step_s_;
    Performance out{StereoAudio(static_cast<Frames>((end_s + 0.5) * rate_)), {}, end_s};
    audio_ = &out.audio;
    int bar = 0;
    for (const auto& passage : plan_.passages) {
      if (!passage.goes_on) out.truth.push_back({second_of(bar), passage.label});
      play_passage(passage, bar);
      bar += passage.bars;
    }
    float peak = 1e-9F;
    for (const float sample : out.audio.left) peak = std::max(peak, std::abs(sample));
    for (auto* side : {&out.audio.left, &out.audio.right}) {
      for (float& sample : *side) sample *= 0.6F / peak;
    }
    return out;
  }

 private:
  double second_of(int bar) const { return plan_.first_beat_s + bar * kSteps * step_s_; }

  void add(const StereoAudio& voice, double at_s, float level, double dull = 1) {
    const auto start = static_cast<std::size_t>(std::llround(at_s * rate_));
    if (level <= 0 || start >= audio_->left.size()) return;
    const std::size_t frames = std::min(voice.left.size(), audio_->left.size() - start);
    float left = 0, right = 0;
    const auto open = static_cast<float>(dull);
    for (std::size_t i = 0; i < frames; ++i) {
      left += open * (voice.left[i] - left);
      right += open * (voice.right[i] - right);
      audio_->left[start + i] += level * left;
      audio_->right[start + i] += level * right;
    }
  }

  void play_passage(const Passage& passage, int first_bar) {
    for (int bar = 0; bar < passage.bars; ++bar) {
      const bool fills = passage.has_fill && bar == passage.bars - 1;
      const double progress = static_cast<double>(bar) / passage.bars;
      for (int step = 0; step < kSteps; ++step) play_step(passage.layers, first_bar + bar, step, fills);
      play_long(passage.layers, first_bar + bar, progress);
    }
    if (passage.layers.roll > 0) play_roll(passage, first_bar);
    if (passage.layers.riser > 0) play_riser(passage, first_bar);
    if (passage.layers.voice > 0) {
      const StereoAudio voice(make_singing(rate_, passage.bars * kSteps * step_s_, 220, plan_.seed + 17));
      add(voice, second_of(first_bar), passage.layers.voice);
    }
  }

  void play_step(const Layers& layers, int bar, int step, bool fills) {
    const auto at = static_cast<std::size_t>(step);
    const double at_s = second_of(bar) + step * step_s_;
    const auto chord = static_cast<std::size_t>(bar % 4);
    const bool is_busy = fills && step >= 8;
    if (!is_busy) add(kick_, at_s, layers.kick * drums_.kick[at]);
    add(snare_, at_s, layers.snare * (is_busy ? 0.7F : drums_.snare[at]));
    const float accent = step % 4 == 2 ? 1.0F : 0.35F;
    if (layers.hats > 0) add(hats_[at % 4], at_s, layers.hats * accent * static_cast<float>(random_.between(0.8, 1)));
    if (bass_on_beat_ ? step % 2 == 0 : step % 4 == 2) add(bass_[chord], at_s, layers.bass);
    if (melody_[at + (bar % 2 == 1 ? 16U : 0U)]) add(leads_[(chord + at) % 4], at_s, layers.lead);
  }

  void play_long(const Layers& layers, int bar, double progress) {
    const double open = layers.sweeps ? 0.02 * std::pow(40.0, progress) : 1.0;
    add(pads_[static_cast<std::size_t>(bar % 4)], second_of(bar), layers.pad, open);
  }

  void play_roll(const Passage& passage, int first_bar) {
    const int steps = passage.bars * kSteps;
    for (int half = 0; half < 2 * steps; ++half) {
      const double progress = 0.5 * half / steps;
      const int every = progress < 0.5 ? 8 : progress < 0.75 ? 4 : progress < 0.9 ? 2 : 1;
      if (half % every != 0) continue;
      add(snare_, second_of(first_bar) + half * step_s_ / 2,
          passage.layers.roll * static_cast<float>(0.3 + 0.7 * progress));
    }
  }

  void play_riser(const Passage& passage, int first_bar) {
    const auto frames = static_cast<Frames>(passage.bars * kSteps * step_s_ * rate_);
    StereoAudio riser(noise(frames, 0.5, plan_.seed + 3));
    float low = 0;
    for (std::size_t i = 0; i < riser.left.size(); ++i) {
      const float progress = static_cast<float>(i) / static_cast<float>(frames);
      low += (0.02F + 0.9F * progress) * (riser.left[i] - low);
      riser.left[i] = riser.right[i] = low * (0.05F + progress * progress);
    }
    add(riser, second_of(first_bar), passage.layers.riser);
  }

  const Arrangement& plan_;
  const int rate_;
  Random random_;
  const Drums drums_;
  const StereoAudio kick_, snare_;
  const double step_s_;
  const int tonic_;
  std::vector<StereoAudio> hats_, bass_, pads_, leads_;
  std::vector<bool> melody_;
  bool bass_on_beat_ = false;
  StereoAudio* audio_ = nullptr;
};

}  // namespace

Performance perform(const Arrangement& arrangement) { return Band(arrangement).play(); }

}  // namespace segue::test
