// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/control/state.h"
#include "engine/model/config.h"
#include "engine/output/driver.h"
#include "engine/output/gate.h"
#include "engine/rt/block_clock.h"

namespace segue::control {

// Sees to it that exactly one driver pulls the engine. The null driver runs at once; a sound device is opened on a
// thread nobody waits for and takes over when it is there. A driver that fails, or pulls nothing for half a second,
// is left behind and the null driver takes its place; the device is tried again every ten seconds. Control thread.
class Outputs {
 public:
  // How drivers are opened: output::open_driver, or what a test puts in its place.
  using Open = std::function<Result<std::unique_ptr<output::Driver>>(model::OutputKind, const output::DriverOptions&,
                                                                     std::shared_ptr<output::BlockSource>)>;
  // `source` and `block_clock` outlive this.
  Outputs(const model::Config& config, output::BlockSource& source, rt::BlockClock& block_clock,
          Open open = open_real());
  // stop()
  ~Outputs();

  // Fails only if not even the null driver starts.
  Result<void> start(Nanoseconds now);
  // Looks after the drivers; each step. True if facts() changed in a way that watchers want to know.
  bool tend(Nanoseconds now);
  // Lets nobody pull any more; drivers die in their own time.
  void stop();

  static Open open_real();
  const OutputFacts& facts() const { return facts_; }
  int latency_frames() const { return driver_ == nullptr ? 0 : driver_->latency_frames(); }
  // Blocks have been pulled within the last half second.
  bool flows() const { return flows_; }

 private:
  class Door;
  struct Opening;
  void begin_opening();
  bool take_opened(Nanoseconds now);
  void use(std::unique_ptr<output::Driver> driver, Nanoseconds now);
  bool fall_back(const std::string& why, Nanoseconds now);
  bool use_null(Nanoseconds now);
  void try_again(Nanoseconds now);
  void count_lost();
  void measure(Nanoseconds now);
  output::DriverOptions options() const;

  const model::Config& config_;
  rt::BlockClock& block_clock_;
  const Open open_;
  output::Gate gate_;
  std::unique_ptr<output::Driver> driver_;
  std::shared_ptr<Opening> opening_;
  OutputFacts facts_;
  bool is_stopped_ = false;
  bool flows_ = false;
  bool is_on_device_ = false;  // the driver is the one that was asked for
  Nanoseconds tried_at_{0};    // when it was last opened, or lost
  std::uint64_t blocks_seen_ = 0;
  Nanoseconds blocks_at_{0};       // when blocks_seen_ last rose
  std::uint64_t lost_before_ = 0;  // by drivers before this one
  std::uint64_t busy_seen_ns_ = 0;
  Nanoseconds measured_at_{0};
};

}  // namespace segue::control
