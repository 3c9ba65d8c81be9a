// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "daemon/options.h"
#include "engine/model/analysis.h"

namespace segue::daemon {

// The answer as `segued analyze --json` prints it, one line; `uri` is the file as it was given.
std::string to_json(const std::string& uri, const model::TrackAnalysis& analysis, bool with_beats);

// Listens to the files, several at once, and prints a line each in their order. Folders stand for the audio files in
// them. What is wrong with a file is in its line; the exit code tells of a wrong call, or (kExitNotFound) that nothing
// of what was named can be read.
int analyze_command(const Options& options);

}  // namespace segue::daemon
