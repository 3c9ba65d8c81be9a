// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace segue::dsp {

// The Kaiser window of an attenuation, as a table: building thousands of kernel rows needs no Bessel function each.
// Immutable; not for the audio thread.
class KaiserWindow {
 public:
  // J. F. Kaiser's formula for β; good for 50 dB and more.
  explicit KaiserWindow(double attenuation_db);
  // The window at `u`, 1 at 0 and cut off beyond ±1.
  double at(double u) const;

 private:
  std::vector<double> table_;
};

// The width of the transition band in cycles per sample of a kernel of `taps`, by Kaiser's formula.
double kaiser_transition(double attenuation_db, int taps);

// A low-pass kernel of `taps` (even); `cutoff` is the middle of its transition band, in cycles per sample.
struct KernelShape {
  int taps = 0;
  double cutoff = 0.5;
};

// Writes the taps that read a signal `fraction` of a sample past sample 0: row[k] belongs to sample k - taps/2 + 1.
// The row sums to 1, so direct current passes unchanged. At cutoff 0.5 and fraction 0 it is exactly one 1 in zeros.
void fill_kernel_row(float* row, const KernelShape& shape, const KaiserWindow& window, double fraction);

}  // namespace segue::dsp
