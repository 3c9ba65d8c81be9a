// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/analysis/analyser.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>

#include "engine/analysis/key.h"
#include "engine/analysis/loudness.h"
#include "engine/analysis/metre.h"
#include "engine/analysis/rhythm_analyser.h"
#include "engine/analysis/sound_bounds.h"
#include "engine/analysis/spectrum.h"
#include "engine/analysis/structure.h"
#include "engine/analysis/waveform.h"
#include "engine/base/units.h"

namespace segue::analysis {
namespace {

constexpr int kRateMin_hz = 8'000;
constexpr int kRateMax_hz = 384'000;
constexpr int kChunkFrames = 1024;  // two planes and the mid signal stay in the first cache

constexpr std::size_t kOnsetsMin = 8;  // two bars of beats: fewer strokes make no pulse
constexpr double kShortestS = 0.4;     // one block of a loudness meter: less is a sound, and no music

// What rhythm, key and structure listen to. Not quite the mid signal: of a track whose channels are each other's
// opposite nothing would be left, so the left one counts a little more.
constexpr float kLeftWeight = 0.55F;
constexpr float kRightWeight = 1.0F - kLeftWeight;

class WholeAnalyser final : public Analyser {
 public:
  explicit WholeAnalyser(const Options& options)
      : sample_rate_hz_(options.sample_rate_hz),
        spectrum_(options.sample_rate_hz),
        rhythm_(options.sample_rate_hz, spectrum_.frames_per_s(), options.hint),
        key_(options.sample_rate_hz),
        loudness_(options.sample_rate_hz),
        sound_(options.sample_rate_hz),
        waveform_(options.sample_rate_hz),
        structure_(options.sample_rate_hz),
        hint_(options.hint) {}

  void push(ConstStereoBlock block) override {
    while (block.frames > 0) {
      const int count = std::min(block.frames, kChunkFrames);
      listen({block.left, block.right, count});
      block = {block.left + count, block.right + count, block.frames - count};
    }
  }

  model::TrackAnalysis estimate() const override { return answer(rhythm_.estimate()); }

  model::TrackAnalysis finish() override {
    spectrum_.finish([this](const SpectrumFrame& frame) { hear(frame); });
    model::TrackAnalysis analysis = answer(rhythm_.finish());
    analysis.is_final = true;
    if (pushed_s_ < kShortestS) {
      analysis.error = "too short to say anything of it";
    } else if (analysis.sound.end_s <= analysis.sound.start_s) {
      analysis.error = "no sound above -60 dBFS";
    }
    return analysis;
  }

 private:
  void listen(ConstStereoBlock block) {
    const auto count = static_cast<std::size_t>(block.frames);
    for (std::size_t i = 0; i < count; ++i) mid_[i] = kLeftWeight * block.left[i] + kRightWeight * block.right[i];
    const std::span<const float> mid(mid_.data(), count);
    loudness_.push(block);
    sound_.push(block);
    waveform_.push(block);
    key_.push(mid);
    rhythm_.push(mid);
    spectrum_.push(mid, [this](const SpectrumFrame& frame) { hear(frame); });
    frames_ += block.frames;
    pushed_s_ = static_cast<double>(frames_) / sample_rate_hz_;
  }

  void hear(const SpectrumFrame& frame) {
    rhythm_.push(frame);
    metre_.push(frame);
    structure_.push(frame);
  }

  model::TrackAnalysis answer(model::Rhythm rhythm) const {
    model::TrackAnalysis analysis;
    analysis.duration_s = pushed_s_;
    analysis.analysed_s = pushed_s_;
    analysis.onsets_s = rhythm_.onsets_s();
    if (analysis.onsets_s.size() >= kOnsetsMin) analysis.rhythm = std::move(rhythm);
    metre_.complete(analysis.rhythm, key_.chroma());
    analysis.tonality = key_.estimate(analysis.rhythm);
    analysis.loudness = loudness_.estimate();
    analysis.sound = sound_.estimate();
    analysis.waveform = waveform_.estimate();
    analysis.structure = structure_.estimate(analysis.rhythm, analysis.sound, pushed_s_);
    // What a loudness meter does not hear, a constant voltage for one, has no energy.
    if (!analysis.loudness.integrated_lufs) analysis.structure.energy_level = 0;
    if (const std::string said = outside(analysis.rhythm.bpm); !said.empty()) add_warning(analysis, said);
    return analysis;
  }

  // A range of the user's may hold none of the levels that the beats can be counted at.
  std::string outside(double bpm) const {
    const model::TempoHint usual;
    const bool is_asked = hint_.bpm_min != usual.bpm_min || hint_.bpm_max != usual.bpm_max;
    if (!is_asked || bpm <= 0 || (bpm >= hint_.bpm_min && bpm <= hint_.bpm_max)) return {};
    char text[96];
    std::snprintf(text, sizeof text, "no tempo within %g to %g BPM was found; the one told lies outside", hint_.bpm_min,
                  hint_.bpm_max);
    return text;
  }

  const int sample_rate_hz_;
  Spectrum spectrum_;
  RhythmAnalyser rhythm_;
  MetreAnalyser metre_;
  KeyAnalyser key_;
  LoudnessAnalyser loudness_;
  SoundBoundsAnalyser sound_;
  WaveformAnalyser waveform_;
  StructureAnalyser structure_;
  const model::TempoHint hint_;
  std::array<float, kChunkFrames> mid_{};
  Frames frames_ = 0;
};

}  // namespace

std::unique_ptr<Analyser> Analyser::create(const Options& options) {
  if (options.sample_rate_hz < kRateMin_hz || options.sample_rate_hz > kRateMax_hz) return nullptr;
  return std::make_unique<WholeAnalyser>(options);
}

}  // namespace segue::analysis
