// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/page_pool.h"

#include <algorithm>

#include <sys/mman.h>

namespace segue::stream {
namespace {

constexpr std::int64_t kChunkPages = 256;  // 8 MiB: few mappings, little address space in vain
constexpr std::size_t kChunkBytes = kChunkPages * sizeof(rt::Page);

}  // namespace

PagePool::~PagePool() {
  for (void* chunk : chunks_) ::munmap(chunk, kChunkBytes);
}

rt::Page* PagePool::take(std::int64_t reserve) {
  collect();
  if (pages_max_ >= 0 && used_ + reserve >= pages_max_) return nullptr;
  if (dirty_.empty() && clean_.empty() && !map_chunk()) return nullptr;
  std::vector<rt::Page*>& from = dirty_.empty() ? clean_ : dirty_;
  rt::Page* page = from.back();
  from.pop_back();
  ++used_;
  return page;
}

void PagePool::give_back(const rt::Page* page) {
  dirty_.push_back(const_cast<rt::Page*>(page));  // published as const; nobody reads it any more
  --used_;
}

void PagePool::give_back_later(const rt::Page* page) {
  waiting_.push_back({const_cast<rt::Page*>(page), clock_.mark()});
}

bool PagePool::has_room(std::int64_t reserve) const {
  return pages_max_ < 0 || used_ - waiting() + reserve < pages_max_;
}

std::vector<rt::Page*> PagePool::take_dirty(std::size_t count) {
  count = std::min(count, dirty_.size());
  std::vector<rt::Page*> pages(dirty_.end() - static_cast<std::ptrdiff_t>(count), dirty_.end());
  dirty_.resize(dirty_.size() - count);
  return pages;
}

void PagePool::clean_memory(std::vector<rt::Page*>& pages) {
  std::sort(pages.begin(), pages.end());
  for (std::size_t i = 0; i < pages.size();) {
    std::size_t run = 1;
    while (i + run < pages.size() && pages[i + run] == pages[i] + run) ++run;
    ::madvise(pages[i], run * sizeof(rt::Page), MADV_DONTNEED);
    i += run;
  }
}

void PagePool::accept_clean(const std::vector<rt::Page*>& pages) {
  clean_.insert(clean_.end(), pages.rbegin(), pages.rend());
}

bool PagePool::map_chunk() {
  void* chunk =
      ::mmap(nullptr, kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (chunk == MAP_FAILED) return false;
  chunks_.push_back(chunk);
  for (std::int64_t i = kChunkPages - 1; i >= 0; --i) clean_.push_back(static_cast<rt::Page*>(chunk) + i);
  return true;
}

void PagePool::collect() {
  while (!waiting_.empty() && clock_.passed(waiting_.front().mark)) {
    give_back(waiting_.front().page);
    waiting_.pop_front();
  }
}

}  // namespace segue::stream
