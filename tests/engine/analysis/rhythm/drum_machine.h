// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "engine/model/analysis.h"

// A drum machine for the tests of rhythm: mono music of exactly known beats.
namespace segue::test {

class DrumMachine {
 public:
  DrumMachine(int sample_rate_hz, double seconds);

  // Each sounds from at_s on; places outside the track are ignored.
  void kick(double at_s, double gain = 0.8);
  void snare(double at_s, double gain = 0.5);
  void hat(double at_s, double gain = 0.2);
  // A sawtooth without a sharp attack.
  void bass(double at_s, double length_s, double hz, double gain = 0.3);
  void noise(double gain);
  void offset(double level);

  int sample_rate_hz() const { return sample_rate_hz_; }
  double seconds() const { return static_cast<double>(samples_.size()) / sample_rate_hz_; }
  const std::vector<float>& samples() const { return samples_; }

 private:
  void add(double at_s, double length_s, const std::function<double(double)>& wave);
  double random();

  const int sample_rate_hz_;
  std::vector<float> samples_;
  unsigned seed_ = 1;
};

// What the analyser says of it, fed in blocks of that many samples.
model::Rhythm rhythm_of(const DrumMachine& music, const model::TempoHint& hint = {}, std::size_t block = 4096);
std::vector<double> onsets_of(const DrumMachine& music);

// Median and greatest distance of the beats from first_s + n × period_s, in milliseconds; the median has a sign.
struct BeatError {
  double median_ms = 0;
  double max_ms = 0;
};
BeatError beat_error(const model::Rhythm& rhythm, double first_s, double period_s);

}  // namespace segue::test
