// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/segments.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/control/journal/reader.h"

namespace segue::control {
namespace {

constexpr auto kSyncEvery = std::chrono::seconds(1);  // what a power cut may cost

}  // namespace

Segments::Segments(const model::Config::Journal& config, std::string folder, std::string epoch)
    : config_(config), folder_(std::move(folder)), epoch_(std::move(epoch)) {
  std::error_code ignored;  // what is wrong shows when the first file is made
  std::filesystem::create_directories(folder_, ignored);
  current_ = prepare();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Segments::~Segments() {
  thread_.request_stop();
  thread_.join();
  write_waiting();
  if (current_ != nullptr) current_->sync();
}

void Segments::append(std::string_view record) {
  write_waiting();
  if (waiting_.empty() && write(record)) return;
  waiting_.emplace_back(record);
  if (waiting_.size() > kWaitingMax) {
    waiting_.pop_front();
    ++given_up_;
  }
  unsaved_.store(waiting_.size() + given_up_, std::memory_order_relaxed);
}

void Segments::write_waiting() {
  if (waiting_.empty()) return;
  while (!waiting_.empty() && write(waiting_.front())) waiting_.pop_front();
  unsaved_.store(waiting_.size() + given_up_, std::memory_order_relaxed);
}

bool Segments::write(std::string_view record) {
  if (current_ != nullptr && current_->append(record)) return true;
  {
    const std::lock_guard lock(mutex_);
    if (next_ == nullptr) return false;
    current_ = std::move(next_);
  }
  wake_.notify_one();
  return current_->append(record);
}

std::unique_ptr<Segment> Segments::prepare() {
  char number[16];
  std::snprintf(number, sizeof number, "-%06d", prepared_ + 1);
  auto segment = Segment::create(folder_ + "/" + epoch_ + number + kJournalSuffix,
                                 static_cast<std::size_t>(config_.segment_bytes));
  if (!segment) return nullptr;
  ++prepared_;
  return std::move(*segment);
}

void Segments::run(const std::stop_token& stop) {
  set_thread_name("segue-journal");
  bool has_complained = false;
  std::shared_ptr<Segment> syncing;
  while (!stop.stop_requested()) {
    bool needs_next = false;
    std::shared_ptr<Segment> before = syncing;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kSyncEvery, [this, &syncing] { return next_ == nullptr && current_ != syncing; });
      needs_next = next_ == nullptr;
      syncing = current_;
    }
    if (before != nullptr && before != syncing) before->sync();
    if (syncing != nullptr) syncing->sync();
    if (!needs_next) continue;
    remove_oldest();
    auto made = prepare();
    if (made == nullptr && !has_complained) log::error("journal_unwritable", {{"folder", folder_}});
    has_complained = made == nullptr;
    const std::lock_guard lock(mutex_);
    next_ = std::move(made);
  }
}

void Segments::remove_oldest() const {
  std::vector<std::string> files = journal_files(folder_);
  const auto keep = static_cast<std::size_t>(std::max(config_.segments_max, 2)) - 1;
  if (files.size() <= keep) return;
  files.resize(files.size() - keep);
  std::error_code ignored;
  for (const std::string& file : files) std::filesystem::remove(file, ignored);
}

}  // namespace segue::control
