// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/stream/cache/block_cache.h"
#include "engine/stream/cache/content_files.h"
#include "engine/stream/cache/disk.h"
#include "engine/stream/cache/shelf.h"

namespace segue::stream::cache {

using Bytes = std::shared_ptr<const std::vector<std::byte>>;
class Core;
class Content;

// A block in RAM that the disk has too, so it may be taken back.
struct SpareBlock {
  Content* content = nullptr;
  std::int64_t block = 0;
};

struct Block {
  Bytes ram;  // null: on the disk only
  std::uint32_t length = 0;
  std::uint32_t crc = 0;                  // if it is stored
  std::shared_ptr<ContentFiles> stored;   // the files that have it; null: not on the disk
  std::uint64_t turn = 0;                 // if it waits for the disk: its key in `unstored`
  std::list<SpareBlock>::iterator spare;  // if it is in RAM and stored
};

// One content. All members are guarded by the core's mutex.
class Content final : public CachedContent, public std::enable_shared_from_this<Content> {
 public:
  Content(Core& core, ContentId id) : core_(core), id_(std::move(id)), name(name_of(id_)) {}

  const ContentId& id() const override { return id_; }
  std::int64_t size() const override;
  bool set_size(std::int64_t size) override;
  RangeSet present() const override;
  bool has(std::int64_t offset) const override;
  void put(std::int64_t block, std::span<const std::byte> bytes) override;
  std::size_t read(std::int64_t offset, std::span<std::byte> buffer) override;
  void discard() override;

 private:
  Core& core_;
  const ContentId id_;

  bool has_length(std::int64_t block, std::size_t length) const;
  Bytes read_stored(std::int64_t block, const Block& wanted);

 public:
  const ContentName name;
  std::int64_t size_bytes = -1;
  std::map<std::int64_t, Block> blocks;
  RangeSet bytes_present;
  std::map<std::uint64_t, std::int64_t> unstored;  // turn → block, those the disk is to get
  std::shared_ptr<ContentFiles> files;             // to write to; null: nothing on the disk yet
  bool is_due() const { return !unstored.empty() || (files && size_bytes >= 0 && !is_size_stored); }
  int opens = 0;
  bool is_shared = false;  // in the core's table: the one content of its id
  bool may_store = false;
  bool is_loading = false;  // its index is being read
  bool is_size_stored = false;
  bool is_queued = false;        // in the core's queue
  bool is_waiting = false;       // for room on the disk
  std::uint64_t idle_since = 0;  // turn at which the last reader left while blocks wait; 0: open
};

// What Options do not say, and tests set.
struct Setting {
  std::shared_ptr<Disk> disk = std::make_shared<Disk>();
  std::chrono::milliseconds retry_after{10'000};  // a disk that failed is tried again: a person has made room or not
};

// The cache behind BlockCache: one mutex, never held during file work or a call-out, and one thread for the disk.
// Kept by everyone who has a content open, so contents outlive the cache and then live in RAM.
class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(BlockCache::Options options, Setting setting);

  std::shared_ptr<CachedContent> open(const ContentId& id, bool may_store, bool is_use = true);
  std::shared_ptr<CachedContent> find(const std::string& provider, const std::string& key);
  CacheCounters counters() const;
  std::int64_t bytes_of(const std::string& provider) const;
  void purge(const std::string& provider);
  void flush();

  void start();  // looks at the folder
  void run();    // the thread's life
  bool end(std::chrono::milliseconds writes_max, std::chrono::milliseconds grace);

 private:
  friend class Content;
  using Lock = std::unique_lock<std::mutex>;
  using Instant = std::chrono::steady_clock::time_point;

  // core.cpp: contents.
  std::shared_ptr<CachedContent> lease(const std::shared_ptr<Content>& content);
  void release(const std::shared_ptr<Content>& content);
  void load(Lock& lock, Content& content, bool is_use);
  void forget(const std::shared_ptr<Content>& content);
  void drop_ram(Content& content);
  void drop_spares(Content& content);
  void drop_idle(const std::shared_ptr<Content>& content);
  void stop_storing(Content& content);
  void trim();
  void enqueue(Content& content);
  void enqueue_waiting();
  void mark_used(const ContentName& name);
  std::vector<std::pair<std::int64_t, ContentId>> versions(const std::string& provider, const std::string& key);

  // writer.cpp: the disk's thread.
  struct Batch;
  bool is_disk_used() const { return !options_.folder.empty() && options_.disk_bytes_max > 0; }
  bool is_disk_well() const { return root_ && trouble_.empty(); }
  bool has_work() const;
  void work(Lock& lock);
  void open_disk(Lock& lock);
  void scan(Lock& lock);
  void scan_key(const Descriptor& folder, ContentName name, Lock& lock);
  void reopen(Lock& lock);
  void write_next(Lock& lock);
  Batch batch_of(const std::shared_ptr<Content>& content);
  int write_batch(Batch& batch);
  static int write_pieces(Batch& batch);
  void finish_batch(Batch& batch, int error);
  bool make_room(Lock& lock, const Content& content, std::int64_t bytes);
  bool evict_one(Lock& lock, const std::uint64_t* provider);
  void remove_files(Lock& lock, ContentName name);
  void purge_now(Lock& lock);
  void close_files(Lock& lock);
  void report(Lock& lock);
  void disk_failed(int error, const char* what);
  void disk_works();
  void say_corrupt(const Content& content, std::int64_t block);
  void say(Code code, const char* reason, std::string message);

  const BlockCache::Options options_;
  const Setting setting_;

  mutable std::mutex mutex_;          // guards all below and the members of contents
  std::condition_variable wake_;      // for the thread
  std::condition_variable change_;    // for who waits for the thread or for a content
  std::shared_ptr<Descriptor> root_;  // null: no usable folder
  std::map<ContentName, std::shared_ptr<Content>> contents_;
  std::map<std::uint64_t, std::shared_ptr<Content>> idle_;  // closed ones with blocks that are not stored
  std::list<SpareBlock> spares_;                            // least recently used first
  std::deque<std::shared_ptr<Content>> queue_;              // to be written
  std::vector<std::weak_ptr<Content>> waiting_;             // no room for them until others leave
  std::shared_ptr<Content> in_hand_;                        // the thread writes it
  std::vector<std::shared_ptr<Content>> closing_;           // to be marked as used now, and closed
  std::deque<ContentName> removals_;                        // discarded: their files are to go
  std::set<ContentName> leaving_;                           // their files are being removed, or soon
  Shelf shelf_;
  bool is_scanned_ = false;
  std::uint64_t turn_ = 0;
  std::set<std::string> purges_;
  std::string trouble_;  // reason the disk is not used at present
  Instant retry_at_{};
  std::deque<Error> news_;
  bool is_reporting_ = false;
  std::atomic<bool> is_ending_ = false;
  bool is_over_ = false;  // the thread is gone or given up: all is RAM from now on
  Instant end_by_{};
  CacheCounters counters_;
};

// As BlockCache::create, with a disk that tests make.
std::unique_ptr<BlockCache> make_cache(BlockCache::Options options, Setting setting);

}  // namespace segue::stream::cache
