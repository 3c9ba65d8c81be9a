// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dsp/fft.h"

#include <cassert>
#include <mutex>

#include <fftw3.h>

namespace segue::dsp {
namespace {

// FFTW's planner is one for the whole process and takes no lock of its own.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct RealFft::Plan {
  float* input = nullptr;
  fftwf_complex* output = nullptr;
  fftwf_plan plan = nullptr;
};

RealFft::RealFft(int size) : size_(size), plan_(std::make_unique<Plan>()) {
  assert(size >= 16 && size % 2 == 0);
  const std::lock_guard lock(planner());
  plan_->input = fftwf_alloc_real(static_cast<std::size_t>(size));
  plan_->output = fftwf_alloc_complex(static_cast<std::size_t>(bins()));
  plan_->plan = fftwf_plan_dft_r2c_1d(size, plan_->input, plan_->output, FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
  input_ = plan_->input;
}

RealFft::~RealFft() {
  const std::lock_guard lock(planner());
  fftwf_destroy_plan(plan_->plan);
  fftwf_free(plan_->input);
  fftwf_free(plan_->output);
}

const float* RealFft::transform() {
  fftwf_execute(plan_->plan);
  return reinterpret_cast<const float*>(plan_->output);
}

void RealFft::power(float* out) {
  const float* bins_of = transform();
  for (int i = 0; i < bins(); ++i) out[i] = bins_of[2 * i] * bins_of[2 * i] + bins_of[2 * i + 1] * bins_of[2 * i + 1];
}

}  // namespace segue::dsp
