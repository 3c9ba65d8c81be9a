// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/block_cache.h"

#include <thread>
#include <utility>

#include "engine/stream/cache/core.h"

namespace segue::stream {
namespace cache {
namespace {

constexpr std::chrono::milliseconds kLastWritesMax{500};  // a daemon that ends does not wait longer for its disk
constexpr std::chrono::milliseconds kHungDiskMax{500};    // then its thread is left behind

// Owns the core's thread.
class ThreadedCache final : public BlockCache {
 public:
  ThreadedCache(std::shared_ptr<Core> core, bool has_thread) : core_(std::move(core)) {
    if (has_thread) thread_ = std::thread([kept = core_] { kept->run(); });
  }
  ~ThreadedCache() override {
    if (!thread_.joinable()) return;
    if (core_->end(kLastWritesMax, kHungDiskMax)) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }

  std::shared_ptr<CachedContent> open(const ContentId& id, bool may_store) override {
    return core_->open(id, may_store);
  }
  std::shared_ptr<CachedContent> find(const std::string& provider, const std::string& key) override {
    return core_->find(provider, key);
  }
  CacheCounters counters() const override { return core_->counters(); }
  std::int64_t bytes_of(const std::string& provider) const override { return core_->bytes_of(provider); }
  void purge(const std::string& provider) override { core_->purge(provider); }
  void flush() override { core_->flush(); }

 private:
  const std::shared_ptr<Core> core_;
  std::thread thread_;
};

}  // namespace

// Says that the thread is to finish what waits within `writes_max`. False if a system call still holds it `grace`
// later: then it is on its own, keeps the core and calls nobody any more.
bool Core::end(std::chrono::milliseconds writes_max, std::chrono::milliseconds grace) {
  Lock lock(mutex_);
  is_ending_ = true;
  end_by_ = std::chrono::steady_clock::now() + writes_max;
  wake_.notify_all();
  if (change_.wait_until(lock, end_by_ + grace, [&] { return is_over_; })) return true;
  is_over_ = true;
  change_.wait(lock, [&] { return !is_reporting_; });
  return false;
}

std::unique_ptr<BlockCache> make_cache(BlockCache::Options options, Setting setting) {
  const bool has_disk = !options.folder.empty() && options.disk_bytes_max > 0;
  auto core = std::make_shared<Core>(std::move(options), std::move(setting));
  if (has_disk) core->start();
  return std::make_unique<ThreadedCache>(std::move(core), has_disk);
}

}  // namespace cache

std::unique_ptr<BlockCache> BlockCache::create(Options options) {
  return cache::make_cache(std::move(options), cache::Setting{});
}

}  // namespace segue::stream
