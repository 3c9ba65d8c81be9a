// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/cache/core.h"

#include <algorithm>
#include <utility>

#include "engine/stream/cache/unix_time.h"

namespace segue::stream::cache {
namespace {

constexpr std::size_t kVersionsMax = 16;  // of one key that find() looks at, newest first

bool is_short(const ContentId& id) {
  return id.provider.size() <= kTextBytesMax && id.key.size() <= kTextBytesMax && id.validator.size() <= kTextBytesMax;
}

}  // namespace

Core::Core(BlockCache::Options options, Setting setting) : options_(std::move(options)), setting_(std::move(setting)) {
  is_over_ = !is_disk_used();
}

std::shared_ptr<CachedContent> Core::lease(const std::shared_ptr<Content>& content) {
  ++content->opens;
  if (content->idle_since != 0) idle_.erase(std::exchange(content->idle_since, 0));
  return {content.get(), [core = shared_from_this(), content](CachedContent*) { core->release(content); }};
}

std::shared_ptr<CachedContent> Core::open(const ContentId& id, bool may_store, bool is_use) {
  auto content = std::make_shared<Content>(*this, id);
  Lock lock(mutex_);
  // Without a validator nobody can tell whether two of them are the same bytes.
  if (id.validator.empty() || !is_short(id)) return lease(content);
  const ContentName& name = content->name;
  const auto is_settled = [&] {
    const auto at = contents_.find(name);
    if (at != contents_.end()) return !at->second->is_loading;
    return is_over_ || !(leaving_.contains(name) || (in_hand_ && in_hand_->name == name));
  };
  change_.wait(lock, is_settled);
  if (const auto at = contents_.find(name); at != contents_.end()) {
    if (!(at->second->id() == id)) return lease(content);  // one hash for two ids
    if (!may_store) stop_storing(*at->second);
    if (is_use) shelf_.touch(name, unix_now_ns());
    return lease(at->second);
  }
  content->is_shared = true;
  content->may_store = may_store && is_disk_used();
  contents_.emplace(name, content);
  if (content->may_store && root_) load(lock, *content, is_use);
  return lease(content);
}

// Reads what the disk has of it. Whoever opens it meanwhile waits.
void Core::load(Lock& lock, Content& content, bool is_use) {
  content.is_loading = true;
  const std::shared_ptr<Descriptor> root = root_;
  const std::int64_t now_ns = unix_now_ns();
  lock.unlock();
  StoredIndex index;
  const std::shared_ptr<ContentFiles> files = ContentFiles::open(*setting_.disk, root->get(), content.id(), index);
  if (files && is_use) files->set_used_at(now_ns);
  lock.lock();
  content.is_loading = false;
  content.files = files;
  content.size_bytes = index.size;
  content.is_size_stored = index.size >= 0;
  for (const auto& [number, stored] : index.blocks) {
    Block& block = content.blocks[number];
    block.length = stored.length;
    block.crc = stored.crc;
    block.stored = files;
    content.bytes_present.add({number * kBlockBytes, number * kBlockBytes + stored.length});
  }
  if (files && is_use) shelf_.touch(content.name, now_ns);
  change_.notify_all();
}

void Core::release(const std::shared_ptr<Content>& content) {
  const std::lock_guard lock(mutex_);
  if (--content->opens > 0) return;
  drop_spares(*content);
  if (!content->is_shared) {
    drop_ram(*content);
    content->blocks.clear();
    content->bytes_present.clear();
    return;
  }
  const bool is_all_stored = std::all_of(content->blocks.begin(), content->blocks.end(),
                                         [](const auto& at) { return at.second.stored != nullptr; });
  if (is_all_stored && !content->is_due()) {
    forget(content);
  } else {
    content->idle_since = ++turn_;
    idle_.emplace(content->idle_since, content);
    trim();
  }
  enqueue_waiting();
}

// Takes it out of the table; what the disk has of it stays there.
void Core::forget(const std::shared_ptr<Content>& content) {
  if (content->idle_since != 0) idle_.erase(std::exchange(content->idle_since, 0));
  content->is_shared = false;
  contents_.erase(content->name);
  if (!content->files || is_over_) return;
  shelf_.touch(content->name, unix_now_ns());
  closing_.push_back(content);
  wake_.notify_all();
}

// All blocks in RAM, those that nobody else has too.
void Core::drop_ram(Content& content) {
  drop_spares(content);
  content.unstored.clear();
  std::erase_if(content.blocks, [&](const auto& at) {
    if (at.second.ram == nullptr) return false;
    counters_.ram_bytes -= at.second.length;
    content.bytes_present.remove({at.first * kBlockBytes, at.first * kBlockBytes + at.second.length});
    return true;
  });
}

void Core::drop_spares(Content& content) {
  for (auto& [number, block] : content.blocks) {
    if (block.ram == nullptr || !block.stored) continue;
    spares_.erase(block.spare);
    counters_.ram_bytes -= block.length;
    block.ram.reset();
  }
}

void Core::stop_storing(Content& content) {
  content.may_store = false;
  content.unstored.clear();
  change_.notify_all();
}

// RAM within its bound: first what the disk has too, then what nobody has open. Open contents keep what is only here.
void Core::trim() {
  while (counters_.ram_bytes > options_.ram_bytes_max && !spares_.empty()) {
    Block& block = spares_.front().content->blocks.at(spares_.front().block);
    counters_.ram_bytes -= block.length;
    block.ram.reset();
    spares_.pop_front();
  }
  while (counters_.ram_bytes > options_.ram_bytes_max && !idle_.empty()) {
    drop_idle(std::shared_ptr<Content>(idle_.begin()->second));
  }
}

// A closed content with blocks that are only in RAM: they are lost, and counted.
void Core::drop_idle(const std::shared_ptr<Content>& content) {
  for (const auto& [number, block] : content->blocks) counters_.blocks_dropped += block.stored ? 0 : 1;
  drop_ram(*content);
  forget(content);
}

void Core::enqueue(Content& content) {
  if (is_over_ || content.is_queued || content.is_waiting || !content.is_shared) return;
  content.is_queued = true;
  queue_.push_back(content.shared_from_this());
  wake_.notify_all();
}

// Something left or was closed: there may be room now.
void Core::enqueue_waiting() {
  for (const auto& weak : std::exchange(waiting_, {})) {
    const auto content = weak.lock();
    if (!content) continue;
    content->is_waiting = false;
    if (content->is_due()) enqueue(*content);
  }
}

// Contents of a key with the time of their last use, newest first.
std::vector<std::pair<std::int64_t, ContentId>> Core::versions(const std::string& provider, const std::string& key) {
  std::vector<std::pair<std::int64_t, ContentId>> found;
  const ContentName name = name_of({provider, key, ""});
  Lock lock(mutex_);
  for (auto at = contents_.lower_bound({name.provider, name.key, {}});
       at != contents_.end() && at->first.provider == name.provider && at->first.key == name.key; ++at) {
    const ContentId& id = at->second->id();
    if (id.provider == provider && id.key == key) found.emplace_back(shelf_.used_at_ns(at->first), id);
  }
  const std::shared_ptr<Descriptor> root = is_disk_used() ? root_ : nullptr;
  lock.unlock();
  if (!root) return found;

  Disk& disk = *setting_.disk;
  const Descriptor folder(disk.open_folder(root->get(), name.provider_folder(), false));
  const Descriptor of_key(folder.is_open() ? disk.open_folder(folder.get(), name.key_folder(), false) : -1);
  if (!of_key.is_open()) return found;
  std::vector<Disk::File> files = disk.files(of_key.get());
  std::erase_if(files, [](const Disk::File& file) { return !file.name.ends_with(".index"); });
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.used_at_ns > b.used_at_ns; });
  if (files.size() > kVersionsMax) files.resize(kVersionsMax);
  for (const Disk::File& file : files) {
    const auto header = ContentFiles::read_header(disk, of_key.get(), file.name);
    if (header && header->id.provider == provider && header->id.key == key)
      found.emplace_back(file.used_at_ns, header->id);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  return found;
}

