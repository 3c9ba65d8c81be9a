// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "tests/support/audio/signals.h"
#include "tests/support/reference/plan.h"
#include "tests/support/reference/truth.h"

namespace segue::reference {

// A piece of music with all that is true of it. Small until it is rendered.
struct ReferenceTrack {
  ReferencePlan plan;
  ReferenceTruth truth;

  // The same plan gives the same samples. Takes a hundredth of the music's length or less.
  test::StereoAudio render() const;
};

ReferenceTrack make_reference(const ReferencePlan& plan);

struct ReferenceOrder {
  int count = 40;
  std::uint64_t seed = 1;
  double seconds = 120;          // of each, roughly
  std::optional<Genre> genre{};  // nothing: all in turn
};
std::vector<ReferenceTrack> reference_set(const ReferenceOrder& order);

}  // namespace segue::reference
