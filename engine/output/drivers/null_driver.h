// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/units.h"
#include "engine/output/driver.h"
#include "engine/output/drivers/thread_cpu.h"

namespace segue::output {

// When blocks are due that follow each other at exactly the sample rate. Plain arithmetic; exact for ever.
class Pace {
 public:
  // The first block is due at `start`.
  Pace(Nanoseconds start, int sample_rate_hz, int block_frames)
      : start_(start), sample_rate_hz_(sample_rate_hz), block_frames_(block_frames) {}

  // When the next block is due.
  Nanoseconds due() const;
  // The next block was pulled.
  void advance() { frames_ += block_frames_; }
  // If the next block is overdue by more than kCatchUpMs, gives up all overdue blocks; returns their frames.
  Frames give_up_overdue(Nanoseconds now);

  // Shorter stalls are made good by pulling faster, so that a recording has no hole; after a longer one the programme
  // would come in a burst.
  static constexpr int kCatchUpMs = 100;

 private:
  Nanoseconds start_;
  int sample_rate_hz_;
  int block_frames_;
  Frames frames_ = 0;  // pulled or given up since start
};

// A driver without a device: pulls at the pace of the monotonic clock and throws the sound away.
class NullDriver final : public Driver {
 public:
  NullDriver(const DriverOptions& options, std::shared_ptr<BlockSource> source);
  // Takes up to one block.
  ~NullDriver() override = default;

  std::string name() const override { return "null"; }
  const DriverCounters& counters() const override;
  int block_frames() const override { return options_.block_frames; }
  int latency_frames() const override { return 0; }

 private:
  void run(const std::stop_token& stop);

  const DriverOptions options_;
  const std::shared_ptr<BlockSource> source_;
  mutable DriverCounters counters_;
  ThreadCpu cpu_;
  std::vector<float> left_;
  std::vector<float> right_;
  std::jthread thread_;  // last, so that it ends before what it uses
};

Result<std::unique_ptr<Driver>> open_null(const DriverOptions& options, std::shared_ptr<BlockSource> source);

}  // namespace segue::output
