// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/publisher.h"

#include <algorithm>

namespace segue::control {

struct Publisher::Reader {
  std::function<void()> wake;
  std::mutex wake_mutex;   // held while wake runs, so that a closed watcher is never called
  bool is_closed = false;  // guarded by wake_mutex

  // Guarded by the publisher's mutex:
  Objects dirty = 0;
  std::uint64_t event = 0;     // sequence of the next event to tell
  std::uint64_t revision = 0;  // token told last
  bool wants_snapshot = false;
  bool is_waiting = false;  // next() found nothing
  std::string resync;       // cause, if one is to be told
};

class Publisher::Handle final : public Watcher {
 public:
  Handle(Publisher& publisher, std::shared_ptr<Reader> reader) : publisher_(publisher), reader_(std::move(reader)) {}
  ~Handle() override {
    publisher_.remove(reader_.get());
    const std::lock_guard lock(reader_->wake_mutex);
    reader_->is_closed = true;
  }
  bool next(v1::WatchResponse& news) override {
    const std::lock_guard lock(publisher_.mutex_);
    return publisher_.next(*reader_, news);
  }

 private:
  Publisher& publisher_;
  std::shared_ptr<Reader> reader_;
};

Publisher::Publisher(const StateBook& book) : book_(book) {}
Publisher::~Publisher() = default;

void Publisher::touch(Objects objects) {
  if (objects == 0) return;
  if ((objects & kRecordingBit) != 0) objects = (objects & ~kRecordingBit) | kMasterBit;
  const std::uint64_t revision = book_.revision();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if ((objects >> i & 1U) != 0) touched_[i] = revision;
  }
  ever_touched_ |= objects;
  for (auto& reader : readers_) reader->dirty |= objects;
  is_fresh_ = true;
}

void Publisher::announce(v1::Event event) {
  const std::uint64_t revision = book_.revision();
  const std::lock_guard lock(mutex_);
  ring_.push_back({revision, std::move(event)});
  if (ring_.size() > model::kEventRingMax) {
    forgotten_revision_ = ring_.front().revision;
    ring_.pop_front();
    ++ring_begin_;
  }
  is_fresh_ = true;
}

void Publisher::flush() {
  std::vector<std::shared_ptr<Reader>> waking;
  {
    const std::lock_guard lock(mutex_);
    if (!is_fresh_) return;
    is_fresh_ = false;
    for (auto& reader : readers_) {
      if (!reader->is_waiting || !has_news(*reader)) continue;
      reader->is_waiting = false;
      waking.push_back(reader);
    }
  }
  for (auto& reader : waking) {
    const std::lock_guard lock(reader->wake_mutex);
    if (!reader->is_closed && reader->wake) reader->wake();
  }
}

std::unique_ptr<Watcher> Publisher::watch(const v1::WatchRequest& request, std::function<void()> wake) {
  auto reader = std::make_shared<Reader>();
  reader->wake = std::move(wake);
  const std::lock_guard lock(mutex_);
  if (readers_.size() >= model::kWatchersMax) return nullptr;
  begin(*reader, request);
  readers_.push_back(reader);
  return std::make_unique<Handle>(*this, std::move(reader));
}

void Publisher::begin(Reader& reader, const v1::WatchRequest& request) {
  reader.event = ring_begin_ + ring_.size();
  reader.revision = request.resume_revision();
  const bool is_resumption = !request.resume_epoch().empty();
  if (!is_resumption) {
    reader.wants_snapshot = true;
  } else if (request.resume_epoch() != book_.epoch()) {
    reader.resync = "the engine has restarted since";
  } else if (request.resume_revision() > book_.revision()) {
    reader.resync = "this revision has not been yet";
  } else if (!ring_.empty() && ring_begin_ > 0 && forgotten_revision_ >= request.resume_revision()) {
    reader.resync = "events since this revision are forgotten";
  } else {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
      if (touched_[i] >= request.resume_revision()) reader.dirty |= ever_touched_ & Objects{1} << i;
    }
    const auto first = std::find_if(ring_.begin(), ring_.end(),
                                    [&](const PastEvent& past) { return past.revision >= request.resume_revision(); });
    reader.event = ring_begin_ + static_cast<std::uint64_t>(first - ring_.begin());
  }
}

bool Publisher::has_news(const Reader& reader) const {
  return !reader.resync.empty() || reader.wants_snapshot || reader.dirty != 0 ||
         reader.event < ring_begin_ + ring_.size();
}

void Publisher::stamp(v1::WatchResponse& news, std::uint64_t revision) const {
  news.set_revision(revision);
  news.set_epoch(book_.epoch());
}

bool Publisher::next(Reader& reader, v1::WatchResponse& news) {
  news.Clear();
  if (reader.event < ring_begin_) reader.resync = "read too slowly: events were lost";
  if (!reader.resync.empty()) {
    news.mutable_resync()->set_cause(reader.resync);
    reader.resync.clear();
    reader.wants_snapshot = true;
    reader.event = ring_begin_ + ring_.size();
    stamp(news, reader.revision);
  } else if (reader.wants_snapshot) {
    reader.wants_snapshot = false;
    reader.dirty = 0;
    *news.mutable_snapshot() = book_.read();
    reader.revision = news.snapshot().engine().revision();
    stamp(news, reader.revision);
  } else if (reader.dirty != 0) {
    tell_change(reader, news);
  } else if (reader.event < ring_begin_ + ring_.size()) {
    tell_event(reader, news);
  } else {
    reader.is_waiting = true;
    return false;
  }
  news.set_frame(book_.frame());
  return true;
}

void Publisher::tell_change(Reader& reader, v1::WatchResponse& news) {
  const std::uint64_t revision = book_.revision();
  v1::WatchResponse::Change& change = *news.mutable_change();
  for (int i = 0; i < model::kDecksMax; ++i) {
    if ((reader.dirty & deck_bit(i)) != 0) *change.add_decks() = book_.read_deck(i);
    if ((reader.dirty & channel_bit(i)) != 0) *change.add_channels() = book_.read_channel(i);
  }
  if ((reader.dirty & kMasterBit) != 0) *change.mutable_master() = book_.read_master();
  if ((reader.dirty & kEngineBit) != 0) *change.mutable_engine() = book_.read_engine();
  reader.dirty = 0;
  // The token must not pass events that were not told yet.
  const bool has_event = reader.event < ring_begin_ + ring_.size();
  const std::uint64_t reached = has_event ? std::min(revision, ring_[reader.event - ring_begin_].revision) : revision;
  reader.revision = std::max(reader.revision, reached);
  stamp(news, reader.revision);
}

void Publisher::tell_event(Reader& reader, v1::WatchResponse& news) {
  const PastEvent& past = ring_[reader.event - ring_begin_];
  ++reader.event;
  *news.mutable_event() = past.event;
  reader.revision = std::max(reader.revision, past.revision);
  stamp(news, reader.revision);
}

void Publisher::remove(const Reader* reader) {
  const std::lock_guard lock(mutex_);
  std::erase_if(readers_, [reader](const auto& entry) { return entry.get() == reader; });
}

}  // namespace segue::control
