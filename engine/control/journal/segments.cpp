// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/journal/segments.h"

#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/control/journal/folder.h"
#include "engine/control/journal/reader.h"
#include "engine/output/detached.h"

namespace segue::control {
namespace {

constexpr auto kSyncEvery = std::chrono::seconds(1);  // what a power cut may cost

}  // namespace

// What control and the thread share; the thread owns a share of it, so it can hang without holding anybody up.
struct Segments::Files {
  Files(const model::Config::Journal& asked, std::string where, std::string name)
      : config(asked), folder(std::move(where)), epoch(std::move(name)) {}

  // --- the thread
  void operator()();
  void look_after(bool& has_complained);
  std::unique_ptr<Segment> prepare();

  const model::Config::Journal config;
  const std::string folder;
  const std::string epoch;
  int prepared = 0;                  // files made so far; the thread's after construction
  std::shared_ptr<Segment> syncing;  // the thread's

  std::mutex mutex;  // guards everything below; held by control for a few instructions, by the thread never at a wait
  std::condition_variable changed;
  std::shared_ptr<Segment> current;
  std::shared_ptr<Segment> next;
  std::vector<std::shared_ptr<Segment>> full;  // the thread's to close: that may wait for the disk
  bool is_stopping = false;
  bool is_finished = false;
};

Segments::Segments(const model::Config::Journal& config, std::string folder, std::string epoch)
    : segment_bytes_(static_cast<std::size_t>(config.segment_bytes)),
      files_(std::make_shared<Files>(config, std::move(folder), std::move(epoch))) {
  std::error_code ignored;  // what is wrong shows when the first file is made
  std::filesystem::create_directories(files_->folder, ignored);
  current_ = files_->current = files_->prepare();
  files_->is_finished = !output::run_detached(files_);
}

Segments::~Segments() {
  write_waiting();
  current_.reset();
  std::unique_lock lock(files_->mutex);
  files_->is_stopping = true;
  files_->changed.notify_all();
  files_->changed.wait_for(lock, std::chrono::milliseconds(kCloseMs), [this] { return files_->is_finished; });
}

bool Segments::fits_a_file(std::string_view record) const {
  return Segment::room_for(head_) + Segment::room_for(record) <= segment_bytes_;
}

void Segments::append(std::string_view record) {
  write_waiting();
  if (!fits_a_file(record)) {
    ++given_up_;
  } else if (!waiting_.empty() || !write(record)) {
    waiting_.emplace_back(record);
    waiting_bytes_ += record.size();
    while (waiting_.size() > kWaitingMax || waiting_bytes_ > std::max(kWaitingBytesMax, record.size())) {
      drop_waiting();
      ++given_up_;
    }
  }
  tell_unsaved();
}

void Segments::write_waiting() {
  if (waiting_.empty()) return;
  while (!waiting_.empty() && write(waiting_.front())) drop_waiting();
  tell_unsaved();
}

void Segments::drop_waiting() {
  waiting_bytes_ -= waiting_.front().size();
  waiting_.pop_front();
}

bool Segments::write(std::string_view record) {
  if (current_ != nullptr && current_->append(record)) return true;
  return begin_next() && current_->append(record);
}

bool Segments::begin_next() {
  {
    const std::lock_guard lock(files_->mutex);
    if (files_->next == nullptr) return false;
    if (files_->current != nullptr) files_->full.push_back(std::move(files_->current));
    current_ = files_->current = std::move(files_->next);
  }
  files_->changed.notify_all();
  if (!head_.empty()) current_->append(head_);
  return true;
}

std::unique_ptr<Segment> Segments::Files::prepare() {
  char number[16];
  std::snprintf(number, sizeof number, "-%06d", prepared + 1);
  auto segment =
      Segment::create(folder + "/" + epoch + number + kJournalSuffix, static_cast<std::size_t>(config.segment_bytes));
  if (!segment) return nullptr;
  ++prepared;
  return std::move(*segment);
}

void Segments::Files::operator()() {
  set_thread_name("segue-journal");
  trim_leftovers(folder);
  bool has_complained = false;
  std::unique_lock lock(mutex);
  while (!is_stopping) {
    lock.unlock();
    look_after(has_complained);
    lock.lock();
    changed.wait_for(lock, kSyncEvery, [this] { return is_stopping || !full.empty(); });
  }
  auto closing = std::exchange(full, {});
  closing.push_back(std::exchange(current, nullptr));
  closing.push_back(std::exchange(next, nullptr));
  lock.unlock();
  syncing.reset();
  for (auto& segment : closing) {
    if (segment != nullptr) segment->sync();
    segment.reset();
  }
  lock.lock();
  is_finished = true;
  changed.notify_all();
}

// Closes what is full, prepares what comes next and brings the rest to the disk.
void Segments::Files::look_after(bool& has_complained) {
  std::vector<std::shared_ptr<Segment>> closing;
  bool needs_next = false;
  {
    const std::lock_guard lock(mutex);
    closing = std::exchange(full, {});
    needs_next = next == nullptr;
    syncing = current;
  }
  if (needs_next) {
    remove_oldest(folder, config);
    std::shared_ptr<Segment> made = prepare();
    if (made == nullptr && !has_complained) log::error("journal_unwritable", {{"folder", folder}});
    has_complained = made == nullptr;
    const std::lock_guard lock(mutex);
    next = std::move(made);
  }
  for (const auto& segment : closing) segment->sync();
  if (syncing != nullptr) syncing->sync();
}

}  // namespace segue::control
