// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/text.h"
#include "engine/base/thread.h"
#include "engine/stream/cache/core.h"
#include "engine/stream/cache/crc32c.h"
#include "engine/stream/cache/unix_time.h"

namespace segue::stream::cache {
namespace {

constexpr std::size_t kBatchBlocks = 16;       // 1 MiB between two looks at what else there is to do
constexpr int kEvictionsForSpaceMax = 64;      // contents given up for one batch when others fill the disk
constexpr std::int64_t kDiskPageBytes = 4096;  // what file systems here allocate in
constexpr std::size_t kNewsMax = 256;          // not told yet; later ones are dropped, the counters have them

std::int64_t on_disk(std::int64_t bytes) { return (bytes + kDiskPageBytes - 1) / kDiskPageBytes * kDiskPageBytes; }

}  // namespace

struct Core::Batch {
  std::shared_ptr<Content> content;
  std::shared_ptr<Descriptor> root;
  std::shared_ptr<ContentFiles> files;
  std::int64_t size = -1;  // to be stored; −1: not now
  bool is_new = false;
  struct Piece {
    std::int64_t number = 0;
    Bytes bytes;
    std::uint32_t crc = 0;
  };
  std::vector<Piece> pieces;
};

bool Core::has_work() const {
  if (is_ending_ || !news_.empty()) return true;
  if (root_ && (!is_scanned_ || !closing_.empty() || !removals_.empty() || !purges_.empty())) return true;
  return is_disk_well() && !queue_.empty();
}

void Core::run() {
  set_thread_name("segue-cache");
  Lock lock(mutex_);
  while (true) {
    const bool is_retry_due = !trouble_.empty() && (!root_ || !queue_.empty());
    if (is_retry_due) {
      wake_.wait_until(lock, retry_at_, [&] { return has_work(); });
    } else {
      wake_.wait(lock, [&] { return has_work(); });
    }
    work(lock);
    change_.notify_all();
    const bool is_late = std::chrono::steady_clock::now() >= end_by_;
    const bool is_done = (queue_.empty() || !is_disk_well()) && closing_.empty() && removals_.empty();
    if (is_ending_ && (is_late || is_done)) break;
  }
  is_over_ = true;
  root_.reset();
  queue_.clear();
  closing_.clear();
  change_.notify_all();
}

void Core::work(Lock& lock) {
  report(lock);
  const bool is_retry = !trouble_.empty() && std::chrono::steady_clock::now() >= retry_at_;
  if (is_retry && !is_ending_) reopen(lock);
  if (root_) {
    if (!is_scanned_) scan(lock);
    close_files(lock);
    while (!removals_.empty()) {
      const ContentName name = removals_.front();
      removals_.pop_front();
      remove_files(lock, name);
    }
    purge_now(lock);
    if (!queue_.empty() && (trouble_.empty() || is_retry)) write_next(lock);
  } else {
    closing_.clear();
    removals_.clear();
    leaving_.clear();
    purges_.clear();
  }
  report(lock);
}

void Core::start() {
  Lock lock(mutex_);
  open_disk(lock);
}

// The folder, for this process alone.
void Core::open_disk(Lock& lock) {
  Disk& disk = *setting_.disk;
  lock.unlock();
  const Descriptor parent(disk.open_root(options_.folder));
  int error = parent.get();
  auto root = std::make_shared<Descriptor>(parent.is_open() ? disk.open_folder(parent.get(), "v1", true) : -1);
  if (parent.is_open()) error = root->get();
  if (root->is_open()) error = disk.lock(root->get());
  lock.lock();
  if (error < 0) return disk_failed(error, "open the folder");
  root_ = std::move(root);
  is_scanned_ = false;
  shelf_.clear();
}

// After a failure: the folder may be another one by now, or there at last.
void Core::reopen(Lock& lock) {
  if (root_ && !setting_.disk->is_gone(root_->get())) return;
  root_.reset();
  for (const auto& [name, content] : contents_) content->files.reset();
  open_disk(lock);
  if (root_) disk_works();
}

// Takes stock of what is on the disk; data without an index, or the other way round, is swept up.
void Core::scan(Lock& lock) {
  Disk& disk = *setting_.disk;
  const std::shared_ptr<Descriptor> root = root_;
  lock.unlock();
  for (const std::string& provider : disk.folders(root->get())) {
    if (is_ending_) break;
    ContentName name;
    if (!parse_hash(provider, std::span(&name.provider, 1))) continue;
    const Descriptor folder(disk.open_folder(root->get(), provider, false));
    if (!folder.is_open()) continue;
    for (const std::string& key : disk.folders(folder.get())) {
      if (is_ending_ || !parse_hash(key, name.key)) continue;
      const Descriptor of_key(disk.open_folder(folder.get(), key, false));
      if (of_key.is_open()) scan_key(of_key, name, lock);
    }
  }
  lock.lock();
  is_scanned_ = true;
}

void Core::scan_key(const Descriptor& folder, ContentName name, Lock& lock) {
  struct Pair {
    Disk::File index;
    Disk::File data;
  };
  std::map<std::array<std::uint64_t, 2>, Pair> found;
  for (Disk::File& file : setting_.disk->files(folder.get())) {
    const std::size_t dot = file.name.find('.');
    if (dot == std::string::npos || !parse_hash(file.name.substr(0, dot), name.validator)) continue;
    const std::string ending = file.name.substr(dot);
    if (ending == ".index") found[name.validator].index = std::move(file);
    if (ending == ".data") found[name.validator].data = std::move(file);
  }
  for (const auto& [validator, pair] : found) {
    name.validator = validator;
    if (!pair.index.name.empty() && !pair.data.name.empty()) {
      lock.lock();
      if (!leaving_.contains(name))
        shelf_.put(name, pair.index.disk_bytes + pair.data.disk_bytes, pair.index.used_at_ns);
      lock.unlock();
    } else {
      setting_.disk->remove(folder.get(), pair.index.name.empty() ? pair.data.name : pair.index.name);
    }
  }
}

Core::Batch Core::batch_of(const std::shared_ptr<Content>& content) {
  Batch batch{content, root_, content->files, content->is_size_stored ? -1 : content->size_bytes, false, {}};
  for (const auto& [turn, number] : content->unstored) {
    if (batch.pieces.size() == kBatchBlocks) break;
    batch.pieces.push_back({number, content->blocks.at(number).ram, 0});
  }
  return batch;
}

void Core::write_next(Lock& lock) {
  const std::shared_ptr<Content> content = std::move(queue_.front());
  queue_.pop_front();
  content->is_queued = false;
  if (!content->is_shared || !content->may_store || !content->is_due()) return;
  in_hand_ = content;
  Batch batch = batch_of(content);
  std::int64_t bytes = batch.files ? 0 : kDiskPageBytes;
  for (const Batch::Piece& piece : batch.pieces) bytes += on_disk(static_cast<std::int64_t>(piece.bytes->size()));
  if (make_room(lock, *content, bytes)) {
    lock.unlock();
    int error = write_batch(batch);
    lock.lock();
    // Somebody else fills the disk: the longest unused contents make room.
    for (int evicted = 0; (error == -ENOSPC || error == -EDQUOT) && evicted < kEvictionsForSpaceMax; ++evicted) {
      if (!evict_one(lock, nullptr)) break;
      lock.unlock();
      error = write_batch(batch);
      lock.lock();
    }
    finish_batch(batch, error);
  } else if (!content->is_waiting) {
    content->is_waiting = true;
    waiting_.push_back(content);
  }
  in_hand_.reset();
  if (content->is_due()) enqueue(*content);
  if (content->idle_since != 0 && !content->is_due()) forget(content);
}

// Blocks first, then the index that vouches for them. 0 or −errno; after a failure nothing of it counts.
int Core::write_batch(Batch& batch) {
  Disk& disk = *setting_.disk;
  const ContentId& id = batch.content->id();
  int error = 0;
  if (!batch.files || !batch.files->is_writable()) {
    StoredIndex stored;
    batch.files = ContentFiles::open(disk, batch.root->get(), id, stored);
    if (batch.files && !batch.files->is_writable()) return -EROFS;
    if (batch.files && stored.size >= 0 && batch.size >= 0 && stored.size != batch.size) batch.files.reset();
    if (!batch.files) {
      batch.is_new = true;
      batch.files = ContentFiles::make(disk, batch.root->get(), id, error);
    }
    if (!batch.files) return error;
  }
  error = write_pieces(batch);
  if (error < 0 && batch.is_new) {
    // Nothing vouches for what is in them, and they take room.
    batch.files.reset();
    ContentFiles::remove(disk, batch.root->get(), batch.content->name);
  }
  return error;
}

int Core::write_pieces(Batch& batch) {
  std::vector<IndexRecord> records;
  if (batch.size >= 0) records.push_back({IndexRecord::Kind::kSize, 0, batch.size, 0});
  for (Batch::Piece& piece : batch.pieces) {
    piece.crc = crc32c(*piece.bytes);
    const int error = batch.files->write(piece.number, *piece.bytes);
    if (error < 0) return error;
    records.push_back(
        {IndexRecord::Kind::kBlock, static_cast<std::uint32_t>(piece.bytes->size()), piece.number, piece.crc});
  }
  return batch.files->append(records);
}

void Core::finish_batch(Batch& batch, int error) {
  Content& content = *batch.content;
  if (error < 0) return disk_failed(error, "write");
  disk_works();
  if (leaving_.contains(content.name)) return;  // discarded meanwhile
  const std::int64_t now_ns = unix_now_ns();
  if (batch.is_new) shelf_.add_bytes(content.name, kDiskPageBytes, now_ns);
  for (const Batch::Piece& piece : batch.pieces) {
    ++counters_.blocks_stored;
    shelf_.add_bytes(content.name, on_disk(static_cast<std::int64_t>(piece.bytes->size())), now_ns);
  }
  if (!content.is_shared) return;
  content.files = batch.files;
  if (batch.size >= 0) content.is_size_stored = true;
  for (const Batch::Piece& piece : batch.pieces) {
    const auto at = content.blocks.find(piece.number);
    if (at == content.blocks.end() || at->second.ram != piece.bytes) continue;
    Block& block = at->second;
    content.unstored.erase(block.turn);
    block.stored = batch.files;
    block.crc = piece.crc;
    block.spare = spares_.insert(spares_.end(), {&content, piece.number});
  }
  if (content.opens == 0) drop_spares(content);
  trim();
}

bool Core::make_room(Lock& lock, const Content& content, std::int64_t bytes) {
  const std::uint64_t provider = content.name.provider;
  const auto quota = options_.provider_bytes_max.find(content.id().provider);
  if (quota != options_.provider_bytes_max.end() && quota->second > 0) {
    while (shelf_.bytes_of_provider(provider) + bytes > quota->second) {
      if (bytes > quota->second || !evict_one(lock, &provider)) return false;
    }
  }
  while (shelf_.bytes() + bytes > options_.disk_bytes_max) {
    if (bytes > options_.disk_bytes_max || !evict_one(lock, nullptr)) return false;
  }
  return true;
}

// The longest unused content, of this provider or of all, leaves the disk; also one that is closed but waits for room
// itself.
bool Core::evict_one(Lock& lock, const std::uint64_t* provider) {
  const auto may_go = [&](const ContentName& name) {
    if (leaving_.contains(name) || (in_hand_ && in_hand_->name == name)) return false;
    const auto at = contents_.find(name);
    return at == contents_.end() || at->second->idle_since != 0;
  };
  const auto name = shelf_.oldest(provider, may_go);
  if (!name) return false;
  if (const auto at = contents_.find(*name); at != contents_.end()) drop_idle(std::shared_ptr<Content>(at->second));
  const std::int64_t blocks = (shelf_.bytes_of(*name) - kDiskPageBytes + kBlockBytes - 1) / kBlockBytes;
  counters_.blocks_evicted += static_cast<std::uint64_t>(std::max<std::int64_t>(blocks, 0));
  remove_files(lock, *name);
  return true;
}

void Core::remove_files(Lock& lock, ContentName name) {
  const std::shared_ptr<Descriptor> root = root_;
  leaving_.insert(name);
  shelf_.remove(name);
  lock.unlock();
  ContentFiles::remove(*setting_.disk, root->get(), name);
  lock.lock();
  leaving_.erase(name);
  enqueue_waiting();
  change_.notify_all();
}

void Core::purge_now(Lock& lock) {
  while (!purges_.empty()) {
    const std::string provider = *purges_.begin();
    const std::uint64_t hash = name_of({provider, "", ""}).provider;
    while (true) {
      const auto may_go = [&](const ContentName& name) {
        return !contents_.contains(name) && !leaving_.contains(name);
      };
      const auto name = shelf_.oldest(provider.empty() ? nullptr : &hash, may_go);
      if (!name) break;
      remove_files(lock, *name);
    }
    purges_.erase(provider);
    change_.notify_all();
  }
}

void Core::close_files(Lock& lock) {
  if (closing_.empty()) return;
  std::vector<std::shared_ptr<Content>> closing = closing_;
  const std::size_t count = closing.size();
  std::vector<std::shared_ptr<ContentFiles>> files;
  for (const auto& content : closing) {
    if (content->files) files.push_back(content->files);
  }
  lock.unlock();
  for (const auto& each : files) each->set_used_at(unix_now_ns());
  lock.lock();
  closing_.erase(closing_.begin(), closing_.begin() + static_cast<std::ptrdiff_t>(count));
  lock.unlock();
  files.clear();
  closing.clear();
  lock.lock();
}

void Core::report(Lock& lock) {
  while (!news_.empty()) {
    const Error error = std::move(news_.front());
    news_.pop_front();
    if (!options_.on_disk || is_over_) continue;
    is_reporting_ = true;
    lock.unlock();
    options_.on_disk(error);
    lock.lock();
    is_reporting_ = false;
  }
}

void Core::say(Code code, const char* reason, std::string message) {
  if (news_.size() >= kNewsMax) return;
  news_.push_back({code, reason, "cache " + printable(options_.folder) + ": " + std::move(message)});
  wake_.notify_all();
}

void Core::say_corrupt(const Content& content, std::int64_t block) {
  say(Code::kDataLoss, "CACHE_CORRUPT",
      "block " + std::to_string(block) + " of " + printable(content.id().key, 128) +
          " is not what was written; it is fetched again. If this recurs, check the disk");
}

void Core::disk_failed(int error, const char* what) {
  ++counters_.disk_failures;
  retry_at_ = std::chrono::steady_clock::now() + setting_.retry_after;
  const char* reason = "CACHE_IO_ERROR";
  const char* advice = "check the disk";
  Code code = Code::kUnavailable;
  if (error == -ENOSPC || error == -EDQUOT || error == -EFBIG) {
    reason = "CACHE_FULL";
    advice = "free space on it or lower the cache's size";
    code = Code::kResourceExhausted;
  } else if (error == -EROFS || error == -EACCES || error == -EPERM) {
    reason = "CACHE_READ_ONLY";
    advice = "make it writable";
    code = Code::kPermissionDenied;
  } else if (error == -EWOULDBLOCK) {
    reason = "CACHE_IN_USE";
    advice = "another daemon uses it; give each a folder of its own";
    code = Code::kFailedPrecondition;
  }
  if (std::exchange(trouble_, reason) == reason) return;
  say(code, reason,
      std::string("cannot ") + what + ": " + std::strerror(-error) + "; new blocks stay in RAM; " + advice);
}

void Core::disk_works() {
  if (trouble_.empty()) return;
  trouble_.clear();
  say(Code::kUnknown, "", "works again");
}

}  // namespace segue::stream::cache
