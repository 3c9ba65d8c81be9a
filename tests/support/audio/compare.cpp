// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/audio/compare.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

namespace segue::test {

std::optional<Frames> first_difference(std::span<const float> a, std::span<const float> b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) return static_cast<Frames>(i);
  }
  if (a.size() == b.size()) return std::nullopt;
  return static_cast<Frames>(common);
}

std::optional<Frames> first_difference(const StereoAudio& a, const StereoAudio& b) {
  const auto left = first_difference(a.left, b.left);
  const auto right = first_difference(a.right, b.right);
  if (!left) return right;
  if (!right) return left;
  return std::min(*left, *right);
}

std::string difference(const StereoAudio& a, const StereoAudio& b) {
  const auto at = first_difference(a, b);
  if (!at) return "";
  const auto index = static_cast<std::size_t>(*at);
  if (index >= a.left.size() || index >= b.left.size()) {
    return std::to_string(a.frames()) + " frames against " + std::to_string(b.frames());
  }
  char text[160];
  std::snprintf(text, sizeof text, "frame %lld: left %.9g against %.9g, right %.9g against %.9g",
                static_cast<long long>(*at), static_cast<double>(a.left[index]), static_cast<double>(b.left[index]),
                static_cast<double>(a.right[index]), static_cast<double>(b.right[index]));
  return text;
}

double largest_difference(std::span<const float> a, std::span<const float> b) {
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return largest;
}

std::uint64_t hash_of(std::span<const float> signal, std::uint64_t start) {
  std::uint64_t hash = start;
  for (const float value : signal) {
    std::uint32_t word = std::bit_cast<std::uint32_t>(value);
    for (int byte = 0; byte < 4; ++byte) {
      hash = (hash ^ (word & 0xFFU)) * 0x100000001B3ULL;
      word >>= 8U;
    }
  }
  return hash;
}

}  // namespace segue::test
