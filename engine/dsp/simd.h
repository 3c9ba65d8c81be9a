// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>

// Forces a leaf into its caller, so that it is compiled for the caller's instruction set.
#define SEGUE_INLINE inline __attribute__((always_inline))

// Inner loops, written once for vectors of eight floats or four doubles and compiled for what the machine has. A
// kernel is a struct with its arguments and `template <typename Width> SEGUE_INLINE void run() const`; simd::run calls
// it with Wide (AVX2) where the processor has that, else with Narrow (SSE2, NEON: pairs of vectors of 16 bytes).
// Both have the same lanes, so the order of every sum is the one written and both give the same bits; AVX2 does not
// include fused multiply-add. Realtime-safe.
namespace segue::dsp::simd {

typedef float Float4 __attribute__((vector_size(16)));
typedef int Int4 __attribute__((vector_size(16)));
typedef double Double2 __attribute__((vector_size(16)));
typedef float Float8 __attribute__((vector_size(32)));
typedef int Int8 __attribute__((vector_size(32)));
typedef double Double4 __attribute__((vector_size(32)));

// A vector of 32 bytes as two of 16. The compiler's own lowering of such vectors goes through memory and is five
// times slower.
template <typename Half>
struct Twice {
  Half low;
  Half high;
};
template <typename Half>
SEGUE_INLINE Twice<Half> operator+(const Twice<Half>& a, const Twice<Half>& b) {
  return {a.low + b.low, a.high + b.high};
}
template <typename Half>
SEGUE_INLINE Twice<Half> operator-(const Twice<Half>& a, const Twice<Half>& b) {
  return {a.low - b.low, a.high - b.high};
}
template <typename Half>
SEGUE_INLINE Twice<Half> operator*(const Twice<Half>& a, const Twice<Half>& b) {
  return {a.low * b.low, a.high * b.high};
}
template <typename Half, typename Scalar>
SEGUE_INLINE Twice<Half> operator*(const Twice<Half>& a, Scalar b) {
  return {a.low * b, a.high * b};
}
template <typename Half>
SEGUE_INLINE void operator+=(Twice<Half>& a, const Twice<Half>& b) {
  a = a + b;
}

struct Narrow {
  using Floats = Twice<Float4>;    // 8
  using Doubles = Twice<Double2>;  // 4
};
struct Wide {
  using Floats = Float8;
  using Doubles = Double4;
};

inline constexpr int kFloats = 8;

template <typename Vector, typename Scalar>
SEGUE_INLINE void load(Vector& out, const Scalar* from) {
  std::memcpy(&out, from, sizeof out);
}
template <typename Vector, typename Scalar>
SEGUE_INLINE void store(Scalar* to, const Vector& value) {
  std::memcpy(to, &value, sizeof value);
}

// By halves: a copy of the whole would go through memory.
template <typename Half, typename Scalar>
SEGUE_INLINE void load(Twice<Half>& out, const Scalar* from) {
  std::memcpy(&out.low, from, sizeof out.low);
  std::memcpy(&out.high, from + sizeof out.low / sizeof(Scalar), sizeof out.high);
}
template <typename Half, typename Scalar>
SEGUE_INLINE void store(Scalar* to, const Twice<Half>& value) {
  std::memcpy(to, &value.low, sizeof value.low);
  std::memcpy(to + sizeof value.low / sizeof(Scalar), &value.high, sizeof value.high);
}

SEGUE_INLINE float sum(const Twice<Float4>& v) {
  const Float4 halves = v.low + v.high;
  return (halves[0] + halves[2]) + (halves[1] + halves[3]);
}
SEGUE_INLINE float sum(const Float8& v) { return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7])); }

// highest = max(highest, |value|), lane by lane; a NaN changes nothing.
template <typename Ints, typename Floats>
SEGUE_INLINE void keep_higher_magnitude(Floats& highest, const Floats& value) {
  const Floats magnitude = reinterpret_cast<Floats>(reinterpret_cast<Ints>(value) & 0x7FFFFFFF);
  highest = magnitude > highest ? magnitude : highest;
}
SEGUE_INLINE void raise_to(Float8& highest, const Float8& value) { keep_higher_magnitude<Int8>(highest, value); }
SEGUE_INLINE void raise_to(Twice<Float4>& highest, const Twice<Float4>& value) {
  keep_higher_magnitude<Int4>(highest.low, value.low);
  keep_higher_magnitude<Int4>(highest.high, value.high);
}

#if defined(__x86_64__)
// Whether Wide is used. A test may clear it to compare both; nothing else writes it.
inline bool uses_wide = __builtin_cpu_supports("avx2") != 0;

template <typename Kernel>
__attribute__((target("avx2"))) void run_wide(const Kernel& kernel) {
  kernel.template run<Wide>();
}
#else
inline bool uses_wide = false;
#endif

template <typename Kernel>
void run(const Kernel& kernel) {
#if defined(__x86_64__)
  if (uses_wide) return run_wide(kernel);
#endif
  kernel.template run<Narrow>();
}

}  // namespace segue::dsp::simd
