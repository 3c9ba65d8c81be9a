// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/analyze_command.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <unistd.h>

#include "daemon/exit_code.h"
#include "engine/base/text.h"
#include "engine/engine.h"

namespace segue::daemon {
namespace {

constexpr std::size_t kAheadMax = 64;  // answers that wait for an earlier file; each holds a waveform of some 100 KB

// The files and their answers. Workers take the next file, the caller prints answers in order; what one worker has
// finished far ahead of the others waits, so that memory stays bounded.
class Batch {
 public:
  Batch(std::vector<std::string> files, const Options& options) : files_(std::move(files)), answers_(files_.size()) {
    if (options.bpm_min) hint_.bpm_min = *options.bpm_min;
    if (options.bpm_max) hint_.bpm_max = *options.bpm_max;
  }

  std::size_t size() const { return files_.size(); }
  const std::string& file(std::size_t i) const { return files_[i]; }

  // A worker's thread.
  void work() {
    for (;;) {
      std::size_t mine = 0;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_over_ || next_ >= files_.size() || next_ < printed_ + kAheadMax; });
        if (is_over_ || next_ >= files_.size()) return;
        mine = next_++;
      }
      model::TrackAnalysis analysis = analyse_file({.path = files_[mine], .hint = hint_, .progress = nullptr});
      const std::lock_guard lock(mutex_);
      answers_[mine] = std::move(analysis);
      changed_.notify_all();
    }
  }

  // Blocks until the file's answer is there.
  model::TrackAnalysis take(std::size_t i) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_[i].has_value(); });
    model::TrackAnalysis analysis = std::move(*answers_[i]);
    answers_[i].reset();
    printed_ = i + 1;
    changed_.notify_all();
    return analysis;
  }

  // Nobody takes any more: what has not begun is left.
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

 private:
  const std::vector<std::string> files_;
  model::TempoHint hint_;
  std::mutex mutex_;  // all below
  std::condition_variable changed_;
  std::vector<std::optional<model::TrackAnalysis>> answers_;
  std::size_t next_ = 0;
  std::size_t printed_ = 0;
  bool is_over_ = false;
};

const char* doubt(double confidence) { return confidence < model::kGuess ? "?" : ""; }

std::string row(const std::string& tempo, const std::string& key, const std::string& wheel, const std::string& loudness,
                const std::string& text) {
  return right_aligned(tempo, 8) + right_aligned(key, 7) + right_aligned(wheel, 6) + right_aligned(loudness, 7) + "  " +
         printable(text);
}

std::string number(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string text_line(const std::string& file, const model::TrackAnalysis& analysis) {
  const std::string none = "–";
  if (!analysis.error.empty()) return row(none, none, none, none, analysis.error);
  const model::Rhythm& rhythm = analysis.rhythm;
  const auto& key = analysis.tonality.key;
  const auto& loudness = analysis.loudness.integrated_lufs;
  return row(rhythm.bpm > 0 ? number("%.2f", rhythm.bpm) + doubt(rhythm.confidence) : none,
             key ? name_of(*key) + doubt(analysis.tonality.confidence) : none, key ? camelot_of(*key) : none,
             loudness ? number("%.1f", *loudness) : none,
             analysis.warning.empty() ? file : file + "  (" + analysis.warning + ")");
}

void show_progress(std::size_t done, std::size_t total) {
  static const bool is_terminal = isatty(STDERR_FILENO) == 1;
  if (!is_terminal || total < 2) return;
  std::fprintf(stderr, "\r\033[K%zu of %zu files", done, total);
  if (done == total) std::fputs("\r\033[K", stderr);
}

// What was named and cannot be read. A folder with a bad file in it is no failure: its line says what is wrong.
bool is_absent(const std::string& path) {
  std::error_code fault;
  return access(path.c_str(), R_OK) != 0 ||
         (!std::filesystem::is_regular_file(path, fault) && !std::filesystem::is_directory(path, fault));
}

// All that the words name.
AudioFiles expand(const std::vector<std::string>& given) {
  AudioFiles all;
  for (const std::string& path : given) {
    AudioFiles more = audio_files_in(path);
    all.files.insert(all.files.end(), more.files.begin(), more.files.end());
    all.unreadable.insert(all.unreadable.end(), more.unreadable.begin(), more.unreadable.end());
  }
  return all;
}

}  // namespace

int analyze_command(const Options& options) {
  const model::TempoHint usual;
  const double bpm_min = options.bpm_min.value_or(usual.bpm_min), bpm_max = options.bpm_max.value_or(usual.bpm_max);
  if (bpm_min >= bpm_max) {
    std::cerr << "segued: --bpm-min, " << bpm_min << ", must be below --bpm-max, " << bpm_max << "\n";
    return kExitUsage;
  }
  const AudioFiles named = expand(options.files);
  Batch batch(named.files, options);
  const auto processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int jobs = std::min(options.jobs > 0 ? options.jobs : processors, static_cast<int>(batch.size()));
  std::vector<std::jthread> workers;
  for (int i = 0; i < jobs; ++i) workers.emplace_back([&batch] { batch.work(); });
  if (!options.as_json) std::cout << row("BPM", "KEY", "WHEEL", "LUFS", "FILE") << "\n";
  for (std::size_t i = 0; i < batch.size() && std::cout; ++i) {
    show_progress(i, batch.size());
    const model::TrackAnalysis analysis = batch.take(i);
    std::cout << (options.as_json ? to_json(batch.file(i), analysis, options.with_beats)
                                  : text_line(batch.file(i), analysis))
              << std::endl;
  }
  show_progress(batch.size(), batch.size());
  batch.end();
  if (!std::cout) return kExitOther;
  for (const std::string& folder : named.unreadable) std::cerr << "segued: " << printable(folder) << "\n";
  if (batch.size() == 0) std::cerr << "segued: no audio file there; name files or folders that hold some\n";
  const bool is_nothing = batch.size() == 0 || std::all_of(named.files.begin(), named.files.end(), is_absent);
  if (is_nothing && named.unreadable.empty()) return kExitNotFound;
  return named.unreadable.empty() ? kExitDone : kExitOther;
}

}  // namespace segue::daemon