std::shared_ptr<CachedContent> Core::find(const std::string& provider, const std::string& key) {
  for (const auto& [used_at_ns, id] : versions(provider, key)) {
    auto content = open(id, true, false);
    if (content->size() < 0 || !(content->has(0) || content->size() == 0)) continue;
    mark_used(name_of(id));
    return content;
  }
  return nullptr;
}

void Core::mark_used(const ContentName& name) {
  Lock lock(mutex_);
  const std::int64_t now_ns = unix_now_ns();
  shelf_.touch(name, now_ns);
  const auto at = contents_.find(name);
  const std::shared_ptr<ContentFiles> files = at == contents_.end() ? nullptr : at->second->files;
  lock.unlock();
  if (files) files->set_used_at(now_ns);
}

CacheCounters Core::counters() const {
  const std::lock_guard lock(mutex_);
  CacheCounters counters = counters_;
  counters.disk_bytes = shelf_.bytes();
  return counters;
}

std::int64_t Core::bytes_of(const std::string& provider) const {
  const std::lock_guard lock(mutex_);
  return shelf_.bytes_of_provider(name_of({provider, {}, {}}).provider);
}

void Core::purge(const std::string& provider) {
  Lock lock(mutex_);
  std::vector<std::shared_ptr<Content>> closed;
  for (const auto& [since, content] : idle_) {
    if (provider.empty() || content->id().provider == provider) closed.push_back(content);
  }
  for (const auto& content : closed) drop_idle(content);
  if (is_over_ || !root_) return;
  purges_.insert(provider);
  wake_.notify_all();
  change_.wait(lock, [&] { return is_over_ || !purges_.contains(provider); });
}

void Core::flush() {
  Lock lock(mutex_);
  const std::uint64_t until = turn_;
  const auto is_due = [&](const std::shared_ptr<Content>& content) {
    return content && content->is_due() && (content->unstored.empty() || content->unstored.begin()->first <= until);
  };
  change_.wait(lock, [&] {
    if (is_over_) return true;
    if (!news_.empty() || is_reporting_) return false;
    if (!is_disk_well()) return true;
    return is_scanned_ && closing_.empty() && leaving_.empty() && !is_due(in_hand_) &&
           std::none_of(queue_.begin(), queue_.end(), is_due);
  });
}

}  // namespace segue::stream::cache
