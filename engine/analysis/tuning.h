// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace segue::analysis {

// Collects by how much pitches lie off the semitones of A = 440 Hz and says how the music is tuned.
class TuningMeter {
 public:
  void add(double hz, double weight);

  // −50 to +50; 0 without sound.
  double cents() const;
  // How much the pitches agree on it: 1 if all lie on semitones of that tuning, near 0 for noise and gliding voices.
  double agreement() const;

 private:
  double real_ = 0;
  double imaginary_ = 0;
  double weight_ = 0;
};

}  // namespace segue::analysis
