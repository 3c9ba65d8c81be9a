// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

namespace segue::dsp {

// A forward transform of real signals by FFTW, planned without measuring, so that the same input has the same bits in
// every run. Not realtime-safe to create; one thread at a time. Owns its buffers.
class RealFft {
 public:
  // `size` in samples, even, 16 to 2^20. Takes a lock shared by all: FFTW plans one at a time.
  explicit RealFft(int size);
  ~RealFft();
  RealFft(const RealFft&) = delete;
  RealFft& operator=(const RealFft&) = delete;

  int size() const { return size_; }
  int bins() const { return size_ / 2 + 1; }
  // Where the signal is put; size() samples. Its content is lost by each transform.
  float* input() { return input_; }
  // Writes |X|² of bins() bins, unscaled.
  void power(float* out);
  // Runs the transform; the result is real and imaginary part of each bin in turn, 2 × bins() values, valid until the
  // next call.
  const float* transform();

 private:
  struct Plan;
  const int size_;
  std::unique_ptr<Plan> plan_;
  float* input_ = nullptr;
};

}  // namespace segue::dsp
