// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/analysis/finding.h"

namespace segue::bench {

bool has_qm() { return false; }
std::optional<Finding> listen_with_qm(const std::filesystem::path&, bool) { return std::nullopt; }

}  // namespace segue::bench
