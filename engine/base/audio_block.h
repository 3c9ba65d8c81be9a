// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace segue {

// A view of stereo float32 audio in two planes, valid for the call it is passed to. Full scale is ±1.
struct StereoBlock {
  float* left = nullptr;
  float* right = nullptr;
  int frames = 0;

  // The part [from, from + count).
  StereoBlock slice(int from, int count) const { return {left + from, right + from, count}; }
};

// As StereoBlock, read only.
struct ConstStereoBlock {
  const float* left = nullptr;
  const float* right = nullptr;
  int frames = 0;

  ConstStereoBlock() = default;
  ConstStereoBlock(const float* l, const float* r, int n) : left(l), right(r), frames(n) {}
  ConstStereoBlock(const StereoBlock& block) : left(block.left), right(block.right), frames(block.frames) {}
};

}  // namespace segue
