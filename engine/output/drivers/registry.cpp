// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include "engine/base/thread.h"
#include "engine/output/detached.h"
#include "engine/output/driver.h"
#include "engine/output/drivers/null_driver.h"
#include "engine/output/drivers/portaudio_driver.h"

namespace segue::output {
namespace {

struct Member {
  model::OutputKind kind;
  Result<std::unique_ptr<Driver>> (*open)(const DriverOptions& options, std::shared_ptr<BlockSource> source);
  Result<std::vector<std::string>> (*list)();
};

Result<std::vector<std::string>> list_null() { return std::vector<std::string>{"null"}; }

constexpr Member kMembers[] = {
    {model::OutputKind::kPortaudio, open_portaudio, list_portaudio},
    {model::OutputKind::kNull, open_null, list_null},
};

}  // namespace

Result<std::unique_ptr<Driver>> open_driver(model::OutputKind kind, const DriverOptions& options,
                                            std::shared_ptr<BlockSource> source) {
  for (const Member& member : kMembers) {
    if (member.kind == kind) return member.open(options, std::move(source));
  }
  return fail(Code::kUnavailable, "NO_DEVICE", "output: none was asked for");
}

Result<std::unique_ptr<Driver>> open_driver(model::OutputKind kind, const DriverOptions& options, BlockSource& source) {
  return open_driver(kind, options, std::shared_ptr<BlockSource>(&source, [](BlockSource*) {}));
}

Result<std::vector<std::string>> list_devices(model::OutputKind kind) {
  for (const Member& member : kMembers) {
    if (member.kind == kind) return member.list();
  }
  return std::vector<std::string>{};
}

void discard(std::unique_ptr<Driver> driver) {
  if (driver == nullptr) return;
  struct Discarding {
    std::unique_ptr<Driver> driver;
    void operator()() {
      set_thread_name("segue-discard");
      driver.reset();
    }
  };
  const auto discarding = std::make_shared<Discarding>(std::move(driver));
  // Without a thread the driver stays: a leak is better than a wait.
  if (!run_detached(discarding)) (void)discarding->driver.release();
}

}  // namespace segue::output
