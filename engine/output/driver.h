// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/audio_block.h"
#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/model/config.h"
#include "engine/rt/realtime.h"

namespace segue::output {

// Where a driver's audio comes from. Called on the driver's thread only.
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  // Fills the block, of any length from 1 frame up to driver_block_frames_max.
  SEGUE_RT virtual void pull(StereoBlock block) = 0;
};
inline constexpr int kDriverBlockFramesMax = 8192;

// Counters a driver keeps, readable from any thread.
struct DriverCounters {
  std::atomic<std::uint64_t> blocks{0};
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> lost_frames{0};  // gaps between callbacks against the monotonic clock, in frames
  std::atomic<std::uint64_t> busy_ns{0};      // CPU time of the thread that pulls, as of the last counters()
  std::atomic<bool> has_failed{false};        // the device is gone; no callback will come
};

struct DriverOptions {
  int sample_rate_hz = 48'000;
  int block_frames = 256;
  std::string device{};        // a device's name or a part of it; empty: the default
  int realtime_priority = 70;  // SCHED_FIFO; 0: leave it
};

// Pulls blocks at the pace of a device or of a clock, from construction to destruction, on a thread of its own whose
// priority it raises in its first callback; sets flush-to-zero in each. Destruction may hang on a dead device, so it
// is left to a thread nobody waits for (see discard).
class Driver {
 public:
  virtual ~Driver() = default;
  // "portaudio:NAME" or "null".
  virtual std::string name() const = 0;
  // Brings busy_ns up to date; the audio thread itself never asks for its CPU time, which is a system call.
  virtual const DriverCounters& counters() const = 0;
  virtual int block_frames() const = 0;
  // Frames from pull to the listener's ear, as the device states it.
  virtual int latency_frames() const = 0;
};

// Opens the member of drivers/registry.cpp for `kind`. The driver keeps `source` alive, also one whose opening was
// given up. Returns within kOpenWaitS. Fails with UNAVAILABLE NO_DEVICE, DEVICE_FAILED.
Result<std::unique_ptr<Driver>> open_driver(model::OutputKind kind, const DriverOptions& options,
                                            std::shared_ptr<BlockSource> source);
// As above for a source that outlives everything, a driver whose opening was given up included: not a Gate's pass.
Result<std::unique_ptr<Driver>> open_driver(model::OutputKind kind, const DriverOptions& options, BlockSource& source);
// Longest a caller waits for a device to open; PortAudio needs 0.1 s, a slow USB interface 1 s.
inline constexpr int kOpenWaitS = 3;

// Names of the devices that `kind` can open, the default first. Fails as open_driver does.
Result<std::vector<std::string>> list_devices(model::OutputKind kind);

// Gives a driver to a detached thread that destroys it, however long that takes. The BlockSource handed to the driver
// must be one that can go first: a Gate.
void discard(std::unique_ptr<Driver> driver);
// As discard, and waits up to `longest` for the driver to be gone; whether it is. For the end of the program, when a
// device should be closed before the libraries are.
bool discard_within(std::unique_ptr<Driver> driver, std::chrono::milliseconds longest);

}  // namespace segue::output
