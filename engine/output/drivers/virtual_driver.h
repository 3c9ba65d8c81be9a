// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/thread.h"
#include "engine/output/driver.h"

namespace segue::output {

// A driver whose time is moved by whoever holds it: pulls blocks when told to, on the calling thread, as fast as they
// come. Keeps the last block, so that a test can look at what sounded.
class VirtualDriver final : public Driver {
 public:
  VirtualDriver(int block_frames, std::shared_ptr<BlockSource> source)
      : block_frames_(block_frames),
        source_(std::move(source)),
        left_(static_cast<std::size_t>(block_frames)),
        right_(left_.size()) {}

  std::string name() const override { return "virtual"; }
  const DriverCounters& counters() const override { return counters_; }
  int block_frames() const override { return block_frames_; }
  int latency_frames() const override { return 0; }

  // Pulls `blocks` blocks; returns the last.
  ConstStereoBlock step(int blocks = 1) {
    const StereoBlock block{left_.data(), right_.data(), block_frames_};
    const auto before_ns = thread_cpu_ns();
    for (int i = 0; i < blocks; ++i) source_->pull(block);
    counters_.busy_ns += static_cast<std::uint64_t>(thread_cpu_ns() - before_ns);
    counters_.blocks += static_cast<std::uint64_t>(blocks);
    counters_.frames += static_cast<std::uint64_t>(blocks) * static_cast<std::uint64_t>(block_frames_);
    return block;
  }
  // The device is gone.
  void fail() { counters_.has_failed = true; }

 private:
  const int block_frames_;
  const std::shared_ptr<BlockSource> source_;
  DriverCounters counters_;
  std::vector<float> left_;
  std::vector<float> right_;
};

}  // namespace segue::output
