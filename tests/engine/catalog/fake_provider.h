// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "engine/catalog/provider.h"

namespace segue::catalog::test {

// A clock that a test sets. Thread-safe.
class ManualClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return Nanoseconds(now_ns_.load()); }
  Nanoseconds wall() const override { return Nanoseconds(now_ns_.load()) + std::chrono::seconds(1'000'000); }
  void advance(Nanoseconds time) { now_ns_ += time.count(); }

 private:
  std::atomic<std::int64_t> now_ns_{1'000'000'000};
};

// What a FakeProvider does and has seen; shared with it, because it may outlive the catalogue. Thread-safe.
class Script {
 public:
  enum class Mode { kAnswer, kFail, kHang, kDeaf };  // kHang ends at stop, kDeaf only at let_go

  void set(Mode mode, Error error = {}) {
    const std::lock_guard lock(mutex_);
    mode_ = mode;
    error_ = std::move(error);
    changed_.notify_all();
  }
  void let_go() { set(Mode::kAnswer); }
  void set_check(Result<void> outcome) {
    const std::lock_guard lock(mutex_);
    check_ = std::move(outcome);
  }
  void set_entries(std::vector<Entry> entries) {
    const std::lock_guard lock(mutex_);
    entries_ = std::move(entries);
  }
  // Blocks until so many calls are inside the provider.
  void wait_inside(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= count; });
  }
  void wait_checks(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return checks_ >= count; });
  }
  int inside_max() const {
    const std::lock_guard lock(mutex_);
    return inside_max_;
  }
  int checks() const {
    const std::lock_guard lock(mutex_);
    return checks_;
  }

  Result<void> pass(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] {
      const std::lock_guard guard(mutex_);
      changed_.notify_all();
    });
    std::unique_lock lock(mutex_);
    inside_max_ = std::max(inside_max_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [&] {
      return mode_ == Mode::kAnswer || mode_ == Mode::kFail || (mode_ == Mode::kHang && stop.stop_requested());
    });
    --inside_;
    if (mode_ == Mode::kFail) return tl::unexpected(error_);
    if (mode_ == Mode::kHang) return fail(Code::kCancelled, "TRANSFER_CANCELLED", "stopped");
    return {};
  }
  Result<void> check() {
    const std::lock_guard lock(mutex_);
    ++checks_;
    changed_.notify_all();
    return check_;
  }
  std::vector<Entry> entries() const {
    const std::lock_guard lock(mutex_);
    return entries_;
  }

 private:
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  Mode mode_ = Mode::kAnswer;
  Error error_;
  Result<void> check_;
  std::vector<Entry> entries_;
  int inside_ = 0;
  int inside_max_ = 0;
  int checks_ = 0;
};

// A provider that does what its script says.
class FakeProvider final : public Provider {
 public:
  FakeProvider(std::string name, std::shared_ptr<Script> script, std::string type = "fake")
      : name_(std::move(name)), type_(std::move(type)), script_(std::move(script)) {}

  const std::string& name() const override { return name_; }
  Description describe() const override {
    Description description;
    description.name = name_;
    description.type = type_;
    description.title = name_ + " of a test";
    description.can_search = true;
    description.can_browse = true;
    description.has_playlists = true;
    description.can_edit_playlists = true;
    return description;
  }
  Result<void> check(const std::stop_token& /*stop*/) override { return script_->check(); }
  Result<std::vector<Entry>> search(const std::string& /*text*/, int offset, int limit,
                                    const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    auto entries = script_->entries();
    const auto from = std::min<std::size_t>(static_cast<std::size_t>(offset), entries.size());
    const auto to = std::min(entries.size(), from + static_cast<std::size_t>(limit));
    return std::vector<Entry>(entries.begin() + static_cast<std::ptrdiff_t>(from),
                              entries.begin() + static_cast<std::ptrdiff_t>(to));
  }
  Result<Entry> get(const std::string& id, const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    for (Entry& entry : script_->entries()) {
      if (entry.id == id) return entry;
    }
    return fail(Code::kNotFound, "TRACK_MISSING", name_ + ": no track " + id);
  }
  Result<Listing> browse(const std::string& node, const std::string& /*page*/, const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    Listing listing;
    if (node.empty()) listing.nodes.push_back({"albums", "Albums", "folder", -1});
    listing.entries = script_->entries();
    return listing;
  }
  Result<std::vector<Playlist>> playlists(const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    return std::vector<Playlist>{playlist_of("1")};
  }
  Result<PlaylistContent> playlist(const std::string& id, const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    return PlaylistContent{playlist_of(id), script_->entries()};
  }
  Result<Playlist> create_playlist(const std::string& name, const std::vector<std::string>& uris,
                                   const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    Playlist made = playlist_of("new");
    made.name = name;
    made.tracks = static_cast<int>(uris.size());
    return made;
  }
  Result<Playlist> edit_playlist(const std::string& id, const PlaylistEdit& edit,
                                 const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    if (!edit.version.empty() && edit.version != "v1")
      return fail(Code::kAborted, "PLAYLIST_CHANGED", name_ + ": the playlist has changed");
    Playlist edited = playlist_of(id);
    if (edit.kind == PlaylistEdit::Kind::kRename) edited.name = edit.name;
    edited.version = "v2";
    return edited;
  }
  Result<void> delete_playlist(const std::string& /*id*/, const std::stop_token& stop) override {
    return script_->pass(stop);
  }
  Result<Artwork> artwork(const std::string& artwork, int /*size_px*/, const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    return Artwork{"image/png", "picture of " + artwork};
  }
  Result<model::MediaRef> resolve(const std::string& id, const std::stop_token& stop) override {
    if (auto passed = script_->pass(stop); !passed) return tl::unexpected(passed.error());
    model::MediaRef ref;
    ref.provider = name_;
    ref.cache_key = name_ + "/" + id;
    ref.label = name_ + "/" + id;
    ref.url = "http://127.0.0.1:1/" + id;
    ref.may_be_private = true;
    return ref;
  }
  Result<void> report(const std::vector<Report>& /*reports*/, const std::stop_token& stop) override {
    return script_->pass(stop);
  }
  Result<Quota> quota(const std::stop_token& /*stop*/) override {
    return Quota{.requests_left = 99, .resets_at_s = 0, .tracks = static_cast<std::int64_t>(script_->entries().size())};
  }
  Result<void> login(const std::stop_token& stop) override { return script_->pass(stop); }

 private:
  Playlist playlist_of(const std::string& id) const {
    Playlist playlist;
    playlist.id = id;
    playlist.provider = name_;
    playlist.name = "List " + id;
    playlist.is_editable = true;
    playlist.version = "v1";
    return playlist;
  }

  const std::string name_;
  const std::string type_;
  const std::shared_ptr<Script> script_;
};

inline Entry entry_of(const std::string& provider, const std::string& id, const std::string& title) {
  Entry entry;
  entry.provider = provider;
  entry.id = id;
  entry.uri = "segue://" + provider + "/" + id;
  entry.title = title;
  entry.artist = "Somebody";
  entry.duration_s = 200;
  return entry;
}

}  // namespace segue::catalog::test
