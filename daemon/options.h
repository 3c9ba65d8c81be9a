// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/settings.h"

namespace segue::daemon {

// What the command line asks for.
struct Options {
  enum class Action { kRun, kCheckConfig, kPrintConfig, kRender, kExportJournal, kAnalyze };
  // A flag that goes before the configuration file.
  struct Override {
    std::string flag;
    std::string key;
    std::string text;
  };

  Action action = Action::kRun;
  std::string config_path;  // empty: default_config_path(), which may be missing
  std::vector<Override> overrides;
  std::string out_path;           // of kRender and kExportJournal
  std::string script_path;        // of kRender
  std::optional<double> seconds;  // of kRender
  std::optional<int> block_frames;
  std::string epoch;  // of kExportJournal; empty: the newest
  std::vector<std::string> files;  // of kAnalyze, and what follows
  bool as_json = false;
  bool with_beats = false;
  int jobs = 0;  // files at once; 0: one for each processor
  std::optional<double> bpm_min;
  std::optional<double> bpm_max;
};

// Reads the command line. Returns the exit code if there is nothing more to do: after --help, --version and usage
// errors, which it prints.
std::optional<int> parse_options(int argc, const char* const* argv, Options& options);

// Defaults, then the file, then the flags. Puts what is wrong into `faults`, a line each.
Settings load_settings(const Options& options, std::vector<std::string>& faults);

}  // namespace segue::daemon
