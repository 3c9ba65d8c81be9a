// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/options.h"

namespace segue {
struct RenderReport;
}

namespace segue::daemon {

// `segued render`: progress on standard error, the report as the last line of standard output. Returns the exit code.
int render_command(const Settings& settings, const Options& options);

// The report as the one line of JSON that scripts rely on.
std::string to_json(const RenderReport& report);

}  // namespace segue::daemon
