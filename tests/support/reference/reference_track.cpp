// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/reference_track.h"

#include "tests/support/reference/mixdown.h"
#include "tests/support/reference/score.h"

namespace segue::reference {

test::StereoAudio ReferenceTrack::render() const { return mix_down(plan, truth, write_score(plan, truth)); }

ReferenceTrack make_reference(const ReferencePlan& plan) { return {plan, truth_of(plan)}; }

std::vector<ReferenceTrack> reference_set(const ReferenceOrder& order) {
  std::vector<ReferenceTrack> set;
  for (int index = 0; index < order.count; ++index) {
    const auto genre = order.genre.value_or(static_cast<Genre>(index % kGenres));
    const auto number = static_cast<std::uint64_t>(order.genre ? index : index / kGenres);
    set.push_back(make_reference(plan_reference(genre, order.seed * 100'003 + number, order.seconds)));
  }
  return set;
}

}  // namespace segue::reference
