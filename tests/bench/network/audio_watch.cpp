// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/network/audio_watch.h"

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "engine/output/drivers/null_driver.h"
#include "tests/support/realtime/trap.h"

namespace segue::output {

// Names that the linker gives the function and its stand-in.
Result<std::unique_ptr<Driver>> real_open_null(const DriverOptions&, std::shared_ptr<BlockSource>) asm(
    "__real__ZN5segue6output9open_nullERKNS0_13DriverOptionsESt10shared_ptrINS0_11BlockSourceEE");
Result<std::unique_ptr<Driver>> watched_open_null(const DriverOptions&, std::shared_ptr<BlockSource>) asm(
    "__wrap__ZN5segue6output9open_nullERKNS0_13DriverOptionsESt10shared_ptrINS0_11BlockSourceEE");

namespace {

std::atomic<std::uint64_t> blocks{0};

class WatchedSource final : public BlockSource {
 public:
  explicit WatchedSource(std::shared_ptr<BlockSource> source) : source_(std::move(source)) {}
  SEGUE_RT void pull(StereoBlock block) override {
    const test::RealtimeScope scope;
    source_->pull(block);
    blocks.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  const std::shared_ptr<BlockSource> source_;
};

}  // namespace

Result<std::unique_ptr<Driver>> watched_open_null(const DriverOptions& options, std::shared_ptr<BlockSource> source) {
  return real_open_null(options, std::make_shared<WatchedSource>(std::move(source)));
}

}  // namespace segue::output

namespace segue::bench {

std::uint64_t watched_blocks() { return output::blocks.load(std::memory_order_relaxed); }

void report_audio_thread(Report& report) {
  for (int kind = 0; kind < test::kForbiddenKinds; ++kind) {
    const auto forbidden = static_cast<test::Forbidden>(kind);
    report.add("network.audio_thread." + std::string(to_string(forbidden)),
               static_cast<double>(test::RealtimeTrap::violations(forbidden)), "calls", Goal::exactly(0));
  }
  // A minute at least, or nothing was watched.
  report.add("network.audio_thread.blocks", static_cast<double>(watched_blocks()), "", Goal::at_least(10'000));
  if (test::RealtimeTrap::violations() > 0) std::fputs(test::RealtimeTrap::report().c_str(), stderr);
}

}  // namespace segue::bench
