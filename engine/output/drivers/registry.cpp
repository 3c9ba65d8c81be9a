// SPDX-License-Identifier: GPL-3.0-or-later
#include <condition_variable>
#include <mutex>
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

bool discard_within(std::unique_ptr<Driver> driver, std::chrono::milliseconds longest) {
  if (driver == nullptr) return true;
  struct Discarding {
    explicit Discarding(std::unique_ptr<Driver> dying) : driver(std::move(dying)) {}
    std::unique_ptr<Driver> driver;
    std::mutex mutex;
    std::condition_variable ended;
    bool is_gone = false;

    void operator()() {
      set_thread_name("segue-discard");
      driver.reset();
      const std::lock_guard lock(mutex);
      is_gone = true;
      ended.notify_all();
    }
  };
  const auto discarding = std::make_shared<Discarding>(std::move(driver));
  if (!run_detached(discarding)) {
    (void)discarding->driver.release();  // a leak is better than a wait
    return false;
  }
  std::unique_lock lock(discarding->mutex);
  return discarding->ended.wait_for(lock, longest, [&] { return discarding->is_gone; });
}

void discard(std::unique_ptr<Driver> driver) { (void)discard_within(std::move(driver), std::chrono::milliseconds(0)); }

}  // namespace segue::output
