// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/render_command.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "daemon/exit_code.h"
#include "engine/engine.h"

namespace segue::daemon {
namespace {

constexpr std::chrono::seconds kLinePeriod{5};  // where progress is kept in a log
constexpr int kBarColumns = 40;

// Shows how far a render is: a bar that is redrawn on a terminal, else a line now and then.
class Progress {
 public:
  explicit Progress(std::optional<double> total_s) : total_s_(total_s), is_terminal_(isatty(STDERR_FILENO) == 1) {}

  void show(double seconds) {
    if (is_terminal_) return draw(seconds);
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_at_ < kLinePeriod) return;
    shown_at_ = now;
    std::fprintf(stderr, "rendered %.1f s\n", seconds);
  }
  void finish() const {
    if (is_terminal_) std::fputs("\r\033[K", stderr);
  }

 private:
  void draw(double seconds) const {
    if (!total_s_) {
      std::fprintf(stderr, "\rrendered %.1f s", seconds);
      return;
    }
    const double part = std::clamp(seconds / *total_s_, 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(std::lround(part * kBarColumns));
    const std::string bar = std::string(filled, '#') + std::string(kBarColumns - filled, '.');
    std::fprintf(stderr, "\r[%s] %3.0f %%  %.1f s", bar.c_str(), part * 100, seconds);
  }

  const std::optional<double> total_s_;
  const bool is_terminal_;
  std::chrono::steady_clock::time_point shown_at_ = std::chrono::steady_clock::now();
};

}  // namespace

std::string to_json(const RenderReport& report) {
  nlohmann::ordered_json json;
  json["frames"] = report.frames;
  json["seconds"] = report.seconds;
  json["cpu_seconds"] = report.cpu_seconds;
  json["realtime_factor"] = report.realtime_factor;
  json["underruns"] = report.underruns;
  json["commands"] = report.commands;
  json["late_commands"] = report.late_commands;
  json["peak_dbtp"] = report.peak_dbtp;
  return json.dump();
}

int render_command(const Settings& settings, const Options& options) {
  Progress progress(options.seconds);
  RenderRequest request;
  request.script_path = options.script_path;
  request.out_path = options.out_path;
  request.seconds = options.seconds;
  if (options.block_frames) request.block_frames = *options.block_frames;
  request.progress = [&progress](double seconds) { progress.show(seconds); };
  const auto report = render_script(settings.engine, request);
  progress.finish();
  if (!report) {
    std::cerr << "segued: " << report.error().message << '\n';
    return exit_code(report.error().code);
  }
  std::cout << to_json(*report) << std::endl;
  return std::cout ? kExitDone : kExitOther;
}

}  // namespace segue::daemon
