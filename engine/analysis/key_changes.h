// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/analysis/key_evidence.h"

namespace segue::analysis {

// A part of a track in one key.
struct KeyPart {
  Stretch frames;
  int bar = 0;  // that it begins with, in the count of KeyBars
  std::size_t key = 0;
  PerKey evidence{};  // of the part and of the keys on both sides of it; `key` has most
};

// The parts in order, at least one; together they are all of `within`. Neighbours have different keys.
std::vector<KeyPart> parts_by_key(const Harmony& harmony, const Stretch& within);

}  // namespace segue::analysis
