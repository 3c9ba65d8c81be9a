// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>

#include "daemon/analyze_command.h"
#include "daemon/config.h"
#include "daemon/exit_code.h"
#include "daemon/options.h"
#include "daemon/render_command.h"
#include "daemon/run.h"
#include "engine/engine.h"

namespace segue::daemon {
namespace {

int export_command(const Settings& settings, const Options& options) {
  const auto done = export_journal(settings.engine, options.epoch, options.out_path);
  if (done) return kExitDone;
  std::cerr << "segued: " << done.error().message << '\n';
  return exit_code(done.error().code);
}

int dispatch(int argc, char** argv) {
  Options options;
  if (const auto code = parse_options(argc, argv, options)) return *code;
  if (options.action == Options::Action::kPrintConfig) {
    std::cout << print_config(default_settings()) << std::flush;
    return std::cout ? kExitDone : kExitOther;
  }
  if (options.action == Options::Action::kAnalyze) return analyze_command(options);
  std::vector<std::string> faults;
  const Settings settings = load_settings(options, faults);
  for (const auto& fault : faults) std::cerr << fault << '\n';
  if (!faults.empty()) return kExitUsage;
  switch (options.action) {
    case Options::Action::kCheckConfig: return kExitDone;
    case Options::Action::kRender: return render_command(settings, options);
    case Options::Action::kExportJournal: return export_command(settings, options);
    default: return run(settings);
  }
}

}  // namespace
}  // namespace segue::daemon

int main(int argc, char** argv) { return segue::daemon::dispatch(argc, argv); }
