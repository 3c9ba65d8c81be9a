// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>

// Compiles a function for AVX2 as well and picks at program start. AVX2 does not include fused multiply-add, so both
// give the same bits. Sanitizers cannot run the resolver that picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__SANITIZE_ADDRESS__) && defined(__OPTIMIZE__)
#define SEGUE_SIMD_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SEGUE_SIMD_CLONES
#endif

// Forces a leaf into its caller, so that it is compiled for the caller's instruction set.
#define SEGUE_INLINE inline __attribute__((always_inline))

namespace segue::dsp::simd {

// Vectors of the compiler. A sum over lanes has the order written here on every instruction set.
typedef float Float8 __attribute__((vector_size(32)));
typedef float Float4 __attribute__((vector_size(16)));

SEGUE_INLINE void load(Float8& out, const float* from) { std::memcpy(&out, from, sizeof out); }
SEGUE_INLINE void store(float* to, const Float8& value) { std::memcpy(to, &value, sizeof value); }

SEGUE_INLINE float sum(const Float8& v) {
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

}  // namespace segue::dsp::simd
